// One rise took it to the limit, or the node to its end: at least half of the growth within a tenth of the time.
import { type Answer, fact, holds, refuted, unknown, wanted } from "../answer.ts";
import { nameOf, statField } from "../inputs/cgroup.ts";
import { endOfFall } from "../inputs/end-of-fall.ts";
import { type Case, isGrave } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { LEAST_LOSS_BYTES } from "../inputs/loss.ts";
import { readingAt, refAt } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { percent, size, span } from "../text/format.ts";
import { bearableLimit, raiseLimit } from "../text/remedies.ts";
import { grownShapes } from "./grown-pods.ts";
import { LEAST_LIMIT_RISE, type Shape, isMostlyShmem } from "./shape.ts";

type Needs = Pick<Inputs, "incidents" | "cgroups" | "loss" | "available" | "allocatable" | "floors" | "thresholds">;

const MOST_TICK_SHARE = 0.1;
const BURST_SHARE = 0.5;

/** The most of the rise that any tenth of the time can hold, whatever went on between the samples that bound it. */
const mostWithin = ({ points, trend }: Shape): number => {
  const tenth = trend.spanMs / 10;
  let most = 0;
  for (const [i, from] of points.entries()) {
    // A tenth that begins in this interval, just before the next sample.
    const next = points[i + 1];
    if (next === undefined) break;
    const to = points.find((p) => p.ms >= next.ms + tenth) ?? points.at(-1) ?? next;
    most = Math.max(most, to.value - from.value);
  }
  return trend.rise > 0 ? most / trend.rise : 0;
};

const burstRemedies = (inputs: Needs, incident: Case, shape: Shape, name: string) => {
  const limit = shape.limitBytes;
  if (limit === null) {
    const end = endOfFall(inputs, incident);
    const bearable = end === null ? null : bearableLimit(name, shape.view, end, "allocation-burst");
    return bearable === null ? [] : [bearable];
  }
  return [raiseLimit(name, limit, null, "allocation-burst")];
};

const evaluate = (inputs: Needs, incident: Case, shape: Shape): Answer | null => {
  const { trend, view, current, lastMs } = shape;
  if (trend.rise < LEAST_LIMIT_RISE) return null;
  const name = nameOf(view.pod) ?? view.cgroup;
  const incidentId = incident.id;
  const last = readingAt(current, lastMs);
  const tickMs = last > 0 ? current.ms(last) - current.ms(last - 1) : trend.spanMs;
  const facts = [
    shape.fact,
    fact(
      "Samples",
      `${trend.points} over ${span(trend.spanMs)}, the last two ${span(tickMs)} apart`,
      refAt(view.stat, statField(view, "anon"), lastMs),
    ),
  ] as const;
  if (shape.kind === "leak")
    return refuted({
      incidentId,
      explanation: `${name} rose evenly: ${percent(trend.burstShare)} of its growth came within a tenth of the time.`,
      facts,
    });
  if (shape.kind === "burst" && !isMostlyShmem(shape)) {
    const loss = incident.contested ? inputs.loss(incident) : null;
    const share = loss === null || loss.lostBytes < LEAST_LOSS_BYTES ? 0.9 : Math.min(1, trend.rise / loss.lostBytes);
    return holds({
      incidentId,
      explains: "memory",
      share,
      role: "cause",
      confidence: "medium",
      explanation: `${name} rose in one burst: ${percent(trend.burstShare)} of ${size(trend.rise)} came within a tenth of ${span(trend.spanMs)}.`,
      facts,
      remedies: burstRemedies(inputs, incident, shape, name),
    });
  }
  if (isMostlyShmem(shape)) {
    const explanation = `What grew in ${name} was shared memory and memory-backed files (${percent(shape.shmemShare ?? 0)} of the rise), not its processes' own memory.`;
    return refuted({ incidentId, explanation, facts });
  }
  const most = mostWithin(shape);
  if (most < BURST_SHARE && tickMs > MOST_TICK_SHARE * trend.spanMs)
    return refuted({
      incidentId,
      explanation: `${name} rose evenly: coarse as the samples are, no tenth of its ${span(trend.spanMs)} can hold more than ${percent(most)} of the growth.`,
      facts,
    });
  if (tickMs > MOST_TICK_SHARE * trend.spanMs)
    return unknown({
      incidentId,
      explanation: `${name} grew by ${size(trend.rise)} in ${span(trend.spanMs)}, sampled every ${span(tickMs)}: too coarse to tell a burst.`,
      facts,
      wouldDecide: wanted("samples at most a tenth of its life apart (the collector's fast tier)", "fast-samples"),
    });
  return null;
};

export const allocationBurst = defineRule({
  id: "allocation-burst",
  group: "container",
  title: "One burst of allocation took the memory",
  needs: ["incidents", "cgroups", "loss", "available", "allocatable", "floors", "thresholds"],
  evaluate: (inputs) =>
    inputs.incidents
      .filter(isGrave)
      .flatMap((incident) =>
        grownShapes(incident, inputs.incidents, inputs.cgroups).map((shape) => evaluate(inputs, incident, shape)),
      ),
});
