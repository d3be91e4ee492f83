// One sampled file as rules read it: values by field at instants, and the line of each. Absent is null.
import type { SourceRef } from "../../model/evidence.ts";
import type { SampledFile } from "../../model/samples.ts";
import type { Timeline } from "../../model/timeline.ts";

export interface Track {
  readonly path: string;
  readonly length: number;
  /** Wall clock of a reading, ms; NaN where nothing places it. */
  ms(reading: number): number;
  /** Uptime at a reading in ms where the tick recorded it, else the wall clock: what rates are made of. */
  upMs(reading: number): number;
  /** Boot of a reading; counters of two boots do not subtract. */
  boot(reading: number): string | null;
  value(reading: number, field: string): number | null;
  has(field: string): boolean;
  fields(): readonly string[];
  ref(reading: number, field: string): SourceRef;
}

/** The last reading at or before an instant; -1 without one. */
export const readingAt = (track: Track, ms: number): number => {
  let low = 0;
  let high = track.length - 1;
  let found = -1;
  while (low <= high) {
    const mid = (low + high) >> 1;
    if (track.ms(mid) <= ms) {
      found = mid;
      low = mid + 1;
    } else high = mid - 1;
  }
  return found;
};

/** A level read longer ago says nothing of an instant: the slowest tier of the collector reads every 30 s, later when it is over budget. Heuristic. */
const STALE_MS = 120_000;

/** A setting: it stays as it was read. */
export const settingAt = (track: Track | null, field: string, ms: number): number | null => {
  if (track === null) return null;
  const reading = readingAt(track, ms);
  return reading < 0 ? null : track.value(reading, field);
};

/** A level: the last reading at or before an instant; null where that is stale. */
export const valueAt = (track: Track | null, field: string, ms: number): number | null => {
  if (track === null) return null;
  const reading = readingAt(track, ms);
  return reading < 0 || ms - track.ms(reading) > STALE_MS ? null : track.value(reading, field);
};

export const refAt = (track: Track | null, field: string, ms: number): SourceRef | null => {
  if (track === null) return null;
  const reading = readingAt(track, ms);
  return reading < 0 || track.value(reading, field) === null ? null : track.ref(reading, field);
};

/** Two readings that bear a difference over a window. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
  readonly seconds: number;
}

/** A gap of more than a quarter of the window leaves the question open. */
const MOST_GAP_SHARE = 0.25;
/** Windows shorter than this are allowed one sample's distance at either end. */
const LEAST_GAP_MS = 2500;

/** The readings around a window, where it is covered: one boot, and no gap of more than a quarter of it. */
export const stretchOf = (track: Track | null, fromMs: number, toMs: number): Stretch | null => {
  if (track === null || !(toMs > fromMs)) return null;
  const gap = Math.max(LEAST_GAP_MS, (toMs - fromMs) * MOST_GAP_SHARE);
  let first = readingAt(track, fromMs);
  if (first < 0 || fromMs - track.ms(first) > gap) first += 1;
  const last = readingAt(track, toMs);
  if (first < 0 || last <= first) return null;
  if (track.ms(first) - fromMs > gap || toMs - track.ms(last) > gap) return null;
  for (let i = first + 1; i <= last; i++) if (track.ms(i) - track.ms(i - 1) > gap) return null;
  if (track.boot(first) !== track.boot(last)) return null;
  const seconds = (track.upMs(last) - track.upMs(first)) / 1000;
  return seconds > 0 ? { first, last, seconds } : null;
};

/** How much a field grew over a window; null where the window is not covered or the field absent. */
export const deltaOf = (track: Track | null, field: string, fromMs: number, toMs: number): number | null => {
  const stretch = stretchOf(track, fromMs, toMs);
  if (track === null || stretch === null) return null;
  const a = track.value(stretch.first, field);
  const b = track.value(stretch.last, field);
  return a === null || b === null ? null : b - a;
};

/** Sum over several fields of one counter; null where none of them exists. */
export const sumOf = (track: Track, reading: number, fields: readonly string[]): number | null => {
  const values = fields.map((field) => track.value(reading, field)).filter((v) => v !== null);
  return values.length === 0 ? null : values.reduce((sum, v) => sum + v, 0);
};

export const deltaOfSum = (
  track: Track | null,
  fields: readonly string[],
  fromMs: number,
  toMs: number,
): { readonly delta: number; readonly seconds: number } | null => {
  const stretch = stretchOf(track, fromMs, toMs);
  if (track === null || stretch === null) return null;
  const a = sumOf(track, stretch.first, fields);
  const b = sumOf(track, stretch.last, fields);
  return a === null || b === null ? null : { delta: b - a, seconds: stretch.seconds };
};

/** Readings of the window, both ends included. */
export const readingsIn = (track: Track | null, fromMs: number, toMs: number): number[] => {
  if (track === null) return [];
  const readings: number[] = [];
  for (let i = Math.max(0, readingAt(track, fromMs)); i < track.length && track.ms(i) <= toMs; i++)
    if (track.ms(i) >= fromMs) readings.push(i);
  return readings;
};

/** Share of a window in which tasks stalled, from the kernel's total in µs; never above 1. Under 2 s the timing error rules. */
export const stallShare = (track: Track | null, kind: "some" | "full", fromMs: number, toMs: number): number | null => {
  const total = deltaOfSum(track, [`${kind}.total`], fromMs, toMs);
  return total === null || total.seconds < 2 ? null : Math.max(0, Math.min(1, total.delta / 1e6 / total.seconds));
};

const finite = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;

/** Readings that nothing places on the wall clock are left out; the rest stand in the order of time. */
export const trackOf = (
  file: SampledFile | null | undefined,
  timeline: Pick<Timeline, "samples" | "tickAt">,
): Track | null => {
  if (file == null || file.length === 0) return null;
  const placed = Array.from({ length: file.length }, (_, reading) => ({
    reading,
    ms: timeline.tickAt(file.tickOf(reading)).best as number,
  }))
    .filter(({ ms }) => Number.isFinite(ms))
    .toSorted((a, b) => a.ms - b.ms);
  if (placed.length === 0) return null;
  const instants = Float64Array.from(placed, ({ ms }) => ms);
  const readings = Int32Array.from(placed, ({ reading }) => reading);
  const tick = (i: number) => timeline.samples.ticks[file.tickOf(readings[i] ?? 0)];
  return {
    path: file.path,
    length: placed.length,
    ms: (i) => instants[i] ?? NaN,
    upMs: (i) => {
      const up = tick(i)?.startUp;
      return up === undefined || Number.isNaN(up) ? (instants[i] ?? NaN) : up * 1000;
    },
    boot: (i) => tick(i)?.bootId ?? null,
    value: (i, field) => finite(file.column(field)?.[readings[i] ?? -1]),
    has: (field) => file.column(field) !== null,
    fields: () => file.fields(),
    ref: (i, field) => file.ref(readings[i] ?? 0, field),
  };
};
