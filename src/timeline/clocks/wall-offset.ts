// wall − boot: every tick reads the wall clock and the uptime within one interval; intersecting the bounds of all ticks gives
// the offset to milliseconds, even where the wall clock was read in whole seconds. Bounds that contradict all before them are a
// clock step (or drift beyond the bounds) if the next ones say so too: a new stretch begins there, and is reported.
import type { ClockBinding } from "../../model/log.ts";
import type { Samples, Tick } from "../../model/samples.ts";
import { type Bound, UNBOUND, atLeast, atMost, between, intersect, isEmpty } from "./bounds.ts";

/** The offset in ms, valid from `fromBootMs` (since boot) on. */
export interface OffsetStretch {
  readonly fromBootMs: number;
  readonly bound: Bound;
}

export interface WallOffset {
  readonly stretches: readonly OffsetStretch[];
  readonly steps: readonly WallStep[];
}

/** A step of the wall clock between two stretches, in ms: after the last witness of the one before, up to the first of the next. */
export interface WallStep {
  /** So slow that it is the drift of one clock against the other, which NTP slews. */
  readonly drift: boolean;
  readonly sinceBootMs: number;
  readonly atBootMs: number;
  readonly byMs: number;
}

interface Witness {
  readonly bootMs: number;
  readonly bound: Bound;
}

const FROM_TICKS = "the samples' own wall and uptime readings";
const FROM_ROWS = "the collector's readings of all clocks";
/** The clocks of one row are read one after the other; a stalled collector needs this long at the most between two of them. Heuristic. */
const ROW_SLACK_MS = 50;
/** So many witnesses in a row must contradict the stretch before a step is believed. */
const STEP_WITNESSES = 3;

const ofTick = (tick: Tick): Witness | null => {
  let bound: Bound = UNBOUND;
  if (Number.isFinite(tick.startReal) && Number.isFinite(tick.endUp))
    bound = intersect(bound, atLeast(tick.startReal - tick.endUp * 1000 - tick.upResolutionMs, FROM_TICKS));
  if (Number.isFinite(tick.endReal) && Number.isFinite(tick.startUp))
    bound = intersect(bound, atMost(tick.endReal + tick.realResolutionMs - tick.startUp * 1000, FROM_TICKS));
  return bound === UNBOUND ? null : { bootMs: tick.startUp * 1000, bound };
};

/** /proc/uptime as a file of the tick: read after the tick began and before it ended. */
const ofUptimeFiles = (samples: Samples, ofBoot: (tick: Tick) => boolean): Witness[] => {
  const file = samples.files.get("/proc/uptime");
  const column = file?.column("") ?? (file ? (file.column(file.fields()[0] ?? "") ?? null) : null);
  if (!file || !column) return [];
  const witnesses: Witness[] = [];
  for (let i = 0; i < file.length; i++) {
    const tick = samples.ticks[file.tickOf(i)];
    const bootMs = (column[i] ?? Number.NaN) * 1000;
    if (!tick || !ofBoot(tick) || !Number.isFinite(bootMs)) continue;
    let bound: Bound = UNBOUND;
    if (Number.isFinite(tick.startReal))
      bound = intersect(bound, atLeast(tick.startReal - bootMs - tick.upResolutionMs, FROM_TICKS));
    if (Number.isFinite(tick.endReal))
      bound = intersect(bound, atMost(tick.endReal + tick.realResolutionMs - bootMs, FROM_TICKS));
    if (bound !== UNBOUND) witnesses.push({ bootMs, bound });
  }
  return witnesses;
};

const ofRows = (bindings: readonly ClockBinding[]): Witness[] =>
  bindings.flatMap((row) => {
    const boot = row.stamps.find((s) => s.clock === "boot");
    const real = row.stamps.find((s) => s.clock === "realtime");
    if (!boot || !real) return [];
    const offset = real.ms - boot.ms;
    return [
      {
        bootMs: boot.ms,
        bound: between(offset - boot.resolutionMs - ROW_SLACK_MS, offset + real.resolutionMs + ROW_SLACK_MS, FROM_ROWS),
      },
    ];
  });

/** adjtimex slews by 500 ppm at the most, and a clock runs wrong by no more (kernel/time/ntp.c MAXFREQ); twice that between two stretches. */
const MOST_DRIFT = 1e-3;

const agrees = (bound: Bound, witness: Witness | undefined): boolean =>
  witness === undefined || !isEmpty(intersect(bound, witness.bound));

const fold = (witnesses: readonly Witness[]): WallOffset | null => {
  const [first, ...rest] = witnesses;
  if (!first) return null;
  const stretches: OffsetStretch[] = [];
  const steps: WallStep[] = [];
  let current: OffsetStretch = { fromBootMs: 0, bound: first.bound };
  let last = first.bootMs;
  let since = first.bootMs;
  rest.forEach((witness, i) => {
    const both = intersect(current.bound, witness.bound);
    if (!isEmpty(both)) {
      current = { fromBootMs: current.fromBootMs, bound: both };
      last = witness.bootMs;
      return;
    }
    const next = rest.slice(i, i + STEP_WITNESSES);
    // One witness alone is a stalled reading, not a step.
    if (next.length < STEP_WITNESSES || next.some((w) => agrees(current.bound, w))) return;
    stretches.push(current);
    const byMs =
      witness.bound.low > current.bound.high
        ? witness.bound.low - current.bound.high
        : witness.bound.high - current.bound.low;
    const lasted = witness.bootMs - since;
    const drift = Math.abs(byMs) <= lasted * MOST_DRIFT;
    steps.push({ drift, sinceBootMs: last, atBootMs: witness.bootMs, byMs });
    since = witness.bootMs;
    last = witness.bootMs;
    current = { fromBootMs: witness.bootMs, bound: witness.bound };
  });
  stretches.push(current);
  return { stretches, steps };
};

/** Bounds of wall − boot from the ticks (and the collector's rows) of one boot; null where nothing reads both clocks. */
export const wallOffsetOf = (
  samples: Samples,
  bindings: readonly ClockBinding[],
  same: (bootId: string | null) => boolean,
): WallOffset | null => {
  const ofBoot = (tick: Tick): boolean => same(tick.bootId);
  const ticks = samples.ticks
    .filter(ofBoot)
    .map(ofTick)
    .filter((w) => w !== null);
  const rows = ofRows(bindings.filter((b) => same(b.bootId)));
  const all = [...ticks, ...ofUptimeFiles(samples, ofBoot), ...rows].filter(
    (w) => Number.isFinite(w.bound.low) || Number.isFinite(w.bound.high),
  );
  return fold(all.toSorted((a, b) => a.bootMs - b.bootMs));
};

/** The stretch in force at a reading of the boot clock. */
export const stretchAt = (offset: WallOffset, bootMs: number): Bound => {
  let found = offset.stretches[0]?.bound ?? UNBOUND;
  for (const stretch of offset.stretches) if (stretch.fromBootMs <= bootMs) found = stretch.bound;
  return found;
};
