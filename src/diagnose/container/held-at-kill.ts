// What the killed cgroup held that reclaim could not drop: usage − inactive_file − active_file − slab_reclaimable, from the kernel's
// own report where it prints the cgroup's statistics, else from the last sample before the kill. Memory-backed files are in it, and
// are no process's own; shared memory that a process maps is.
import type { SourceRef } from "../../model/evidence.ts";
import { isPlaced } from "../../model/instant.ts";
import type { StoryKill } from "../../model/timeline.ts";
import { type CgroupView, heldAt, limitAt, statAt } from "../inputs/cgroup.ts";
import { readingAt } from "../inputs/track.ts";
import { killRef } from "../inputs/refs.ts";

export interface Held {
  readonly bytes: number;
  /** Shared memory and memory-backed files among it, and how much of that its tasks map; null: not known. */
  readonly shmemBytes: number;
  readonly mappedBytes: number | null;
  readonly limitBytes: number;
  readonly refs: readonly SourceRef[];
}

/** A statistic of the limited cgroup, as the kernel's report prints it; v1 sums a subtree under "total_". */
export const statAtKill = ({ report }: StoryKill, name: string): number | null => {
  const stats = report?.memcgStats[0]?.stats;
  return stats?.[name] ?? stats?.[`total_${name}`] ?? null;
};

const fromReport = (kill: StoryKill): Held | null => {
  const usage = kill.report?.memcgUsage ?? null;
  const stats = kill.report?.memcgStats[0] ?? null;
  if (usage === null || stats === null || usage.usageBytes === null || usage.limitBytes === null) return null;
  const inactive = statAtKill(kill, "inactive_file");
  const active = statAtKill(kill, "active_file");
  if (inactive === null || active === null) return null;
  const rows = kill.report?.tasks?.rows ?? [];
  const mapped = rows.map((row) => row.rssShmemBytes).filter((v) => v !== null);
  return {
    bytes: Math.max(0, usage.usageBytes - inactive - active - (statAtKill(kill, "slab_reclaimable") ?? 0)),
    shmemBytes: statAtKill(kill, "shmem") ?? 0,
    mappedBytes: mapped.length === 0 ? null : mapped.reduce((n, v) => n + v, 0),
    limitBytes: usage.limitBytes,
    refs: [usage.from, stats.from],
  };
};

/** A sample this long before the kill still tells what was held. */
const FRESH_MS = 3000;

const fromSamples = (kill: StoryKill, cgroups: readonly CgroupView[]): Held | null => {
  const view = cgroups.find((c) => c.cgroup === kill.doc.limitedCgroup);
  if (view?.current == null || !isPlaced(kill.at)) return null;
  const ms = kill.at.best;
  const reading = readingAt(view.current, ms);
  if (reading < 0 || ms - view.current.ms(reading) > FRESH_MS) return null;
  const bytes = heldAt(view, ms);
  const limit = kill.doc.limitBytes ?? limitAt(view.max, ms);
  if (bytes === null || limit === null) return null;
  const ref = killRef(kill);
  const shmemBytes = statAt(view, "shmem", ms) ?? 0;
  return {
    bytes,
    shmemBytes,
    mappedBytes: null,
    limitBytes: limit,
    refs: [view.current.ref(reading, ""), ...(ref === null ? [] : [ref])],
  };
};

export const heldAtKill = (kill: StoryKill, cgroups: readonly CgroupView[]): Held | null =>
  fromReport(kill) ?? fromSamples(kill, cgroups);

/** What its processes hold for themselves, at the least and at the most, as shares of the limit. */
export const ownShares = ({ bytes, shmemBytes, mappedBytes, limitBytes }: Held): { least: number; most: number } => {
  const files = Math.max(0, shmemBytes - (mappedBytes ?? 0));
  return { least: (bytes - files) / limitBytes, most: (bytes - (mappedBytes === null ? 0 : files)) / limitBytes };
};
