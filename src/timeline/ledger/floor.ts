// Floor identity (anon + file variant of the kubelet's arithmetic, Kubernetes 1.29 and newer on cgroup v2): what memory.available was
// at a node-wide kernel kill. Kernel memory and the pages that the watermarks keep back are "available" to the kubelet, so it is not 0.
import type { OomMemInfo } from "../../model/kernel.ts";
import type { SampledFile, Samples } from "../../model/samples.ts";

/** LRU lists of the first block that are neither inactive_file nor kernel memory. Their sum is anon + file − inactive_file where nothing is swapped. */
const USED_LISTS = ["active_anon", "inactive_anon", "isolated_anon", "unevictable", "active_file"] as const;

/** From the OOM report alone: RAM − reserved − those lists. Null where a part is not printed, or swap holds pages the lists do not show. */
export const floorOfReport = (info: OomMemInfo): number | null => {
  if (info.ramBytes === null || info.reservedBytes === null || (info.totalSwapBytes ?? 0) > 0) return null;
  let used = 0;
  for (const name of USED_LISTS) {
    const pages = info.total[name];
    if (pages === undefined) return null;
    used += pages;
  }
  return info.ramBytes - info.reservedBytes - used;
};

/** The same where the kubelet counts all but free memory as used: free + inactive_file. */
export const freeOfReport = (info: OomMemInfo): number | null => {
  const { free, inactive_file: inactive } = info.total;
  return free === undefined || inactive === undefined ? null : free + inactive;
};

export const freeOfMeminfo = (meminfo: SampledFile, reading: number): number | null => {
  const value = (field: string): number => meminfo.column(field)?.[reading] ?? NaN;
  const available = value("MemFree") + value("Inactive(file)");
  return Number.isFinite(available) ? available : null;
};

/** From one reading of meminfo: MemTotal − AnonPages − (Cached + Buffers + SwapCached) + Inactive(file); root memory.stat counts the same pages. */
export const availableOfMeminfo = (meminfo: SampledFile, reading: number): number | null => {
  const value = (field: string): number => meminfo.column(field)?.[reading] ?? NaN;
  // Absent without swap accounting; the pages are then none.
  const swapCached = value("SwapCached");
  const cache = value("Cached") + value("Buffers") + (Number.isNaN(swapCached) ? 0 : swapCached);
  const available = value("MemTotal") - value("AnonPages") - cache + value("Inactive(file)");
  return Number.isFinite(available) ? available : null;
};

/**
 * The reading of meminfo in a tick within which the kernel killed, where vmstat's oom_kill, read after meminfo in the same tick, had
 * not moved yet: then meminfo is from before the kill, nearer to it than any earlier tick. -1: it had moved, or the files do not say.
 */
export const meminfoBeforeKill = (samples: Samples, tick: number): number => {
  const vmstat = samples.files.get("/proc/vmstat");
  const meminfo = samples.files.get("/proc/meminfo");
  const kills = vmstat?.column("oom_kill") ?? null;
  const reading = vmstat?.readingAtOrBefore(tick) ?? -1;
  const own = meminfo?.readingAtOrBefore(tick) ?? -1;
  if (kills === null || reading < 1 || vmstat?.tickOf(reading) !== tick || meminfo?.tickOf(own) !== tick) return -1;
  const [before, here] = [kills[reading - 1] ?? NaN, kills[reading] ?? NaN];
  // The next reading must show the kill: else the clocks are too far apart to say that it fell into this tick.
  const after = kills[reading + 1] ?? NaN;
  return here === before && after > here ? own : -1;
};
