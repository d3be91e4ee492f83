// Where no sample exists: a pause of ticks far beyond their usual interval is a gap, and in an incident it is evidence of a stall.
import type { Analysis } from "../../model/analysis.ts";
import { type When, isPlaced } from "../../model/instant.ts";
import type { Samples } from "../../model/samples.ts";
import { toInstant } from "../document/instant.ts";
import type { Point } from "./downsample.ts";

/** A pause of four usual intervals, and of 3 s at least, is drawn as a gap. Heuristic. */
const GAP_INTERVALS = 4;
const GAP_LEAST_MS = 3000;

export const medianOf = (values: readonly number[]): number | null => {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const mid = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[mid] ?? null) : ((sorted[mid - 1] ?? 0) + (sorted[mid] ?? 0)) / 2;
};

/** Indices of the ticks of the densest tier, for the median interval. */
const startsOf = (samples: Samples, tickAt: (tick: number) => When): When[] => {
  const tiers = ["fast", "mid", "full", "once"] as const;
  for (const tier of tiers) {
    const whens = samples.ticks.flatMap((tick, i) => (tick.tier === tier ? [tickAt(i)] : [])).filter(isPlaced);
    if (whens.length > 1) return whens.toSorted((a, b) => a.best - b.best);
  }
  return [];
};

export const coverageOf = (samples: Samples, tickAt: (tick: number) => When): Omit<Analysis["coverage"], "sources"> => {
  const whens = startsOf(samples, tickAt);
  const intervals = whens.slice(1).map((when, i) => when.best - (whens[i]?.best ?? 0));
  const median = medianOf(intervals);
  const least = median === null ? Number.POSITIVE_INFINITY : Math.max(GAP_LEAST_MS, median * GAP_INTERVALS);
  const gaps = whens.slice(1).flatMap((when, i) => {
    const before = whens[i];
    return before && when.earliest - before.latest > least
      ? [
          {
            from: toInstant(before),
            to: toInstant(when),
            reason: "no sample: the collector itself was stalled or stopped",
          },
        ]
      : [];
  });
  const [first] = whens;
  const last = whens.at(-1);
  return {
    from: first ? toInstant(first) : null,
    to: last ? toInstant(last) : null,
    ticks: samples.ticks.filter((t) => t.tier !== "once").length,
    medianIntervalMs: median === null ? null : Math.round(median * 10) / 10,
    gaps,
  };
};

/** Breaks a line where the pause between two points is a gap. */
export const withGaps = (points: readonly { readonly ms: number; readonly value: number }[]): Point[] => {
  const median = medianOf(points.slice(1).map((p, i) => p.ms - (points[i]?.ms ?? 0))) ?? 0;
  const least = Math.max(GAP_LEAST_MS, median * GAP_INTERVALS);
  const broken: Point[] = [];
  points.forEach((point, i) => {
    const before = points[i - 1];
    if (before && point.ms - before.ms > least) broken.push({ ms: before.ms + 1, value: null });
    broken.push(point);
  });
  return broken;
};
