// Instants as log decorations print them, read as Stamps of the clock that made them.
import type { ClockKind, Stamp } from "../../model/instant.ts";

/** Readings without a year are ms since 2000-01-01, as if the year were 2000: a leap year, so that 29 February exists. */
const Y2000 = Date.UTC(2000, 0, 1);

/** 0.001 for microseconds, 1000 for whole seconds. */
export const resolutionOf = (digits: number): number => (digits === 0 ? 1000 : digits >= 6 ? 1e-3 : 10 ** (3 - digits));

/** By the number of digits; a power costs more than the rest of a stamp. */
const SCALES: readonly number[] = Array.from({ length: 10 }, (_, digits) => 10 ** (3 - digits));

/** Of the digits behind the dot, taken as one number. */
export const fractionMs = (value: number, digits: number): number => value * (SCALES[digits] ?? 10 ** (3 - digits));

/** The kernel's `[%5lu.%06lu]` (kernel/printk/printk.c print_time()). */
export const printkStamp = (seconds: string, micros: string): Stamp => ({
  clock: "printk",
  ms: Number(seconds) * 1000 + Number(micros) / 1000,
  resolutionMs: 1e-3,
  zoned: true,
});

export const microsStamp = (clock: ClockKind, micros: number): Stamp => ({
  clock,
  ms: micros / 1000,
  resolutionMs: 1e-3,
  zoned: true,
});

/** Abbreviated month names of the locales in which `dmesg -T` and journalctl are pasted; by their first letters, lower case, without dots. */
const MONTH_NAMES: readonly string[] = [
  "jan janv ene gen sty янв січ led oca tammi gin ocak ιαν",
  "feb fev fév févr febr лют лют фев úno şub helmi lut feb φεβ",
  "mar mär mars mrt märz márc мар бер bře maalis mar μαρ",
  "apr avr avril abr ápr апр кві dub nis huhti kwi απρ",
  "may mai mei maj mag máj май мая тра kvě touko maj μαΐ",
  "jun juin giu jún июн чер čen haz kesä cze ιουν",
  "jul juil lug júl июл лип čec tem heinä lip ιουλ",
  "aug août ago авг сер srp ağu elo sie αυγ",
  "sep sept set szept сен вер zář eyl syys wrz σεπ",
  "oct okt ott out окт жов říj eki loka paź οκτ",
  "nov ноя лис lis kas marras lis νοε",
  "dec dez déc dic des дек гру pro ara joulu gru δεκ",
];
const MONTHS: ReadonlyMap<string, number> = new Map(
  MONTH_NAMES.flatMap((names, month) => names.split(" ").map((name): [string, number] => [name, month])),
);

/** "Nov", "Mär", "févr.", "11月", "11월", "Thg 11" as 0 … 11; null where it is no month's name. */
export const monthOf = (name: string): number | null => {
  const numbered = /^(?:(\d{1,2})(?:月|월)|(?:Thg |[Tt]h)(\d{1,2}))$/.exec(name);
  if (numbered) {
    const month = Number(numbered[1] ?? numbered[2]);
    return month >= 1 && month <= 12 ? month - 1 : null;
  }
  const key = name.toLowerCase().replace(/\.$/, "");
  return MONTHS.get(key) ?? MONTHS.get(key.slice(0, 4)) ?? MONTHS.get(key.slice(0, 3)) ?? null;
};

const validClock = (hour: number, minute: number, second: number): boolean => hour < 24 && minute < 60 && second < 61;

/** A date and time without a year, as RFC 3164 and journalctl's short form have it. */
export const yearlessStamp = (
  month: number,
  day: string,
  hour: string,
  minute: string,
  second: string,
  fraction: string,
): Stamp | null => {
  const [d, h, m, s] = [Number(day), Number(hour), Number(minute), Number(second)];
  const whole = Date.UTC(2000, month, d, h, m, s);
  if (d < 1 || d > 31 || !validClock(h, m, s)) return null;
  return {
    clock: "rfc3164",
    ms: whole - Y2000 + fractionMs(Number(fraction), fraction.length),
    resolutionMs: resolutionOf(fraction.length),
    zoned: false,
  };
};

