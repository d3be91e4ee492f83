// Memory of one cgroup at one of its readings, version 1 and 2 side by side, in the words of version 2. Null: the files do not say.
import type { CgroupDir, SampledFile, Samples } from "../../model/samples.ts";

export interface CgroupFiles {
  readonly dir: CgroupDir;
  readonly stat: SampledFile | null;
  readonly current: SampledFile | null;
  readonly limit: SampledFile | null;
  readonly events: SampledFile | null;
}

export const cgroupFile = (samples: Samples, dir: CgroupDir, name: string): SampledFile | null =>
  samples.files.get(`${dir.dir}/${name}`.replace("//", "/")) ?? null;

export const cgroupFiles = (samples: Samples, dir: CgroupDir): CgroupFiles =>
  dir.version === 2
    ? {
        dir,
        stat: cgroupFile(samples, dir, "memory.stat"),
        current: cgroupFile(samples, dir, "memory.current"),
        limit: cgroupFile(samples, dir, "memory.max"),
        events: cgroupFile(samples, dir, "memory.events"),
      }
    : {
        dir,
        stat: cgroupFile(samples, dir, "memory.stat"),
        current: cgroupFile(samples, dir, "memory.usage_in_bytes"),
        limit: cgroupFile(samples, dir, "memory.limit_in_bytes"),
        events: cgroupFile(samples, dir, "memory.oom_control"),
      };

export interface CgroupMemory {
  readonly current: number | null;
  readonly anon: number | null;
  readonly file: number | null;
  readonly shmem: number | null;
  readonly kernel: number | null;
  readonly inactiveFile: number | null;
  readonly activeFile: number | null;
  readonly slabReclaimable: number | null;
  /** Usage minus inactive_file, never below 0: what the kubelet calls the working set (cAdvisor setMemoryStats()). */
  readonly workingSet: number | null;
}

/** Field names of memory.stat: v2, and v1's hierarchical ones. */
const NAMES = {
  2: {
    anon: "anon",
    file: "file",
    shmem: "shmem",
    inactiveFile: "inactive_file",
    activeFile: "active_file",
    slabReclaimable: "slab_reclaimable",
  },
  1: {
    anon: "total_rss",
    file: "total_cache",
    shmem: "total_shmem",
    inactiveFile: "total_inactive_file",
    activeFile: "total_active_file",
    slabReclaimable: null,
  },
} as const;

/** A file's value in the last reading at or before a tick; null where it has none there. */
export const valueAtTick = (file: SampledFile | null, field: string, tick: number): number | null => {
  if (file === null) return null;
  const reading = file.readingAtOrBefore(tick);
  if (reading < 0) return null;
  const value = file.column(field)?.[reading];
  return value === undefined || Number.isNaN(value) ? null : value;
};

const KERNEL_PARTS = ["kernel_stack", "pagetables", "sec_pagetables", "percpu", "sock", "vmalloc", "slab"];

/** `kernel` since 5.18, else its parts; v1 keeps kmem apart. */
const kernelOf = (files: CgroupFiles, tick: number, samples: Samples): number | null => {
  if (files.dir.version === 1)
    return valueAtTick(cgroupFile(samples, files.dir, "memory.kmem.usage_in_bytes"), "", tick);
  const whole = valueAtTick(files.stat, "kernel", tick);
  if (whole !== null) return whole;
  const parts = KERNEL_PARTS.map((name) => valueAtTick(files.stat, name, tick)).filter((v) => v !== null);
  return parts.length === 0 ? null : parts.reduce((sum, v) => sum + v, 0);
};

export const cgroupMemoryAt = (samples: Samples, files: CgroupFiles, tick: number): CgroupMemory => {
  const names = NAMES[files.dir.version];
  const stat = (name: string | null): number | null => (name === null ? null : valueAtTick(files.stat, name, tick));
  const current = valueAtTick(files.current, "", tick);
  const inactiveFile = stat(names.inactiveFile);
  return {
    current,
    anon: stat(names.anon),
    file: stat(names.file),
    shmem: stat(names.shmem),
    kernel: kernelOf(files, tick, samples),
    inactiveFile,
    activeFile: stat(names.activeFile),
    slabReclaimable: stat(names.slabReclaimable),
    workingSet: current === null || inactiveFile === null ? null : Math.max(0, current - inactiveFile),
  };
};
