// A line's name stands beside it where there is room: not on another line, a threshold, a kill line or another name.
import { type Ink, textWidth } from "./element.ts";
import type { Point } from "./path.ts";

export interface NamedLine {
  readonly name: string;
  readonly ink: Ink;
  readonly points: readonly (readonly Point[])[];
}

export interface LineLabel {
  readonly name: string;
  readonly ink: Ink;
  readonly x: number;
  readonly y: number;
}

interface Box {
  readonly x1: number;
  readonly x2: number;
  readonly y1: number;
  readonly y2: number;
}

const SIZE = 12;
const TRIES = 36;

export interface Room {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Horizontal lines to keep off. */
  readonly rulers: readonly number[];
  /** Vertical lines to keep off. */
  readonly walls: readonly number[];
}

export function nameLines(lines: readonly NamedLine[], room: Room): LineLabel[] {
  const taken: Box[] = [];
  return lines.flatMap((line) => {
    const best = candidates(line, lines, room, taken)[0];
    if (best === undefined) return [];
    taken.push(best.box);
    return [{ name: line.name, ink: line.ink, x: best.box.x1, y: best.box.y2 - 3 }];
  });
}

function candidates(
  line: NamedLine,
  all: readonly NamedLine[],
  room: Room,
  taken: readonly Box[],
): { box: Box; cost: number }[] {
  const width = textWidth(line.name, SIZE);
  const out: { box: Box; cost: number }[] = [];
  const offer = (x1: number, y1: number, cost: number): void => {
    const box: Box = { x1, x2: x1 + width, y1, y2: y1 + 15 };
    out.push({ box, cost: cost + collisions(box, line, all, room, taken) * 100 });
  };
  for (let i = 0; i < TRIES; i++) {
    const x1 = room.left + 6 + ((room.right - room.left - width - 12) * i) / (TRIES - 1);
    const extent = rangeOver(line, x1, x1 + width);
    if (extent === null) continue;
    // a name that runs on beyond its line's end would name the void
    const beside = Math.max(0, extent.from - x1) + Math.max(0, x1 + width - extent.to);
    // a spiky line is named by its peak, not where it lies on the ground line with all others
    const grounded = extent.low > room.bottom - 5 ? 120 : 0;
    const cost = extent.high - extent.low + beside * 4 + grounded;
    offer(x1, extent.low - 18, cost);
    offer(x1, extent.high + 4, cost);
  }
  const peak = line.points.flat().reduce<Point | null>((best, p) => (best === null || p.y < best.y ? p : best), null);
  if (peak !== null) {
    if (peak.x + width + 6 < room.right) offer(peak.x + 5, peak.y - 4, 80);
    if (peak.x - width - 6 > room.left) offer(peak.x - width - 5, peak.y - 4, 80);
  }
  return out.toSorted((a, b) => a.cost - b.cost);
}

function collisions(box: Box, own: NamedLine, all: readonly NamedLine[], room: Room, taken: readonly Box[]): number {
  let n = 0;
  if (box.y1 < room.top || box.y2 > room.bottom) n += 3;
  n += taken.filter((b) => b.x1 < box.x2 + 6 && box.x1 < b.x2 + 6 && b.y1 < box.y2 && box.y1 < b.y2).length * 2;
  n += room.rulers.filter((y) => y > box.y1 - 1 && y < box.y2 + 1).length;
  n += room.walls.filter((x) => x > box.x1 - 4 && x < box.x2 + 4).length * 0.3;
  for (const line of all) {
    if (line === own) continue;
    const extent = rangeOver(line, box.x1 - 4, box.x2 + 4);
    if (extent !== null && extent.low < box.y2 && box.y1 < extent.high) n += 2;
  }
  return n;
}

interface Extent {
  readonly low: number;
  readonly high: number;
  readonly from: number;
  readonly to: number;
}

function rangeOver(line: NamedLine, from: number, to: number): Extent | null {
  let low = Infinity;
  let high = -Infinity;
  let first = Infinity;
  let last = -Infinity;
  for (const segment of line.points) {
    for (const p of segment) {
      if (p.x < from - 6 || p.x > to + 6) continue;
      low = Math.min(low, p.y);
      high = Math.max(high, p.y);
      first = Math.min(first, p.x);
      last = Math.max(last, p.x);
    }
  }
  return high >= low ? { low, high, from: first, to: last } : null;
}
