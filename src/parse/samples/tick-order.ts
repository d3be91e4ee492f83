// Archives hold ticks in any order, and tiers interleave: the place of each on one axis.
import type { Tick } from "../../model/samples.ts";

/**
 * Sort key in ms. Within a boot the boot clock decides, for the wall clock may be stepped; the median of (wall − boot) puts it on
 * the wall clock, so that ticks that have no uptime find their place. A tick without any clock goes to the end.
 */
export const tickKeys = (ticks: readonly Tick[]): Float64Array => {
  const offsets = new Map<string | null, number>();
  for (const bootId of new Set(ticks.map((tick) => tick.bootId))) {
    const differences = ticks
      .filter((tick) => tick.bootId === bootId && Number.isFinite(tick.startUp) && Number.isFinite(tick.startReal))
      .map((tick) => tick.startReal - tick.startUp * 1000)
      .sort((a, b) => a - b);
    offsets.set(bootId, differences[differences.length >> 1] ?? 0);
  }
  return Float64Array.from(ticks, (tick) => {
    if (Number.isFinite(tick.startUp)) return tick.startUp * 1000 + (offsets.get(tick.bootId) ?? 0);
    return Number.isFinite(tick.startReal) ? tick.startReal : Infinity;
  });
};

export interface TickOrder {
  readonly ticks: readonly Tick[];
  /** New index by old. */
  readonly place: Uint32Array;
}

export const inOrder = (ticks: readonly Tick[]): TickOrder => {
  const keys = tickKeys(ticks);
  const byTime = Array.from(ticks, (_, i) => i).sort((a, b) => compare(keys[a] ?? 0, keys[b] ?? 0) || a - b);
  const place = new Uint32Array(ticks.length);
  byTime.forEach((old, index) => {
    place[old] = index;
  });
  return { ticks: byTime.flatMap((old) => ticks[old] ?? []), place };
};

const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
