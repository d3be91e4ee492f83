// Evictions of the document: the assembled decisions, with the signal that the replay on the captured series settles (the log says
// "memory" for either one), the threshold they broke, and when the value they acted on was read.
import type { Eviction, PodRef } from "../../model/analysis.ts";
import type { StoryEviction, ThresholdsInForce } from "../../model/timeline.ts";
import { type Fit, fitObservation } from "../available/fit.ts";
import { signalUnder } from "../available/under.ts";
import type { VariantSeries } from "../available/memory-available.ts";
import { toEvidence, toInstant } from "../document/instant.ts";
import type { AssembledEviction } from "../evictions/assembled-eviction.ts";

const isMemory = (eviction: AssembledEviction): boolean =>
  eviction.resource === "memory" || /memory/i.test(eviction.signal ?? "");

/** A soft threshold has no allocatable twin (addAllocatableThresholds). */
const kindOf = (eviction: AssembledEviction, thresholds: ThresholdsInForce): Eviction["kind"] => {
  if (eviction.kind !== null || eviction.thresholdBytes === null) return eviction.kind;
  if (eviction.thresholdBytes === thresholds.memorySoftBytes && eviction.thresholdBytes !== thresholds.memoryHardBytes)
    return "soft";
  return eviction.thresholdBytes === thresholds.memoryHardBytes ? "hard" : null;
};

const fitOf = (
  eviction: AssembledEviction,
  variants: readonly VariantSeries[],
  kind: Eviction["kind"],
  thresholds: ThresholdsInForce,
): Fit | null => {
  if (eviction.observedBytes === null) return null;
  const possible = variants.filter(
    (v) => v.signal === "memory.available" || (kind !== "soft" && thresholds.allocatable),
  );
  return fitObservation(possible, eviction.observedBytes, eviction.at);
};

/** The value is nowhere: of the two signals only one may have been under its threshold. */
const replayedSignal = (
  eviction: AssembledEviction,
  variants: readonly VariantSeries[],
  thresholds: ThresholdsInForce,
): string | null => {
  const { memoryHardBytes, memorySoftBytes, allocatable, known } = thresholds;
  if (!known) return null;
  const nodeBytes = Math.max(memoryHardBytes ?? 0, memorySoftBytes ?? 0);
  const limits = {
    nodeBytes: nodeBytes > 0 ? nodeBytes : null,
    allocatableBytes: allocatable ? memoryHardBytes : null,
  };
  return signalUnder(variants, limits, eviction.at);
};

const signalOf = (
  eviction: AssembledEviction,
  fit: Fit | null,
  kind: Eviction["kind"],
  variants: readonly VariantSeries[],
  thresholds: ThresholdsInForce,
): string | null => {
  if (eviction.signal !== null) return eviction.signal;
  if (!isMemory(eviction)) return null;
  if (fit !== null) return fit.series.signal;
  // Where the allocatable signal does not exist, only one is left.
  if (kind === "soft" || (thresholds.known && !thresholds.allocatable)) return "memory.available";
  return eviction.observedBytes === null ? replayedSignal(eviction, variants, thresholds) : null;
};

export interface FittedEviction {
  readonly story: StoryEviction;
  readonly fit: Fit | null;
}

export const storyEvictions = (
  assembled: readonly AssembledEviction[],
  variants: readonly VariantSeries[],
  thresholds: ThresholdsInForce,
  named: (pod: PodRef) => PodRef,
): FittedEviction[] =>
  assembled.map((eviction, i) => {
    const kind = kindOf(eviction, thresholds);
    const fit = isMemory(eviction) ? fitOf(eviction, variants, kind, thresholds) : null;
    const signal = signalOf(eviction, fit, kind, variants, thresholds);
    const doc: Eviction = {
      id: `eviction-${i + 1}`,
      at: toInstant(eviction.at),
      // The text says "memory" and nothing decides between the two signals: "memory" is then all that is known.
      signal: signal ?? (isMemory(eviction) ? "memory" : null),
      kind,
      thresholdBytes: eviction.thresholdBytes,
      observedBytes: eviction.observedBytes,
      pods: eviction.pods.map(named),
      completedAt: eviction.completedAt === null ? null : toInstant(eviction.completedAt),
      failed: eviction.failed,
      evidence: eviction.from.map(toEvidence),
    };
    const story: StoryEviction = {
      doc,
      at: eviction.at,
      rankedAt: eviction.rankedAt,
      completedAt: eviction.completedAt,
      finishedAt: eviction.completedAt ?? eviction.timedOutAt,
      timedOut: eviction.timedOutAt !== null,
      killFailed: eviction.killFailed,
      observedAt: fit?.observedAt ?? null,
    };
    return { story, fit };
  });

export const isMemoryEviction = (eviction: StoryEviction): boolean => /memory/i.test(eviction.doc.signal ?? "");
