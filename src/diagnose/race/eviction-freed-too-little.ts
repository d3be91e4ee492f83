// It evicted, and memory stayed short: one pod a pass (pkg/kubelet/eviction/eviction_manager.go), and the pod was small, or what it
// held (tmpfs, cache, slab) outlived it.
import { type Answer, fact, holds, refuted, remedy, unknown } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { reactionOf } from "../inputs/loop.ts";
import { evictedOf, evictionRef, killRef } from "../inputs/refs.ts";
import { pointsIn } from "../inputs/signal.ts";
import { defineRule } from "../rule.ts";
import { clock, perSecond, quantity, size, span } from "../text/format.ts";
import { isPlaced } from "../../model/instant.ts";
import type { StoryEviction } from "../../model/timeline.ts";

type Needs = Pick<Inputs, "incidents" | "available" | "allocatable" | "thresholds">;

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

const evaluate = (inputs: Needs, incident: Case, eviction: StoryEviction): Answer | null => {
  const done = eviction.completedAt;
  const threshold = eviction.doc.thresholdBytes ?? inputs.thresholds.memoryHardBytes;
  if (done === null || !isPlaced(done) || threshold === null || eviction.doc.pods.length === 0) return null;
  const incidentId = incident.id;
  const doneMs = done.best;
  const signal = eviction.doc.signal === "allocatableMemory.available" ? inputs.allocatable : inputs.available;
  const evicted = fact("Evicted", `${evictedOf(eviction)}, cleaned up at ${clock(doneMs)}`, evictionRef(eviction));
  const after = pointsIn(signal, doneMs, doneMs + LOOK_AFTER_MS);
  const last = after.at(-1);
  if (signal === null || last === undefined)
    return unknown({
      incidentId,
      explanation: "No sample stands in the 30 s after the eviction, so whether it freed enough is not known.",
      facts: [evicted],
      wouldDecide: "samples of memory.available (or of kubepods) in the 30 s after the eviction",
    });
  const target = threshold + inputs.thresholds.minimumReclaimBytes;
  const best = after.reduce((a, b) => (b.value > a.value ? b : a));
  const level = fact(
    `${signal.name} within 30 s after`,
    `at most ${size(best.value)}, threshold ${size(threshold)}`,
    ...signal.refs(best.ms),
  );
  if (best.value >= target)
    return refuted({
      incidentId,
      explanation: `It freed enough: ${signal.name} stood at ${size(best.value)} within 30 s, above ${size(target)}.`,
      facts: [evicted, level],
    });
  const followed = next(incident, eviction, doneMs, reactionOf(incident, inputs.thresholds).wholeMs);
  if (followed === null || best.value >= threshold)
    return unknown({
      incidentId,
      explanation: `After the eviction ${signal.name} reached ${size(best.value)} only, and neither a kill nor another eviction followed at once.`,
      facts: [evicted, level],
      wouldDecide: "a capture that reaches a minute beyond the eviction",
    });
  const rate = incident.race?.fallRateBytesPerSec ?? null;
  const needed = rate === null || rate <= 0 ? null : rate * (reactionOf(incident, inputs.thresholds).wholeMs / 1000);
  return holds({
    incidentId,
    explains: "outcome",
    share: 0.8,
    role: "cause",
    explanation: `${evictedOf(eviction)} was evicted and cleaned up, and ${signal.name} still stood at ${size(best.value)} at most, below ${size(threshold)}; ${span(followed.ms - doneMs)} later ${followed.what}.`,
    facts: [
      evicted,
      level,
      fact("What followed", `${followed.what} ${span(followed.ms - doneMs)} later`, followed.ref),
    ],
    remedies:
      needed === null
        ? []
        : [
            remedy(
              `Set evictionMinimumReclaim memory.available to ${quantity(needed)}`,
              `Kubelet configuration: the manager then evicts until memory.available is ${quantity(needed)} over the threshold. ${perSecond(rate ?? 0)} × ${span(reactionOf(incident, inputs.thresholds).wholeMs)} = ${size(needed)}. Cost: more pods are evicted each time. Check: one round of evictions, no kill after it.`,
              "eviction-freed-too-little",
            ),
          ],
  });
};

export const evictionFreedTooLittle = defineRule({
  id: "eviction-freed-too-little",
  group: "race",
  title: "An eviction completed, and memory stayed short",
  needs: ["incidents", "available", "allocatable", "thresholds"],
  evaluate: (inputs) =>
    contestedWithLoss(inputs.incidents).flatMap((incident) =>
      incident.evictions.map((eviction) => evaluate(inputs, incident, eviction)),
    ),
});
