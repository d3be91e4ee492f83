// When the files of a tick directory were read. Found in the data of this sampler, and the same in all its captures:
// - it reads meminfo, vmstat, zoneinfo, slabinfo, buddyinfo, uptime, loadavg, swaps, pressure.memory, pressure.cpu, pressure.io,
//   cgroups, pids, and then writes sample_took_ms: no file's modification time ever contradicts this order;
// - the directory's name is the wall clock at the start, name + sample_took_ms the one at the end of the reading;
// - uptime is read somewhere between, so each tick bounds (wall − boot) from both sides; under pressure the two lie seconds apart
//   (4.5 of a tick's 5.0 s), so the bounds of its neighbours are what makes a tick's own start and end on the boot clock exact;
// - modification times are whole seconds of the kernel's coarse clock, which lagged by up to 0.3 s.
import type { Tick } from "../../model/samples.ts";

export interface LabTick {
  readonly realMs: number;
  /** Seconds; null where the file is missing. */
  upSec: number | null;
  tookMs: number | null;
  /** Latest modification time of its files that can be true. */
  lastModifiedMs: number | null;
}

const UP_RESOLUTION_MS = 10;
const MODIFIED_RESOLUTION_MS = 1000;
const COARSE_CLOCK_LAG_MS = 500;
/** Ticks to either side whose bounds are put together: few enough that a slewed clock does not spoil them. */
const NEIGHBOURS = 40;

interface Bounds {
  low: number;
  high: number;
}

/** Start and end on both clocks for each tick, in the order of `ticks` (by name). */
export const tickClocks = (
  ticks: readonly LabTick[],
): Pick<Tick, "startUp" | "endUp" | "startReal" | "endReal" | "torn">[] => {
  const own = ticks.map(ownBounds);
  return ticks.map((tick, i) => {
    const end = endOf(tick);
    const offset = neighbourhood(own, i);
    const up = (real: number, boot: number): number => Math.round(real - boot) / 1000;
    return {
      startReal: tick.realMs,
      endReal: end,
      startUp: offset === null ? NaN : up(tick.realMs, offset.high),
      endUp: offset === null ? NaN : up(end, offset.low),
      torn: tick.tookMs === null,
    };
  });
};

/** Without its duration a tick ended no later than its last file was written. */
const endOf = ({ realMs, tookMs, lastModifiedMs }: LabTick): number => {
  if (tookMs !== null) return realMs + tookMs;
  return lastModifiedMs === null
    ? NaN
    : Math.max(realMs, lastModifiedMs + MODIFIED_RESOLUTION_MS + COARSE_CLOCK_LAG_MS);
};

/** Wall − boot in ms, as one tick bounds it. */
const ownBounds = (tick: LabTick): Bounds | null => {
  if (tick.upSec === null) return null;
  const boot = tick.upSec * 1000;
  const end = endOf(tick);
  return { low: tick.realMs - boot - UP_RESOLUTION_MS, high: Number.isNaN(end) ? Infinity : end - boot };
};

/** The tick's own bounds, narrowed by its neighbours outwards until one contradicts (the clock was stepped there). */
const neighbourhood = (bounds: readonly (Bounds | null)[], index: number): Bounds | null => {
  const result: Bounds = { ...(bounds[index] ?? { low: -Infinity, high: Infinity }) };
  for (const step of [-1, 1]) {
    for (let i = index + step; Math.abs(i - index) <= NEIGHBOURS; i += step) {
      const other = bounds[i];
      if (other === undefined) break;
      if (other === null) continue;
      if (other.low > result.high || other.high < result.low) break;
      result.low = Math.max(result.low, other.low);
      result.high = Math.min(result.high, other.high);
    }
  }
  return Number.isFinite(result.low) && Number.isFinite(result.high) ? result : null;
};
