// A pod was evicted on a value read before memory came back. Each pass reads memory.available first and acts last
// (pkg/kubelet/eviction/eviction_manager.go synchronize); under pressure a pass takes tens of seconds.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { lastBefore } from "../inputs/hard-crossing.ts";
import { evictedOf, evictionRef, killRef, observedRef, victimName } from "../inputs/refs.ts";
import type { Point } from "../inputs/signal.ts";
import { defineRule } from "../rule.ts";
import { clock, size, span } from "../text/format.ts";
import { protectUnits } from "../text/protect.ts";
import { isPlaced } from "../../model/instant.ts";
import type { StoryEviction } from "../../model/timeline.ts";
import { EVICTION_PERIOD_MS } from "../../timeline/race/replay.ts";

type Needs = Pick<Inputs, "incidents" | "available" | "allocatable" | "thresholds" | "cgroups">;

/** A sample this long before the action still says what memory was then. */
const FRESH_MS = 10_000;

interface Measured {
  readonly eviction: StoryEviction;
  readonly threshold: number;
  readonly actedMs: number;
  readonly observed: number;
  readonly observedMs: number;
  readonly now: Point;
  readonly pods: Point | null;
}

const measure = (inputs: Needs, eviction: StoryEviction, threshold: number): Measured | null => {
  const observed = eviction.doc.observedBytes;
  const actedMs = eviction.at.best;
  const now = lastBefore(inputs.available, actedMs, FRESH_MS);
  if (observed === null || eviction.observedAt === null || !isPlaced(eviction.observedAt) || now === null) return null;
  const pods = lastBefore(inputs.allocatable, actedMs, FRESH_MS);
  return { eviction, threshold, actedMs, observed, observedMs: eviction.observedAt.best, now, pods };
};

const actedFact = (eviction: StoryEviction) =>
  fact("Acted on", `${evictedOf(eviction)} at ${clock(eviction.at.best)}`, evictionRef(eviction));

const factsOf = (inputs: Needs, { eviction, threshold, actedMs, observed, observedMs, now, pods }: Measured) => {
  const fits = `${size(observed)}, which fits the samples around ${clock(observedMs)}: ${span(actedMs - observedMs)} old`;
  const then = `${size(now.value)}, threshold ${size(threshold)}`;
  return [
    actedFact(eviction),
    fact("Value acted on", fits, observedRef(eviction), ...(inputs.available?.refs(observedMs) ?? [])),
    fact("memory.available when it acted", then, ...(inputs.available?.refs(now.ms) ?? [])),
    ...(pods === null
      ? []
      : [fact("allocatableMemory.available then", size(pods.value), ...(inputs.allocatable?.refs(pods.ms) ?? []))]),
  ] as const;
};

const notMeasured = (incident: Case, eviction: StoryEviction): Answer => {
  const observed = eviction.doc.observedBytes;
  return unknown({
    incidentId: incident.id,
    explanation:
      observed === null
        ? "The kubelet's message does not say which value it acted on, so how old that was is not known."
        : "No run of samples fits the value that the kubelet printed, or none reaches up to its action.",
    facts: [
      actedFact(eviction),
      ...(observed === null ? [] : [fact("Value acted on", size(observed), observedRef(eviction))]),
    ],
    wouldDecide: wanted(
      "the Evicted message with its quantity (kubelet 1.26 and newer) or the kubelet's log at verbosity 3, and samples through the eviction",
      "kubelet-log",
      "fast-samples",
    ),
  });
};

const holding = (inputs: Needs, incident: Case, measured: Measured): Answer => {
  const { eviction, threshold, actedMs, observed, observedMs, now } = measured;
  const age = span(actedMs - observedMs);
  const between = incident.kills.findLast(
    (kill) => isPlaced(kill.at) && kill.at.best > observedMs && kill.at.best < actedMs,
  );
  const freed = between === undefined ? "" : ` In between the kernel had killed ${victimName(between)} and freed it.`;
  const page = "stale-observation-eviction";
  const protect = protectUnits(inputs.cgroups, actedMs, "reading to action under 10 s", page);
  const shorten = remedy(
    `Shorten the kubelet's passes to under 10 s (this one took ${age} from reading to acting)`,
    `A pass reads memory.available first and then waits for runtime calls and every pod's stats: put image and runtime storage on a disk that reclaim does not share. It took ${age} here and should take less than the loop's own 10 s. Cost: a disk. Check in the next capture: reading to action under 10 s.`,
    page,
    { setting: "duration of a pass", need: actedMs - observedMs },
  );
  const [head, ...rest] = factsOf(inputs, measured);
  return holds({
    incidentId: incident.id,
    explains: "outcome",
    share: 0.5,
    role: "cause",
    explanation: `${evictedOf(eviction)} was evicted on a value ${age} old: ${size(observed)}, read around ${clock(observedMs)}. When the kubelet acted, memory.available was ${size(now.value)}, above the threshold of ${size(threshold)}.${freed}`,
    facts: [
      head,
      ...rest,
      ...(between === undefined ? [] : [fact("The kill in between", clock(between.at.best), killRef(between))]),
    ],
    remedies: protect === null ? [shorten] : [protect, shorten],
  });
};

const evaluate = (inputs: Needs, incident: Case, eviction: StoryEviction): Answer | null => {
  const threshold = eviction.doc.thresholdBytes ?? inputs.thresholds.memoryHardBytes;
  if (!isPlaced(eviction.at) || threshold === null || eviction.doc.pods.length === 0) return null;
  const measured = measure(inputs, eviction, threshold);
  if (measured === null) return notMeasured(incident, eviction);
  const { now, pods, actedMs, observedMs } = measured;
  const common = { incidentId: incident.id, facts: factsOf(inputs, measured) };
  const short = now.value < threshold || (inputs.thresholds.allocatable && pods !== null && pods.value < threshold);
  if (short) {
    const explanation = `The eviction was due when it came: memory was still short of ${size(threshold)}.`;
    return refuted({ ...common, explanation });
  }
  if (inputs.thresholds.allocatable && pods === null) {
    const explanation = `memory.available had recovered to ${size(now.value)} when the kubelet acted; whether the pods' own share had is not in the samples, and either signal fires.`;
    return unknown({
      ...common,
      explanation,
      wouldDecide: wanted(
        "memory.current, memory.stat and memory.max of the kubepods cgroup over the eviction",
        "kubepods",
      ),
    });
  }
  if (actedMs - observedMs >= EVICTION_PERIOD_MS) return holding(inputs, incident, measured);
  return refuted({
    ...common,
    explanation: `The value was ${span(actedMs - observedMs)} old, less than one pass of the loop.`,
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
