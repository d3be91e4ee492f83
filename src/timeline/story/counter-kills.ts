// Kills known from the kernel's counters alone: oom_kill rose between two samples and no line of those kills survived (ring
// overwritten, journal rate-limited, log not captured). A counter tells how many at least and when, never whom.
// mm/oom_kill.c __oom_kill_process() counts OOM_KILL (vmstat) and MEMCG_OOM_KILL (memory.events of the victim's cgroup and all above)
// for each process; a group kill counts its chosen victim twice, and MEMCG_OOM_GROUP_KILL once. MEMCG_OOM ("oom") is counted where the
// limit was, and above it; a kill for the whole node counts none.
import type { PodRef, QosClass, Scope } from "../../model/analysis.ts";
import type { SourceRef } from "../../model/evidence.ts";
import { type When, isPlaced } from "../../model/instant.ts";
import type { CgroupDir, SampledFile, Samples } from "../../model/samples.ts";
import type { StoryKill } from "../../model/timeline.ts";
import type { TickAt } from "../available/signals.ts";
import { placeOfCgroup } from "../cgroups/cgroup-level.ts";
import { cgroupFile } from "../cgroups/cgroup-memory.ts";
import { toEvidence, toInstant } from "../document/instant.ts";
import type { PodIndex } from "../pods/pod-index.ts";

interface Rise {
  /** Index of the last reading before it and of the first one after it. */
  readonly before: number;
  readonly after: number;
  readonly by: number;
}

/** Within the film: a reading that was taken once, after it, counts what was no longer watched. */
const risesOf = (samples: Samples, file: SampledFile, field: string): Rise[] => {
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

const bootOf = (samples: Samples, file: SampledFile, reading: number): string | null =>
  samples.ticks[file.tickOf(reading)]?.bootId ?? null;

/** Between the two readings. */
const spanOf = (file: SampledFile, rise: Rise, tickAt: TickAt): When | null => {
  const before = tickAt(file.tickOf(rise.before));
  const after = tickAt(file.tickOf(rise.after));
  if (!isPlaced(before) || !isPlaced(after) || after.latest < before.earliest) return null;
  const { earliest } = before;
  const { latest } = after;
  const best = ((earliest + latest) / 2) as When["best"];
  const anchor = "the samples before and after the counter rose";
  return { ...after, earliest, latest, best, reading: earliest, readingUncertainty: latest - earliest, anchor };
};

interface Counted {
  readonly dir: CgroupDir;
  readonly file: SampledFile;
}

interface Film {
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
    const span = spanOf(file, rise, tickAt);
    return span !== null && span.latest >= at.earliest && span.earliest <= at.latest;
  });
  return {
    by: rises.reduce((sum, rise) => sum + rise.by, 0),
    refs: rises.slice(0, 1).map((rise) => file.ref(rise.after, field)),
  };
};

const deepestFirst = (a: Counted, b: Counted): number => b.dir.cgroup.length - a.dir.cgroup.length;

