// Rises of the kernel's oom_kill counters between two samples: when, by how much, in whose cgroup and at whose limit.
// mm/oom_kill.c __oom_kill_process() counts OOM_KILL (vmstat) and MEMCG_OOM_KILL (memory.events of the victim's cgroup and all above)
// for each process; a group kill counts its chosen victim twice, and MEMCG_OOM_GROUP_KILL once. MEMCG_OOM ("oom") is counted where the
// limit was, and above it; a kill for the whole node counts none.
import type { Scope } from "../../model/analysis.ts";
import type { SourceRef } from "../../model/evidence.ts";
import { type When, isPlaced } from "../../model/instant.ts";
import type { CgroupDir, SampledFile, Samples } from "../../model/samples.ts";
import type { TickAt } from "../available/signals.ts";
import { placeOfCgroup } from "../cgroups/cgroup-level.ts";
import { cgroupFile } from "../cgroups/cgroup-memory.ts";

export interface Rise {
  /** Index of the last reading before it and of the first one after it. */
  readonly before: number;
  readonly after: number;
  readonly by: number;
}

/** Within the film: a reading that was taken once, after it, counts what was no longer watched. */
export const risesOf = (samples: Samples, file: SampledFile, field: string): Rise[] => {
  const column = file.column(field);
  if (column === null) return [];
  const rises: Rise[] = [];
  let last = -1;
  for (let i = 0; i < file.length; i++) {
    const value = column[i] ?? Number.NaN;
    if (Number.isNaN(value) || samples.ticks[file.tickOf(i)]?.tier === "once") continue;
    // A counter that falls is another boot's, or another cgroup's of the same name.
    const by = last < 0 ? 0 : value - (column[last] ?? 0);
    if (by > 0) rises.push({ before: last, after: i, by });
    last = i;
  }
  return rises;
};

export const bootOf = (samples: Samples, file: SampledFile, reading: number): string | null =>
  samples.ticks[file.tickOf(reading)]?.bootId ?? null;

/** Between the two readings. */
export const riseSpan = (file: SampledFile, rise: Rise, tickAt: TickAt): When | null => {
  const before = tickAt(file.tickOf(rise.before));
  const after = tickAt(file.tickOf(rise.after));
  if (!isPlaced(before) || !isPlaced(after) || after.latest < before.earliest) return null;
  const { earliest } = before;
  const { latest } = after;
  const best = ((earliest + latest) / 2) as When["best"];
  const anchor = "the samples before and after the counter rose";
  return { ...after, earliest, latest, best, reading: earliest, readingUncertainty: latest - earliest, anchor };
};

export interface Counted {
  readonly dir: CgroupDir;
  readonly file: SampledFile;
}

export interface Film {
  readonly samples: Samples;
  readonly tickAt: TickAt;
}

/** By how much a field of a cgroup's memory.events rose within an interval. */
const risenWithin = (
  { samples, tickAt }: Film,
  file: SampledFile,
  field: string,
  at: When,
): { by: number; refs: SourceRef[] } => {
  const rises = risesOf(samples, file, field).filter((rise) => {
    const span = riseSpan(file, rise, tickAt);
    return span !== null && span.latest >= at.earliest && span.earliest <= at.latest;
  });
  return {
    by: rises.reduce((sum, rise) => sum + rise.by, 0),
    refs: rises.slice(0, 1).map((rise) => file.ref(rise.after, field)),
  };
};

const deepestFirst = (a: Counted, b: Counted): number => b.dir.cgroup.length - a.dir.cgroup.length;

export interface Where {
  readonly scope: Scope | null;
  readonly limitedCgroup: string | null;
  readonly victimCgroup: string | null;
  readonly groupKills: number | null;
  readonly refs: readonly SourceRef[];
}

const scopeAt = (cgroup: string): Scope => {
  const { level, uid } = placeOfCgroup(cgroup);
  if (level === "root") return "node";
  if (level === "kubepods") return "allocatable";
  if (level === "pod" || level === "qos") return "pod";
  return uid === null ? "system" : "container";
};

/** Whose limit it was and whose process: the deepest cgroups in which "oom" and "oom_kill" rose. */
export const whereOf = (film: Film, counted: readonly Counted[], at: When): Where => {
  const killed = counted.filter(({ file }) => risenWithin(film, file, "oom_kill", at).by > 0).toSorted(deepestFirst);
  const limited = counted.filter(({ file }) => risenWithin(film, file, "oom", at).by > 0).toSorted(deepestFirst);
  const victim = killed[0] ?? null;
  const limit = limited[0] ?? null;
  const groups = killed.map(({ file }) =>
    file.column("oom_group_kill") === null ? null : risenWithin(film, file, "oom_group_kill", at).by,
  );
  const told = groups.filter((n) => n !== null);
  return {
    // No limit was hit where the victims were, nor above: the whole node was out of memory.
    scope: limit !== null ? scopeAt(limit.dir.cgroup) : victim !== null && countsLimits(victim) ? "node" : null,
    limitedCgroup: limit?.dir.cgroup ?? null,
    victimCgroup: victim?.dir.cgroup ?? null,
    groupKills: told.length === 0 ? null : Math.max(...told),
    refs: [victim, limit].flatMap((c, i) =>
      c === null ? [] : risenWithin(film, c.file, i === 0 ? "oom_kill" : "oom", at).refs,
    ),
  };
};

const countsLimits = ({ file }: Counted): boolean => file.column("oom") !== null;

/** The counter that counts every kill of the machine; without it the outermost cgroups' own. */
export const countersOf = (samples: Samples, counted: readonly Counted[]): SampledFile[] => {
  const vmstat = samples.files.get("/proc/vmstat");
  if (vmstat !== undefined && vmstat.column("oom_kill") !== null) return [vmstat];
  const outermost = counted.filter(
    ({ dir }) => !counted.some((other) => dir.cgroup.startsWith(`${other.dir.cgroup}/`)),
  );
  return outermost.map(({ file }) => file);
};

export const countedOf = (samples: Samples): Counted[] =>
  samples.cgroups.flatMap((dir): Counted[] => {
    const file = cgroupFile(samples, dir, dir.version === 2 ? "memory.events" : "memory.oom_control");
    return file === null || file.column("oom_kill") === null || dir.cgroup === "/" ? [] : [{ dir, file }];
  });
