// Rises and falls of a collected heap: its teeth are counted, and its growth is that of its low points.
import { describe, expect, it } from "vitest";
import { sawToothOf } from "../../../src/timeline/growth/saw-tooth.ts";
import { growthOf, trendOf } from "../../../src/timeline/growth/trend.ts";

const MIB = 1024 * 1024;
const series = (value: (s: number) => number) =>
  Array.from({ length: 321 }, (_, s) => ({ ms: s * 1000, value: value(s) * MIB }));

describe("a saw-tooth", () => {
  it("has as many teeth as falls, and none where it only rises or only wobbles", () => {
    expect(sawToothOf(series((s) => 100 + (s % 40) * 2.5)).teeth).toBe(8);
    expect(sawToothOf(series((s) => 100 + s)).teeth).toBe(0);
    expect(sawToothOf(series((s) => 100 + s + 5 * (s % 2))).teeth).toBe(0);
    expect(sawToothOf(series(() => 100)).teeth).toBe(0);
    expect(sawToothOf(series((s) => 90 + (s % 3))).teeth).toBe(0);
    expect(sawToothOf([]).teeth).toBe(0);
  });

  it("does not leak where its lows stay, whatever its tops do", () => {
    const { lows } = sawToothOf(series((s) => 100 + (s % 40) * 2.5));
    expect(lows.map((p) => p.value / MIB)).toEqual([100, 100, 100, 100, 100, 100, 100, 100]);
    const trend = trendOf(lows);
    expect(trend === null ? null : growthOf(trend, null, 6)).toBe("undecided");
  });

  it("leaks by what is left after each fall: 0.5 MiB/s beneath teeth of 100 MiB", () => {
    const { teeth, lows } = sawToothOf(series((s) => 100 + s * 0.5 + (s % 40) * 2.5));
    expect(teeth).toBeGreaterThan(1);
    const trend = trendOf(lows);
    expect((trend?.slope ?? 0) / MIB).toBeCloseTo(0.5, 1);
    expect(trend === null ? null : growthOf(trend, null, 6)).toBe("leak");
  });
});