interface Where {
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
const whereOf = (film: Film, counted: readonly Counted[], at: When): Where => {
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

/** A kernel line's stamp is bound to the samples this well at the least; what others tell comes late. Heuristic. */
const LINE_SLACK_MS = 3000;
const TOLD_SLACK_MS = 60_000;

const slackOf = ({ doc }: StoryKill): number =>
  doc.knownFrom === "report" || doc.knownFrom === "kill-line" || doc.knownFrom === "reaper"
    ? LINE_SLACK_MS
    : TOLD_SLACK_MS;

const canExplain = (kill: StoryKill, at: When): boolean =>
  !isPlaced(kill.at) ||
  (kill.at.latest >= at.earliest - slackOf(kill) && kill.at.earliest <= at.latest + slackOf(kill));

/** Counts that a known kill has made: its processes, and its chosen victim again where its group was killed. */
const countsOf = ({ doc, report }: StoryKill): number =>
  Math.max(1, doc.count) + (report?.groupKillOf === null ? 0 : 1);

interface Unexplained {
  readonly rise: Rise;
  readonly at: When;
  readonly left: number;
}

/** Each known kill is set against the rises in which it can lie; what stays over was told by no line. */
const unexplained = (file: SampledFile, rises: readonly Rise[], kills: readonly StoryKill[], tickAt: TickAt) => {
  const placed = rises.flatMap((rise) => {
    const at = spanOf(file, rise, tickAt);
    return at === null ? [] : [{ rise, at, left: rise.by }];
  });
  // Those with the fewest rises to choose from first.
  const choices = kills
    .map((kill) => ({ kill, at: placed.filter(({ at }) => canExplain(kill, at)) }))
    .toSorted((a, b) => a.at.length - b.at.length);
  for (const { kill, at } of choices) {
    let counts = countsOf(kill);
    for (const rise of at) {
      const taken = Math.min(counts, rise.left);
      rise.left -= taken;
      counts -= taken;
    }
  }
  return placed.filter((rise): rise is Unexplained => rise.left > 0);
};

/** Half of the counts may be chosen victims counted twice, unless the group counter tells how many were. */
const processesOf = (left: number, groupKills: number | null): number =>
  groupKills === null ? Math.ceil(left / 2) : Math.max(1, left - groupKills);

const counterKill = (
  id: string,
  at: When,
  count: number,
  where: Where,
  owner: { readonly pod: PodRef | null; readonly qosClass: QosClass | null },
  refs: readonly SourceRef[],
): StoryKill => ({
  at,
  invokedAt: null,
  reapedAt: null,
  report: null,
  doc: {
    id,
    at: toInstant(at),
    constraint: where.scope === null ? null : where.scope === "node" ? "none" : "memcg",
    scope: where.scope,
    trigger: { comm: null, pid: null, gfpMask: null, order: null, oomScoreAdj: null },
    victims: [],
    limitedCgroup: where.limitedCgroup,
    victimCgroup: where.victimCgroup,
    usageBytes: null,
    limitBytes: null,
    pod: owner.pod,
    qosClass: owner.qosClass,
    badness: null,
    knownFrom: "counter",
    count,
    complete: false,
    evidence: [...refs, ...where.refs].map(toEvidence),
  },
});

/** The counter that counts every kill of the machine; without it the outermost cgroups' own. */
const countersOf = (samples: Samples, counted: readonly Counted[]): SampledFile[] => {
  const vmstat = samples.files.get("/proc/vmstat");
  if (vmstat !== undefined && vmstat.column("oom_kill") !== null) return [vmstat];
  const outermost = counted.filter(
    ({ dir }) => !counted.some((other) => dir.cgroup.startsWith(`${other.dir.cgroup}/`)),
  );
  return outermost.map(({ file }) => file);
};

const countedOf = (samples: Samples): Counted[] =>
  samples.cgroups.flatMap((dir): Counted[] => {
    const file = cgroupFile(samples, dir, dir.version === 2 ? "memory.events" : "memory.oom_control");
    return file === null || file.column("oom_kill") === null || dir.cgroup === "/" ? [] : [{ dir, file }];
  });

/** `known`: every kill that something else tells of. */
export const counterKills = (
  samples: Samples,
  tickAt: TickAt,
  known: readonly StoryKill[],
  index: PodIndex,
): StoryKill[] => {
  const counted = countedOf(samples);
  const kills: StoryKill[] = [];
  for (const file of countersOf(samples, counted)) {
    const rises = risesOf(samples, file, "oom_kill").filter(
      (rise) => bootOf(samples, file, rise.before) === bootOf(samples, file, rise.after),
    );
    for (const { rise, at, left } of unexplained(file, rises, known, tickAt)) {
      const where = whereOf({ samples, tickAt }, counted, at);
      const owned = where.victimCgroup === null ? null : index.ofCgroup(where.victimCgroup);
      const count = processesOf(left, where.groupKills);
      const refs = [file.ref(rise.before, "oom_kill"), file.ref(rise.after, "oom_kill")];
      const owner = { pod: owned?.pod ?? null, qosClass: owned?.qosClass ?? null };
      kills.push(counterKill(`kill-${known.length + kills.length + 1}`, at, count, where, owner, refs));
    }
  }
  return kills;
};
