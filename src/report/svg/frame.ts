// What every chart of a window has in common: its width, its time axis, the hatched gaps and the kill lines.
import type { Analysis } from "../../model/analysis.ts";
import { type ChartWindow, on } from "../story/windows.ts";
import { el, FAINT, fill, group, label, MUTE, RED, stroke, textWidth, words } from "./element.ts";
import { type Html, NOTHING } from "../html/markup.ts";
import { gapsOf } from "./path.ts";
import { linear, type Scale, timeTicks } from "./scale.ts";

export const WIDTH = 1000;
export const LEFT = 112;
export const RIGHT = 988;

export interface Frame {
  readonly window: ChartWindow;
  readonly x: Scale;
  /** Stretches without a sample, in the window, in ms on its clock. */
  readonly gaps: readonly (readonly [number, number])[];
  /** Places of kernel kills. */
  readonly kills: readonly number[];
}

export function frameOf(a: Analysis, window: ChartWindow): Frame {
  const x = linear(window.from, window.to, LEFT, RIGHT);
  const kills = window.marks
    .filter((m) => m.shape === "cross")
    .map((m) => on(window.clock, m.at))
    .filter((t) => t !== null)
    .map((t) => x(t));
  return { window, x, gaps: window.clock === "utc" ? gapsIn(a, window) : [], kills: thinned(kills) };
}

/** A rug of 148 kills is one stroke: lines closer than a pixel and a half are drawn once. */
function thinned(places: readonly number[]): number[] {
  const out: number[] = [];
  for (const place of places.toSorted((a, b) => a - b)) {
    const last = out.at(-1);
    if (last === undefined || place - last >= 1.5) out.push(place);
  }
  return out;
}

function gapsIn(a: Analysis, window: ChartWindow): (readonly [number, number])[] {
  const fromSeries = a.series.find((s) => s.id.startsWith("node.memory.available"));
  const stated = a.coverage.gaps.map((g) => [g.from.unixMs, g.to.unixMs] as const);
  const all: (readonly [number, number])[] = fromSeries === undefined ? [] : gapsOf(fromSeries);
  for (const [from, to] of stated) if (from !== null && to !== null) all.push([from, to]);
  const { from, to } = a.coverage;
  if (a.series.length > 0 && from?.unixMs != null && from.unixMs > window.from) all.push([window.from, from.unixMs]);
  if (a.series.length > 0 && to?.unixMs != null && to.unixMs < window.to) all.push([to.unixMs, window.to]);
  return union(
    all.map(([f, t]) => [Math.max(f, window.from), Math.min(t, window.to)] as const).filter(([f, t]) => t > f),
  );
}

function union(spans: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const out: (readonly [number, number])[] = [];
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = out.at(-1);
    if (last !== undefined && from <= last[1]) out[out.length - 1] = [last[0], Math.max(last[1], to)];
    else out.push([from, to]);
  }
  return out;
}

/** Vertical grid with the times beneath; a label that would touch the one before it is left out. */
export function timeGrid(frame: Frame, top: number, bottom: number): Html {
  const { x, window } = frame;
  const parts: Html[] = [];
  let free = 0;
  for (const tick of timeTicks(window.from, window.to, 14, window.clock)) {
    const at = x(tick.at);
    parts.push(el("path", { d: `M${at.toFixed(1)} ${top}V${bottom}`, ...stroke(FAINT, 1) }));
    const half = textWidth(tick.text, 11) / 2;
    const middle = Math.min(at, WIDTH - half - 5);
    if (middle - half < free) continue;
    free = middle + half + 6;
    parts.push(label(middle, bottom + 15, tick.text, { anchor: "middle", size: 11, ink: MUTE }));
  }
  return group(parts);
}

/** Hatching of stretches without a sample. `id` names the pattern: one per picture, never from input. */
export function hatching(frame: Frame, id: string, top: number, bottom: number): Html {
  if (frame.gaps.length === 0) return NOTHING;
  const stripe = el("path", { d: "M0 0V6", ...stroke({ light: "#c3c9d4", cls: "hatch" }, 2.4) });
  const pattern = el(
    "pattern",
    { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    stripe,
  );
  const rects = frame.gaps.map(([from, to]) =>
    el("rect", {
      x: frame.x(from),
      y: top,
      width: Math.max(1, frame.x(to) - frame.x(from)),
      height: bottom - top,
      fill: `url(#${id})`,
    }),
  );
  return group([el("defs", {}, pattern), ...rects]);
}

/** Kills closer than this in a row of many are drawn as one pale band between the first and the last. */
const CROWD_GAP = 9;
const CROWD = 6;

export function killLines(frame: Frame, top: number, bottom: number): Html {
  const crowds: number[][] = [];
  for (const at of frame.kills) {
    const last = crowds.at(-1);
    if (last !== undefined && at - (last.at(-1) ?? 0) < CROWD_GAP) last.push(at);
    else crowds.push([at]);
  }
  const line = (at: number): Html =>
    el("path", { d: `M${at.toFixed(2)} ${top}V${bottom}`, ...stroke(RED, 1.2, "3 3") });
  return group(
    crowds.flatMap((crowd) => {
      if (crowd.length < CROWD) return crowd.map(line);
      const [from, to] = [crowd[0] ?? 0, crowd.at(-1) ?? 0];
      const band = el("rect", {
        x: from,
        y: top,
        width: to - from,
        height: bottom - top,
        "fill-opacity": 0.12,
        ...fill(RED),
      });
      return [band, line(from), line(to)];
    }),
  );
}

/** A horizontal line at a value, its name in the left margin. */
export function ruler(
  y: number,
  text: string,
  options: { readonly ink?: typeof MUTE; readonly dash?: string | null } = {},
): Html {
  const ink = options.ink ?? MUTE;
  return group([
    el("path", { d: `M${LEFT} ${y.toFixed(2)}H${RIGHT}`, ...stroke(options.ink ?? FAINT, 1, options.dash ?? null) }),
    label(LEFT - 8, y + 4, text, { anchor: "end", size: 11, ink }),
  ]);
}

export interface Picture {
  /** Of ours, never from input: names the title and description. */
  readonly id: string;
  readonly title: string;
  /** The trend in one sentence. */
  readonly description: string;
  readonly height: number;
  /** Holds links: a group for assistive technology, not an image. */
  readonly interactive?: boolean;
  /** The time axis, for the crosshair. */
  readonly frame?: Frame;
}

export function picture(p: Picture, children: readonly Html[]): Html {
  const axis = p.frame === undefined ? {} : axisAttributes(p.frame);
  return el(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${WIDTH} ${Math.ceil(p.height)}`,
      width: "100%",
      role: p.interactive === true ? "group" : "img",
      "aria-labelledby": `${p.id}-t ${p.id}-d`,
      "font-family": "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif",
      ...axis,
    },
    el("title", { id: `${p.id}-t` }, words(p.title)),
    el("desc", { id: `${p.id}-d` }, words(p.description)),
    ...children,
  );
}

const axisAttributes = (frame: Frame): Readonly<Record<string, string>> => ({
  "data-axis": [frame.x.start, frame.x.end, frame.window.from, frame.window.to].join(" "),
  "data-clock": frame.window.clock,
});
