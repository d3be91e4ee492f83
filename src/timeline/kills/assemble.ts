// Kill events of all logs as the document wants them: an event counts once, and the form with the best clock speaks.
import type { OomKill } from "../../model/analysis.ts";
import type { LogFacts } from "../../model/facts.ts";
import type { Stamp, When } from "../../model/instant.ts";
import type { KilledProcess, OomReport } from "../../model/kernel.ts";
import type { SourceRef } from "../../model/evidence.ts";
import { placeOfCgroup } from "../cgroups/cgroup-level.ts";
import { toEvidence } from "../document/instant.ts";
import { type AssembledKill, type Place, type Victim, victimNamed } from "./assembled-kill.ts";
import { groupKills, type KillGroup } from "./group.ts";
import { killStamps, realBootId, sameKill } from "./telling.ts";

/** A group kill of hundreds of processes is evidenced by its first ones. */
const EVIDENCE_MAX = 40;

/** Of each clock the finest reading; of equally fine ones that of the best account, which comes first. */
export const mergeStamps = (lists: readonly (readonly Stamp[])[]): Stamp[] => {
  const byClock = new Map<Stamp["clock"], Stamp>();
  for (const stamp of lists.flat()) {
    const known = byClock.get(stamp.clock);
    if (!known || stamp.resolutionMs < known.resolutionMs) byClock.set(stamp.clock, stamp);
  }
  return [...byClock.values()];
};

/** Whose limit was hit; null where the text does not say (a bare "Killed process" line). */
export const scopeOfReport = ({ scope, oomMemcg }: Pick<OomReport, "scope" | "oomMemcg">): OomKill["scope"] => {
  if (scope === null) return null;
  if (scope !== "memcg") return "node";
  if (oomMemcg === null) return null;
  const { level, uid } = placeOfCgroup(oomMemcg);
  if (level === "root") return "node";
  if (level === "kubepods") return "allocatable";
  if (level === "pod" || level === "qos") return "pod";
  return uid === null ? "system" : "container"; // below a container as well
};

/** By the printed token, but for a memory cgroup's: 5.0–5.2 print CONSTRAINT_NONE there, and other kernels other words. */
export const constraintOf = ({ scope, constraint }: Pick<OomReport, "scope" | "constraint">): OomKill["constraint"] => {
  if (scope === "memcg" || scope === "cpuset" || scope === "memory-policy") return scope;
  if (constraint === "CONSTRAINT_NONE") return "none";
  if (constraint === "CONSTRAINT_CPUSET") return "cpuset";
  return constraint === "CONSTRAINT_MEMORY_POLICY" ? "memory-policy" : null;
};

const victimOf = (kill: KilledProcess): Victim => ({
  pid: kill.pid,
  comm: kill.comm,
  uid: kill.uid,
  totalVmBytes: kill.totalVmBytes,
  anonRssBytes: kill.anonRssBytes,
  fileRssBytes: kill.fileRssBytes,
  shmemRssBytes: kill.shmemRssBytes,
  pageTablesBytes: kill.pageTablesBytes,
  oomScoreAdj: kill.oomScoreAdj,
});

const knownFromOf = (best: OomReport): AssembledKill["knownFrom"] => {
  const parts = [best.invoked, best.summary, best.memcgUsage, best.memInfo, best.tasks, best.constraint, best.oomMemcg];
  return parts.some((part) => part !== null) || best.memcgStats.length > 0 ? "report" : "kill-line";
};

/** "Task in A killed as a result of limit of B" tells that one was killed and not which. */
const countOf = (best: OomReport, victims: number): number => (victims > 0 || best.taskMemcg === null ? victims : 1);

const evidenceOf = (best: OomReport, victims: readonly KilledProcess[]): SourceRef[] => {
  const refs: SourceRef[] = [...best.from];
  for (const { from } of victims)
    if (!refs.some((ref) => ref.file === from.file && ref.line === from.line)) refs.push(from);
  return refs.sort((a, b) => (a.file === b.file ? a.line - b.line : 0)).slice(0, EVIDENCE_MAX);
};

const firstOf = <T>(reports: readonly OomReport[], of: (report: OomReport) => T | null): T | null => {
  for (const report of reports) {
    const value = of(report);
    if (value !== null) return value;
  }
  return null;
};

const triggerOf = (reports: readonly OomReport[]): AssembledKill["trigger"] => {
  const of = <T>(pick: (invoked: NonNullable<OomReport["invoked"]>) => T | null): T | null =>
    firstOf(reports, ({ invoked }) => invoked && pick(invoked));
  return {
    comm: of(({ comm }) => comm),
    pid: of(({ pid }) => pid),
    gfpMask: of(({ gfpMask }) => gfpMask),
    order: of(({ order }) => order),
    oomScoreAdj: of(({ oomScoreAdj }) => oomScoreAdj),
  };
};

/** A boot's own id; else none, where a file of that boot alone tells it; else the name that a file of several boots gave it. */
const bootIdOf = (bootIds: readonly (string | null)[]): string | null => {
  const real = bootIds.find((id) => realBootId(id) !== null);
  if (real !== undefined) return real;
  return bootIds.includes(null) ? null : (bootIds[0] ?? null);
};

