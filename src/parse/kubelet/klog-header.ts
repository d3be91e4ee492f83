// klog's line header (k8s.io/klog/v2 klog.go header()), whole, stripped or shortened by those who paste it.
import type { Stamp } from "../../model/instant.ts";

export type Severity = "I" | "W" | "E" | "F";

export interface KlogHeader {
  readonly severity: Severity | null;
  /** The process' local wall clock without year and zone; null where the text has no header of its own. */
  readonly stamp: Stamp | null;
  readonly pid: number | null;
  /** Base name: "eviction_manager.go". Lines move with each release, so the number is not kept. */
  readonly file: string;
  /** Where the message begins in the text. */
  readonly end: number;
}

/** I1124 01:16:10.106764     410 oom_watcher_linux.go:84] "Got sys oom event" … */
const HEADER =
  /(?:^|[^A-Za-z0-9])([IWEF])(\d\d)(\d\d) {1,3}(\d\d):(\d\d):(\d\d)\.(\d{1,9}) {1,8}(\d{1,10}) {1,3}([\w.+-]{1,80}\.go):\d{1,6}\] ?/;
/**
 * The header cut away but for the place: `... eviction_manager.go:339] "Eviction …`, `W 7082 eviction_manager.go:330] eviction …`,
 * `20:58:12 eviction_manager.go:392 "must evict …`.
 */
const PLACE = /(?:^|[\s:>])(?:([IWEF]) {1,4}(?:(\d{1,10}) {1,4})?)?([\w.+-]{1,80}\.go):\d{1,6}(?:\] ?| (?="))/;

/** A header stands at the front, behind at most a prefix of journald, kubectl or a grep. */
const SEARCH = 320;

/** Days before each month of 2000, a leap year, so that 29 February exists. */
const DAYS_BEFORE: readonly number[] = [0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366];

/** Ms since 2000-01-01T00:00:00 of a local instant without a year; null where there is no such day. */
export const readingOf = (month: number, day: number, hour: number, minute: number, second: number): number | null => {
  const before = DAYS_BEFORE[month - 1];
  const next = DAYS_BEFORE[month];
  if (before === undefined || next === undefined || day < 1 || day > next - before) return null;
  return (((before + day - 1) * 24 + hour) * 60 + minute) * 60_000 + second * 1000;
};

const severityOf = (text: string | undefined): Severity | null =>
  text === "I" || text === "W" || text === "E" || text === "F" ? text : null;

export const parseKlogHeader = (text: string): KlogHeader | null => {
  const place = text.indexOf(".go:");
  if (place < 0 || place > SEARCH) return null;
  const head = text.slice(0, place + 16);
  const full = HEADER.exec(head);
  if (full !== null) {
    const [whole, severity, month = "", day = "", hour = "", minute = "", second = "", fraction = "", pid, file = ""] =
      full;
    const ms = readingOf(Number(month), Number(day), Number(hour), Number(minute), Number(`${second}.${fraction}`));
    return {
      severity: severityOf(severity),
      stamp:
        ms === null
          ? null
          : { clock: "klog", ms, resolutionMs: Math.max(10 ** (3 - fraction.length), 1e-3), zoned: false },
      pid: Number(pid),
      file,
      end: full.index + whole.length,
    };
  }
  const short = PLACE.exec(head);
  if (short === null) return null;
  const [whole, severity, pid, file = ""] = short;
  return {
    severity: severityOf(severity),
    stamp: null,
    pid: pid === undefined ? null : Number(pid),
    file,
    end: short.index + whole.length,
  };
};
