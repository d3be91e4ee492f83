// Each setting moves the answer the right way, and a pass that the kill cut off is a lower bound of one.
import { beforeAll, describe, expect, it } from "vitest";
import type { Timeline } from "../../../src/model/timeline.ts";
import type { Judged } from "../../../src/timeline/race/judge.ts";
import type { ThresholdValue, WhatIfSettings } from "../../../src/timeline/race/settings.ts";
import { whatIf } from "../../../src/timeline/race/what-if.ts";
import {
  config,
  evicted,
  fall,
  kill,
  kmsg,
  kubelet,
  type Line,
  mark,
  MIB,
  notYet,
  reclaim,
  ticks,
  timelineOf,
} from "../adversarial/scene.ts";

const mib = (n: number): ThresholdValue => ({ kind: "bytes", bytes: n * MIB });
const judged = (timeline: Timeline, settings: WhatIfSettings): Judged => {
  const [answer] = whatIf(timeline, settings);
  if (answer?.replayed !== true) throw new Error(`not replayed: ${answer?.why ?? "no incident"}`);
  return answer.judged;
};
/** Latest reaction before or after the kill, ms; infinite where some course never acts. */
const latest = ({ marginMs, neverActs }: Judged): number =>
  marginMs === null || neverActs > 0 ? Number.POSITIVE_INFINITY : marginMs.greatest;
/** From a reaction that there is to a later one or to none, and never back. */
const rises = (values: readonly number[]): boolean =>
  Number.isFinite(values[0]) &&
  (values.at(-1) ?? 0) > (values[0] ?? 0) &&
  values.every((v, i) => i === 0 || v >= (values[i - 1] ?? v));

describe("settings of a race that the kernel won at the default threshold", () => {
  let timeline: Timeline;
  beforeAll(async () => {
    timeline = await timelineOf({
      ...ticks(-60, 120, fall()),
      ...config("evictionHard:\n  memory.available: 100Mi"),
      ...kmsg([mark(1), ...kill(42, 77), mark(60)]),
      ...kubelet([]),
    });
  });

  it("a soft threshold: without a grace it wins, with one that outlasts the fall it does not", () => {
    const at = (softGraceMs: number): Judged => judged(timeline, { soft: mib(800), softGraceMs });
    expect([0, 5000, 15_000, 60_000].map((ms) => at(ms).outcome)).toEqual([
      "kubelet-won",
      "kubelet-won",
      "undetermined",
      "kernel-won",
    ]);
    expect(rises([0, 5000, 10_000, 15_000, 20_000, 60_000].map((ms) => latest(at(ms))))).toBe(true);
    expect(at(5000).typical?.kind).toBe("soft");
  });

  it("a higher one of either kind acts no later", () => {
    const soft = [900, 700, 500, 300].map((n) => latest(judged(timeline, { soft: mib(n), softGraceMs: 2000 })));
    const hard = [900, 700, 500, 300, 150].map((n) => latest(judged(timeline, { hard: mib(n) })));
    expect([rises(soft), rises(hard)]).toEqual([true, true]);
    expect(hard.at(-1)).toBe(Number.POSITIVE_INFINITY);
  });

  it("a longer pass acts no earlier, and turns a win into a loss", () => {
    const at = (passMs: number): Judged => judged(timeline, { hard: mib(600), passMs });
    // Crossed at 20 s, killed at 42: read at 32 at the latest with passes of 2 s, at 35 with passes of 5 s.
    expect([0, 2000, 5000, 60_000].map((ms) => at(ms).outcome)).toEqual([
      "kubelet-won",
      "kubelet-won",
      "undetermined",
      "kernel-won",
    ]);
    expect(rises([0, 2000, 5000, 20_000, 60_000].map((ms) => latest(at(ms))))).toBe(true);
  });
});

describe("the pass that is played", () => {
  const SOFT = config(
    "evictionHard:\n  memory.available: 300Mi\nevictionSoft:\n  memory.available: 900Mi\nevictionSoftGracePeriod:\n  memory.available: 5s",
  );
  const raced = async (lines: readonly Line[]) => {
    const { incidents } = await timelineOf({
      ...ticks(-60, 120, fall()),
      ...SOFT,
      ...kmsg([mark(1), ...kill(42, 77), mark(60)]),
      ...kubelet(lines),
    });
    return incidents[0]?.race;
  };

  it("lasted until the kill at least where nothing ended it before, whatever the kubelet did afterwards", async () => {
    const race = await raced([notYet(12), ...reclaim(60), ...evicted(64)]);
    expect([Math.round((race?.kubeletPassMs ?? 0) / 100), race?.kubeletPassAtLeast]).toEqual([200, true]);
  });

  it("is as long as the log says where a line ended it before the kill", async () => {
    const race = await raced([notYet(12), ...reclaim(36)]);
    expect([race?.kubeletPassMs, race?.kubeletPassAtLeast]).toEqual([14_000, false]);
  });
});
