// One rise took it to the limit, or the node to its end: at least half of the growth within a tenth of the time.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { heldAt, nameOf, statField } from "../inputs/cgroup.ts";
import { endOfFall } from "../inputs/end-of-fall.ts";
import { type Case, isGrave } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { LEAST_LOSS_BYTES } from "../inputs/loss.ts";
import { readingAt, refAt } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { percent, quantity, roundedUp, size, span } from "../text/format.ts";
import { bearableLimit } from "../text/remedies.ts";
import { grownShapes } from "./grown-pods.ts";
import { LEAST_LIMIT_RISE, type Shape } from "./shape.ts";

type Needs = Pick<Inputs, "incidents" | "cgroups" | "loss" | "available" | "allocatable" | "floors" | "thresholds">;

const MOST_TICK_SHARE = 0.1;
const MIB = 1024 * 1024;

const burstRemedies = (inputs: Needs, incident: Case, shape: Shape, name: string) => {
  const limit = shape.limitBytes;
  if (limit === null) {
    const end = endOfFall(inputs, incident);
    const held = end === null ? null : heldAt(shape.view, end.ms - 1);
    const bearable =
      end === null || held === null
        ? null
        : bearableLimit({
            name,
            heldBytes: held,
            signal: end.signal,
            targetBytes: end.targetBytes,
            page: "allocation-burst",
          });
    return bearable === null ? [] : [bearable];
  }
  const raised = roundedUp(Math.max(limit + 100 * MIB, limit * 1.2));
  return [
    remedy(
      `Raise the memory limit of ${name} to ${quantity(raised)}, if the burst is wanted`,
      `Pod spec: max(limit + 100 MiB, limit × 1.2) of ${size(limit)}, rounded up to 64 MiB; demand above a limit is not visible, so repeat. Cost: ${size(raised - limit)} of the node. Check: “max” of memory.events stands still.`,
      "allocation-burst",
    ),
  ];
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
  if (shape.kind === "burst") {
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
