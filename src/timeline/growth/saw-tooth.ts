// A collected heap goes up and down: its growth is that of its low points. A fall of a fifth of the whole range and a tenth of the
// greatest value is a tooth's end (heuristic); the lowest reading of each eighth of the time is what stays after a collection.
import type { GrowthPoint } from "./trend.ts";

export interface SawTooth {
  /** Rises that were followed by such a fall. */
  readonly teeth: number;
  /** The lowest reading of each eighth of the time, in the order of time. */
  readonly lows: readonly GrowthPoint[];
}

const FALL_SHARE = 0.2;
const FALL_OF_MOST = 0.1;
const PARTS = 8;

const teethOf = (points: readonly GrowthPoint[], fall: number): number => {
  let teeth = 0;
  let top = -Infinity;
  let low = Infinity;
  for (const { value } of points) {
    top = Math.max(top, value);
    low = Math.min(low, value);
    // A fall counts once it is deep enough below the last top that itself rose as much above the low before it.
    if (top - value >= fall && top - low >= fall) {
      teeth++;
      top = value;
      low = value;
    }
  }
  return teeth;
};

export const sawToothOf = (points: readonly GrowthPoint[]): SawTooth => {
  const values = points.map((p) => p.value);
  const most = Math.max(...values);
  const range = most - Math.min(...values);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || !(range > 0)) return { teeth: 0, lows: [] };
  const width = (last.ms - first.ms) / PARTS;
  const lows = Array.from({ length: PARTS }, (_, i) => {
    const from = first.ms + i * width;
    const part = points.filter((p) => p.ms >= from && (i === PARTS - 1 || p.ms < from + width));
    return part.reduce<GrowthPoint | null>((a, b) => (a === null || b.value < a.value ? b : a), null);
  }).filter((p) => p !== null);
  return { teeth: teethOf(points, Math.max(range * FALL_SHARE, most * FALL_OF_MOST)), lows };
};
