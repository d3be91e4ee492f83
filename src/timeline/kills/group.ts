// Accounts of the same event brought together.
import { readingOf } from "../../model/instant.ts";
import type { LogFacts } from "../../model/facts.ts";
import type { KilledProcess, OomReport, ReaperLine } from "../../model/kernel.ts";
import { compareTellings, headKey, realBootId, sameKill, type Telling, tellsSame } from "./telling.ts";

export interface KillGroup {
  /** The best account first. */
  readonly tellings: Telling[];
  /** Victims of all accounts, each once. */
  readonly victims: KilledProcess[];
  readonly reapers: { readonly line: ReaperLine; readonly file: string }[];
}

const tellingsOf = (logs: readonly LogFacts[]): Telling[] =>
  logs.flatMap((log, index) =>
    log.kernel
      .filter((event): event is OomReport => event.kind === "oom-report")
      .map((report) => ({ report, file: log.path, format: log.format, log: index })),
  );

/** Groups by what any account of theirs is found under: a storm of thousands of kills must not be compared pair by pair. */
class GroupIndex {
  readonly #byKey = new Map<string, Set<KillGroup>>();

  add(report: OomReport, group: KillGroup): void {
    for (const key of keysOf(report)) {
      const groups = this.#byKey.get(key);
      if (groups) groups.add(group);
      else this.#byKey.set(key, new Set([group]));
    }
  }

  remove(report: OomReport, group: KillGroup): void {
    for (const key of keysOf(report)) this.#byKey.get(key)?.delete(group);
  }

  candidates(report: OomReport): KillGroup[] {
    return [...new Set(keysOf(report).flatMap((key) => [...(this.#byKey.get(key) ?? [])]))];
  }

  ofPid(pid: number): KillGroup[] {
    return [...(this.#byKey.get(pidKey(pid)) ?? [])];
  }
}

const pidKey = (pid: number): string => `pid ${pid}`;
const keysOf = (report: OomReport): string[] => [
  `head ${headKey(report)}`,
  ...report.kills.map(({ pid }) => pidKey(pid)),
];

const addTelling = (group: KillGroup, telling: Telling): void => {
  group.tellings.push(telling);
  for (const kill of telling.report.kills) {
    const at = group.victims.findIndex((known) => sameKill(known, kill));
    const known = group.victims[at];
    if (!known) group.victims.push(kill);
    else if (!known.lineSeen && kill.lineSeen) group.victims[at] = kill;
  }
};

/** The same line in two files. */
const sameReaper = (a: ReaperLine, b: ReaperLine): boolean => {
  if (a.pid !== b.pid || a.comm !== b.comm) return false;
  const [bootA, bootB] = [realBootId(a.bootId), realBootId(b.bootId)];
  if (bootA !== null && bootB !== null && bootA !== bootB) return false;
  const [x, y] = [readingOf(a.stamps, "printk"), readingOf(b.stamps, "printk")];
  return x === null || y === null || Math.abs(x - y) < 1;
};

/** Fragments that turn out to be of one event: a group's kill lines alone look like as many events. */
const mergeInto = (group: KillGroup, other: KillGroup, index: GroupIndex): void => {
  for (const telling of other.tellings) {
    index.remove(telling.report, other);
    addTelling(group, telling);
    index.add(telling.report, group);
  }
};

const groupTellings = (logs: readonly LogFacts[], index: GroupIndex): Set<KillGroup> => {
  const groups = new Set<KillGroup>();
  for (const telling of tellingsOf(logs)) {
    const same = index
      .candidates(telling.report)
      .filter(({ tellings, victims }) => tellsSame(tellings, victims, telling));
    // of accounts without a victim the first that fits: they stand in the same order everywhere
    const [group = { tellings: [], victims: [], reapers: [] }, ...others] = same;
    groups.add(group);
    for (const other of telling.report.kills.length > 0 ? others : []) {
      if (!other.victims.some((a) => telling.report.kills.some((b) => sameKill(a, b)))) continue;
      mergeInto(group, other, index);
      groups.delete(other);
    }
    addTelling(group, telling);
    index.add(telling.report, group);
  }
  return groups;
};

export const groupKills = (logs: readonly LogFacts[]): KillGroup[] => {
  const index = new GroupIndex();
  const groups = [...groupTellings(logs, index)];
  for (const log of logs) {
    for (const line of log.kernel) {
      if (line.kind !== "reaped") continue;
      const killed = index
        .ofPid(line.pid)
        .find(({ victims }) => victims.some((kill) => kill.pid === line.pid && kill.comm === line.comm));
      const owner =
        killed ??
        groups.find(
          (group) => group.tellings.length === 0 && group.reapers.some((known) => sameReaper(known.line, line)),
        );
      if (owner) owner.reapers.push({ line, file: log.path });
      else groups.push({ tellings: [], victims: [], reapers: [{ line, file: log.path }] });
    }
  }
  for (const group of groups) group.tellings.sort(compareTellings);
  return groups;
};
