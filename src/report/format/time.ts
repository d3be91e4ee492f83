// Instants as UTC, with as many digits as their uncertainty bears; durations in the unit a reader would choose.
import type { Instant } from "../../model/analysis.ts";
import { grouped } from "./number.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** Decimals of a second that an uncertainty leaves meaningful: ± 0.5 s bears one, ± 3 ms three. */
export const decimalsFor = (uncertaintyMs: number): 0 | 1 | 2 | 3 =>
  uncertaintyMs >= 1000 ? 0 : uncertaintyMs >= 100 ? 1 : uncertaintyMs >= 10 ? 2 : 3;

const two = (n: number): string => n.toString().padStart(2, "0");

/** Outside ±8.64e15 ms no calendar date exists; the number itself is then all that can be said. */
const dateOf = (unixMs: number): Date | null => {
  const date = new Date(unixMs);
  return Number.isNaN(date.getTime()) ? null : date;
};

/** Cut, not rounded, as every clock shows it: 56.961 ± 0.5 is 56.9. */
export function clockTime(unixMs: number, decimals: number): string {
  const date = dateOf(Math.floor(unixMs));
  if (date === null) return `${grouped(unixMs)} ms`;
  const fraction = decimals > 0 ? `.${date.getUTCMilliseconds().toString().padStart(3, "0").slice(0, decimals)}` : "";
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}${fraction}`;
}

export function dayOf(unixMs: number): string {
  const date = dateOf(unixMs);
  if (date === null) return "";
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ""} ${date.getUTCFullYear()}`;
}

/** "01:15:56.9": the document's own digits where it gives them, so that every output reads alike. */
export function instantTime(at: Instant): string {
  const stated = at.utc?.match(/T(\d\d:\d\d:\d\d(?:\.\d{1,9})?)Z$/)?.[1];
  if (stated !== undefined) return stated;
  if (at.unixMs !== null) return clockTime(at.unixMs, decimalsFor(at.uncertaintyMs));
  if (at.bootSec !== null) return `${at.bootSec.toFixed(decimalsFor(at.uncertaintyMs))} s after boot`;
  return "time not known";
}

/** With the day, for titles and tickets: "2026-11-24 01:15:56.9 UTC". */
export function instantStamp(at: Instant): string {
  const date = at.unixMs === null ? null : dateOf(at.unixMs);
  if (date === null) return instantTime(at);
  return `${date.toISOString().slice(0, 10)} ${instantTime(at)} UTC`;
}

/** Below this a reader of a post-mortem loses nothing by not seeing it. */
const WORTH_SAYING_MS = 20;

export const plusMinus = (uncertaintyMs: number): string =>
  uncertaintyMs >= WORTH_SAYING_MS ? `± ${duration(uncertaintyMs)}` : "";

/** Of an instant: one that nothing places has no ± either. */
export const spreadOf = (at: Instant): string =>
  at.unixMs === null && at.bootSec === null ? "" : plusMinus(at.uncertaintyMs);

/** What the clock of an instant is, and what binds it to the wall clock: for tooltips. */
export function provenance(at: Instant): string {
  const bound = at.anchor === null ? "" : `, placed by ${at.anchor}`;
  return `${at.clock} clock${bound}, ± ${duration(at.uncertaintyMs)}`;
}

export function duration(ms: number): string {
  const size = Math.abs(ms);
  const sign = ms < 0 ? "−" : "";
  if (size < 100) return `${sign}${trimmed(size, size < 10 ? 1 : 0)} ms`;
  if (size < 99_950) return `${sign}${(size / 1000).toFixed(size % 1000 === 0 ? 0 : 1)} s`;
  const seconds = Math.round(size / 1000);
  if (seconds < 3600) return `${sign}${pair(seconds, 60, "min", "s")}`;
  if (seconds < 86_400) return `${sign}${pair(Math.round(seconds / 60), 60, "h", "min")}`;
  return `${sign}${pair(Math.round(seconds / 3600), 24, "d", "h")}`;
}

const trimmed = (n: number, decimals: number): string => n.toFixed(decimals).replace(/\.0$/, "");

function pair(n: number, base: number, big: string, small: string): string {
  const rest = n % base;
  return `${Math.floor(n / base)} ${big}${rest === 0 ? "" : ` ${rest} ${small}`}`;
}