const uniqueFiles = (group: KillGroup): string[] => [
  ...new Set([...group.tellings, ...group.reapers].map(({ file }) => file)),
];

const fromReaper = (group: KillGroup, place: Place): AssembledKill | null => {
  const [first] = group.reapers;
  if (!first) return null;
  const bootId = bootIdOf(group.reapers.map(({ line }) => line.bootId));
  const stamps = mergeStamps(group.reapers.map(({ line }) => line.stamps));
  const at = place(stamps, bootId);
  const { pid, comm } = first.line;
  return {
    at,
    invokedAt: null,
    reapedAt: at,
    victims: [victimNamed(pid, comm)],
    victimsAt: [at],
    constraint: null,
    scope: null,
    trigger: { comm: null, pid: null, gfpMask: null, order: null, oomScoreAdj: null },
    limitedCgroup: null,
    victimCgroup: null,
    usageBytes: null,
    limitBytes: null,
    knownFrom: "reaper",
    count: 1,
    complete: false,
    bootId,
    host: group.reapers.map(({ line }) => line.host).find((host) => host !== null) ?? null,
    stamps,
    reports: [],
    files: uniqueFiles(group),
    evidence: first.line.from.map(toEvidence),
  };
};

const fromReports = (group: KillGroup, best: OomReport, place: Place): AssembledKill => {
  const reports = group.tellings.map(({ report }) => report);
  const bootId = bootIdOf(reports.map((report) => report.bootId));
  const tellingsOf = (victim: KilledProcess): (readonly Stamp[])[] =>
    reports.flatMap(({ kills }) => kills.filter((kill) => sameKill(kill, victim)).map((kill) => kill.stamps));
  // the best account's own order, then what only others tell
  const own = best.kills.map((kill) =>
    kill.lineSeen ? kill : (group.victims.find((victim) => victim.lineSeen && sameKill(victim, kill)) ?? kill),
  );
  const victims = [...own, ...group.victims.filter((victim) => !own.some((kill) => sameKill(kill, victim)))];
  const victimsAt = victims.map((victim): When => place(mergeStamps(tellingsOf(victim)), bootId));
  const [first] = victims;
  const stamps = first ? mergeStamps(tellingsOf(first)) : mergeStamps(reports.map(killStamps));
  const invoked = reports.flatMap((report) => (report.invoked ? [report.invoked.stamps] : []));
  const reaped = [
    ...reports.flatMap((report) => report.reaped.slice(0, 1).map((line) => line.stamps)),
    ...group.reapers.map(({ line }) => line.stamps),
  ];
  const scoped = reports.find((report) => report.scope !== null) ?? best;
  const limitedCgroup = firstOf(reports, ({ oomMemcg }) => oomMemcg);
  return {
    at: place(stamps, bootId),
    invokedAt: invoked.length > 0 ? place(mergeStamps(invoked), bootId) : null,
    reapedAt: reaped.length > 0 ? place(mergeStamps(reaped), bootId) : null,
    victims: victims.map(victimOf),
    victimsAt,
    constraint: constraintOf({ scope: scoped.scope, constraint: firstOf(reports, ({ constraint }) => constraint) }),
    scope: scopeOfReport({ scope: scoped.scope, oomMemcg: limitedCgroup }),
    trigger: triggerOf(reports),
    limitedCgroup,
    victimCgroup: firstOf(reports, ({ taskMemcg }) => taskMemcg),
    usageBytes: firstOf(reports, ({ memcgUsage }) => memcgUsage?.usageBytes ?? null),
    limitBytes: firstOf(reports, ({ memcgUsage }) => memcgUsage?.limitBytes ?? null),
    knownFrom: firstOf(reports, (report) => (knownFromOf(report) === "report" ? "report" : null)) ?? "kill-line",
    count: countOf(best, victims.length),
    complete: reports.some(({ complete }) => complete),
    bootId,
    host: firstOf(reports, ({ host }) => host),
    stamps,
    reports,
    files: uniqueFiles(group),
    evidence: evidenceOf(best, victims).map(toEvidence),
  };
};

/** In the order of time where all are placed, else in that of the logs. */
const inOrder = (kills: readonly AssembledKill[]): AssembledKill[] => {
  const key = ({ at }: AssembledKill): number => (Number.isFinite(at.best) ? at.best : at.reading);
  const placed = kills.every(({ at }) => Number.isFinite(at.best));
  const oneClock = kills.every(({ at }) => at.clock === kills[0]?.at.clock && Number.isFinite(at.reading));
  return placed || oneClock ? kills.toSorted((a, b) => key(a) - key(b)) : [...kills];
};

export const assembleKills = (logs: readonly LogFacts[], place: Place): AssembledKill[] =>
  inOrder(
    groupKills(logs).flatMap((group): AssembledKill[] => {
      const best = group.tellings[0]?.report;
      const kill = best ? fromReports(group, best, place) : fromReaper(group, place);
      return kill ? [kill] : [];
    }),
  );
