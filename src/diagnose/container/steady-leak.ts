// Demand grows without end: a positive slope with a narrow interval, sure by Mann–Kendall, alike in both halves of the life.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { nameOf, statField } from "../inputs/cgroup.ts";
import { endOfFall } from "../inputs/end-of-fall.ts";
import { type Case, isGrave } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { type Loss, LEAST_LOSS_BYTES } from "../inputs/loss.ts";
import { refAt } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { count, number, percent, perSecond, size, span } from "../text/format.ts";
import { bearableLimit, raiseLimit } from "../text/remedies.ts";
import { grownShapes } from "./grown-pods.ts";
import { LEAST_LIMIT_RISE, type Shape, growsOverLives, isMostlyShmem } from "./shape.ts";

type Needs = Pick<Inputs, "incidents" | "cgroups" | "loss" | "available" | "allocatable" | "floors" | "thresholds">;

const PLATEAU_SHARE = 0.8;
const RESTART_SHARE = 0.7;
/** A pod that must be restarted more often than this is not kept alive by it. Heuristic. */
const LEAST_RESTART_MS = 600_000;
const LEAST_POINTS = 12;
/** Under 5 minutes warm-up looks like a leak. */
const SURE_MS = 300_000;

/** What the pod grew by, as a share of what the node lost. */
const shareFact = (shape: Shape, loss: Loss | null) =>
  loss === null || loss.lostBytes < LEAST_LOSS_BYTES
    ? []
    : [
        fact(
          "Its growth against the loss",
          `${size(shape.trend.rise)} of ${size(loss.lostBytes)} that memory.available lost`,
          ...loss.signal.refs(loss.endMs).slice(0, 2),
        ),
      ];

const leakRemedies = (inputs: Needs, incident: Case, shape: Shape, name: string) => {
  const { trend, view, lastBytes, limitBytes: limit } = shape;
  if (limit === null) {
    const end = endOfFall(inputs, incident);
    const bearable = end === null ? null : bearableLimit(name, view, end, "steady-leak");
    return bearable === null ? [] : [bearable];
  }
  const whole = (limit / trend.high) * 1000;
  if (RESTART_SHARE * whole < LEAST_RESTART_MS)
    return [
      raiseLimit(
        name,
        limit,
        `${size(limit)} ÷ ${perSecond(trend.high)} = ${span(whole)} from an empty start to the limit`,
      ),
    ];
  const left = Math.max(0, limit - lastBytes);
  return [
    remedy(
      `Restart ${name} every ${span(RESTART_SHARE * whole)} until its leak is fixed`,
      `It grows by ${perSecond(trend.slope)} (median slope; at most ${perSecond(trend.high)}): ${size(limit)} ÷ ${perSecond(trend.high)} = ${span(whole)}, × 0.7. At the last sample ${size(left)} were left, ${timeLeft(trend, left)}. Cost: restarts. Check: it never comes within 10 % of its limit.`,
      "steady-leak",
    ),
  ];
};

/** With the interval: at the fastest and at the slowest that the slope may be. */
const timeLeft = ({ slope, low, high }: Shape["trend"], bytes: number): string =>
  `${span((bytes / slope) * 1000)} at its slope (95 %: ${span((bytes / high) * 1000)} to ${span((bytes / low) * 1000)})`;

/** When it meets its limit, from the last sample. */
const limitFact = ({ limitBytes, lastBytes, trend, view, lastMs }: Shape) =>
  limitBytes === null || trend.low <= 0
    ? []
    : [
        fact(
          "To its limit",
          `${size(Math.max(0, limitBytes - lastBytes))} of ${size(limitBytes)} left: ${timeLeft(trend, Math.max(0, limitBytes - lastBytes))}`,
          refAt(view.max, "", lastMs),
        ),
      ];

const factsOf = (shape: Shape, loss: Loss | null) => {
  const { trend, view } = shape;
  const halves = Number.isNaN(trend.halves) ? "not known" : number(trend.halves);
  const tests = `Mann–Kendall Z ${number(trend.z)}, later half ÷ earlier half ${halves}, ${trend.points} samples over ${span(trend.spanMs)}`;
  return [
    shape.fact,
    fact("Tests of a leak", tests, refAt(view.stat, statField(view, "anon"), shape.lastMs)),
    ...limitFact(shape),
    ...shareFact(shape, loss),
  ] as const;
};

