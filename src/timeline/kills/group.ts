// Accounts of the same event brought together.
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
const createIndex = () => {
  const byKey = new Map<string, Set<KillGroup>>();
  const keysOf = (report: OomReport): string[] => [
    `head ${headKey(report)}`,
    ...report.kills.map(({ pid }) => `pid ${pid}`),
  ];
  return {
    add(report: OomReport, group: KillGroup): void {
      for (const key of keysOf(report)) {
        const groups = byKey.get(key);
        if (groups) groups.add(group);
        else byKey.set(key, new Set([group]));
      }
    },
    candidates: (report: OomReport): Set<KillGroup> =>
      new Set(keysOf(report).flatMap((key) => [...(byKey.get(key) ?? [])])),
    ofPid: (pid: number): Iterable<KillGroup> => byKey.get(`pid ${pid}`) ?? [],
  };
};

const addTelling = (group: KillGroup, telling: Telling): void => {
  group.tellings.push(telling);
  for (const kill of telling.report.kills) {
    const at = group.victims.findIndex((known) => sameKill(known, kill));
    const known = group.victims[at];
    if (!known) group.victims.push(kill);
    else if (!known.lineSeen && kill.lineSeen) group.victims[at] = kill;
  }
};

const printkOf = (line: ReaperLine): number | null => line.stamps.find((stamp) => stamp.clock === "printk")?.ms ?? null;

/** The same line in two files. */
const sameReaper = (a: ReaperLine, b: ReaperLine): boolean => {
  if (a.pid !== b.pid || a.comm !== b.comm) return false;
  const [bootA, bootB] = [realBootId(a.bootId), realBootId(b.bootId)];
  if (bootA !== null && bootB !== null && bootA !== bootB) return false;
  const [x, y] = [printkOf(a), printkOf(b)];
  return x === null || y === null || Math.abs(x - y) < 1;
};

/** The accounts with most to say come first, so that fragments find what they are fragments of. */
export const groupKills = (logs: readonly LogFacts[]): KillGroup[] => {
  const groups: KillGroup[] = [];
  const index = createIndex();
  for (const telling of tellingsOf(logs)) {
    const known = [...index.candidates(telling.report)].find(({ tellings, victims }) =>
      tellsSame(tellings, victims, telling),
    );
    const group: KillGroup = known ?? { tellings: [], victims: [], reapers: [] };
    if (!known) groups.push(group);
    addTelling(group, telling);
    index.add(telling.report, group);
  }
  for (const log of logs) {
    for (const line of log.kernel) {
      if (line.kind !== "reaped") continue;
      const owner = [...index.ofPid(line.pid)].find(({ victims }) =>
        victims.some((kill) => kill.pid === line.pid && kill.comm === line.comm),
      );
      const alone =
        owner ??
        groups.find(
          (group) => group.tellings.length === 0 && group.reapers.some((known) => sameReaper(known.line, line)),
        );
      if (alone) alone.reapers.push({ line, file: log.path });
      else groups.push({ tellings: [], victims: [], reapers: [{ line, file: log.path }] });
    }
  }
  for (const group of groups) group.tellings.sort(compareTellings);
  return groups;
};
