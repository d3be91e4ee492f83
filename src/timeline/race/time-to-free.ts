// From the kubelet's decision to the memory being free: as this incident shows it, else what the kubelet grants.
import { type When, isPlaced } from "../../model/instant.ts";
import type { SourceRef } from "../../model/evidence.ts";
import type { SignalSample, StoryEviction } from "../../model/timeline.ts";

export interface TimeToFree {
  readonly leastMs: number;
  /** Null: the kernel killed first, so how long it would have taken is not known. */
  readonly mostMs: number | null;
  readonly how: "memory-freed" | "not-before-the-kill" | "completed" | "granted";
  readonly from: readonly SourceRef[];
}

/** A hard eviction grants SIGTERM 2 s at the most since 1.28, none before (kuberuntime minimumGracePeriodInSeconds). */
const HARD_GRACE_MS = 2000;
/** A pod's terminationGracePeriodSeconds unless it names another; evictionMaxPodGracePeriod may shorten it. */
const SOFT_GRACE_MS = 30_000;

export const grantedFor = (kind: "hard" | "soft", maxPodGraceSec: number | null): TimeToFree => ({
  leastMs: 0,
  mostMs:
    kind === "hard" ? HARD_GRACE_MS : Math.max(HARD_GRACE_MS, Math.min(SOFT_GRACE_MS, (maxPodGraceSec ?? 0) * 1000)),
  how: "granted",
  from: [],
});

/** So many samples in a row must be over the threshold for a recovery. Heuristic. */
const HELD = 3;

const refsOf = (eviction: StoryEviction): SourceRef[] =>
  eviction.doc.evidence.slice(0, 1).map(({ file, line, text }) => ({ file, line, text }));

/** Null where the incident shows nothing of it. `signal`: the one that the eviction acted on. */
export const shownBy = (
  eviction: StoryEviction | null,
  signal: readonly SignalSample[],
  resolvedBytes: number | null,
  kill: When | null,
): TimeToFree | null => {
  if (eviction === null || !isPlaced(eviction.at)) return null;
  const decided = eviction.at.best;
  const killed = kill !== null && isPlaced(kill) && kill.best > decided ? kill : null;
  const from = refsOf(eviction);
  const { completedAt } = eviction;
  // Memory that reclaim gave back for a while is not the pod's: without its end before the kill nothing was freed by the eviction.
  if (killed !== null && (completedAt === null || completedAt.best >= killed.best))
    return { leastMs: killed.best - decided, mostMs: null, how: "not-before-the-kill", from };
  const freed = resolvedBytes === null ? null : recovery(signal, decided, resolvedBytes);
  if (freed !== null) return { ...freed, how: "memory-freed", from };
  if (completedAt === null || !isPlaced(completedAt)) return null;
  return { leastMs: 0, mostMs: completedAt.latest - decided, how: "completed", from };
};

/** From the decision to the first sample from which the signal stays over the threshold; null where it was never under it. */
const recovery = (
  signal: readonly SignalSample[],
  decided: number,
  resolvedBytes: number,
): Pick<TimeToFree, "leastMs" | "mostMs"> | null => {
  const first = signal.findIndex((s) => s.at.best > decided);
  const before = signal[first - 1];
  if (before === undefined || before.value >= resolvedBytes) return null;
  for (let i = first; i < signal.length; i++) {
    const sample = signal[i];
    if (sample === undefined || !signal.slice(i, i + HELD).every((s) => s.value >= resolvedBytes)) continue;
    const last = signal[i - 1]?.at.best ?? decided;
    return { leastMs: Math.max(0, last - decided), mostMs: sample.at.latest - decided };
  }
  return null;
};
