// The node's memory at one tick by who holds it: MemTotal = free + each pod's anonymous and shared memory + those of everybody else +
// page cache + the kernel's own + what no field of meminfo accounts for (reference of the rules, "Ledger").
import type { Ledger, PodRef } from "../../model/analysis.ts";
import type { Samples } from "../../model/samples.ts";
import {
  type CgroupFiles,
  cgroupFiles,
  type CgroupMemory,
  cgroupMemoryAt,
  valueAtTick,
} from "../cgroups/cgroup-memory.ts";
import type { KnownPod } from "../pods/pod-memory.ts";

export type Part = Ledger["parts"][number];
export type Within = NonNullable<Ledger["within"]>[number];

type Info = (field: string) => number;

interface OfPods {
  readonly parts: Part[];
  readonly within: Within[];
  readonly anon: number;
  readonly shmem: number;
  /** A pod holds another amount than its memory.stat, which was read before, tells apart. */
  readonly outgrown: boolean;
}

/** What a pod's memory.stat may lack of its usage, which is charged ahead in batches of 64 pages a processor. Heuristic. */
const LEAST_UNTOLD_BYTES = 16 * 1024 * 1024;

const isOutgrown = (files: CgroupFiles, memory: CgroupMemory, tick: number): boolean => {
  const { stat, current } = files;
  if (stat === null || current === null || memory.current === null) return false;
  const [told, held] = [stat.readingAtOrBefore(tick), current.readingAtOrBefore(tick)];
  if (told < 0 || held < 0 || stat.tickOf(told) >= current.tickOf(held)) return false;
  const then = current.readingAtOrBefore(stat.tickOf(told));
  const before = then < 0 ? null : (current.column("")?.[then] ?? null);
  return before !== null && Math.abs(memory.current - before) >= LEAST_UNTOLD_BYTES;
};

const ofPods = (samples: Samples, pods: readonly KnownPod[], tick: number): OfPods => {
  const parts: Part[] = [];
  const within: Within[] = [];
  let [anon, shmem, outgrown] = [0, 0, false];
  const add = (pod: PodRef, name: string, bytes: number | null, of: string | null = null): void => {
    if (bytes === null || bytes <= 0) return;
    if (of === null) parts.push({ name, pod, bytes });
    else within.push({ of, name, pod, bytes });
  };
  for (const { pod, dir } of pods) {
    if (dir === null) continue;
    const files = cgroupFiles(samples, dir);
    const memory = cgroupMemoryAt(samples, files, tick);
    outgrown ||= isOutgrown(files, memory, tick);
    add(pod, "anonymous", memory.anon);
    add(pod, "shmem", memory.shmem);
    add(pod, "page cache", memory.file === null ? null : memory.file - (memory.shmem ?? 0), "page cache");
    add(pod, "kernel memory", memory.kernel, "the kernel's own");
    anon += memory.anon ?? 0;
    shmem += memory.shmem ?? 0;
  }
  return { parts, within, anon, shmem, outgrown };
};

const ofNode = (info: Info, pods: OfPods): Part[] => {
  const shmem = info("Shmem");
  const cache = info("Cached") + info("Buffers") - shmem - info("Active(file)") - info("Inactive(file)");
  const rest = pods.outgrown ? "not told apart by pod" : "outside pods";
  const parts: [string, number][] = [
    ["free", info("MemFree")],
    [`anonymous ${rest}`, info("AnonPages") - pods.anon],
    [`shmem ${rest}`, shmem - pods.shmem],
    ["page cache, active", info("Active(file)")],
    ["page cache, inactive", info("Inactive(file)")],
    ["page cache, other", cache],
    ["swap cache", info("SwapCached")],
    ["slab, reclaimable", info("SReclaimable")],
    ["slab, unreclaimable", info("SUnreclaim")],
    ["page tables", info("PageTables") + info("SecPageTables")],
    // VmallocUsed contains the kernel stacks (kernel/fork.c, vmapped): not both.
    ["vmalloc and kernel stacks", info("VmallocUsed") > 0 ? info("VmallocUsed") : info("KernelStack")],
    ["per-cpu", info("Percpu")],
    ["huge pages", info("Hugetlb")],
    ["zswap", info("Zswap")],
    ["balloon", info("Balloon")],
  ];
  return parts.map(([name, bytes]) => ({ name, pod: null, bytes }));
};

/** Bytes of each slab cache at a tick: num_slabs × pagesperslab × page size, an upper bound, for fallback orders are smaller (mm/slub.c). */
const slabCaches = (samples: Samples, tick: number): Within[] => {
  const file = samples.files.get("/proc/slabinfo") ?? null;
  if (file === null) return [];
  return file
    .fields()
    .filter((field) => field.endsWith(".num_slabs"))
    .flatMap((field): Within[] => {
      const cache = field.slice(0, -".num_slabs".length);
      const slabs = valueAtTick(file, field, tick);
      const pages = valueAtTick(file, `${cache}.pagesperslab`, tick);
      if (slabs === null || pages === null || slabs * pages === 0) return [];
      return [{ of: "slab", name: cache, pod: null, bytes: slabs * pages * samples.pageSize.bytes }];
    });
};

export interface Parts {
  readonly totalBytes: number;
  /** Largest first; they add up to the total but for what is unaccounted. */
  readonly parts: readonly Part[];
  readonly unaccountedBytes: number;
  /** Parts of those parts. */
  readonly within: readonly Within[];
}

/** Null where meminfo was not read at or before the tick. */
export const partsAt = (samples: Samples, pods: readonly KnownPod[], tick: number): Parts | null => {
  const meminfo = samples.files.get("/proc/meminfo") ?? null;
  const info = (field: string): number => valueAtTick(meminfo, field, tick) ?? 0;
  const totalBytes = info("MemTotal");
  if (totalBytes === 0) return null;
  const pod = ofPods(samples, pods, tick);
  const parts = [...pod.parts, ...ofNode(info, pod)]
    .filter(({ bytes }) => bytes > 0)
    .toSorted((a, b) => b.bytes - a.bytes);
  const cache = ([name, field]: readonly [string, string]): Within[] =>
    info(field) > 0 ? [{ of: "page cache", name, pod: null, bytes: info(field) }] : [];
  const dirty = (
    [
      ["dirty", "Dirty"],
      ["under writeback", "Writeback"],
    ] as const
  ).flatMap(cache);
  return {
    totalBytes,
    parts,
    unaccountedBytes: totalBytes - parts.reduce((sum, { bytes }) => sum + bytes, 0),
    within: [...pod.within, ...dirty, ...slabCaches(samples, tick)],
  };
};
