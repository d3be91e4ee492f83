// memory.available as the kubelet computes it, at every tick, in every variant that its releases have had (pkg/kubelet/stats/helper.go,
// runc libcontainer/cgroups/fs2/memory.go): capacity − working set of the root cgroup, working set = usage − inactive_file.
import { isPlaced } from "../../model/instant.ts";
import type { CgroupDir, Samples } from "../../model/samples.ts";
import type { SignalSample } from "../../model/timeline.ts";
import { cgroupFiles, valueAtTick } from "../cgroups/cgroup-memory.ts";
import { placeOfCgroup } from "../cgroups/cgroup-level.ts";
import { rootUsageOf, VARIANT } from "./root-usage.ts";
import type { TickAt } from "./signals.ts";

export interface VariantSeries {
  readonly signal: "memory.available" | "allocatableMemory.available";
  /** "anon + file" (v2, 1.29 and newer), "MemTotal − MemFree" (v2, older), "usage_in_bytes" (v1), "kubepods". */
  readonly variant: string;
  readonly samples: readonly SignalSample[];
  /** Limit of kubepods, for the allocatable signal. */
  readonly limitBytes: number | null;
}

const rootDir = (samples: Samples): CgroupDir | null => samples.cgroups.find((dir) => dir.cgroup === "/") ?? null;

/** Outermost kubepods; the nested ones of kind and k3s sit below it. */
export const kubepodsDir = (samples: Samples): CgroupDir | null =>
  samples.cgroups
    .filter((dir) => placeOfCgroup(dir.cgroup).level === "kubepods")
    .toSorted((a, b) => a.cgroup.length - b.cgroup.length)[0] ?? null;

/** One value for each reading of the file that the signal stands on; NaN drops out. */
const overReadings = (
  samples: Samples,
  dir: CgroupDir,
  tickAt: TickAt,
  valueOf: (tick: number) => number | null,
): SignalSample[] => {
  const { stat } = cgroupFiles(samples, dir);
  if (stat === null) return [];
  const found: SignalSample[] = [];
  for (let reading = 0; reading < stat.length; reading++) {
    const tick = stat.tickOf(reading);
    const at = tickAt(tick);
    const value = isPlaced(at) ? valueOf(tick) : null;
    if (value !== null && Number.isFinite(value)) found.push({ tick, at, value });
  }
  return found.toSorted((a, b) => a.at.best - b.at.best);
};

const meminfoAt = (samples: Samples, field: string, tick: number): number | null =>
  valueAtTick(samples.files.get("/proc/meminfo") ?? null, field, tick);

/** Every variant that the samples can compute and this kubelet can have; the newest first. */
export const nodeVariants = (samples: Samples, tickAt: TickAt, kubeletVersion: string | null): VariantSeries[] => {
  const dir = rootDir(samples);
  if (dir === null) return [];
  const { stat, current } = cgroupFiles(samples, dir);
  const inStat = (field: string, tick: number): number | null => valueAtTick(stat, field, tick);
  const variant = (name: string, usageOf: (tick: number) => number | null, inactive: string): VariantSeries => ({
    signal: "memory.available",
    variant: name,
    limitBytes: null,
    samples: overReadings(samples, dir, tickAt, (tick) => {
      const total = meminfoAt(samples, "MemTotal", tick);
      const usage = usageOf(tick);
      const idle = inStat(inactive, tick);
      return total === null || usage === null || idle === null ? null : total - Math.max(0, usage - idle);
    }),
  });
  const all =
    dir.version === 1
      ? [variant("usage_in_bytes", (tick) => valueAtTick(current, "", tick), "total_inactive_file")]
      : [
          variant(VARIANT["anon-and-file"], (tick) => sum(inStat("anon", tick), inStat("file", tick)), "inactive_file"),
          variant(
            VARIANT["all-but-free"],
            (tick) => minus(meminfoAt(samples, "MemTotal", tick), meminfoAt(samples, "MemFree", tick)),
            "inactive_file",
          ),
        ];
  const told = rootUsageOf(kubeletVersion, dir.version);
  const possible =
    told.sure && dir.version === 2 ? all.filter((series) => series.variant === VARIANT[told.counts]) : all;
  return possible.filter((series) => series.samples.length > 0);
};

const sum = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b);
const minus = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a - b);

/** limit(kubepods) − working set(kubepods); none where kubepods has no limit. */
export const allocatableVariant = (samples: Samples, tickAt: TickAt): VariantSeries | null => {
  const dir = kubepodsDir(samples);
  if (dir === null) return null;
  const { stat, current, limit } = cgroupFiles(samples, dir);
  const inactive = dir.version === 1 ? "total_inactive_file" : "inactive_file";
  let limitBytes: number | null = null;
  const found = overReadings(samples, dir, tickAt, (tick) => {
    const most = valueAtTick(limit, "", tick);
    const usage = valueAtTick(current, "", tick);
    const idle = valueAtTick(stat, inactive, tick);
    if (most === null || !Number.isFinite(most) || usage === null || idle === null) return null;
    limitBytes = most;
    return most - Math.max(0, usage - idle);
  });
  return found.length === 0
    ? null
    : { signal: "allocatableMemory.available", variant: "kubepods", samples: found, limitBytes };
};

/** MemAvailable of meminfo: the kernel's own estimate, for comparison. */
export const memAvailable = (samples: Samples, tickAt: TickAt): SignalSample[] => {
  const file = samples.files.get("/proc/meminfo");
  const column = file?.column("MemAvailable") ?? null;
  if (!file || !column) return [];
  const found: SignalSample[] = [];
  for (let i = 0; i < file.length; i++) {
    const tick = file.tickOf(i);
    const at = tickAt(tick);
    const value = column[i];
    if (isPlaced(at) && value !== undefined && Number.isFinite(value)) found.push({ tick, at, value });
  }
  return found.toSorted((a, b) => a.at.best - b.at.best);
};
