// Demand grows without end: a positive slope with a narrow interval, sure by Mann–Kendall, alike in both halves of the life.
import { type Answer, fact, holds, refuted, remedy, unknown } from "../answer.ts";
import { limitAt, nameOf } from "../inputs/cgroup.ts";
import { type Case, isGrave } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { type Loss, LEAST_LOSS_BYTES } from "../inputs/loss.ts";
import { refAt } from "../inputs/track.ts";
import { statField } from "../inputs/cgroup.ts";
import { defineRule } from "../rule.ts";
import { number, percent, perSecond, quantity, roundedUp, size, span } from "../text/format.ts";
import { grownShapes } from "./grown-pods.ts";
import { LEAST_LIMIT_RISE, type Shape } from "./shape.ts";

type Needs = Pick<Inputs, "incidents" | "cgroups" | "loss">;

const PLATEAU_SHARE = 0.8;
/** Under 5 minutes warm-up looks like a leak. */
const SURE_MS = 300_000;

/** What the pod grew by, as a share of what the node lost. */
const shareFact = (shape: Shape, loss: Loss | null) =>
  loss === null || loss.lostBytes < LEAST_LOSS_BYTES ? [] : [fact("Its growth against the loss", `${size(shape.trend.rise)} of ${size(loss.lostBytes)} that memory.available lost`, ...loss.signal.refs(loss.endMs).slice(0, 2))];

const leakRemedies = (shape: Shape, name: string) => {
  const { trend, view, lastBytes, lastMs } = shape;
  const limit = limitAt(view.max, lastMs);
  if (limit === null) {
    const before = lastBytes - trend.rise;
    const value = roundedUp(Math.max(lastBytes * 0.5, before * 1.25));
    return [remedy(`Set a memory limit on ${name}, such as ${quantity(value)}: it has none`, `Pod spec, resources.limits.memory, on every container of it: it grew from ${size(before)} to ${size(lastBytes)} and would have gone on. A limit makes it hit its own wall, not the node's: half of what it reached here (or what it began with × 1.25), rounded up to 64 MiB, until its real need is known; it reaches that ${span(((value - before) / trend.slope) * 1000)} after a start at ${perSecond(trend.slope)}. Cost: it is killed instead of its neighbours. Check: kills name this pod's cgroup (no-race), memory.available stays above the threshold.`, "steady-leak")];
  }
  const left = Math.max(0, limit - lastBytes);
  const whole = limit / trend.high;
  return [remedy(`Restart ${name} every ${span(0.7 * whole * 1000)} until its leak is fixed`, `It grows by ${perSecond(trend.slope)} (at most ${perSecond(trend.high)}): ${size(limit)} ÷ ${perSecond(trend.high)} = ${span(whole * 1000)}, × 0.7. At the end of this capture ${size(left)} were left. Cost: restarts. Check: it never comes within 10 % of its limit.`, "steady-leak")];
};

const evaluate = (inputs: Needs, incident: Case, shape: Shape): Answer | null => {
  const { trend, view } = shape;
  const name = nameOf(view.pod) ?? view.cgroup;
  const incidentId = incident.id;
  const loss = incident.contested ? inputs.loss(incident) : null;
  const anon = refAt(view.stat, statField(view, "anon"), shape.lastMs);
  const facts = [shape.fact, fact("Tests of a leak", `Mann–Kendall Z ${number(trend.z)}, later half ÷ earlier half ${Number.isNaN(trend.halves) ? "not known" : number(trend.halves)}, ${trend.points} samples over ${span(trend.spanMs)}`, anon), ...shareFact(shape, loss)] as const;
  if (shape.kind === "leak") {
    const short = trend.spanMs < SURE_MS;
    const share = loss === null || loss.lostBytes < LEAST_LOSS_BYTES ? 0.9 : trend.rise / loss.lostBytes;
    return holds({
      incidentId,
      explains: "memory",
      share: Math.min(1, share),
      role: "cause",
      confidence: short ? "low" : "high",
      explanation: `${name} grew by ${perSecond(trend.slope)} without slowing, ${size(trend.rise)} in ${span(trend.spanMs)}${loss === null ? "" : `, while memory.available lost ${size(loss.lostBytes)}`}.${short ? ` Seen for ${span(trend.spanMs)} only: a warm-up looks the same.` : ""}`,
      facts,
      remedies: leakRemedies(shape, name),
    });
  }
  if (trend.rise < LEAST_LIMIT_RISE || trend.low <= 0) {
    const plateau = trend.low <= 0 && (shape.limitBytes === null || shape.lastBytes < PLATEAU_SHARE * shape.limitBytes);
    if (plateau && trend.points >= 12) return refuted({ incidentId, explanation: `${name} did not grow without end: its slope (${perSecond(trend.low)} to ${perSecond(trend.high)}) contains 0.`, facts });
    return null;
  }
  if (shape.kind === "burst") return refuted({ incidentId, explanation: `${name} rose in one burst: ${percent(trend.burstShare)} of its growth came within a tenth of the time.`, facts });
  return unknown({ incidentId, explanation: `${name} grew by ${size(trend.rise)} in ${span(trend.spanMs)}; whether that goes on without end this life does not show.`, facts, wouldDecide: "samples of its memory over at least a minute of even growth, better over several lives" });
};

export const steadyLeak = defineRule({
  id: "steady-leak",
  group: "container",
  title: "A pod's memory grows without end",
  needs: ["incidents", "cgroups", "loss"],
  evaluate: (inputs) => inputs.incidents.filter(isGrave).flatMap((incident) => grownShapes(incident, inputs.incidents, inputs.cgroups).map((shape) => evaluate(inputs, incident, shape))),
});
