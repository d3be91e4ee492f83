// The threshold was crossed, but what lay between it and the floor was less than one reaction of the kubelet needs.
import { type Answer, fact, holds, refuted, unknown, wanted } from "../answer.ts";
import { type HardCrossing, firstCrossing, searchFrom } from "../inputs/hard-crossing.ts";
import { type Case, contestedWithKill } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { reactionOf } from "../inputs/loop.ts";
import { evictionRef, hardRef, killRef } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { clock, list, percent, perSecond, size, span } from "../text/format.ts";
import { THRESHOLD_NEEDS, type ThresholdInputs, thresholdRemedies } from "../text/threshold-remedies.ts";
import { orderOf } from "../../model/instant.ts";
import type { Floor, StoryKill } from "../../model/timeline.ts";
import { replay } from "../../timeline/race/replay.ts";

type Needs = Pick<Inputs, "incidents"> & ThresholdInputs;

/** Fewer samples up to the crossing do not tell the fall. */
const LEAST_POINTS = 5;

interface Measured {
  readonly kill: StoryKill;
  readonly killMs: number;
  readonly hard: number;
  readonly floor: Floor | null;
  readonly crossing: HardCrossing;
  readonly rate: number | null;
}

const measure = (inputs: Needs, incident: Case): Measured | null => {
  const hard = inputs.thresholds.memoryHardBytes;
  const { killMs } = incident;
  const [kill] = incident.kills;
  if (hard === null || killMs === null || kill === undefined) return null;
  const floor = inputs.floors.find((f) => f.killId === kill.doc.id) ?? null;
  // A threshold below the floor is another cause; and without a crossing there is no distance to measure.
  if (floor !== null && floor.bytes >= hard) return null;
  const crossing = firstCrossing(inputs, inputs.thresholds, killMs, searchFrom(incident, killMs));
  if (crossing === null) return null;
  return { kill, killMs, hard, floor, crossing, rate: incident.race?.fallRateBytesPerSec ?? null };
};

const factsOf = (inputs: Needs, { kill, killMs, hard, floor, crossing: { signal, point } }: Measured) =>
  [
    fact(
      "Crossed",
      `${signal.name} ${size(point.value)} at ${clock(point.ms)}, threshold ${size(hard)}`,
      ...signal.refs(point.ms),
      hardRef(inputs.thresholds),
    ),
    fact("The kill", `${span(killMs - point.ms)} later`, killRef(kill)),
    ...(floor === null ? [] : [fact("Floor", size(floor.bytes), ...floor.from)]),
  ] as const;

const decide = (inputs: Needs, incident: Case, measured: Measured, floor: Floor, rate: number): Answer => {
  const { hard, killMs, crossing } = measured;
  const points = crossing.signal.points.filter((p) => p.ms <= killMs).map((p) => ({ ms: p.ms, available: p.value }));
  const reaction = reactionOf(incident, inputs.thresholds);
  const { winShare } = replay(points, reaction.loop, killMs);
  const needed = rate * (reaction.wholeMs / 1000);
  const distance = hard - floor.bytes;
  const figures = `${size(distance)} against ${perSecond(rate)} × ${span(reaction.wholeMs)} = ${size(needed)}; the replay wins in ${percent(winShare)} of the phases`;
  const [crossed, ...rest] = factsOf(inputs, measured);
  const common = {
    incidentId: incident.id,
    facts: [crossed, ...rest, fact("Distance against need", figures)] as const,
  };
  if (winShare === 1) {
    const explanation =
      "The threshold was high enough: replayed on this fall, the kubelet's loop frees memory before the kill in every phase.";
    return refuted({ ...common, explanation });
  }
  if (distance >= needed || winShare >= 0.5) {
    const explanation = `The threshold was near what was needed: the replay frees memory in time in ${percent(winShare)} of the loop's phases.`;
    const wouldDecide = wanted(
      "the kubelet's log at verbosity 3 (when each pass began) and samples at most 1 s apart",
      "kubelet-log",
      "fast-samples",
    );
    return unknown({ ...common, explanation, wouldDecide });
  }
  return holds({
    ...common,
    explains: "outcome",
    share: 1 - winShare,
    role: "cause",
    explanation: `The hard threshold of ${size(hard)} stood only ${size(distance)} above the level at which this node dies, and memory fell ${size(needed)} in one reaction of the kubelet (${perSecond(rate)} for ${span(reaction.wholeMs)}).`,
    remedies: thresholdRemedies(inputs, incident, hard, "threshold-too-small"),
  });
};

/** What the arithmetic needs, and what of it the input may lack. */
const LACKS = {
  fall: { what: "the fall itself", decides: "at least five samples before the crossing", want: "fast-samples" },
  floor: {
    what: "the level at which the node dies",
    decides: "the kernel's full report",
    want: "kernel-report",
  },
  passes: { what: "the kubelet's passes", decides: "the kubelet's log at verbosity 3", want: "kubelet-log" },
} as const;

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const measured = measure(inputs, incident);
  if (measured === null) return null;
  const { kill, floor, rate, crossing } = measured;
  const common = { incidentId: incident.id, facts: factsOf(inputs, measured) };
  const reacted = incident.evictions.find((e) => orderOf(e.at, kill.at) === "before");
  if (reacted !== undefined) {
    const explanation =
      "The loop came in time: the kubelet reacted before the kernel killed. What it did then did not free memory in time.";
    const facts = [...common.facts, fact("Its reaction", "stands before the kill", evictionRef(reacted))] as const;
    return refuted({ ...common, explanation, facts });
  }
  const fall = crossing.signal.points.filter((p) => p.ms <= crossing.point.ms);
  const lacking = [
    fall.length < LEAST_POINTS || rate === null ? LACKS.fall : null,
    floor === null ? LACKS.floor : null,
    inputs.kubelet === null ? LACKS.passes : null,
  ].filter((each) => each !== null);
  const [first, ...more] = lacking;
  if (first !== undefined) {
    const explanation = `How large the threshold had to be cannot be said without ${list(lacking.map(({ what }) => what))}.`;
    const wouldDecide = wanted(
      list(lacking.map(({ decides }) => decides)),
      first.want,
      ...more.map(({ want }) => want),
    );
    return unknown({ ...common, explanation, wouldDecide });
  }
  return floor === null || rate === null ? null : decide(inputs, incident, measured, floor, rate);
};

export const thresholdTooSmall = defineRule({
  id: "threshold-too-small",
  group: "race",
  title: "The threshold was crossed too late for one reaction of the kubelet",
  needs: ["incidents", ...THRESHOLD_NEEDS],
  evaluate: (inputs) => contestedWithKill(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
