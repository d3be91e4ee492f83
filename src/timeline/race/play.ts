// One course of the kubelet's eviction loop over the captured signals (pkg/kubelet/eviction/eviction_manager.go synchronize): what it
// would have noticed and done, pass by pass, at given thresholds.
import type { SignalSample } from "../../model/timeline.ts";
import type { Watch } from "./settings.ts";

/** One pass: memory.available is read at its beginning, kubepods at its end, and it acts then. Wall clock, ms. */
export interface Pass {
  readonly readAt: number;
  readonly actAt: number;
}

/** What a reading between two samples showed: the value of the one before it, or that of the one after it. Both are played. */
export type Reads = "sample-before" | "sample-after";

export interface Course {
  readonly passes: readonly Pass[];
  readonly reads: Reads;
}

export interface Captured {
  /** memory.available, in the kubelet's arithmetic, by time. */
  readonly available: readonly SignalSample[];
  readonly allocatable: readonly SignalSample[];
}

export interface Met {
  readonly atMs: number;
  readonly kind: "hard" | "soft";
  readonly signal: "memory.available" | "allocatableMemory.available";
  readonly valueBytes: number;
  readonly thresholdBytes: number;
  /** Of the sample that was read. */
  readonly tick: number;
}

export interface Played {
  /** First pass that met a threshold, in grace or not. */
  readonly noticed: Met | null;
  /** First pass that would have evicted. */
  readonly acted: Met | null;
}

/** The samples about `ms`; null before the first one, and the last one stands for what comes after it. */
const sampleAt = (samples: readonly SignalSample[], ms: number, reads: Reads): SignalSample | null => {
  let low = 0;
  let high = samples.length - 1;
  const first = samples[0];
  if (first === undefined || first.at.best > ms) return null;
  while (low < high) {
    const mid = (low + high + 1) >> 1;
    if ((samples[mid]?.at.best ?? 0) <= ms) low = mid;
    else high = mid - 1;
  }
  return (reads === "sample-after" ? samples[low + 1] : undefined) ?? samples[low] ?? null;
};

const under = (
  sample: SignalSample | null,
  shift: number,
  threshold: number | null,
): { valueBytes: number; thresholdBytes: number; tick: number } | null => {
  if (sample === null || threshold === null) return null;
  const valueBytes = sample.value + shift;
  return valueBytes < threshold ? { valueBytes, thresholdBytes: threshold, tick: sample.tick } : null;
};

const hardMet = (captured: Captured, watch: Watch, pass: Pass, reads: Reads): Met | null => {
  const node = under(sampleAt(captured.available, pass.readAt, reads), 0, watch.hardBytes);
  if (node !== null) return { ...node, atMs: pass.actAt, kind: "hard", signal: "memory.available" };
  const pods = under(
    sampleAt(captured.allocatable, pass.actAt, reads),
    watch.allocatableShiftBytes,
    watch.allocatableBytes,
  );
  return pods === null ? null : { ...pods, atMs: pass.actAt, kind: "hard", signal: "allocatableMemory.available" };
};

/** `stopMs`: passes that end later are not played. */
export const play = (captured: Captured, watch: Watch, { passes, reads }: Course, stopMs: number): Played => {
  let noticed: Met | null = null;
  let softSince: number | null = null;
  for (const pass of passes) {
    if (pass.actAt > stopMs) break;
    const hard = hardMet(captured, watch, pass, reads);
    if (hard !== null) return { noticed: noticed ?? hard, acted: hard };
    const value = under(sampleAt(captured.available, pass.readAt, reads), 0, watch.softBytes);
    if (value === null) {
      softSince = null;
      continue;
    }
    const soft: Met = { ...value, atMs: pass.actAt, kind: "soft", signal: "memory.available" };
    noticed ??= soft;
    // First observed in the pass that saw it (thresholdsFirstObservedAt); the grace is held against the later pass' own clock.
    softSince ??= pass.actAt;
    if (pass.actAt - softSince >= watch.softGraceMs) return { noticed, acted: soft };
  }
  return { noticed, acted: null };
};
