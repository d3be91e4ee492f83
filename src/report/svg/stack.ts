// Where the memory went: owners stacked to MemTotal, the guilty pod in red; white is free.
import { iec } from "../format/bytes.ts";
import { shortened, visibleLine } from "../format/visible.ts";
import { type Html, NOTHING } from "../html/markup.ts";
import type { Owner } from "../story/owners.ts";
import { el, group, GROUND, label, MUTE, stroke, textWidth, words } from "./element.ts";
import { type Frame, hatching, killLines, LEFT, picture, RIGHT, ruler, timeGrid } from "./frame.ts";
import { bandPath, type Point, simplified, valueAt } from "./path.ts";
import { linear, type Scale, valueTicks } from "./scale.ts";

const TOP = 16;
const HEIGHT = 176;

export function drawStack(
  frame: Frame,
  owners: readonly Owner[],
  total: number | null,
  id: string,
  description: string,
): Html {
  const bottom = TOP + HEIGHT;
  const times = gridTimes(frame);
  const heights = cumulative(owners, times);
  const highest = heights.at(-1)?.reduce<number>((m, v) => Math.max(m, v ?? 0), 0) ?? 0;
  const limit = Math.max(total ?? 0, highest) * 1.02 || 1;
  const y = linear(0, limit, bottom, TOP);
  const ticks = valueTicks(limit, 4, true)
    .filter((v) => total === null || Math.abs(y(v) - y(total)) > 13)
    .map((v) => ruler(y(v), iec(v)));
  return picture({ id, title: "Where the memory went", description, height: bottom + 24, frame }, [
    timeGrid(frame, TOP, bottom),
    ...ticks,
    hatching(frame, `${id}-h`, TOP, bottom),
    ...bands(frame, owners, times, heights, y),
    total === null ? NOTHING : totalLine(y(total), total),
    killLines(frame, TOP, bottom),
  ]);
}

const totalLine = (y: number, total: number): Html =>
  group([
    el("path", { d: `M${LEFT} ${y.toFixed(2)}H${RIGHT}`, ...stroke(MUTE, 1.4) }),
    label(LEFT - 8, y + 4, `${iec(total)} RAM`, { anchor: "end", size: 11, ink: MUTE }),
  ]);

const STEP = 2;

/** Owners may be thinned at different instants: all are read at the same places. */
function gridTimes(frame: Frame): number[] {
  const perUnit = (frame.window.to - frame.window.from) / (frame.x.end - frame.x.start);
  const times: number[] = [];
  for (let x = frame.x.start; x <= frame.x.end; x += STEP)
    times.push(frame.window.from + (x - frame.x.start) * perUnit);
  return times;
}

/** Upper edges, one row an owner; null where nothing is known at that place. An owner that did not exist holds nothing. */
function cumulative(owners: readonly Owner[], times: readonly number[]): (number | null)[][] {
  const values = owners.map((o) => times.map((t) => valueAt(o.series, t)));
  const known = times.map((_, i) => values.some((row) => row[i] !== null && row[i] !== undefined));
  let below: number[] = times.map(() => 0);
  return values.map((row) => {
    below = below.map((b, i) => b + (row[i] ?? 0));
    return below.map((b, i) => (known[i] === true ? b : null));
  });
}

function bands(
  frame: Frame,
  owners: readonly Owner[],
  times: readonly number[],
  heights: (number | null)[][],
  y: Scale,
): Html[] {
  const runs = runsOf(heights.at(-1) ?? []);
  const edge = (row: number, from: number, to: number): Point[] => {
    const points: Point[] = [];
    for (let i = from; i <= to; i++) {
      points.push({ x: frame.x(times[i] ?? 0), y: y(row < 0 ? 0 : (heights[row]?.[i] ?? 0)) });
    }
    return simplified(points, 0.3);
  };
  const areas = owners.map((owner, k) => {
    const d = runs.map(([from, to]) => bandPath(edge(k, from, to), edge(k - 1, from, to))).join("");
    return el(
      "path",
      { d, fill: owner.color, stroke: GROUND.light, "stroke-width": 1, class: `s-${GROUND.cls}` },
      el("title", {}, words(visibleLine(owner.name))),
    );
  });
  const names = owners.map((owner, k) => nameInside(frame, owner, heights[k] ?? [], heights[k - 1] ?? [], times, y));
  return [...areas, ...names];
}

function runsOf(row: readonly (number | null)[]): (readonly [number, number])[] {
  const out: (readonly [number, number])[] = [];
  let start = -1;
  for (let i = 0; i <= row.length; i++) {
    const known = i < row.length && row[i] !== null;
    if (known && start < 0) start = i;
    if (!known && start >= 0) {
      out.push([start, i - 1]);
      start = -1;
    }
  }
  return out;
}

/** A band is named inside itself where it is high enough over the width of its name; the key below names every band. */
function nameInside(
  frame: Frame,
  owner: Owner,
  upper: readonly (number | null)[],
  lower: readonly (number | null)[],
  times: readonly number[],
  y: Scale,
): Html {
  const text = shortened(visibleLine(owner.name.replace(/ \(.*$/, "")), 34);
  const span = Math.ceil((textWidth(text, 13.2) + 14) / STEP);
  let best: { at: number; room: number; y: number } | null = null;
  for (let i = 0; i + span < times.length; i += 4) {
    let low = -Infinity;
    let high = Infinity;
    for (let j = i; j <= i + span; j++) {
      const up = upper[j] ?? null;
      low = Math.max(low, up === null ? Infinity : y(up));
      high = Math.min(high, y(lower[j] ?? 0));
    }
    const room = high - low;
    const x1 = frame.x(times[i] ?? 0);
    const crossed = frame.kills.some((k) => k > x1 - 2 && k < x1 + span * STEP + 2);
    if (room >= 15 && !crossed && (best === null || room > best.room))
      best = { at: x1 + 6, room, y: (low + high) / 2 + 4 };
  }
  if (best === null) return NOTHING;
  return el("text", { x: best.at, y: best.y, "font-size": 12, "font-weight": 600, fill: "#ffffff" }, words(text));
}
