// From values to places. All charts of a window share one time scale.
import type { AxisClock } from "../story/windows.ts";
import { clockTime, dayOf } from "../format/time.ts";

export interface Scale {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
  (value: number): number;
}

export function linear(from: number, to: number, start: number, end: number): Scale {
  const span = to - from === 0 ? 1 : to - from;
  const place = (value: number): number => start + ((value - from) / span) * (end - start);
  return Object.assign(place, { from, to, start, end });
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 30, 90, 365].map((n) => n * DAY),
];

export interface Tick {
  readonly at: number;
  readonly text: string;
}

export function timeTicks(from: number, to: number, most: number, clock: AxisClock): Tick[] {
  const span = to - from;
  const step = STEPS.find((s) => span / s <= most) ?? span / most;
  const decimals = step >= SECOND ? 0 : step >= 100 ? 1 : step >= 10 ? 2 : 3;
  const ticks: Tick[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to && ticks.length <= most + 1; at += step) {
    ticks.push({ at, text: clock === "boot" ? `${(at / SECOND).toFixed(decimals)} s` : utcTick(at, step, decimals) });
  }
  return ticks;
}

function utcTick(at: number, step: number, decimals: number): string {
  if (step >= DAY || (step >= HOUR && at % DAY === 0)) return dayOf(at).replace(/ \d{4}$/, "");
  const time = clockTime(at, decimals);
  return step >= MINUTE ? time.slice(0, 5) : time;
}

/** 1, 2, 5 × 10ⁿ for plain numbers; powers of two for bytes. */
export function valueTicks(to: number, most: number, binary: boolean): number[] {
  if (!(to > 0) || !Number.isFinite(to)) return [0];
  const step = binary ? 2 ** Math.ceil(Math.log2(to / most)) : decimalStep(to / most);
  const ticks: number[] = [];
  for (let v = 0; v <= to * 1.0001; v += step) ticks.push(v);
  return ticks;
}

function decimalStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast));
  const factor = [1, 2, 5, 10].find((f) => f * power >= atLeast) ?? 10;
  return factor * power;
}
