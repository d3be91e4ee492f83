// The slope, its interval and the tests of a leak: on series whose truth is known.
import { describe, expect, it } from "vitest";
import { type GrowthPoint, growthOf, trendOf } from "../../../src/timeline/growth/trend.ts";

const MIB = 1024 * 1024;
const series = (n: number, value: (i: number) => number): GrowthPoint[] =>
  Array.from({ length: n }, (_, i) => ({ ms: i * 1000, value: value(i) }));
/** Noise without chance: of no trend, within ± 1. */
const noise = (i: number): number => Math.sin(i * 12.9898) * Math.cos(i * 78.233);
const grown = (points: readonly GrowthPoint[], limit: number | null = null) => {
  const trend = trendOf(points);
  return trend === null ? null : growthOf(trend, limit);
};

describe("trend", () => {
  it("an even rise: slope exact, interval narrow around it, halves alike", () => {
    const trend = trendOf(series(120, (i) => i * MIB + noise(i) * MIB));
    expect((trend?.slope ?? 0) / MIB).toBeCloseTo(1, 1);
    expect(trend?.low).toBeLessThan(trend?.slope ?? 0);
    expect(trend?.high).toBeGreaterThan(trend?.slope ?? 0);
    // The 2.5 and 97.5 % quantiles of the pairs would be over ten times as wide.
    expect(((trend?.high ?? 0) - (trend?.low ?? 0)) / MIB).toBeLessThan(0.02);
    expect(trend?.halves).toBeCloseTo(1, 1);
    expect(trend?.z).toBeGreaterThan(10);
  });

  it("Mann–Kendall of a strict rise of n points is (n(n−1)/2 − 1)/σ", () => {
    const n = 12;
    const sigma = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
    expect(trendOf(series(n, (i) => i))?.z).toBeCloseTo((66 - 1) / sigma, 10);
  });

  it("a flat series has an interval around 0 and no trend", () => {
    const trend = trendOf(series(120, (i) => noise(i) * MIB));
    expect(trend?.low).toBeLessThanOrEqual(0);
    expect(trend?.high).toBeGreaterThanOrEqual(0);
    expect(Math.abs(trend?.z ?? 9)).toBeLessThan(2.58);
  });

  it("needs three points, in time", () => {
    expect(trendOf(series(2, (i) => i))).toBeNull();
    expect(
      trendOf([
        { ms: 5, value: 1 },
        { ms: 5, value: 2 },
        { ms: 5, value: 3 },
      ]),
    ).toBeNull();
  });

  it("a thousand points are thinned, and say how many there were", () => {
    expect(trendOf(series(1000, (i) => i))).toMatchObject({ points: 1000, slope: 1 });
  });
});

describe("growth", () => {
  it("an even rise over a minute is a leak", () => expect(grown(series(90, (i) => i * MIB))).toBe("leak"));
  it("the same in half a minute is undecided", () => expect(grown(series(30, (i) => i * 3 * MIB))).toBe("undecided"));
  it("a rise within a tenth of the time is a burst", () =>
    expect(grown(series(90, (i) => (i < 50 ? 0 : 200 * MIB)))).toBe("burst"));
  it("a daemon's 20 MiB are neither", () => expect(grown(series(90, (i) => i * 0.2 * MIB))).toBe("undecided"));
  it("of a limit of 4 GiB it takes a tenth", () =>
    expect(
      grown(
        series(90, (i) => i * MIB),
        4096 * MIB,
      ),
    ).toBe("undecided"));
  it("a rise that slows to a quarter is a warm-up", () =>
    expect(grown(series(120, (i) => (i < 60 ? i * 4 : 240 + (i - 60)) * MIB))).toBe("undecided"));
});
