// When a signal that bears the hard threshold fell below it, before the kill.
import type { ThresholdsInForce } from "../../model/timeline.ts";
import { type Point, type Signal, pointsIn, provenBefore } from "./signal.ts";

export interface HardCrossing {
  readonly signal: Signal;
  readonly point: Point;
  /** The sample before it; null where the samples begin below. */
  readonly above: Point | null;
}

/** The first sample below the threshold since `fromMs` that was surely read before the kill. */
export const crossingBefore = (
  signal: Signal | null,
  thresholdBytes: number,
  killMs: number,
  fromMs: number,
): HardCrossing | null => {
  if (signal === null) return null;
  const points = pointsIn(signal, fromMs, killMs).filter((p) => p.latestMs <= killMs);
  const first = points.findIndex((p) => p.value < thresholdBytes);
  const point = points[first];
  return point === undefined ? null : { signal, point, above: points[first - 1] ?? null };
};

/** The earlier of the node's and the pods' signal: either fires the eviction. */
export const firstCrossing = (
  signals: { readonly available: Signal | null; readonly allocatable: Signal | null },
  thresholds: ThresholdsInForce,
  killMs: number,
  fromMs: number,
): HardCrossing | null => {
  if (thresholds.memoryHardBytes === null) return null;
  const node = crossingBefore(signals.available, thresholds.memoryHardBytes, killMs, fromMs);
  const pods = thresholds.allocatable
    ? crossingBefore(signals.allocatable, thresholds.memoryHardBytes, killMs, fromMs)
    : null;
  if (node === null || pods === null) return node ?? pods;
  return pods.point.ms < node.point.ms ? pods : node;
};

/** How far back a fall is looked for where the incident has no span, and how much before its span. Heuristic. */
const LOOK_BACK_MS = 600_000;
const BEFORE_SPAN_MS = 5000;

/** Where the memory of an incident may first have fallen: its own span, or 10 minutes before the kill. */
export const searchFrom = (incident: { readonly span: { readonly fromMs: number } | null }, killMs: number): number =>
  Math.max(incident.span?.fromMs ?? -Infinity, killMs - LOOK_BACK_MS) - BEFORE_SPAN_MS;

/** The value at the kill that is proven to be from before it, no older than `withinMs`. */
export const lastBefore = (signal: Signal | null, ms: number, withinMs: number): Point | null => {
  const point = provenBefore(signal, ms);
  return point !== null && ms - point.ms <= withinMs ? point : null;
};
