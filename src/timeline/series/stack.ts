// The node's memory by owner over time, stacked up to MemTotal (white is free): pods by what reclaim cannot drop, processes outside
// pods, the kernel's own, and page cache. The sum is MemTotal − MemFree at every tick.
import type { PodRef, Series } from "../../model/analysis.ts";
import { isPlaced } from "../../model/instant.ts";
import type { CgroupDir, Samples } from "../../model/samples.ts";
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
  let podsUser = 0;
  let podsKernel = 0;
  const own = pods.map((files) => {
    const memory = cgroupMemoryAt(samples, files, tick);
    const user = (memory.anon ?? 0) + (memory.shmem ?? 0);
    podsUser += user;
    podsKernel += memory.kernel ?? 0;
    return user + (memory.kernel ?? 0);
  });
  const system = Math.max(0, anon + shmem - podsUser);
  const kernel = Math.max(0, total - free - pageCache - anon - shmem - podsKernel);
  return { ms, pageCache, system, kernel, pods: own };
};

const FROM = "/proc/meminfo, memory.stat of each pod's cgroup";

/** Pods by their greatest share first. */
export const stackSeries = (samples: Samples, tickAt: TickAt, pods: readonly PodGroup[]): Series[] => {
  const files = pods.map((pod) => cgroupFiles(samples, pod.dir));
  const meminfo = samples.files.get("/proc/meminfo");
  if (!meminfo) return [];
  const rows: Row[] = [];
  for (let reading = 0; reading < meminfo.length; reading++) {
    const tick = meminfo.tickOf(reading);
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
          ? [series("other-pods", (row) => folded.reduce((sum, { i }) => sum + (row.pods[i] ?? 0), 0))]
          : []),
        series("system", (row) => row.system),
        series("kernel", (row) => row.kernel),
        series("page-cache", (row) => row.pageCache),
      ];
};