const whileLost = (loss: Loss | null): string =>
  loss === null || loss.lostBytes < LEAST_LOSS_BYTES ? "" : `, while memory.available lost ${size(loss.lostBytes)}`;

const longEnough = ({ trend }: Shape): boolean => trend.spanMs >= SURE_MS;

const holding = (inputs: Needs, incident: Case, shape: Shape, loss: Loss | null): Answer => {
  const { trend, view, lives } = shape;
  const name = nameOf(view.pod) ?? view.cgroup;
  const often = growsOverLives(shape);
  const caution = often
    ? ` So it went in each of ${lives.length} lives of about the same length.`
    : longEnough(shape)
      ? ""
      : ` Seen for ${span(trend.spanMs)} only: a warm-up looks the same.`;
  const even = shape.kind === "leak" ? " without slowing" : "";
  const lows = shape.teeth > 1 ? " in its low points, which a collection leaves," : "";
  return holds({
    incidentId: incident.id,
    explains: "memory",
    share: loss === null || loss.lostBytes < LEAST_LOSS_BYTES ? 0.9 : Math.min(1, trend.rise / loss.lostBytes),
    role: "cause",
    confidence: longEnough(shape) ? "high" : often ? "medium" : "low",
    explanation: `${name} grew${lows} by ${perSecond(trend.slope)} (median slope)${even}, ${size(trend.rise)} in ${span(trend.spanMs)}${whileLost(loss)}.${caution}`,
    facts: factsOf(shape, loss),
    remedies: leakRemedies(inputs, incident, shape, name),
  });
};

const evaluate = (inputs: Needs, incident: Case, shape: Shape): Answer | null => {
  const { trend, view } = shape;
  const loss = incident.contested ? inputs.loss(incident) : null;
  const name = nameOf(view.pod) ?? view.cgroup;
  const common = { incidentId: incident.id, facts: factsOf(shape, loss) };
  if (isMostlyShmem(shape)) {
    const explanation = `What grew in ${name} was shared memory and memory-backed files (${percent(shape.shmemShare ?? 0)} of the rise), not its processes' own memory.`;
    return refuted({ ...common, explanation });
  }
  if (shape.kind === "leak" || growsOverLives(shape)) return holding(inputs, incident, shape, loss);
  if (shape.kind === "burst") {
    const explanation = `${name} rose in one burst: ${percent(trend.burstShare)} of its growth came within a tenth of the time.`;
    return refuted({ ...common, explanation });
  }
  const plateau = shape.limitBytes === null || shape.lastBytes < PLATEAU_SHARE * shape.limitBytes;
  if (trend.low <= 0 && plateau && trend.points >= LEAST_POINTS) {
    const explanation = `${name} did not grow without end: its slope (${perSecond(trend.low)} to ${perSecond(trend.high)}) contains 0.`;
    return refuted({ ...common, explanation });
  }
  if (trend.rise < LEAST_LIMIT_RISE || trend.low <= 0) return null;
  const explanation = `${name} grew by ${size(trend.rise)} in ${span(trend.spanMs)}${whileLost(loss)}; whether that goes on without end ${shape.lives.length > 1 ? `${count(shape.lives.length, "life", "lives")} of that length do` : "this life does"} not show.`;
  return unknown({
    ...common,
    explanation,
    wouldDecide: wanted(
      "samples of its memory over at least a minute of even growth, better over several lives",
      "more-lives",
    ),
  });
};

export const steadyLeak = defineRule({
  id: "steady-leak",
  group: "container",
  title: "A pod's memory grows without end",
  needs: ["incidents", "cgroups", "loss", "available", "allocatable", "floors", "thresholds"],
  evaluate: (inputs) =>
    inputs.incidents
      .filter(isGrave)
      .flatMap((incident) =>
        grownShapes(incident, inputs.incidents, inputs.cgroups).map((shape) => evaluate(inputs, incident, shape)),
      ),
});
