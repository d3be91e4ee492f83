// The node's memory at one tick by who holds it: MemTotal = free + each pod's anonymous and shared memory + those of everybody else +
// page cache + the kernel's own + what no field of meminfo accounts for (reference of the rules, "Ledger").
import type { Ledger, PodRef } from "../../model/analysis.ts";
import type { Samples } from "../../model/samples.ts";
import { cgroupFiles, cgroupMemoryAt, valueAtTick } from "../cgroups/cgroup-memory.ts";
import type { KnownPod } from "../pods/pod-memory.ts";

export type Part = Ledger["parts"][number];
export type Within = NonNullable<Ledger["within"]>[number];

type Info = (field: string) => number;

interface OfPods {
  readonly parts: Part[];
  readonly within: Within[];
  readonly anon: number;
  readonly shmem: number;
}

const ofPods = (samples: Samples, pods: readonly KnownPod[], tick: number): OfPods => {
  const parts: Part[] = [];
  const within: Within[] = [];
  let [anon, shmem] = [0, 0];
  const add = (pod: PodRef, name: string, bytes: number | null, of: string | null = null): void => {
    if (bytes === null || bytes <= 0) return;
    if (of === null) parts.push({ name, pod, bytes });
    else within.push({ of, name, pod, bytes });
  };
  for (const { pod, dir } of pods) {
    if (dir === null) continue;
    const memory = cgroupMemoryAt(samples, cgroupFiles(samples, dir), tick);
    add(pod, "anonymous", memory.anon);
    add(pod, "shmem", memory.shmem);
    add(pod, "page cache", memory.file === null ? null : memory.file - (memory.shmem ?? 0), "page cache");
    add(pod, "kernel memory", memory.kernel, "the kernel's own");
    anon += memory.anon ?? 0;
    shmem += memory.shmem ?? 0;
  }
  return { parts, within, anon, shmem };
};

const ofNode = (info: Info, pods: OfPods): Part[] => {
  const shmem = info("Shmem");
  const cache = info("Cached") + info("Buffers") - shmem - info("Active(file)") - info("Inactive(file)");
  const parts: [string, number][] = [
    ["free", info("MemFree")],
    ["anonymous outside pods", info("AnonPages") - pods.anon],
    ["shmem outside pods", shmem - pods.shmem],
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
