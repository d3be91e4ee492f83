// Memory ran out within one reaction of the kubelet: its loop comes round every 10 s plus the duration of a pass
// (pkg/kubelet/eviction/eviction_manager.go Start, pkg/kubelet/kubelet.go evictionMonitoringPeriod).
import { type Answer, fact, holds, refuted, unknown, wanted } from "../answer.ts";
import { type HardCrossing, firstCrossing, searchFrom } from "../inputs/hard-crossing.ts";
import { type Case, contestedWithKill } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { type Reaction, reactionOf } from "../inputs/loop.ts";
import { evictionRef, hardRef, killRef } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { clock, percent, size, span } from "../text/format.ts";
import { THRESHOLD_NEEDS, type ThresholdInputs, thresholdRemedies } from "../text/threshold-remedies.ts";
import { orderOf } from "../../model/instant.ts";
import { replay } from "../../timeline/race/replay.ts";
import { killFact } from "../text/facts.ts";

type Needs = Pick<Inputs, "incidents"> & ThresholdInputs;

/** It must lose more often than not, for its phase is unknown. */
const LOSES_SHARE = 0.5;
/** Samples further apart do not show when the threshold was crossed. */
const MOST_APART_MS = 5000;

const reactedBefore = (incident: Case): Answer | null => {
  const first = incident.kills[0];
  const reacted = incident.evictions.find((e) => first !== undefined && orderOf(e.at, first.at) === "before");
  if (reacted === undefined || first === undefined) return null;
  return refuted({
    incidentId: incident.id,
    explanation:
      "The kubelet was not too slow to notice: it reacted to this pressure before the kernel killed. What it did then did not free memory in time.",
    facts: [
      fact("Its reaction", "stands before the kill", evictionRef(reacted)),
      fact("The kill", "stands after it", killRef(first)),
    ],
  });
};

const neverCrossed = (inputs: Needs, incident: Case, hard: number): Answer | null => {
  const above = inputs.floors.find((f) => incident.kills.some((k) => k.doc.id === f.killId) && f.bytes >= hard);
  if (above === undefined) return null;
  return refuted({
    incidentId: incident.id,
    explanation: `memory.available was still ${size(above.bytes)} when the kernel killed, above the hard threshold of ${size(hard)}: no reaction was due yet, so none was too slow.`,
    facts: [
      fact("memory.available at the kill", size(above.bytes), ...above.from),
      fact("Hard threshold", size(hard), hardRef(inputs.thresholds)),
    ],
  });
};

interface Measured {
  readonly crossing: HardCrossing;
  readonly reaction: Reaction;
  readonly killMs: number;
  readonly hard: number;
}

const factsOf = (inputs: Needs, incident: Case, { crossing, reaction, killMs, hard }: Measured, winShare: number) => {
  const { signal, point } = crossing;
  const [kill] = incident.kills;
  const worst = `${span(reaction.wholeMs)} = 10 s + pass ${span(reaction.passMs)} + kill ${span(reaction.loop.killMs)}`;
  return [
    fact(`${signal.name} below ${size(hard)}`, `${size(point.value)} at ${clock(point.ms)}`, ...signal.refs(point.ms)),
    fact("From the crossing to the kill", span(killMs - point.ms), kill === undefined ? null : killRef(kill)),
    fact("One reaction at worst", worst, hardRef(inputs.thresholds)),
    fact("Phases of the loop that free memory in time", percent(winShare)),
  ] as const;
};

const decide = (inputs: Needs, incident: Case, measured: Measured): Answer => {
  const { crossing, reaction, killMs } = measured;
  const left = killMs - crossing.point.ms;
  const apart = crossing.above === null ? Infinity : crossing.point.ms - crossing.above.ms;
  const points = crossing.signal.points.filter((p) => p.ms <= killMs).map((p) => ({ ms: p.ms, available: p.value }));
  const { winShare } = replay(points, reaction.loop, killMs);
  const common = { incidentId: incident.id, facts: factsOf(inputs, incident, measured, winShare) };
  if (left < reaction.wholeMs && 1 - winShare > LOSES_SHARE)
    return holds({
      ...common,
      explains: "outcome",
      share: 1 - winShare,
      role: "cause",
      confidence: apart > MOST_APART_MS ? "medium" : "high",
      explanation: `Memory ran out within one reaction of the kubelet: ${span(left)} passed between the crossing and the kill, and a reaction takes up to ${span(reaction.wholeMs)}. Replayed over all phases of its loop, the kubelet frees memory in time in ${percent(winShare)} of them.`,
      remedies: thresholdRemedies(inputs, incident, measured.hard, "kernel-faster-than-loop"),
    });
  if (left > reaction.wholeMs && winShare === 1) {
    const explanation = `There was time: ${span(left)} passed between the crossing and the kill, longer than a whole reaction (${span(reaction.wholeMs)}). The replay wins in every phase, so speed alone does not explain the kill.`;
    return refuted({ ...common, explanation });
  }
  const explanation = `Whether one reaction fitted between the crossing and the kill (${span(left)}) depends on where the loop stood: the replay frees memory in time in ${percent(winShare)} of its phases.`;
  const wouldDecide = wanted(
    "the kubelet's log at verbosity 3, which shows when each pass began, and samples at most 1 s apart",
    "kubelet-log",
    "fast-samples",
  );
  return unknown({ ...common, explanation, wouldDecide });
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const hard = inputs.thresholds.memoryHardBytes;
  if (hard === null) return null;
  const settled = reactedBefore(incident) ?? neverCrossed(inputs, incident, hard);
  if (settled !== null) return settled;
  const { killMs } = incident;
  const crossing =
    killMs === null ? null : firstCrossing(inputs, inputs.thresholds, killMs, searchFrom(incident, killMs));
  if (killMs !== null && crossing !== null && inputs.kubelet !== null)
    return decide(inputs, incident, { crossing, reaction: reactionOf(incident, inputs.thresholds), killMs, hard });
  const [kill] = incident.kills;
  if (kill === undefined) return null;
  return unknown({
    incidentId: incident.id,
    explanation:
      killMs === null || crossing === null
        ? `When memory.available fell below ${size(hard)} is not in the samples.`
        : `${crossing.signal.name} fell below ${size(hard)} ${span(killMs - crossing.point.ms)} before the kill; no line of the kubelet shows how long its passes took.`,
    facts: [killFact(kill), fact("Hard threshold", size(hard), hardRef(inputs.thresholds))],
    wouldDecide:
      crossing === null
        ? wanted(
            "samples of the root memory.stat and /proc/meminfo at most 5 s apart through the kill, and the kubelet's log",
            "fast-samples",
            "root-stat",
            "kubelet-log",
          )
        : wanted("the kubelet's log at verbosity 3 through the kill", "kubelet-log"),
  });
};

export const kernelFasterThanLoop = defineRule({
  id: "kernel-faster-than-loop",
  group: "race",
  title: "Memory ran out faster than the kubelet's loop comes round",
  needs: ["incidents", ...THRESHOLD_NEEDS],
  evaluate: (inputs) => contestedWithKill(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
