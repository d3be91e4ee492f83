// A cgroup's memory files as rules see them, version 1 and 2 in the words of version 2.
import type { PodRef, QosClass } from "../../model/analysis.ts";
import type { SourceRef } from "../../model/evidence.ts";
import type { CgroupSeries, Timeline } from "../../model/timeline.ts";
import { type Track, readingAt, settingAt, trackOf, valueAt } from "./track.ts";

export interface CgroupView {
  readonly cgroup: string;
  readonly version: 1 | 2;
  readonly level: CgroupSeries["level"];
  readonly pod: PodRef | null;
  readonly qosClass: QosClass | null;
  readonly current: Track | null;
  readonly stat: Track | null;
  readonly max: Track | null;
  readonly high: Track | null;
  readonly min: Track | null;
  readonly low: Track | null;
  readonly events: Track | null;
  /** Version 1 counts charges that met the limit in a file of its own. */
  readonly failcnt: Track | null;
  readonly pressure: Track | null;
  readonly cpuStat: Track | null;
  readonly cgroupStat: Track | null;
}

const V1: Readonly<Record<string, string>> = {
  "memory.current": "memory.usage_in_bytes",
  "memory.max": "memory.limit_in_bytes",
  "memory.events": "memory.oom_control",
};

export const cgroupView = (series: CgroupSeries, timeline: Timeline): CgroupView => {
  const { version } = series.dir;
  const open = (name: string): Track | null =>
    trackOf(series.file(version === 1 ? (V1[name] ?? name) : name), timeline);
  return {
    cgroup: series.dir.cgroup,
    version,
    level: series.level,
    pod: series.pod,
    qosClass: series.qosClass,
    current: open("memory.current"),
    stat: open("memory.stat"),
    max: open("memory.max"),
    high: open("memory.high"),
    min: open("memory.min"),
    low: open("memory.low"),
    events: open("memory.events"),
    failcnt: version === 1 ? open("memory.failcnt") : null,
    pressure: open("memory.pressure"),
    cpuStat: open("cpu.stat"),
    cgroupStat: open("cgroup.stat"),
  };
};

/** memory.stat's field by its v2 name; v1 counts a subtree under "total_" and calls anon rss. */
export const statField = (view: Pick<CgroupView, "version">, name: string): string => {
  if (view.version === 2) return name;
  const renamed: Readonly<Record<string, string>> = { anon: "rss", file: "cache" };
  return `total_${renamed[name] ?? name}`;
};

/** memory.stat is read less often than memory.current: older than this it must still fit the latter. Heuristic, both. */
const FRESH_MS = 5000;
const MOVED_SHARE = 0.25;

/** The cgroup has grown or shrunk so much since its memory.stat was read that this says nothing of an instant. */
export const hasOutgrownStat = ({ stat, current }: Pick<CgroupView, "stat" | "current">, ms: number): boolean => {
  const reading = stat === null ? -1 : readingAt(stat, ms);
  if (stat === null || reading < 0 || ms - stat.ms(reading) <= FRESH_MS) return false;
  const then = valueAt(current, "", stat.ms(reading));
  const now = valueAt(current, "", ms);
  return then !== null && now !== null && Math.abs(now - then) > MOVED_SHARE * Math.max(now, then);
};

export const statAt = (view: CgroupView | null, name: string, ms: number): number | null =>
  view === null || hasOutgrownStat(view, ms) ? null : valueAt(view.stat, statField(view, name), ms);

/** A limit that is "max" (Infinity; v1 prints a huge number) is none. */
export const limitAt = (track: Track | null, ms: number): number | null => {
  const value =
    settingAt(track, "", ms) ??
    (track !== null && track.length > 0 && readingAt(track, ms) < 0 ? track.value(0, "") : null);
  return value === null || !Number.isFinite(value) || value >= 2 ** 62 ? null : value;
};

/** What reclaim cannot drop without swap: current − inactive_file − active_file − slab_reclaimable (v1: slab is not separable). */
export const heldAt = (view: CgroupView, ms: number): number | null => {
  const current = valueAt(view.current, "", ms);
  const inactive = statAt(view, "inactive_file", ms);
  const active = statAt(view, "active_file", ms);
  if (current === null || inactive === null || active === null) return null;
  const slab = view.version === 2 ? (statAt(view, "slab_reclaimable", ms) ?? 0) : 0;
  return Math.max(0, current - inactive - active - slab);
};

/** The kubelet's working set: usage minus inactive_file (cAdvisor setMemoryStats()). */
export const workingSetAt = (view: CgroupView, ms: number): number | null => {
  const current = valueAt(view.current, "", ms);
  const inactive = statAt(view, "inactive_file", ms);
  return current === null || inactive === null ? null : Math.max(0, current - inactive);
};

/** The last part of its path: a unit's or a container's own name. */
export const leafOf = ({ cgroup }: Pick<CgroupView, "cgroup">): string => cgroup.slice(cgroup.lastIndexOf("/") + 1);

export const nameOf = (pod: PodRef | null): string | null =>
  pod?.name == null ? null : pod.namespace === null ? pod.name : `${pod.namespace}/${pod.name}`;

/** How often a charge has had to reclaim at its limit: `max` of memory.events, on version 1 memory.failcnt. */
export const limitHits = (
  view: Pick<CgroupView, "version" | "events" | "failcnt">,
  ms: number,
): { readonly value: number; readonly ref: SourceRef } | null => {
  const [track, field] = view.version === 1 ? [view.failcnt, ""] : [view.events, "max"];
  const value = valueAt(track, field, ms);
  return track === null || value === null ? null : { value, ref: track.ref(readingAt(track, ms), field) };
};
