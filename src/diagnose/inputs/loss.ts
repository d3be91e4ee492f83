// What became of the memory that was lost, measured from a quiet baseline to the crossing: deltas, never levels, for a level
// misleads (338 MiB of active_file may stand above the distance to the threshold and have no part in the fall).
import type { Case, Window } from "./incident.ts";
import { type Signal, pointAt, pointsIn, provenBefore } from "./signal.ts";
import { type Track, readingAt, readingsIn } from "./track.ts";
import type { SourceRef } from "../../model/evidence.ts";

export type Consumer = "anon" | "shmem" | "activeFile" | "kernel" | "hugetlb";

export interface Loss {
  readonly signal: Signal;
  readonly baseline: Window;
  readonly baselineBytes: number;
  readonly endMs: number;
  readonly endBytes: number;
  /** How far the signal fell. */
  readonly lostBytes: number;
  /** Growth of each consumer from baseline to the end; null where the files do not say. */
  readonly grown: Readonly<Record<Consumer, number | null>>;
  /** Lines of a consumer's value: in the baseline, and at the end. */
  refs(consumer: Consumer): readonly SourceRef[];
}

/** Up to 60 s, the quietest of all before the window. */
const BASELINE_MS = 60_000;
/** A shorter stretch is no baseline. */
const LEAST_BASELINE_MS = 5000;
/** The fall must be worth explaining: below it shares are noise. Heuristic. */
export const LEAST_LOSS_BYTES = 64 * 1024 * 1024;

export const median = (values: readonly number[]): number | null => {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return (upper + lower) / 2;
};

/** The span of up to 60 s in which the signal varied least. */
export const quietest = (signal: Signal, fromMs: number, toMs: number): Window | null => {
  const points = pointsIn(signal, fromMs, toMs);
  const last = points.at(-1);
  if (last === undefined) return null;
  let best: (Window & { readonly range: number }) | null = null;
  for (const [i, start] of points.entries()) {
    const end = Math.min(start.ms + BASELINE_MS, last.ms);
    if (end - start.ms < LEAST_BASELINE_MS) break;
    // A shorter span at the end of the window would be quieter for being short.
    if (best !== null && end - start.ms < BASELINE_MS * 0.9 && best.toMs - best.fromMs >= end - start.ms) break;
    let low = Infinity;
    let high = -Infinity;
    for (let j = i; j < points.length; j++) {
      const point = points[j];
      if (point === undefined || point.ms > end) break;
      low = Math.min(low, point.value);
      high = Math.max(high, point.value);
    }
    if (best === null || high - low < best.range) best = { fromMs: start.ms, toMs: end, range: high - low };
  }
  return best === null ? null : { fromMs: best.fromMs, toMs: best.toMs };
};

/** Where no level was crossed and the samples begin within the window: their first seconds. What was lost before them is not seen. */
const opening = (signal: Signal, fromMs: number, toMs: number): Window | null => {
  const points = pointsIn(signal, fromMs, toMs);
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || last.ms - first.ms < 2 * LEAST_BASELINE_MS) return null;
  return { fromMs: first.ms, toMs: first.ms + LEAST_BASELINE_MS };
};

/** Fields of one consumer in one file; a consumer with several is their sum. */
export type Source = readonly (readonly [Track | null, readonly string[]])[];

const valueOf = (source: Source, at: (track: Track, field: string) => number | null): number | null => {
  for (const [track, fields] of source) {
    if (track === null) continue;
    const values = fields.map((field) => at(track, field)).filter((v) => v !== null);
    if (values.length > 0) return values.reduce((sum, v) => sum + v, 0);
  }
  return null;
};

const medianIn =
  (window: Window) =>
  (track: Track, field: string): number | null =>
    median(
      readingsIn(track, window.fromMs, window.toMs)
        .map((reading) => track.value(reading, field))
        .filter((v) => v !== null),
    );

const atInstant =
  (ms: number) =>
  (track: Track, field: string): number | null => {
    const reading = readingAt(track, ms);
    return reading < 0 ? null : track.value(reading, field);
  };

const lineOf = (source: Source, ms: number): SourceRef[] => {
  for (const [track, fields] of source) {
    if (track === null) continue;
    const reading = readingAt(track, ms);
    const present = fields.filter((field) => reading >= 0 && track.value(reading, field) !== null);
    if (present.length > 0) return present.slice(0, 2).map((field) => track.ref(reading, field));
  }
  return [];
};

/** `notBeforeMs`: the end of the incident before this one. */
export const lossOf = (
  incident: Case,
  signal: Signal | null,
  sources: Readonly<Record<Consumer, Source>>,
  notBeforeMs: number,
): Loss | null => {
  const { window } = incident;
  if (signal === null || window === null) return null;
  const baseline =
    quietest(signal, notBeforeMs, window.fromMs) ??
    (incident.crossing === null ? opening(signal, Math.max(notBeforeMs, window.fromMs), window.toMs) : null);
  if (baseline === null) return null;
  const baselineBytes = median(pointsIn(signal, baseline.fromMs, baseline.toMs).map((p) => p.value));
  const end = incident.crossing === null ? provenBefore(signal, window.toMs) : pointAt(signal, incident.crossing.ms);
  if (baselineBytes === null || end === null || end.ms <= baseline.fromMs) return null;
  const grown = (source: Source): number | null => {
    const before = valueOf(source, medianIn(baseline));
    const after = valueOf(source, atInstant(end.ms));
    return before === null || after === null ? null : after - before;
  };
  return {
    signal,
    baseline,
    baselineBytes,
    endMs: end.ms,
    endBytes: end.value,
    lostBytes: baselineBytes - end.value,
    grown: {
      anon: grown(sources.anon),
      shmem: grown(sources.shmem),
      activeFile: grown(sources.activeFile),
      kernel: grown(sources.kernel),
      hugetlb: grown(sources.hugetlb),
    },
    refs: (consumer) => [...lineOf(sources[consumer], baseline.toMs), ...lineOf(sources[consumer], end.ms)],
  };
};

/** Its share of the loss; null where either is not known or the loss too small to share out. */
export const shareOf = (loss: Loss | null, consumer: Consumer): number | null => {
  const grown = loss?.grown[consumer] ?? null;
  return loss === null || grown === null || loss.lostBytes < LEAST_LOSS_BYTES ? null : grown / loss.lostBytes;
};
