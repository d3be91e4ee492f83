// A signal of the kubelet over time, with the lines that its value was computed from.
import type { SourceRef } from "../../model/evidence.ts";
import type { SignalSample, Timeline } from "../../model/timeline.ts";
import { type Track, refAt } from "./track.ts";

export interface Point {
  readonly ms: number;
  /** Latest instant at which it can have been read. */
  readonly latestMs: number;
  readonly value: number;
}

export interface Signal {
  readonly name: "memory.available" | "allocatableMemory.available" | "MemAvailable" | "free and file pages";
  readonly variant: string;
  /** A quantity that the kubelet printed fits it. */
  readonly fitted: boolean;
  readonly points: readonly Point[];
  /** The lines from which the value at an instant was computed. */
  refs(ms: number): readonly SourceRef[];
}

const indexAt = (points: readonly Point[], ms: number): number => {
  let low = 0;
  let high = points.length - 1;
  let found = -1;
  while (low <= high) {
    const mid = (low + high) >> 1;
    if ((points[mid]?.ms ?? Infinity) <= ms) {
      found = mid;
      low = mid + 1;
    } else high = mid - 1;
  }
  return found;
};

/** The last value at or before an instant. */
export const pointAt = (signal: Signal | null, ms: number): Point | null =>
  signal?.points[indexAt(signal.points, ms)] ?? null;

/** The last value that was surely read before an instant. */
export const provenBefore = (signal: Signal | null, ms: number): Point | null => {
  if (signal === null) return null;
  for (let i = indexAt(signal.points, ms); i >= 0; i--) {
    const point = signal.points[i];
    if (point !== undefined && point.latestMs <= ms) return point;
  }
  return null;
};

export const pointsIn = (signal: Signal | null, fromMs: number, toMs: number): readonly Point[] =>
  signal === null ? [] : signal.points.filter((p) => p.ms >= fromMs && p.ms <= toMs);

const pointsOf = (samples: readonly SignalSample[]): Point[] =>
  samples
    .filter((s) => Number.isFinite(s.at.best))
    .map((s) => ({ ms: s.at.best, latestMs: Number.isFinite(s.at.latest) ? s.at.latest : s.at.best, value: s.value }))
    .toSorted((a, b) => a.ms - b.ms);

type Parts = readonly (readonly [Track | null, string])[];

const refsFrom =
  (parts: Parts) =>
  (ms: number): readonly SourceRef[] =>
    parts.map(([track, field]) => refAt(track, field, ms)).filter((ref) => ref !== null);

export interface SignalTracks {
  readonly meminfo: Track | null;
  readonly rootStat: Track | null;
  readonly kubepods: { readonly current: Track | null; readonly max: Track | null; readonly stat: Track | null };
}

/** v1's memory.stat is hierarchical under "total_". */
const inactiveFile = (track: Track | null): string =>
  track?.has("inactive_file") === true || track === null ? "inactive_file" : "total_inactive_file";

export const availableOf = (timeline: Timeline, tracks: SignalTracks): Signal | null =>
  timeline.available === null || timeline.available.samples.length === 0
    ? null
    : {
        name: "memory.available",
        variant: timeline.available.variant,
        fitted: timeline.available.fitted,
        points: pointsOf(timeline.available.samples),
        refs: refsFrom([
          [tracks.rootStat, "anon"],
          [tracks.rootStat, "file"],
          [tracks.rootStat, inactiveFile(tracks.rootStat)],
          [tracks.meminfo, "MemTotal"],
          ...(tracks.rootStat === null
            ? ([
                [tracks.meminfo, "MemFree"],
                [tracks.meminfo, "Inactive(file)"],
              ] as const)
            : []),
        ]),
      };

export const allocatableOf = (timeline: Timeline, tracks: SignalTracks): Signal | null =>
  timeline.allocatable === null || timeline.allocatable.samples.length === 0
    ? null
    : {
        name: "allocatableMemory.available",
        variant: timeline.allocatable.variant,
        fitted: false,
        points: pointsOf(timeline.allocatable.samples),
        refs: refsFrom([
          [tracks.kubepods.current, ""],
          [tracks.kubepods.stat, inactiveFile(tracks.kubepods.stat)],
          [tracks.kubepods.max, ""],
        ]),
      };

export const memAvailableOf = (timeline: Timeline, tracks: SignalTracks): Signal | null =>
  timeline.memAvailable.length === 0
    ? null
    : {
        name: "MemAvailable",
        variant: "/proc/meminfo",
        fitted: false,
        points: pointsOf(timeline.memAvailable),
        refs: refsFrom([[tracks.meminfo, "MemAvailable"]]),
      };

const FREE_PARTS = ["MemFree", "Active(file)", "Inactive(file)"] as const;

/** What the node had left without reclaiming slab or swapping: shows kernel memory that memory.available does not. */
export const freeAndFile = (meminfo: Track | null): Signal | null => {
  if (meminfo === null) return null;
  const points: Point[] = [];
  for (let i = 0; i < meminfo.length; i++) {
    const parts = FREE_PARTS.map((field) => meminfo.value(i, field));
    const ms = meminfo.ms(i);
    if (parts.every((v) => v !== null)) points.push({ ms, latestMs: ms, value: parts.reduce((n, v) => n + v, 0) });
  }
  const refs = refsFrom(FREE_PARTS.map((field) => [meminfo, field] as const));
  return points.length === 0
    ? null
    : { name: "free and file pages", variant: "/proc/meminfo", fitted: false, points, refs };
};
