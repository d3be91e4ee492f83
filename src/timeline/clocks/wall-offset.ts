// wall − boot: every tick reads the wall clock and the uptime within one interval; intersecting the bounds of all ticks gives
// the offset to milliseconds, even where the wall clock was read in whole seconds. An empty intersection is a clock step (or
// drift beyond the bounds): a new stretch begins there, and is reported.
import type { Samples, Tick } from "../../model/samples.ts";
import { type Bound, UNBOUND, atLeast, atMost, intersect, isEmpty } from "./bounds.ts";

/** The offset in ms, valid from `fromBootMs` (since boot) on. */
export interface OffsetStretch {
  readonly fromBootMs: number;
  readonly bound: Bound;
}

export interface WallOffset {
  readonly stretches: readonly OffsetStretch[];
  /** Steps of the wall clock between stretches, in ms, with the boot time at which they were noticed. */
  readonly steps: readonly { readonly atBootMs: number; readonly byMs: number }[];
}

const FROM_TICKS = "the samples' own wall and uptime readings";

const boundOfTick = (tick: Tick): Bound => {
  let bound: Bound = UNBOUND;
  if (Number.isFinite(tick.startReal) && Number.isFinite(tick.endUp))
    bound = intersect(bound, atLeast(tick.startReal - tick.endUp * 1000 - tick.upResolutionMs, FROM_TICKS));
  if (Number.isFinite(tick.endReal) && Number.isFinite(tick.startUp))
    bound = intersect(bound, atMost(tick.endReal + tick.realResolutionMs - tick.startUp * 1000, FROM_TICKS));
  return bound;
};

/** /proc/uptime as a file of the tick: read after the tick began, written down before the file's own modification time ended. */
const uptimeReadings = (samples: Samples): ReadonlyMap<number, { up: number; modified: number }> => {
  const byTick = new Map<number, { up: number; modified: number }>();
  const file = samples.files.get("/proc/uptime");
  const column = file?.column("") ?? file?.column("uptime") ?? null;
  if (!file || !column) return byTick;
  for (let i = 0; i < file.length; i++) {
    const up = column[i] ?? Number.NaN;
    if (Number.isFinite(up)) byTick.set(file.tickOf(i), { up, modified: file.modifiedOf(i) });
  }
  return byTick;
};

const boundOfUptimeFile = (tick: Tick, reading: { up: number; modified: number } | undefined): Bound => {
  if (!reading) return UNBOUND;
  let bound: Bound = UNBOUND;
  if (Number.isFinite(tick.startReal))
    bound = intersect(bound, atLeast(tick.startReal - reading.up * 1000 - tick.upResolutionMs, FROM_TICKS));
  // tar keeps whole seconds: the file was written before the end of that second, and read before it was written.
  if (Number.isFinite(reading.modified)) bound = intersect(bound, atMost(reading.modified + 1000 - reading.up * 1000, FROM_TICKS));
  return bound;
};

/** Bounds of wall − boot from the ticks of one boot; null where no tick reads both clocks. */
export const wallOffsetOf = (samples: Samples, bootId: string | null): WallOffset | null => {
  const uptimes = uptimeReadings(samples);
  const stretches: OffsetStretch[] = [];
  const steps: { atBootMs: number; byMs: number }[] = [];
  let current: OffsetStretch | null = null;
  samples.ticks.forEach((tick, index) => {
    if (bootId !== null && tick.bootId !== null && tick.bootId !== bootId) return;
    const reading = uptimes.get(index);
    const bound = intersect(boundOfTick(tick), boundOfUptimeFile(tick, reading));
    if (!Number.isFinite(bound.low) && !Number.isFinite(bound.high)) return;
    const bootMs = (Number.isFinite(tick.startUp) ? tick.startUp : (reading?.up ?? 0)) * 1000;
    if (current === null) {
      current = { fromBootMs: 0, bound };
      return;
    }
    const both = intersect(current.bound, bound);
    if (!isEmpty(both)) {
      current = { fromBootMs: current.fromBootMs, bound: both };
      return;
    }
    stretches.push(current);
    const byMs = bound.low > current.bound.high ? bound.low - current.bound.high : bound.high - current.bound.low;
    steps.push({ atBootMs: bootMs, byMs });
    current = { fromBootMs: bootMs, bound };
  });
  if (current !== null) stretches.push(current);
  return stretches.length === 0 ? null : { stretches, steps };
};

/** The stretch in force at a reading of the boot clock. */
export const stretchAt = (offset: WallOffset, bootMs: number): Bound => {
  let found = offset.stretches[0]?.bound ?? UNBOUND;
  for (const stretch of offset.stretches) if (stretch.fromBootMs <= bootMs) found = stretch.bound;
  return found;
};
