// The lines from which a signal's value at a tick was computed.
import type { SourceRef } from "../../model/evidence.ts";
import type { Samples } from "../../model/samples.ts";
import { kubepodsDir } from "../available/memory-available.ts";
import { cgroupFiles } from "../cgroups/cgroup-memory.ts";

export const signalEvidence = (
  samples: Samples,
  signal: "memory.available" | "allocatableMemory.available",
  tick: number,
): SourceRef[] => {
  const dir = signal === "memory.available" ? samples.cgroups.find((d) => d.cgroup === "/") : kubepodsDir(samples);
  if (!dir) return [];
  const { stat, current, limit } = cgroupFiles(samples, dir);
  const names =
    dir.version === 1
      ? ["total_inactive_file"]
      : signal === "memory.available"
        ? ["anon", "file", "inactive_file"]
        : ["inactive_file"];
  const refs: SourceRef[] = [];
  const add = (file: typeof stat, field: string): void => {
    const reading = file?.readingAtOrBefore(tick) ?? -1;
    if (file && reading >= 0 && file.column(field) !== null) refs.push(file.ref(reading, field));
  };
  for (const name of names) add(stat, name);
  if (signal === "allocatableMemory.available" || dir.version === 1) add(current, "");
  if (signal === "allocatableMemory.available") add(limit, "");
  return refs;
};
