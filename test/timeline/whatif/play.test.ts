// The kubelet's loop on signals of known shape: what each pass reads, when it acts, which courses the log leaves open.
import { describe, expect, it } from "vitest";
import type { SignalSample } from "../../../src/model/timeline.ts";
import { courseOf, coursesOf } from "../../../src/timeline/race/courses.ts";
import type { HeardPass } from "../../../src/timeline/race/passes.ts";
import { type Course, type Pass, play } from "../../../src/timeline/race/play.ts";
import { thresholdValueOf, type Watch, watchOf } from "../../../src/timeline/race/settings.ts";
import { config, T0, thresholds, when } from "../builders.ts";

const MIB = 2 ** 20;
const NONE: Watch = {
  hardBytes: null,
  allocatableBytes: null,
  softBytes: null,
  softGraceMs: 0,
  minimumReclaimBytes: 0,
  allocatableShiftBytes: 0,
};

/** One sample a second; `mib(second)`. */
const signal = (seconds: number, mib: (s: number) => number): SignalSample[] =>
  Array.from({ length: seconds }, (_, s) => ({ tick: s, at: when(s * 1000), value: mib(s) * MIB }));

const falling = signal(60, (s) => 1000 - 20 * s);
const passes = (...at: readonly (readonly [number, number])[]): Course => ({
  passes: at.map(([read, act]) => ({ readAt: T0 + read * 1000, actAt: T0 + act * 1000 })),
  reads: "sample-before",
});
const STOP = T0 + 60_000;

describe("a pass", () => {
  it("reads memory.available at its beginning and acts at its end, on a value that is old by then", () => {
    const slow = passes([30, 50]);
    const { acted } = play({ available: falling, allocatable: [] }, { ...NONE, hardBytes: 401 * MIB }, slow, STOP);
    expect(acted).toMatchObject({ atMs: T0 + 50_000, valueBytes: 400 * MIB, tick: 30, kind: "hard" });
    // 400 is not under 400, though it is 0 when the pass ends.
    expect(
      play({ available: falling, allocatable: [] }, { ...NONE, hardBytes: 400 * MIB }, slow, STOP).acted,
    ).toBeNull();
  });

  it("between two samples may have read either one's value", () => {
    const course = passes([30.5, 31]);
    const captured = { available: falling, allocatable: [] };
    const watch = { ...NONE, hardBytes: 400 * MIB };
    expect(play(captured, watch, course, STOP).acted).toBeNull();
    expect(play(captured, watch, { ...course, reads: "sample-after" }, STOP).acted?.valueBytes).toBe(380 * MIB);
  });

  it("reads kubepods at its end", () => {
    const captured = { available: signal(60, () => 2000), allocatable: falling };
    const watch = { ...NONE, hardBytes: 300 * MIB, allocatableBytes: 300 * MIB };
    const { acted } = play(captured, watch, passes([30, 40]), STOP);
    expect(acted).toMatchObject({ signal: "allocatableMemory.available", valueBytes: 200 * MIB });
    // With kubepods 200 MiB smaller, the pass before sees it.
    const less = { ...watch, allocatableShiftBytes: -200 * MIB };
    expect(play(captured, less, passes([20, 26], [30, 40]), STOP).acted?.atMs).toBe(T0 + 26_000);
  });

  it("that ends after the stop is not played", () => {
    const captured = { available: falling, allocatable: [] };
    expect(play(captured, { ...NONE, hardBytes: 900 * MIB }, passes([30, 61]), STOP).acted).toBeNull();
  });
});

describe("a soft threshold", () => {
  const watch = { ...NONE, softBytes: 700 * MIB, softGraceMs: 5000 };

  it("is noticed by the pass that sees it and acted on by the first one after its grace", () => {
    const course = passes([14, 14], [24, 28], [38, 38]);
    const { noticed, acted } = play({ available: falling, allocatable: [] }, watch, course, STOP);
    expect([noticed?.atMs, acted?.atMs, acted?.kind]).toEqual([T0 + 28_000, T0 + 38_000, "soft"]);
  });

  it("begins its grace anew where memory recovered in between", () => {
    const dented = signal(60, (s) => (s >= 30 && s < 36 ? 900 : 1000 - 20 * s));
    const course = passes([20, 20], [32, 32], [40, 40], [44, 44], [46, 46]);
    expect(play({ available: dented, allocatable: [] }, watch, course, STOP).acted?.atMs).toBe(T0 + 46_000);
  });

  it("gives way to a hard one", () => {
    const both = { ...watch, softGraceMs: 90_000, hardBytes: 300 * MIB };
    const { noticed, acted } = play({ available: falling, allocatable: [] }, both, passes([20, 20], [36, 36]), STOP);
    expect([noticed?.kind, acted?.kind, acted?.atMs]).toEqual(["soft", "hard", T0 + 36_000]);
  });
});

