// It evicted, and memory stayed short: one pod a pass (pkg/kubelet/eviction/eviction_manager.go), and the pod was small, or what it
// held (tmpfs, cache, slab) outlived it.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { reactionOf } from "../inputs/loop.ts";
import { evictedOf, evictionRef, killRef } from "../inputs/refs.ts";
import { type Point, type Signal, pointsIn } from "../inputs/signal.ts";
import { defineRule } from "../rule.ts";
import { clock, perSecond, quantity, size, span } from "../text/format.ts";
import { isPlaced } from "../../model/instant.ts";
import type { StoryEviction } from "../../model/timeline.ts";

type Needs = Pick<Inputs, "incidents" | "available" | "allocatable" | "thresholds" | "podMemory">;

const LOOK_AFTER_MS = 30_000;

const next = (incident: Case, eviction: StoryEviction, afterMs: number, withinMs: number) => {
  const kill = incident.kills.find((k) => isPlaced(k.at) && k.at.best > afterMs && k.at.best - afterMs <= withinMs);
  const again = incident.evictions.find(
    (e) => e !== eviction && isPlaced(e.at) && e.at.best > afterMs && e.at.best - afterMs <= withinMs,
  );
  if (kill !== undefined) return { what: "the kernel killed", ms: kill.at.best as number, ref: killRef(kill) };
  return again === undefined
    ? null
    : { what: `${evictedOf(again)} was evicted as well`, ms: again.at.best as number, ref: evictionRef(again) };
};

const moreReclaim = (inputs: Needs, incident: Case) => {
  const rate = incident.race?.fallRateBytesPerSec ?? null;
  if (rate === null || rate <= 0) return [];
  const whole = reactionOf(incident, inputs.thresholds).wholeMs;
  const needed = rate * (whole / 1000);
  // The manager evicts until that much is free: more than the largest pod holds costs every pod.
  const largest = Math.max(0, ...inputs.podMemory.map((p) => p.peak?.workingSetBytes ?? 0));
  if (largest > 0 && needed > largest) return [];
  return [
    remedy(
      `Set evictionMinimumReclaim memory.available to ${quantity(needed)}`,
      `Kubelet configuration: the manager then evicts until memory.available is ${quantity(needed)} over the threshold. ${perSecond(rate)} × ${span(whole)} = ${size(needed)}. Cost: more pods are evicted each time. Check: one round of evictions, no kill after it.`,
      "eviction-freed-too-little",
      { setting: "evictionMinimumReclaim memory.available", need: needed },
    ),
  ];
};

interface After {
  readonly signal: Signal;
  readonly best: Point;
  readonly threshold: number;
  readonly doneMs: number;
}

const decide = (
  inputs: Needs,
  incident: Case,
  eviction: StoryEviction,
  { signal, best, threshold, doneMs }: After,
): Answer => {
  const target = threshold + inputs.thresholds.minimumReclaimBytes;
  const level = `at most ${size(best.value)}, threshold ${size(threshold)}`;
  const facts = [
    evictedFact(eviction, doneMs),
    fact(`${signal.name} within 30 s after`, level, ...signal.refs(best.ms)),
  ] as const;
  const common = { incidentId: incident.id, facts };
  if (best.value >= target) {
    const explanation = `Memory was not short after it: ${signal.name} stood at ${size(best.value)} within 30 s, above ${size(target)}.`;
    return refuted({ ...common, explanation });
  }
  const followed = next(incident, eviction, doneMs, reactionOf(incident, inputs.thresholds).wholeMs);
  if (followed === null) {
    const explanation = `After the eviction ${signal.name} reached ${size(best.value)} only, and neither a kill nor another eviction followed at once.`;
    return unknown({
      ...common,
      explanation,
      wouldDecide: wanted("a capture that reaches a minute beyond the eviction", "afterwards"),
    });
  }
  const later = `${span(followed.ms - doneMs)} later`;
  if (best.value >= threshold) {
    const explanation = `After the eviction ${signal.name} reached ${size(best.value)}: over the threshold of ${size(threshold)}, and less than the ${size(target)} at which the kubelet stops (evictionMinimumReclaim). ${later} ${followed.what}.`;
    return unknown({
      ...common,
      explanation,
      wouldDecide: wanted("samples at most 1 s apart after the eviction", "fast-samples"),
    });
  }
  return holds({
    ...common,
    explains: "outcome",
    share: 0.8,
    role: "cause",
    explanation: `${evictedOf(eviction)} was evicted and cleaned up, and ${signal.name} still stood at ${size(best.value)} at most, below ${size(threshold)}; ${later} ${followed.what}.`,
    facts: [...facts, fact("What followed", `${followed.what} ${later}`, followed.ref)],
    remedies: moreReclaim(inputs, incident),
  });
};

const evictedFact = (eviction: StoryEviction, doneMs: number) =>
  fact("Evicted", `${evictedOf(eviction)}, cleaned up at ${clock(doneMs)}`, evictionRef(eviction));

const evaluate = (inputs: Needs, incident: Case, eviction: StoryEviction): Answer | null => {
  const done = eviction.completedAt;
  const threshold = eviction.doc.thresholdBytes ?? inputs.thresholds.memoryHardBytes;
  if (done === null || !isPlaced(done) || threshold === null || eviction.doc.pods.length === 0) return null;
  const doneMs = done.best;
  const signal = eviction.doc.signal === "allocatableMemory.available" ? inputs.allocatable : inputs.available;
  // What a kill of the kernel freed, the eviction did not.
  const killMs = incident.kills.find((k) => isPlaced(k.at) && k.at.best > doneMs)?.at.best ?? Infinity;
  const after = pointsIn(signal, doneMs, Math.min(doneMs + LOOK_AFTER_MS, killMs));
  if (signal !== null && after.length > 0) {
    const best = after.reduce((a, b) => (b.value > a.value ? b : a));
    return decide(inputs, incident, eviction, { signal, best, threshold, doneMs });
  }
  return unknown({
    incidentId: incident.id,
    explanation: `No sample stands ${killMs <= doneMs + LOOK_AFTER_MS ? `between the eviction and the kill ${span(killMs - doneMs)} later` : "in the 30 s after the eviction"}, so whether it freed enough is not known.`,
    facts: [evictedFact(eviction, doneMs)],
    wouldDecide: wanted(
      "samples of memory.available (or of kubepods) in the 30 s after the eviction",
      "afterwards",
      "root-stat",
      "kubepods",
    ),
  });
};

export const evictionFreedTooLittle = defineRule({
  id: "eviction-freed-too-little",
  group: "race",
  title: "An eviction completed, and memory stayed short",
  needs: ["incidents", "available", "allocatable", "thresholds", "podMemory"],
  evaluate: (inputs) =>
    contestedWithLoss(inputs.incidents).flatMap((incident) =>
      incident.evictions.map((eviction) => evaluate(inputs, incident, eviction)),
    ),
});
