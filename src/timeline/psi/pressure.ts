// Exact pressure per interval from the kernel's totals (µs): Δtotal / Δt over pairs of ticks far enough apart that the timing error
// stays under 20 %, never over 100 % (kernel/sched/psi.c psi_show() brings the totals up to date at each read; avg10 lags and is not used).
import { isPlaced } from "../../model/instant.ts";
import type { Samples } from "../../model/samples.ts";
import type { TickAt } from "../available/signals.ts";
import type { PressureInterval } from "./pressure-interval.ts";

/** verdict.md: pairs far enough apart that the timing error is under this share. */
const MOST_TIMING_ERROR = 0.2;

/** When a reading was made, in ms on one clock. */
interface ReadAt {
  readonly clock: string;
  readonly low: number;
  readonly high: number;
}

const share = (us: number, ms: number): number | null =>
  us < 0 || !Number.isFinite(us) ? null : Math.min(1, us / 1000 / ms);

/**
 * The boot clock where the tick has it: the wall clock may be stepped between two ticks. A sampler that keeps one directory a tick
 * reads uptime before all pressure files (src/parse/lab/tick-clock.ts): they were read after it.
 */
const readingTimes = (samples: Samples, tickAt: TickAt): ((tick: number) => ReadAt | null) => {
  const file = samples.files.get("/proc/uptime");
  const column = file?.column("up") ?? null;
  const sampledUp = new Map(Array.from(column ?? [], (up, i) => [file?.tickOf(i) ?? -1, up] as const));
  return (tick) => {
    const { bootId, startUp, endUp } = samples.ticks[tick] ?? { bootId: null, startUp: NaN, endUp: NaN };
    if (Number.isFinite(startUp) && Number.isFinite(endUp)) {
      const low = Math.max(startUp, sampledUp.get(tick) ?? startUp);
      return { clock: `boot ${bootId}`, low: low * 1000, high: Math.max(low, endUp) * 1000 };
    }
    const at = tickAt(tick);
    return isPlaced(at) ? { clock: `wall ${bootId}`, low: at.earliest, high: at.latest } : null;
  };
};

/** `path`: "/proc/pressure/memory", or a cgroup's memory.pressure. */
export const pressureOf = (samples: Samples, path: string, tickAt: TickAt): PressureInterval[] => {
  const file = samples.files.get(path);
  const some = file?.column("some.total") ?? null;
  const full = file?.column("full.total") ?? null;
  if (!file || !some) return [];
  const timeOf = readingTimes(samples, tickAt);
  const intervals: PressureInterval[] = [];
  let start: { readonly reading: number; readonly tick: number; readonly at: ReadAt } | null = null;
  for (let reading = 0; reading < file.length; reading++) {
    const tick = file.tickOf(reading);
    const at = timeOf(tick);
    if (at === null || !Number.isFinite(some[reading] ?? NaN)) continue;
    // Totals count from the boot: nothing spans two.
    if (start === null || start.at.clock !== at.clock) {
      start = { reading, tick, at };
      continue;
    }
    const length = (at.low + at.high - start.at.low - start.at.high) / 2;
    const error = (at.high - at.low + (start.at.high - start.at.low)) / 2;
    if (length <= 0 || error > MOST_TIMING_ERROR * length) continue;
    const before = start.reading;
    const rise = (column: Float64Array | null): number =>
      column === null ? NaN : (column[reading] ?? NaN) - (column[before] ?? NaN);
    intervals.push({
      fromTick: start.tick,
      toTick: tick,
      fromMs: tickAt(start.tick).best,
      toMs: tickAt(tick).best,
      some: share(rise(some), length),
      full: share(rise(full), length),
    });
    start = { reading, tick, at };
  }
  return intervals;
};
