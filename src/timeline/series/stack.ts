// The node's memory by owner over time, stacked up to MemTotal (white is free): pods by what reclaim cannot drop, processes outside
// pods, the kernel's own, and page cache. The sum is MemTotal − MemFree at every tick. Only ticks that read the pods are drawn: what
// grew in a pod since they were last read would stand as the system's.
import type { PodRef, Series } from "../../model/analysis.ts";
import { isPlaced } from "../../model/instant.ts";
import type { CgroupDir, SampledFile, Samples } from "../../model/samples.ts";
import type { TickAt } from "../available/signals.ts";
import { type CgroupFiles, cgroupFiles, cgroupMemoryAt, valueAtTick } from "../cgroups/cgroup-memory.ts";
import { seriesOf } from "./downsample.ts";
import { withGaps } from "./gaps.ts";

export interface PodGroup {
  readonly key: string;
  readonly pod: PodRef;
  readonly dir: CgroupDir;
}

/** Pods drawn by name; the rest is "other-pods". */
const MOST_PODS = 8;

interface Row {
  readonly ms: number;
  readonly pageCache: number;
  readonly system: number;
  readonly kernel: number;
  readonly pods: readonly number[];
}

interface PodShare {
  readonly user: number;
  readonly kernel: number;
}

const NOTHING: PodShare = { user: 0, kernel: 0 };

const readAt = (file: SampledFile | null, tick: number): boolean =>
  file !== null && file.tickOf(file.readingAtOrBefore(tick)) === tick;

const isGone = ({ stat, current }: CgroupFiles, tick: number): boolean =>
  [stat, current].every((file) => file === null || file.length === 0 || file.tickOf(file.length - 1) < tick);

/** memory.stat of this tick; where it is older, what memory.current has beyond the page cache that it told of. */
const shareAt = (samples: Samples, files: CgroupFiles, tick: number): PodShare => {
  if (isGone(files, tick)) return NOTHING;
  const memory = cgroupMemoryAt(samples, files, tick);
  const kernel = memory.kernel ?? 0;
  const shmem = memory.shmem ?? 0;
  if (memory.current === null || readAt(files.stat, tick)) return { user: (memory.anon ?? 0) + shmem, kernel };
  const whole = Math.max(0, memory.current - ((memory.file ?? 0) - shmem));
  return { user: Math.max(0, whole - kernel), kernel: Math.min(whole, kernel) };
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const rowAt = (samples: Samples, pods: readonly CgroupFiles[], tick: number, ms: number): Row | null => {
  const meminfo = samples.files.get("/proc/meminfo") ?? null;
  const info = (field: string): number | null => valueAtTick(meminfo, field, tick);
  const total = info("MemTotal");
  const free = info("MemFree");
  const cached = info("Cached");
  const anon = info("AnonPages");
  if (total === null || free === null || cached === null || anon === null) return null;
  const shmem = info("Shmem") ?? 0;
  const pageCache = cached + (info("Buffers") ?? 0) - shmem;
  const shares = pods.map((files) => shareAt(samples, files, tick));
  const system = Math.max(0, anon + shmem - sum(shares.map(({ user }) => user)));
  const kernel = Math.max(0, total - free - pageCache - anon - shmem - sum(shares.map((share) => share.kernel)));
  return { ms, pageCache, system, kernel, pods: shares.map((share) => share.user + share.kernel) };
};

/** Ticks in which a pod was read; without any, those of meminfo. */
const ticksOf = (meminfo: SampledFile, pods: readonly CgroupFiles[]): number[] => {
  const read = (files: readonly (SampledFile | null)[]): number[] =>
    files.flatMap((file) => (file === null ? [] : Array.from({ length: file.length }, (_, i) => file.tickOf(i))));
  const ofPods = new Set(read(pods.flatMap(({ stat, current }) => [stat, current])));
  return (ofPods.size > 0 ? [...ofPods] : read([meminfo])).toSorted((a, b) => a - b);
};

const FROM = "/proc/meminfo, memory.stat of each pod's cgroup";

/** Pods by their greatest share first. */
export const stackSeries = (samples: Samples, tickAt: TickAt, pods: readonly PodGroup[]): Series[] => {
  const files = pods.map((pod) => cgroupFiles(samples, pod.dir));
  const meminfo = samples.files.get("/proc/meminfo");
  if (!meminfo) return [];
  const rows: Row[] = [];
  for (const tick of ticksOf(meminfo, files)) {
    const at = tickAt(tick);
    const row = isPlaced(at) && samples.ticks[tick]?.torn !== true ? rowAt(samples, files, tick, at.best) : null;
    if (row !== null) rows.push(row);
  }
  const peaks = pods
    .map((pod, i) => ({ pod, i, peak: rows.reduce((most, row) => Math.max(most, row.pods[i] ?? 0), 0) }))
    .toSorted((a, b) => b.peak - a.peak);
  const shown = peaks.slice(0, MOST_PODS);
  const folded = peaks.slice(MOST_PODS);
  const series = (id: string, valueOf: (row: Row) => number): Series =>
    seriesOf(
      `node.memory.total-stack.${id}`,
      "bytes",
      withGaps(rows.map((row) => ({ ms: row.ms, value: valueOf(row) }))),
      FROM,
    );
  return rows.length === 0
    ? []
    : [
        ...shown.map(({ pod, i }) => series(`pod/${pod.key}`, (row) => row.pods[i] ?? 0)),
        ...(folded.length > 0
          ? [series("other-pods", (row) => folded.reduce((all, { i }) => all + (row.pods[i] ?? 0), 0))]
          : []),
        series("system", (row) => row.system),
        series("kernel", (row) => row.kernel),
        series("page-cache", (row) => row.pageCache),
      ];
};
