// Nothing in /proc prints the page size; two files that count the same pages in different units give it.
import type { SampledFile, Samples } from "../../model/samples.ts";

const CANDIDATES = [4096, 16384, 65536] as const;
/** Both are read in one tick, not at one instant. */
const TOLERANCE = 0.05;

/**
 * mm/show_mem.c si_meminfo(): MemTotal = totalram_pages, the sum of all zones' managed pages as zoneinfo prints them; MemFree =
 * vmstat's nr_free_pages.
 */
export const pageSizeOf = (files: ReadonlyMap<string, SampledFile>): Samples["pageSize"] => {
  const meminfo = files.get("/proc/meminfo");
  const zoneinfo = files.get("/proc/zoneinfo");
  const managed = zoneinfo?.fields().filter((field) => field.endsWith(".managed")) ?? [];
  const pages = managed.reduce((sum, field) => sum + lastOf(zoneinfo, field), 0);
  const bytes =
    fitting(lastOf(meminfo, "MemTotal") / pages) ??
    fitting(lastOf(meminfo, "MemFree") / lastOf(files.get("/proc/vmstat"), "nr_free_pages"));
  return bytes === null ? { bytes: 4096, proven: false } : { bytes, proven: true };
};

const lastOf = (file: SampledFile | undefined, field: string): number => file?.column(field)?.at(-1) ?? NaN;

const fitting = (ratio: number): number | null =>
  CANDIDATES.find((size) => Math.abs(ratio / size - 1) < TOLERANCE) ?? null;
