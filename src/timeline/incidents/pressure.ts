// When was there memory pressure: memory.available (or the allocatable one) under a threshold, or PSI memory some ≥ 10 %.
import type { SignalSample, ThresholdsInForce } from "../../model/timeline.ts";
import type { PressureInterval } from "../psi/pressure-interval.ts";
import type { Span } from "./spans.ts";

/** PSI memory some of at least 10 % over 10 s is pressure. Heuristic (verdict.md). */
export const PSI_PRESSURE_SHARE = 0.1;
export const PSI_PRESSURE_WINDOW_MS = 10_000;

export interface PressureSpan extends Span {
  readonly kind: "node-available" | "allocatable-available" | "node-psi" | "kubepods-psi" | "pod-psi";
  /** Cgroup of the pod, for pod-psi. */
  readonly cgroup: string | null;
}

/** Runs of consecutive samples under a threshold. */
export const spansUnder = (
  samples: readonly SignalSample[],
  thresholdBytes: number | null,
  kind: PressureSpan["kind"],
): PressureSpan[] => {
  if (thresholdBytes === null) return [];
  const spans: PressureSpan[] = [];
  let open: { from: number; to: number } | null = null;
  for (const sample of samples) {
    if (sample.value < thresholdBytes) {
      open = open === null ? { from: sample.at.best, to: sample.at.best } : { from: open.from, to: sample.at.best };
    } else if (open !== null) {
      spans.push({ ...open, kind, cgroup: null });
      open = null;
    }
  }
  if (open !== null) spans.push({ ...open, kind, cgroup: null });
  return spans;
};

export const availabilitySpans = (
  thresholds: ThresholdsInForce,
  available: readonly SignalSample[],
  allocatable: readonly SignalSample[],
): PressureSpan[] => {
  const highest = Math.max(thresholds.memoryHardBytes ?? 0, thresholds.memorySoftBytes ?? 0);
  return [
    ...spansUnder(available, highest > 0 ? highest : null, "node-available"),
    ...spansUnder(allocatable, thresholds.allocatable ? thresholds.memoryHardBytes : null, "allocatable-available"),
  ];
};

/** Sliding 10 s: the share of it in which some task stalled. */
export const psiSpans = (
  intervals: readonly PressureInterval[],
  kind: PressureSpan["kind"],
  cgroup: string | null,
): PressureSpan[] => {
  const spans: PressureSpan[] = [];
  let open: { from: number; to: number } | null = null;
  let start = 0;
  let stalled = 0;
  let length = 0;
  intervals.forEach((interval, i) => {
    const some = interval.some ?? 0;
    stalled += some * (interval.toMs - interval.fromMs);
    length += interval.toMs - interval.fromMs;
    while (start < i) {
      const first = intervals[start];
      if (!first || interval.toMs - first.toMs < PSI_PRESSURE_WINDOW_MS) break;
      stalled -= (first.some ?? 0) * (first.toMs - first.fromMs);
      length -= first.toMs - first.fromMs;
      start++;
    }
    const first = intervals[start];
    const over =
      first !== undefined &&
      length >= PSI_PRESSURE_WINDOW_MS / 2 &&
      stalled / Math.max(length, PSI_PRESSURE_WINDOW_MS) >= PSI_PRESSURE_SHARE;
    if (over) open = open === null ? { from: first.fromMs, to: interval.toMs } : { from: open.from, to: interval.toMs };
    else if (open !== null) {
      spans.push({ ...open, kind, cgroup });
      open = null;
    }
  });
  if (open !== null) spans.push({ ...(open as { from: number; to: number }), kind, cgroup });
  return spans;
};
