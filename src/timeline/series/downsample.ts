// At most 600 points a series for the charts; minimum and maximum of each stretch are kept, and so is every gap.
import type { Series } from "../../model/analysis.ts";

export const MOST_POINTS = 600;

export interface Point {
  readonly ms: number;
  /** Null: a gap in the data begins here. */
  readonly value: number | null;
}

const extremes = (bucket: readonly Point[]): Point[] => {
  let low: Point | null = null;
  let high: Point | null = null;
  const gaps: Point[] = [];
  for (const point of bucket) {
    if (point.value === null) gaps.push(point);
    else {
      if (low === null || point.value < (low.value ?? 0)) low = point;
      if (high === null || point.value > (high.value ?? 0)) high = point;
    }
  }
  const kept = [low, high === low ? null : high, gaps[0] ?? null].filter((p) => p !== null);
  return kept.toSorted((a, b) => a.ms - b.ms);
};

export const downsample = (points: readonly Point[], most = MOST_POINTS): readonly Point[] => {
  if (points.length <= most) return points;
  // Three points a bucket at the worst.
  const buckets = Math.floor(most / 3);
  const kept: Point[] = [];
  for (let i = 0; i < buckets; i++) {
    const from = Math.floor((i * points.length) / buckets);
    const to = Math.floor(((i + 1) * points.length) / buckets);
    kept.push(...extremes(points.slice(from, to)));
  }
  return kept;
};

const round = (unit: Series["unit"], value: number): number =>
  unit === "bytes" || unit === "count" ? Math.round(value) : Math.round(value * 1e4) / 1e4;

export const seriesOf = (id: string, unit: Series["unit"], points: readonly Point[], from: string): Series => {
  const kept = downsample(points.filter((p) => Number.isFinite(p.ms)));
  return {
    id,
    unit,
    unixMs: kept.map((p) => Math.round(p.ms)),
    values: kept.map((p) => (p.value === null ? null : round(unit, p.value))),
    from,
  };
};
