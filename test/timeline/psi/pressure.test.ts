// Exact pressure: shares of intervals whose timing error is small, over no step of the wall clock and no reboot.
import { describe, expect, it } from "vitest";
import type { When } from "../../../src/model/instant.ts";
import { pressureOf } from "../../../src/timeline/psi/pressure.ts";
import { hasCaptures, parsed } from "../../parse/samples/film-builders.ts";
import { when } from "../builders.ts";
import { realStory } from "../real-story.ts";

interface Row {
  readonly up: number;
  readonly took?: number;
  readonly some: number;
  readonly full?: number;
  readonly boot?: string;
}

const film = async (rows: readonly Row[]) => {
  const files = rows.map(({ up, took = 0.02, some, full = 0, boot = "a" }, i) => ({
    path: `ticks/${String(i).padStart(6, "0")}.fast`,
    text: `@@ memforensics 1 tier=fast segment=${i} boot=${boot.repeat(8)}-0000-0000-0000-000000000000 interval=1\n@@ tick ${i} up=${up.toFixed(2)} real=- gen=0\n==> /proc/pressure/memory <==\nsome avg10=0.00 avg60=0.00 avg300=0.00 total=${some}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=${full}\n@@ end ${i} up=${(up + took).toFixed(2)} real=- vanished=0\n`,
  }));
  return (await parsed(files)).facts.samples;
};

/** A wall clock that is of no use: every tick at once. */
const nowhere = (): When => when(0, 500);

describe("pressure of intervals", () => {
  it("is the rise of the totals over the boot clock", async () => {
    const samples = await film([
      { up: 10, some: 0 },
      { up: 11, some: 250_000, full: 100_000 },
      { up: 12, some: 250_000, full: 100_000 },
    ]);
    const shares = pressureOf(samples, "/proc/pressure/memory", nowhere);
    expect(shares.map(({ some, full }) => [some, full])).toEqual([
      [expect.closeTo(0.25, 5), expect.closeTo(0.1, 5)],
      [0, 0],
    ]);
    expect(shares.map(({ fromTick, toTick }) => [fromTick, toTick])).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  it("waits for a tick far enough away where a tick took long", async () => {
    const samples = await film([
      { up: 10, some: 0 },
      { up: 11, took: 1.2, some: 900_000 },
      { up: 13, took: 0.02, some: 1_500_000 },
    ]);
    const shares = pressureOf(samples, "/proc/pressure/memory", nowhere);
    expect(shares.map(({ fromTick, toTick }) => [fromTick, toTick])).toEqual([[0, 2]]);
    expect(shares[0]?.some).toBeCloseTo(0.5, 2);
  });

  it("never exceeds all of the time, and knows nothing of a total that fell", async () => {
    const samples = await film([
      { up: 10, some: 0 },
      { up: 11, some: 1_050_000 },
      { up: 12, some: 3 },
    ]);
    expect(pressureOf(samples, "/proc/pressure/memory", nowhere).map(({ some }) => some)).toEqual([1, null]);
  });

  it("spans no reboot", async () => {
    const samples = await film([
      { up: 1000, some: 0 },
      { up: 1001, some: 10 },
      { up: 20, some: 5_000_000, boot: "b" },
      { up: 21, some: 5_100_000, boot: "b" },
    ]);
    const shares = pressureOf(samples, "/proc/pressure/memory", nowhere);
    expect(shares.map(({ some }) => some)).toHaveLength(2);
    expect(Math.max(...shares.map(({ some }) => some ?? NaN))).toBeCloseTo(0.1, 5);
  });

  it.skipIf(!hasCaptures())(
    "h1: the throttled pod waits 80 to 90 % of its last 20 s; no interval of any capture passes 100 %",
    async () => {
      const story = await realStory("h1-memoryhigh-throttle-6.12");
      const path = [...story.samples.files.keys()].find((name) =>
        /kubepods-burstable-pod[^/]*\.slice\/memory\.pressure$/.test(name),
      );
      const all = [...story.samples.files.keys()].filter((name) => name.endsWith("/memory.pressure"));
      expect(path).toBeDefined();
      const highest = all.map((name) => {
        const last = pressureOf(story.samples, name, story.tickAt).filter(({ toTick }) => {
          const up = story.samples.ticks[toTick]?.startUp ?? NaN;
          return up >= 366 && up <= 386;
        });
        const weight = (interval: (typeof last)[number]): number => interval.toMs - interval.fromMs;
        return (
          last.reduce((sum, one) => sum + (one.some ?? 0) * weight(one), 0) /
          last.reduce((sum, one) => sum + weight(one), 0)
        );
      });
      expect(Math.max(...highest)).toBeGreaterThan(0.78);
      expect(Math.max(...highest)).toBeLessThan(0.9);
    },
  );
});
