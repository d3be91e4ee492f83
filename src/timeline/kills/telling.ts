// One file's account of one kill event, and whether two accounts are of the same event. Never by wall time: receipt stamps of one line
// differ by seconds between files.
import { readingOf, type Stamp } from "../../model/instant.ts";
import type { KilledProcess, OomReport } from "../../model/kernel.ts";

export interface Telling {
  readonly report: OomReport;
  readonly file: string;
  readonly format: string;
  /** Index of the file: two accounts of one file are two events unless they say the very same. */
  readonly log: number;
}

/** Boot ids that were made up where a text has none say nothing about other files. */
export const realBootId = (bootId: string | null): string | null =>
  bootId === null || bootId.startsWith("boot#") ? null : bootId;

/** What the event's time is read from: the first kill line, else the summary, else the report's beginning. */
export const killStamps = (report: OomReport): readonly Stamp[] => {
  const line =
    report.kills.find((kill) => kill.lineSeen && kill.stamps.length > 0) ??
    report.kills.find((kill) => kill.stamps.length > 0);
  return line?.stamps ?? report.summary?.stamps ?? report.stamps;
};

const shortHost = (host: string): string => host.split(".", 1)[0] ?? host;

const differ = <T>(a: T | null, b: T | null): boolean => a !== null && b !== null && a !== b;

/** Machine and boot do not forbid that the two are one. */
const sameMachine = (a: OomReport, b: OomReport): boolean =>
  !differ(a.host && shortHost(a.host), b.host && shortHost(b.host)) &&
  !differ(realBootId(a.bootId), realBootId(b.bootId));

/** A group's chosen victim is printed twice, seconds apart on a slow console; a file may have lost the first line. */
const SAME_KILL_MS = 30_000;
/** dmesg and journald round the kernel's microseconds alike; a float may not. */
const SAME_LINE_MS = 0.01;

/** A process dies once: the same pid and name with the same sizes is the same kill, unless the kernel's clock says otherwise. */
export const sameKill = (a: KilledProcess, b: KilledProcess): boolean => {
  if (a.pid !== b.pid || a.comm !== b.comm) return false;
  if (differ<number>(a.totalVmBytes, b.totalVmBytes) || differ<number>(a.anonRssBytes, b.anonRssBytes)) return false;
  const [x, y] = [readingOf(a.stamps, "printk"), readingOf(b.stamps, "printk")];
  // what is known from the reaper has the reaper's stamp
  return !a.lineSeen || !b.lineSeen || x === null || y === null || Math.abs(x - y) <= SAME_KILL_MS;
};

/** What dmesg and a syslog tell stands in one file where both were pasted into it: by clocks of which neither has the other's. */
const ofTwoSources = (a: OomReport, b: OomReport): boolean =>
  a.stamps.length > 0 &&
  b.stamps.length > 0 &&
  !a.stamps.some((x) => b.stamps.some((y) => x.clock === y.clock)) &&
  headKey(a) === headKey(b);

/** Of accounts without a victim: the same line by the kernel's clock, or the same words where only one of the two has that clock. */
const sameHead = (a: OomReport, b: OomReport, otherFile: boolean): boolean => {
  const [x, y] = [readingOf(a.stamps, "printk"), readingOf(b.stamps, "printk")];
  if (x !== null && y !== null) return Math.abs(x - y) <= SAME_LINE_MS;
  return otherFile && headKey(a) === headKey(b);
};

export const headKey = (report: OomReport): string => {
  const { invoked, oomMemcg, taskMemcg } = report;
  return [invoked?.comm, invoked?.pid, invoked?.gfpMask, invoked?.order, oomMemcg, taskMemcg].join("\0");
};

/** `told`: what is already known of one event. `victims`: of all its accounts. */
export const tellsSame = (told: readonly Telling[], victims: readonly KilledProcess[], next: Telling): boolean => {
  if (!told.every((telling) => sameMachine(telling.report, next.report))) return false;
  if (victims.some((a) => next.report.kills.some((b) => sameKill(a, b)))) return true;
  const here = told.filter((telling) => telling.log === next.log);
  const fromHere = here.length > 0;
  if (victims.length > 0 && next.report.kills.length > 0) return false;
  if (fromHere && (victims.length > 0 || next.report.kills.length > 0)) return false;
  if (fromHere && here.every((telling) => ofTwoSources(telling.report, next.report))) return true;
  return told.some((telling) => sameHead(telling.report, next.report, !fromHere));
};

/** Forms by what their clock and their lines are worth as evidence; others follow. */
const FORMS: readonly string[] = [
  "kmsg",
  "dmesg",
  "dmesg-x",
  "dmesg-json",
  "journal-json",
  "journal-export",
  "journal-verbose",
  "journal-json-pretty",
];
const formRank = (format: string): number => {
  const at = FORMS.indexOf(format);
  return at < 0 ? FORMS.length : at;
};

/** Negative where `a` speaks better for the event: nothing missing, the kernel's own clock, the plainer form, the earlier file. */
export const compareTellings = (a: Telling, b: Telling): number =>
  a.report.missing.length - b.report.missing.length ||
  b.report.kills.filter((kill) => kill.lineSeen).length - a.report.kills.filter((kill) => kill.lineSeen).length ||
  Number(readingOf(killStamps(a.report), "printk") === null) -
    Number(readingOf(killStamps(b.report), "printk") === null) ||
  Number(a.file.includes("console")) - Number(b.file.includes("console")) ||
  formRank(a.format) - formRank(b.format) ||
  a.log - b.log;
