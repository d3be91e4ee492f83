// Levels over time: memory.available falling through its thresholds, a pod's working set under its limit.
import type { Series } from "../../model/analysis.ts";
import { iec } from "../format/bytes.ts";
import { type Html, joined } from "../html/markup.ts";
import { el, group, type Ink, label, stroke } from "./element.ts";
import { type Frame, LEFT, RIGHT, ruler } from "./frame.ts";
import { nameLines } from "./line-labels.ts";
import { linePath, type Point, segments, simplified } from "./path.ts";
import { linear, type Scale, valueTicks } from "./scale.ts";

export interface LevelLine {
  readonly series: Series;
  readonly name: string;
  readonly ink: Ink;
  readonly width: number;
  readonly dash?: string;
}

export interface LevelMark {
  readonly value: number;
  readonly text: string;
  readonly ink: Ink;
}

export interface LevelChart {
  readonly lines: readonly LevelLine[];
  readonly marks: readonly LevelMark[];
  readonly top: number;
  readonly bottom: number;
  /** Values are bytes unless said otherwise. */
  readonly text?: (value: number) => string;
  readonly binary?: boolean;
  /** The scale reaches at least here. */
  readonly atLeast?: number;
}

export function drawLevels(frame: Frame, chart: LevelChart): Html {
  const text = chart.text ?? iec;
  const pieces = chart.lines.map((line) => ({ line, runs: segments(line.series, frame.window.from, frame.window.to) }));
  const highest = pieces
    .flatMap((p) => p.runs.flatMap((run) => run.map(([, v]) => v)))
    .reduce((m, v) => Math.max(m, v), 0);
  const limit = Math.max(highest, chart.atLeast ?? 0, ...chart.marks.map((m) => m.value)) * 1.08 || 1;
  const y = linear(0, limit, chart.bottom, chart.top);
  const named = pieces.map(({ line, runs }) => ({
    name: line.name,
    ink: line.ink,
    points: runs.map((run) => run.map(([t, v]): Point => ({ x: frame.x(t), y: y(v) }))),
  }));
  const rulers = markRulers(chart.marks, y, chart.bottom);
  const occupied = rulers.map((r) => r.labelY);
  const grid = valueTicks(limit, 4, chart.binary ?? true)
    .filter((v) => y(v) >= chart.top - 2)
    .map((v) => ruler(y(v), occupied.some((o) => Math.abs(o - y(v)) < 13) ? "" : text(v)));
  const names = nameLines(named, {
    left: frame.x.start,
    right: frame.x.end,
    top: chart.top - 4,
    bottom: chart.bottom,
    rulers: rulers.map((r) => r.y),
    walls: frame.kills,
  });
  return group(
    [
      joined(grid),
      ...rulers.map((r) => r.markup),
      ...pieces.map(({ line }, i) => drawLine(line, named[i]?.points ?? [])),
      ...names.map((n) => label(n.x, n.y, n.name, { ink: n.ink, halo: true })),
    ],
    {
      "data-plot": [chart.top, chart.bottom, 0, limit].map((n) => n.toString()).join(" "),
      "data-unit": chart.text === undefined ? "bytes" : "share",
    },
  );
}

function drawLine(line: LevelLine, runs: readonly (readonly Point[])[]): Html {
  const d = runs.map((run) => linePath(simplified(run))).join("");
  const lone = runs
    .filter((run) => run.length === 1)
    .map((run) =>
      el("circle", {
        cx: run[0]?.x ?? 0,
        cy: run[0]?.y ?? 0,
        r: line.width,
        fill: line.ink.light,
        class: `f-${line.ink.cls}`,
      }),
    );
  const path = el("path", {
    d,
    "data-name": line.name,
    "stroke-linejoin": "round",
    ...stroke(line.ink, line.width, line.dash ?? null),
  });
  return group([path, ...lone]);
}

interface MarkRuler {
  readonly y: number;
  readonly labelY: number;
  readonly markup: Html;
}

/** Thresholds: dashed, named in the margin; names that would touch move apart. */
function markRulers(marks: readonly LevelMark[], y: Scale, bottom: number): MarkRuler[] {
  let lowest = bottom + 8;
  return marks
    .toSorted((a, b) => a.value - b.value)
    .map((mark) => {
      const at = y(mark.value);
      const labelY = Math.min(at, lowest - 13);
      lowest = labelY;
      const line = el("path", {
        d: `M${LEFT} ${at.toFixed(2)}H${RIGHT}`,
        ...stroke(mark.ink, 1.2, "6 4"),
      });
      return {
        y: at,
        labelY,
        markup: group([line, label(LEFT - 8, labelY + 4, mark.text, { anchor: "end", size: 11, ink: mark.ink })]),
      };
    });
}
