// Exact pressure per interval from the kernel's totals (µs): Δtotal / Δt over pairs of ticks far enough apart that the timing error
// stays under 20 %, never over 100 % (kernel/sched/psi.c; avg10 lags and is not used).
import { isPlaced } from "../../model/instant.ts";
import type { Samples } from "../../model/samples.ts";
import type { TickAt } from "../available/signals.ts";
import type { PressureInterval } from "./pressure-interval.ts";

/** verdict.md: pairs far enough apart that the timing error is under this share. */
const MOST_TIMING_ERROR = 0.2;

const share = (us: number, ms: number): number | null =>
  us < 0 || !Number.isFinite(us) ? null : Math.min(1, us / 1000 / ms);

/** `path`: "/proc/pressure/memory", or a cgroup's memory.pressure. */
export const pressureOf = (samples: Samples, path: string, tickAt: TickAt): PressureInterval[] => {
  const file = samples.files.get(path);
  const some = file?.column("some.total") ?? null;
  const full = file?.column("full.total") ?? null;
  if (!file || !some) return [];
  const intervals: PressureInterval[] = [];
  let start = -1;
  for (let i = 0; i < file.length; i++) {
    const at = tickAt(file.tickOf(i));
    if (!isPlaced(at) || !Number.isFinite(some[i] ?? Number.NaN)) continue;
    if (start < 0) {
      start = i;
      continue;
    }
    const before = tickAt(file.tickOf(start));
    const length = at.best - before.best;
    const error = (at.latest - at.earliest + (before.latest - before.earliest)) / 2;
    if (length <= 0 || error > MOST_TIMING_ERROR * length) continue;
    const rise = (column: Float64Array | null): number =>
      column === null ? Number.NaN : (column[i] ?? Number.NaN) - (column[start] ?? Number.NaN);
    intervals.push({
      fromTick: file.tickOf(start),
      toTick: file.tickOf(i),
      fromMs: before.best,
      toMs: at.best,
      some: share(rise(some), length),
      full: share(rise(full), length),
    });
    start = i;
  }
  return intervals;
};