/** The same with a year: a wall clock without a zone, read as UTC. */
export const localStamp = (
  year: string,
  month: number,
  day: string,
  hour: string,
  minute: string,
  second: string,
  fraction: string,
): Stamp | null => {
  const stamp = yearlessStamp(month, day, hour, minute, second, fraction);
  const ms = Date.UTC(Number(year), month, Number(day), Number(hour), Number(minute), Number(second));
  return stamp && { ...stamp, clock: "receipt", ms: ms + fractionMs(Number(fraction), fraction.length) };
};

export interface IsoInstant {
  readonly ms: number;
  readonly resolutionMs: number;
  readonly zoned: boolean;
  /** `dmesg --time-format iso` has a comma before the fraction (util-linux lib/timeutils.c ISO_8601_COMMAUSEC). */
  readonly comma: boolean;
  /** Where it ends in the text. */
  readonly end: number;
}

const ISO = /(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d):(\d\d)(?:([.,])(\d{1,9}))?(?:(Z)|([+-])(\d\d):?(\d\d))?/y;
let lastDay = "";
let lastDayMs = Number.NaN;
export const dayMs = (day: string): number => {
  if (day !== lastDay) {
    lastDay = day;
    lastDayMs = Date.parse(`${day}T00:00:00Z`);
  }
  return lastDayMs;
};

/** "2026-11-24T01:18:22.867906+00:00", "2026-11-24T01:08:52+0000", "2026-11-24T01:18:22,776961+00:00", "2026-11-24 01:18:22.867906". */
export const parseIso = (text: string, at = 0): IsoInstant | null => {
  ISO.lastIndex = at;
  const match = ISO.exec(text);
  if (!match) return null;
  const [whole, day = "", hour, minute, second, separator, fraction = "", zulu, sign, zoneHour, zoneMinute] = match;
  const [h, m, s] = [Number(hour), Number(minute), Number(second)];
  const local = dayMs(day) + h * 3_600_000 + m * 60_000 + s * 1000 + fractionMs(Number(fraction), fraction.length);
  if (!Number.isFinite(local) || !validClock(h, m, s)) return null;
  const zone = sign === undefined ? 0 : (sign === "-" ? -1 : 1) * (Number(zoneHour) * 60 + Number(zoneMinute)) * 60_000;
  return {
    ms: local - zone,
    resolutionMs: resolutionOf(fraction.length),
    zoned: zulu !== undefined || sign !== undefined,
    comma: separator === ",",
    end: at + whole.length,
  };
};

export const isoStamp = (clock: ClockKind, iso: IsoInstant): Stamp => ({
  clock,
  ms: iso.ms,
  resolutionMs: iso.resolutionMs,
  zoned: iso.zoned,
});

/** `dmesg -T`: "[Tue Nov 24 01:08:24 2026]": printk plus an estimated boot time, local, without a zone: read as UTC. */
export const ctimeStamp = (
  month: number,
  day: string,
  hour: string,
  minute: string,
  second: string,
  year: string,
): Stamp | null => {
  const [d, h, m, s] = [Number(day), Number(hour), Number(minute), Number(second)];
  if (d < 1 || d > 31 || !validClock(h, m, s)) return null;
  return { clock: "dmesg-wall", ms: Date.UTC(Number(year), month, d, h, m, s), resolutionMs: 1000, zoned: false };
};

/** `dmesg -H` prints the minute of a line once: "[Nov24 01:18]". */
export const minuteStamp = (month: number, day: string, hour: string, minute: string): Stamp | null => {
  const stamp = yearlessStamp(month, day, hour, minute, "00", "");
  return stamp && { ...stamp, resolutionMs: 60_000 };
};
