import { describe, expect, it } from "vitest";
import { fallRateAt } from "../../src/timeline/race/fall-rate.ts";
import { type Loop, replay, replayPhase, requiredThreshold } from "../../src/timeline/race/replay.ts";

const MIB = 2 ** 20;
/** memory.available falls from 1000 MiB by 20 MiB/s, one sample a second; the kernel kills at 42 s, at 160 MiB. */
const series = Array.from({ length: 43 }, (_, s) => ({ ms: s * 1000, available: (1000 - 20 * s) * MIB }));
const KILL = 42_000;
const loop: Loop = { periodMs: 10_000, passMs: 0, killMs: 2000, hardBytes: null, softBytes: null, softGraceMs: 0 };

describe("replay of the kubelet's loop", () => {
  it("acts at the first pass that reads a value under the threshold, and not before", () => {
    // 300 MiB is crossed at 35.0 s (300 is not under 300): passes at 4, 14, 24, 34, 44 s.
    expect(replayPhase(series, { ...loop, hardBytes: 300 * MIB }, 4000, 60_000)).toEqual({
      actedMs: 44_000,
      freedMs: 46_000,
    });
    expect(replayPhase(series, { ...loop, hardBytes: 300 * MIB }, 6000, 60_000)).toEqual({
      actedMs: 36_000,
      freedMs: 38_000,
    });
  });

  it("a soft threshold waits for its grace, counted from the pass that saw it", () => {
    // 700 MiB is passed at 16 s; passes at 6, 16, 26: seen at 16, held 10 s ≥ 5 s at 26.
    expect(replayPhase(series, { ...loop, softBytes: 700 * MIB, softGraceMs: 5000 }, 6000, 60_000).actedMs).toBe(
      26_000,
    );
  });

  it("the share of phases that free memory before the kill", () => {
    // 350 MiB is passed at 33 s; a pass must come in (33, 40): 7 of 10 s of phases.
    expect(replay(series, { ...loop, hardBytes: 350 * MIB }, KILL).winShare).toBeCloseTo(0.7, 1);
    expect(replay(series, { ...loop, hardBytes: 100 * MIB }, KILL).winShare).toBe(0);
    expect(replay(series, { ...loop, hardBytes: 600 * MIB }, KILL).winShare).toBe(1);
  });

  it("the least threshold at which every phase wins covers fall × (loop + kill), and grows with the pass", () => {
    const least = requiredThreshold(series, loop, KILL, 2000 * MIB) ?? 0;
    // Must be under it from 30 s on (10 s loop, 2 s kill): above 1000 − 20 × 30 = 400 MiB.
    expect(least / MIB).toBeGreaterThan(400);
    expect(least / MIB).toBeLessThanOrEqual(432);
    expect(requiredThreshold(series, { ...loop, passMs: 5000 }, KILL, 2000 * MIB) ?? 0).toBeGreaterThan(
      least + 80 * MIB,
    );
  });

  it("no threshold wins where memory fell at once", () => {
    const cliff = [
      { ms: 0, available: 3000 * MIB },
      { ms: 41_999, available: 3000 * MIB },
    ];
    expect(requiredThreshold(cliff, loop, KILL, 1500 * MIB)).toBeNull();
  });

  it("the fall at the crossing by least squares over 20 s", () => {
    expect((fallRateAt(series, 35_000) ?? 0) / MIB).toBeCloseTo(20, 6);
    expect(fallRateAt(series.slice(0, 2), 0)).toBeNull();
  });
});
