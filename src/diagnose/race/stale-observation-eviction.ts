// A pod was evicted on a value read before memory came back. Each pass reads memory.available first and acts last
// (pkg/kubelet/eviction/eviction_manager.go synchronize); under pressure a pass takes tens of seconds.
import { type Answer, fact, holds, refuted, remedy, unknown } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { lastBefore } from "../inputs/hard-crossing.ts";
import { evictedOf, evictionRef, killRef, observedRef } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { clock, size, span } from "../text/format.ts";
import { protectUnits } from "../text/protect.ts";
import { isPlaced } from "../../model/instant.ts";
import type { StoryEviction } from "../../model/timeline.ts";
import { EVICTION_PERIOD_MS } from "../../timeline/race/replay.ts";

type Needs = Pick<Inputs, "incidents" | "available" | "allocatable" | "thresholds" | "cgroups">;

/** A sample this long before the action still says what memory was then. */
const FRESH_MS = 10_000;

const evaluate = (inputs: Needs, incident: Case, eviction: StoryEviction): Answer | null => {
  const threshold = eviction.doc.thresholdBytes ?? inputs.thresholds.memoryHardBytes;
  if (!isPlaced(eviction.at) || threshold === null || eviction.doc.pods.length === 0) return null;
  const incidentId = incident.id;
  const actedMs = eviction.at.best;
  const acted = fact("Acted on", `${evictedOf(eviction)} at ${clock(actedMs)}`, evictionRef(eviction));
  const observed = eviction.doc.observedBytes;
  const now = lastBefore(inputs.available, actedMs, FRESH_MS);
  const pods = lastBefore(inputs.allocatable, actedMs, FRESH_MS);
  if (observed === null || eviction.observedAt === null || !isPlaced(eviction.observedAt) || now === null)
    return unknown({
      incidentId,
      explanation:
        observed === null
          ? "The kubelet's message does not say which value it acted on, so how old that was is not known."
          : "No run of samples fits the value that the kubelet printed, or none reaches up to its action.",
      facts: [acted, ...(observed === null ? [] : [fact("Value acted on", size(observed), observedRef(eviction))])],
      wouldDecide:
        "the Evicted message with its quantity (kubelet 1.26 and newer) or the kubelet's log at verbosity 3, and samples through the eviction",
    });
  const ageMs = actedMs - eviction.observedAt.best;
  const recovered =
    now.value >= threshold && (!inputs.thresholds.allocatable || pods === null || pods.value >= threshold);
  const facts = [
    acted,
    fact(
      "Value acted on",
      `${size(observed)}, which fits the samples around ${clock(eviction.observedAt.best)}: ${span(ageMs)} old`,
      observedRef(eviction),
      ...(inputs.available?.refs(eviction.observedAt.best) ?? []),
    ),
    fact(
      "memory.available when it acted",
      `${size(now.value)}, threshold ${size(threshold)}`,
      ...(inputs.available?.refs(now.ms) ?? []),
    ),
    ...(pods === null
      ? []
      : [fact("allocatableMemory.available then", size(pods.value), ...(inputs.allocatable?.refs(pods.ms) ?? []))]),
  ] as const;
  const podsUnknown = inputs.thresholds.allocatable && pods === null;
  if (recovered && podsUnknown)
    return unknown({
      incidentId,
      explanation: `memory.available had recovered to ${size(now.value)} when the kubelet acted; whether the pods' own share had is not in the samples, and either signal fires.`,
      facts,
      wouldDecide: "memory.current, memory.stat and memory.max of the kubepods cgroup over the eviction",
    });
  if (!recovered)
    return refuted({
      incidentId,
      explanation: `The eviction was due when it came: memory was still short of ${size(threshold)}.`,
      facts,
    });
  if (ageMs < EVICTION_PERIOD_MS)
    return refuted({
      incidentId,
      explanation: `The value was ${span(ageMs)} old, less than one pass of the loop.`,
      facts,
    });
  const before = incident.kills.filter((kill) => isPlaced(kill.at) && kill.at.best < actedMs).at(-1);
  const because =
    before === undefined
      ? ""
      : ` In between the kernel had killed ${before.doc.victims[0]?.comm ?? "a process"} and freed it.`;
  return holds({
    incidentId,
    explains: "outcome",
    share: 0.5,
    role: "cause",
    explanation: `${evictedOf(eviction)} was evicted on a value ${span(ageMs)} old: ${size(observed)}, read around ${clock(eviction.observedAt.best)}. When the kubelet acted, memory.available was ${size(now.value)}, above the threshold of ${size(threshold)}.${because}`,
    facts:
      before === undefined ? facts : [...facts, fact("The kill in between", clock(before.at.best), killRef(before))],
    remedies: [
      protectUnits(
        inputs.cgroups,
        actedMs - 180_000,
        actedMs,
        "reading to action under 10 s",
        "stale-observation-eviction",
      ),
      remedy(
        `Shorten the kubelet's passes to under 10 s (this one took ${span(ageMs)} from reading to acting)`,
        `A pass reads memory.available first and then waits for runtime calls and every pod's stats: put image and runtime storage on a disk that reclaim does not share. It took ${span(ageMs)} here and should take less than the loop's own 10 s. Cost: a disk. Check in the next capture: reading to action under 10 s.`,
        "stale-observation-eviction",
        { setting: "duration of a pass", need: ageMs },
      ),
    ].filter((r) => r !== null),
  });
};

export const staleObservationEviction = defineRule({
  id: "stale-observation-eviction",
  group: "race",
  title: "A pod was evicted on a value read before memory had come back",
  needs: ["incidents", "available", "allocatable", "thresholds", "cgroups"],
  evaluate: (inputs) =>
    contestedWithLoss(inputs.incidents).flatMap((incident) =>
      incident.evictions.map((eviction) => evaluate(inputs, incident, eviction)),
    ),
});
