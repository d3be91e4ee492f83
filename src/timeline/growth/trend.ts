// How memory grew within one life: the median of all pairwise slopes (Theil–Sen) with its interval from their order statistics,
// the Mann–Kendall test, and how much of the rise fell into a tenth of the time.

export interface GrowthPoint {
  readonly ms: number;
  readonly value: number;
}

export interface Trend {
  readonly points: number;
  readonly spanMs: number;
  /** Last minus first. */
  readonly rise: number;
  /** Per second. */
  readonly slope: number;
  /** 95 % interval of the slope. */
  readonly low: number;
  readonly high: number;
  /** Mann–Kendall Z: how surely it rises. */
  readonly z: number;
  /** Slope of the later half over that of the earlier; NaN where either has fewer than three points or does not rise. */
  readonly halves: number;
  /** Greatest share of the rise within a tenth of the time. */
  readonly burstShare: number;
}

/** Pairs grow with the square: above this many points every k-th is taken. */
const MOST_POINTS = 300;

const thinned = (points: readonly GrowthPoint[]): readonly GrowthPoint[] => {
  const step = Math.ceil(points.length / MOST_POINTS);
  return step <= 1 ? points : points.filter((_, i) => i % step === 0 || i === points.length - 1);
};

const slopesOf = (points: readonly GrowthPoint[]): { readonly slopes: Float64Array; readonly s: number } => {
  const slopes = new Float64Array((points.length * (points.length - 1)) / 2);
  let n = 0;
  let s = 0;
  for (let i = 0; i < points.length; i++) {
    const a = points[i];
    for (let j = i + 1; j < points.length; j++) {
      const b = points[j];
      if (a === undefined || b === undefined || b.ms <= a.ms) continue;
      slopes[n++] = ((b.value - a.value) / (b.ms - a.ms)) * 1000;
      s += Math.sign(b.value - a.value);
    }
  }
  return { slopes: slopes.subarray(0, n).sort(), s };
};

const middle = (sorted: Float64Array): number => {
  const upper = sorted[sorted.length >> 1] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[(sorted.length >> 1) - 1] ?? NaN)) / 2;
};

const burstShareOf = (points: readonly GrowthPoint[], spanMs: number, rise: number): number => {
  if (!(rise > 0)) return 0;
  let most = 0;
  let from = 0;
  for (const point of points) {
    while (point.ms - (points[from]?.ms ?? point.ms) > spanMs / 10) from++;
    most = Math.max(most, point.value - (points[from]?.value ?? point.value));
  }
  return most / rise;
};

/** Null with fewer than three points. */
export const trendOf = (all: readonly GrowthPoint[]): Trend | null => {
  const first = all[0];
  const last = all.at(-1);
  if (first === undefined || last === undefined || all.length < 3 || last.ms <= first.ms) return null;
  const points = thinned(all);
  const n = points.length;
  const { slopes, s } = slopesOf(points);
  const pairs = slopes.length;
  if (pairs === 0) return null;
  const sigma = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const at = (rank: number): number => slopes[Math.max(0, Math.min(pairs - 1, Math.round(rank)))] ?? NaN;
  const spanMs = last.ms - first.ms;
  const half = first.ms + spanMs / 2;
  const slopeIn = (part: readonly GrowthPoint[]): number => (part.length < 3 ? NaN : middle(slopesOf(part).slopes));
  const early = slopeIn(points.filter((p) => p.ms <= half));
  const late = slopeIn(points.filter((p) => p.ms >= half));
  const rise = last.value - first.value;
  return {
    points: all.length,
    spanMs,
    rise,
    slope: middle(slopes),
    // Order statistics of the pairs (Sen 1968): not the 2.5 and 97.5 % quantiles of the pairs, which are far too wide.
    low: at((pairs - 1.96 * sigma) / 2 - 1),
    high: at((pairs + 1.96 * sigma) / 2),
    z: s === 0 ? 0 : (s - Math.sign(s)) / sigma,
    halves: early > 0 && late > 0 ? late / early : NaN,
    burstShare: burstShareOf(all, spanMs, rise),
  };
};

/** Daemons' noise passed as bursts without a floor under the rise. */
const LEAST_RISE_BYTES = 64 * 1024 * 1024;
const LEAST_RISE_SHARE = 0.1;
const LEAST_POINTS = 12;
const LEAST_SPAN_MS = 60_000;
/** Hundreds of cgroups are tested: one in a hundred by chance would be several in each capture. */
const LEAST_Z = 2.58;
const MOST_HALVES = 2;
const BURST_SHARE = 0.5;

export type Growth = "leak" | "burst" | "undecided";

/** Both or neither: undecided. `leastPoints`: fewer where the points are themselves the lows of many. */
export const growthOf = (trend: Trend, limitBytes: number | null, leastPoints = LEAST_POINTS): Growth => {
  if (trend.rise < Math.max(LEAST_RISE_BYTES, LEAST_RISE_SHARE * (limitBytes ?? 0))) return "undecided";
  const even = trend.halves <= MOST_HALVES && trend.halves >= 1 / MOST_HALVES;
  const leak =
    trend.points >= leastPoints &&
    trend.spanMs >= LEAST_SPAN_MS &&
    trend.low > 0 &&
    Math.abs(trend.z) >= LEAST_Z &&
    even;
  const burst = trend.burstShare >= BURST_SHARE;
  if (leak === burst) return "undecided";
  return leak ? "leak" : "burst";
};
