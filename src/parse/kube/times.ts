// Instants and durations as Kubernetes and Go print them.
import type { Stamp } from "../../model/instant.ts";

/** "2026-11-24T01:15:56.082727775Z", "2020-11-27T18:03:31+08:00"; Go's String() has a blank for the T and " +0000 UTC" at its end. */
const RFC3339 = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,9})?\s?(Z|[+-]\d\d:?\d\d)/;

export interface WallTime {
  readonly ms: number;
  readonly resolutionMs: number;
}

export const parseRfc3339 = (text: string): WallTime | null => {
  const match = RFC3339.exec(text);
  if (match === null) return null;
  const [, date = "", time = "", fraction = "", zone = "Z"] = match;
  const offset = zone === "Z" || zone.includes(":") ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const whole = Date.parse(`${date}T${time}${offset}`);
  if (!Number.isFinite(whole) || whole <= GO_ZERO_MS) return null;
  return {
    ms: whole + Number(`0${fraction}`) * 1000,
    resolutionMs: fraction === "" ? 1000 : Math.max(10 ** (4 - fraction.length), 1e-3),
  };
};

/** Go's zero time, 0001-01-01: "not set". */
const GO_ZERO_MS = Date.parse("0001-01-02T00:00:00Z");

/** kubectl describe: "Tue, 03 Mar 2026 06:39:25 -0500" (RFC 1123 with a numeric zone). */
const RFC1123Z = /^[A-Z][a-z]{2}, (\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export const parseRfc1123z = (text: string): WallTime | null => {
  const match = RFC1123Z.exec(text);
  if (match === null) return null;
  const [, day, month = "", year, hour, minute, second, sign, zoneHour, zoneMinute] = match;
  const monthIndex = MONTHS.indexOf(month);
  if (monthIndex < 0) return null;
  const zone = (sign === "-" ? -1 : 1) * (Number(zoneHour) * 60 + Number(zoneMinute));
  const local = Date.UTC(Number(year), monthIndex, Number(day), Number(hour), Number(minute), Number(second));
  return { ms: local - zone * 60_000, resolutionMs: 1000 };
};

/** Whole seconds of an object are truncated by the API's wire form; microseconds (eventTime) are the component's own clock. */
export const apiStamp = (text: string): Stamp | null => {
  const wall = parseRfc3339(text) ?? parseRfc1123z(text);
  if (wall === null) return null;
  return {
    clock: wall.resolutionMs >= 1000 ? "api" : "realtime",
    ms: wall.ms,
    resolutionMs: wall.resolutionMs,
    zoned: true,
  };
};

/** A Go duration ("27h14m51.413818128s", "5s", "500ms") or kubectl's age ("46d", "5d3h", "2y10d") in ms. */
export const parseGoDuration = (text: string): number | null => {
  if (!/^-?(?:\d{1,12}(?:\.\d{1,12})?(?:ns|us|µs|μs|ms|s|m|h|d|y)){1,8}$/.test(text)) return text === "0" ? 0 : null;
  let ms = 0;
  for (const [, number = "", unit = ""] of text.matchAll(/(\d{1,12}(?:\.\d{1,12})?)(ns|us|µs|μs|ms|s|m|h|d|y)/g)) {
    ms += Number(number) * (UNIT_MS[unit] ?? 0);
  }
  return text.startsWith("-") ? -ms : ms;
};

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  y: 365 * 86_400_000,
};