describe("courses of the loop", () => {
  const heard = (actS: number, readS: number | null = null): HeardPass => ({
    actAt: T0 + actS * 1000,
    readAt: readS === null ? null : T0 + readS * 1000,
    notices: true,
    ref: { file: "kubelet.log", line: 1, text: "" },
  });
  const span = { from: T0, to: T0 + 100_000 };
  const times = (course: readonly Pass[]): number[][] =>
    course.map(({ readAt, actAt }) => [(readAt - T0) / 1000, (actAt - T0) / 1000]);

  it("each pass begins 10 s after the last one ended, back and forth from the one that was heard", () => {
    const course = courseOf([heard(40)], { beforeMs: 1000, firstMs: 3000, afterMs: 20_000 }, span);
    expect(times(course)).toEqual([
      [4, 5],
      [15, 16],
      [26, 27],
      [37, 40],
      [50, 70],
      [80, 100],
    ]);
  });

  it("a pass whose reading is known begins there", () => {
    expect(times(courseOf([heard(40, 31)], { beforeMs: 0, firstMs: 0, afterMs: 0 }, span))[2]).toEqual([21, 21]);
  });

  it("every pass that was heard is in it, the last one before it stretched to it", () => {
    const course = courseOf([heard(10), heard(60)], { beforeMs: 0, firstMs: 0, afterMs: 38_000 }, span);
    expect(times(course).slice(0, 3)).toEqual([
      [0, 0],
      [10, 10],
      [20, 60],
    ]);
  });

  it("without one, every phase", () => {
    const courses = coursesOf([], [0], span);
    const firsts = new Set(courses.map(({ passes: [first] }) => ((first?.readAt ?? 0) - T0) / 1000));
    expect([courses.length, firsts.size, Math.min(...firsts), Math.max(...firsts)]).toEqual([40, 20, 0, 9.5]);
  });
});

describe("thresholds as the kubelet reads them", () => {
  it.each([
    ["1Gi", { kind: "bytes", bytes: 2 ** 30 }],
    ["1G", { kind: "bytes", bytes: 1e9 }],
    ["10%", { kind: "share", share: Math.fround(0.1) }],
    ["0%", null],
    ["100%", null],
    ["101%", undefined],
    ["0", undefined],
    ["-1Gi", undefined],
    ["lots", undefined],
    ["", undefined],
  ])("%s", (text, value) => {
    expect(thresholdValueOf(text)).toEqual(value);
  });

  const machine = { memTotalBytes: 1000 * MIB, kubepodsLimitBytes: 800 * MIB, systemReservedBytes: 200 * MIB };

  it("a percentage is one of MemTotal for the node and of kubepods' limit for its twin", () => {
    const watch = watchOf(thresholds(300 * MIB), { hard: { kind: "share", share: 0.5 } }, machine);
    expect([watch.hardBytes, watch.allocatableBytes]).toEqual([500 * MIB, 400 * MIB]);
  });

  it("what is not asked stays in force, and what is removed is gone with its twin", () => {
    expect(watchOf(thresholds(300 * MIB, 700 * MIB), { passMs: 1 }, machine)).toMatchObject({
      hardBytes: 300 * MIB,
      allocatableBytes: 300 * MIB,
      softBytes: 700 * MIB,
    });
    expect(watchOf(thresholds(300 * MIB), { hard: null }, machine)).toMatchObject({
      hardBytes: null,
      allocatableBytes: null,
    });
  });

  it("more for the system makes kubepods smaller by the difference", () => {
    expect(watchOf(thresholds(300 * MIB), { systemReservedBytes: 500 * MIB }, machine).allocatableShiftBytes).toBe(
      -300 * MIB,
    );
  });

  it("pods' allocatable not enforced: no twin, whatever is set", () => {
    const unenforced = { ...thresholds(null), config: config({ enforceNodeAllocatable: ["none"] }) };
    const watch = watchOf(unenforced, { hard: { kind: "bytes", bytes: MIB } }, machine);
    expect([watch.hardBytes, watch.allocatableBytes]).toEqual([MIB, null]);
  });
});
