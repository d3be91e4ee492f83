// Lines and areas over samples. A null begins a gap: the line is broken there, never drawn across.
import type { Series } from "../../model/analysis.ts";
import { coordinate } from "./element.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

type Sample = readonly [number, number];

/** The stretches without a gap, cut at the window's edges on the line between the samples on both sides. */
export function segments(series: Series, from: number, to: number): Sample[][] {
  const out: Sample[][] = [];
  let current: Sample[] = [];
  const flush = (): void => {
    const cut = clipped(current, from, to);
    if (cut.length > 0) out.push(cut);
    current = [];
  };
  const n = Math.min(series.unixMs.length, series.values.length);
  for (let i = 0; i < n; i++) {
    const t = series.unixMs[i] ?? 0;
    const v = series.values[i] ?? null;
    if (v === null || !Number.isFinite(v)) flush();
    else current.push([t, v]);
  }
  flush();
  return out;
}

function clipped(run: readonly Sample[], from: number, to: number): Sample[] {
  const out: Sample[] = [];
  run.forEach((sample, i) => {
    const before = run[i - 1];
    for (const edge of [from, to]) {
      if (before !== undefined && before[0] < edge && edge < sample[0]) out.push([edge, between(before, sample, edge)]);
    }
    if (sample[0] >= from && sample[0] <= to) out.push(sample);
  });
  return out;
}

const between = (a: Sample, b: Sample, t: number): number => a[1] + ((t - a[0]) / (b[0] - a[0])) * (b[1] - a[1]);

/** Drops points that change nothing one could see: those within `tolerance` of the line between their neighbours. */
export function simplified(points: readonly Point[], tolerance = 0.25): Point[] {
  const out: Point[] = [];
  for (let i = 0; i < points.length; i++) {
    const p = points[i];
    if (p === undefined) continue;
    const a = out.at(-1);
    const b = points[i + 1];
    if (a !== undefined && b !== undefined && distance(a, p, b) < tolerance && b.x - a.x < 8) continue;
    out.push(p);
  }
  return out;
}

function distance(a: Point, p: Point, b: Point): number {
  const share = b.x === a.x ? 0 : (p.x - a.x) / (b.x - a.x);
  return Math.abs(p.y - (a.y + share * (b.y - a.y)));
}

export function linePath(points: readonly Point[]): string {
  return points.map((p, i) => `${i === 0 ? "M" : "L"}${Math.round(p.x * 10) / 10} ${coordinate(p.y)}`).join("");
}

/** Closed between an upper and a lower edge. */
export function bandPath(upper: readonly Point[], lower: readonly Point[]): string {
  return upper.length === 0 ? "" : `${linePath([...upper, ...lower.toReversed()])}Z`;
}

/** A value per interval, which ends at its sample: steps that stand on the ground line. */
export function stepPath(
  series: Series,
  place: (t: number) => number,
  height: (v: number) => number,
  from: number,
  to: number,
): string {
  let out = "";
  let open = false;
  const ground = coordinate(height(0));
  const close = (): void => {
    if (open) out += `V${ground}Z`;
    open = false;
  };
  for (let i = 1; i < series.unixMs.length; i++) {
    const start = series.unixMs[i - 1] ?? 0;
    const end = series.unixMs[i] ?? 0;
    const v = series.values[i] ?? null;
    const known = v !== null && v > 0 && series.values[i - 1] !== null && end > from && start < to;
    if (!known) {
      close();
      continue;
    }
    if (!open) out += `M${coordinate(place(Math.max(start, from)))} ${ground}`;
    out += `V${coordinate(height(v))}H${coordinate(place(Math.min(end, to)))}`;
    open = true;
  }
  close();
  return out;
}

/** Linear between samples, null in a gap and outside. */
export function valueAt(series: Series, t: number): number | null {
  const times = series.unixMs;
  let low = 0;
  let high = times.length - 1;
  if (high < 0 || t < (times[0] ?? 0) || t > (times[high] ?? 0)) return null;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) <= t) low = middle;
    else high = middle;
  }
  const a = series.values[low] ?? null;
  const b = series.values[high] ?? null;
  if (t === times[low]) return a;
  if (t === times[high]) return b;
  if (a === null || b === null) return null;
  return between([times[low] ?? 0, a], [times[high] ?? 0, b], t);
}

/** Where a series has no value although it has some before and after: the stretches to hatch. */
export function gapsOf(series: Series): (readonly [number, number])[] {
  const out: (readonly [number, number])[] = [];
  let start: number | null = null;
  for (let i = 0; i < series.unixMs.length; i++) {
    const t = series.unixMs[i] ?? 0;
    const v = series.values[i] ?? null;
    if (v === null) start ??= i === 0 ? t : (series.unixMs[i - 1] ?? t);
    else if (start !== null) {
      out.push([start, t]);
      start = null;
    }
  }
  return out;
}
