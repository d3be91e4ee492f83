import { describe, expect, test } from "vitest";
import type { Series } from "../../src/model/analysis.ts";
import type { Mark } from "../../src/report/story/marks.ts";
import { clustersOf, placeLabels } from "../../src/report/svg/labels.ts";
import { gapsOf, segments, simplified, stepPath, valueAt } from "../../src/report/svg/path.ts";
import { timeTicks, valueTicks } from "../../src/report/svg/scale.ts";
import { at, MiB } from "./fixtures/build.ts";

const series = (unixMs: number[], values: (number | null)[]): Series => ({
  id: "x",
  unit: "bytes",
  unixMs,
  values,
  from: "f",
});

describe("lines", () => {
  const broken = series([0, 10, 11, 30, 40], [1, 2, null, 4, 5]);

  test("are broken at a gap, never drawn across", () => {
    expect(segments(broken, 0, 100)).toEqual([
      [
        [0, 1],
        [10, 2],
      ],
      [
        [30, 4],
        [40, 5],
      ],
    ]);
    expect(gapsOf(broken)).toEqual([[10, 30]]);
    expect(valueAt(broken, 20)).toBeNull();
    expect(valueAt(broken, 35)).toBe(4.5);
    expect(valueAt(broken, 41)).toBeNull();
  });
  test("are cut at the window's edges, on the line between samples", () => {
    const s = series([0, 10, 20, 30, 40], [0, 1, 2, 3, 4]);
    expect(segments(s, 15, 25)).toEqual([
      [
        [15, 1.5],
        [20, 2],
        [25, 2.5],
      ],
    ]);
    expect(segments(s, 12, 18)).toEqual([
      [
        [12, 1.2],
        [18, 1.8],
      ],
    ]);
    expect(segments(s, 50, 60)).toEqual([]);
  });
  test("lose only points that change nothing", () => {
    const points = [
      { x: 0, y: 0 },
      { x: 1, y: 1 },
      { x: 2, y: 2 },
      { x: 3, y: 9 },
      { x: 4, y: 4 },
    ];
    expect(simplified(points)).toEqual([points[0], points[2], points[3], points[4]]);
  });
});

test("shares are steps over the interval that ends at the sample; an interval after a gap has none", () => {
  const s = series([0, 10, 20, 21, 40, 50], [0, 0.5, 0.25, null, 0.75, 1]);
  const d = stepPath(
    s,
    (t) => t,
    (v) => 100 - v * 100,
    0,
    50,
  );
  expect(d).toBe("M0 100V50H10V75H20V100ZM40 100V0H50V100Z");
});

describe("ticks", () => {
  test("stand at round UTC times", () => {
    const from = Date.parse("2026-11-24T01:14:17Z");
    expect(
      timeTicks(from, from + 330_000, 12, "utc")
        .slice(0, 2)
        .map((t) => t.text),
    ).toEqual(["01:14:30", "01:15:00"]);
    expect(timeTicks(from, from + 3 * 86_400_000, 12, "utc").map((t) => t.text)).toContain("25 Nov");
    expect(timeTicks(590_000, 596_000, 12, "boot")[0]?.text).toBe("590.0 s");
  });
  test("values: powers of two for memory, 1-2-5 for counts, nothing for nonsense", () => {
    expect(valueTicks(2500 * MiB, 4, true)).toEqual([0, 1024 * MiB, 2048 * MiB]);
    expect(valueTicks(14_000, 4, false)).toEqual([0, 5000, 10_000]);
    expect(valueTicks(Number.NaN, 4, false)).toEqual([0]);
  });
});

describe("labels", () => {
  const mark = (x: number, label: string, kind = "kill"): Mark & { x: number } => ({
    lane: "kernel",
    shape: "cross",
    kind,
    label,
    verb: "killed",
    text: "",
    at: at("2026-11-24T01:00:00Z"),
    count: 1,
    evidence: [],
    incidentId: "i",
    x,
  });
  const place = (marks: readonly (Mark & { x: number })[]): ReturnType<typeof placeLabels> =>
    placeLabels(
      clustersOf(marks, (m) => marks.find((n) => n === m)?.x ?? 0),
      0,
      1000,
    );

  test("148 kills in a minute are one mark with a count", () => {
    const marks = Array.from({ length: 148 }, (_, i) => mark(300 + i * 2, "killed worker"));
    const clusters = clustersOf(marks, (m) => marks.find((n) => n === m)?.x ?? 0);
    expect(clusters).toHaveLength(1);
    expect(clusters[0]?.text).toBe("148 × killed worker");
    expect(clusters[0]?.places).toHaveLength(148);
  });
  test("kills of several pods are counted without a name", () => {
    const marks = [mark(300, "killed a"), mark(303, "killed b"), mark(306, "killed c")];
    expect(place(marks)[0]?.text).toBe("3 × killed");
  });
  test("dodge each other in three rows, then merge", () => {
    const marks = [0, 20, 40, 60, 80].map((d, i) => mark(400 + d, `killed some-longer-name-${i}`));
    const placed = place(marks);
    expect(placed.map((l) => l.row)).toEqual([0, 1, 2]);
    expect(placed.map((l) => l.text).filter((t) => t.endsWith("+2"))).toHaveLength(1);
  });
  test("never leave the picture", () => {
    const placed = place([mark(2, "killed something-with-a-name"), mark(998, "killed something-with-a-name")]);
    expect(placed.map((l) => l.anchor)).toEqual(["start", "end"]);
  });
});
