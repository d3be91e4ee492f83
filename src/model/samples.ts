// The film of /proc and /sys: every file that was read over and over, as columns. 99 % of a bundle's bytes end here.
import type { SourceRef } from "./evidence.ts";

/** One pass of the collector over a tier of files. */
export interface Tick {
  readonly tier: "fast" | "mid" | "full" | "once";
  readonly bootId: string | null;
  /** CLOCK_BOOTTIME in seconds at the start and end of the pass; NaN where not recorded. */
  readonly startUp: number;
  readonly endUp: number;
  /** Wall clock in epoch ms; NaN where not recorded. */
  readonly startReal: number;
  readonly endReal: number;
  /** Resolution of the wall readings in ms: 1000 where `date` had whole seconds. */
  readonly realResolutionMs: number;
  /** Resolution of the uptime readings in ms (10). */
  readonly upResolutionMs: number;
  /** True where the end of the tick is missing. */
  readonly torn: boolean;
  readonly ref: SourceRef;
}

/**
 * One file over time, under its path on the node: "/proc/meminfo", "/sys/fs/cgroup/kubepods.slice/memory.stat".
 * Field names are the file's own: "MemFree" (meminfo, in bytes), "anon" (memory.stat), "oom_kill" (vmstat, memory.events),
 * "some.total" and "full.total" in microseconds, "some.avg10" (pressure), "" for single-value files (memory.current; "max" is Infinity),
 * "dentry.num_slabs" (slabinfo), "Node 0/DMA32.min" (zoneinfo, pages), "Node 0/DMA32.3" (buddyinfo, order 3), "1m" (loadavg).
 */
export interface SampledFile {
  readonly path: string;
  /** How many readings there are. */
  readonly length: number;
  /** Index into `Samples.ticks` of reading i; ascending. */
  tickOf(reading: number): number;
  /** The file's own modification time of reading i in epoch ms, where the layout has it (whole seconds): narrows when it was read. NaN else. */
  modifiedOf(reading: number): number;
  /** Values in bytes (meminfo) or the unit the file prints; NaN where this reading lacks the field; null where no reading has it. */
  column(field: string): Float64Array | null;
  fields(): readonly string[];
  /** Evidence for one value, with the line as the kernel prints it. */
  ref(reading: number, field: string): SourceRef;
  /** The last reading of a tick ≤ `tick`, or -1. */
  readingAtOrBefore(tick: number): number;
}

/** A task over time, from /proc/<pid>/{stat,status,…} or a collector's table of tasks. Sizes in bytes, NaN where absent. */
export interface TaskSeries {
  readonly pid: number;
  readonly comm: string;
  readonly cgroup: string | null;
  readonly length: number;
  tickOf(reading: number): number;
  /** "rss", "rssAnon", "rssFile", "rssShmem", "swap", "oomScore", "oomScoreAdj", "threads", "pageTables", "vmSize"; state as a char code under "state". */
  column(field: TaskField): Float64Array | null;
  ref(reading: number): SourceRef;
}
export type TaskField =
  | "rss"
  | "rssAnon"
  | "rssFile"
  | "rssShmem"
  | "swap"
  | "oomScore"
  | "oomScoreAdj"
  | "threads"
  | "pageTables"
  | "vmSize"
  | "state";

export interface Samples {
  readonly ticks: readonly Tick[];
  /** By path on the node. */
  readonly files: ReadonlyMap<string, SampledFile>;
  readonly tasks: readonly TaskSeries[];
  /** Directories of cgroups seen, below the mount: "/kubepods.slice/…"; root is "/". v1 memory controller paths likewise. */
  readonly cgroups: readonly CgroupDir[];
  /** Page size, and where it is known from. */
  readonly pageSize: { readonly bytes: number; readonly proven: boolean };
}

export interface CgroupDir {
  /** Path as /proc/<pid>/cgroup and the kernel's log have it: "/kubepods.slice/…". */
  readonly cgroup: string;
  /** Where its files stand: "/sys/fs/cgroup/kubepods.slice/…" or "/sys/fs/cgroup/memory/kubepods/…". */
  readonly dir: string;
  readonly version: 1 | 2;
}
