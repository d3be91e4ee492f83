// Who used the memory at the crossing and at the first kill of each grave incident; the remainder is named.
import type { Ledger } from "../../model/analysis.ts";
import { type When, isPlaced } from "../../model/instant.ts";
import type { Samples } from "../../model/samples.ts";
import type { StoryIncident } from "../../model/timeline.ts";
import type { TickAt } from "../available/signals.ts";
import { cgroupFiles, cgroupMemoryAt, valueAtTick } from "../cgroups/cgroup-memory.ts";
import { toEvidence, toInstant } from "../document/instant.ts";
import { firstKill } from "../incidents/outcome.ts";
import type { KnownPod } from "../pods/pod-memory.ts";

const FIELDS = ["MemTotal", "MemFree", "AnonPages", "Cached", "Buffers", "Slab", "PageTables"] as const;

type Part = Ledger["parts"][number];

const podParts = (
  samples: Samples,
  pods: readonly KnownPod[],
  tick: number,
): { parts: Part[]; anon: number; shmem: number } => {
  const parts: Part[] = [];
  let [anon, shmem] = [0, 0];
  for (const { pod, dir } of pods) {
    if (dir === null) continue;
    const memory = cgroupMemoryAt(samples, cgroupFiles(samples, dir), tick);
    if (memory.anon !== null) parts.push({ name: "anonymous", pod, bytes: memory.anon });
    if (memory.shmem !== null) parts.push({ name: "shmem", pod, bytes: memory.shmem });
    anon += memory.anon ?? 0;
    shmem += memory.shmem ?? 0;
  }
  return { parts, anon, shmem };
};

const nodeParts = (info: (field: string) => number, ofPods: { anon: number; shmem: number }): Part[] => {
  const shmem = info("Shmem");
  const cache = info("Cached") + info("Buffers") - shmem - info("Active(file)") - info("Inactive(file)");
  const parts: [string, number][] = [
    ["free", info("MemFree")],
    ["anonymous outside pods", info("AnonPages") - ofPods.anon],
    ["shmem outside pods", shmem - ofPods.shmem],
    ["page cache, active", info("Active(file)")],
    ["page cache, inactive", info("Inactive(file)")],
    ["page cache, other", cache],
    ["slab, reclaimable", info("SReclaimable")],
    ["slab, unreclaimable", info("SUnreclaim")],
    ["page tables", info("PageTables") + info("SecPageTables")],
    // VmallocUsed contains the kernel stacks (kernel/fork.c, vmapped): not both.
    ["vmalloc and kernel stacks", info("VmallocUsed") > 0 ? info("VmallocUsed") : info("KernelStack")],
    ["per-cpu", info("Percpu")],
    ["huge pages", info("Hugetlb")],
  ];
  return parts.map(([name, bytes]) => ({ name, pod: null, bytes }));
};

const ledgerAt = (
  incidentId: string,
  moment: Ledger["moment"],
  tick: number,
  samples: Samples,
  tickAt: TickAt,
  pods: readonly KnownPod[],
): Ledger | null => {
  const meminfo = samples.files.get("/proc/meminfo");
  const reading = meminfo?.readingAtOrBefore(tick) ?? -1;
  if (!meminfo || reading < 0) return null;
  const info = (field: string): number => valueAtTick(meminfo, field, tick) ?? 0;
  const totalBytes = info("MemTotal");
  if (totalBytes === 0) return null;
  const ofPods = podParts(samples, pods, tick);
  const parts = [...ofPods.parts, ...nodeParts(info, ofPods)]
    .filter((part) => part.bytes > 0)
    .toSorted((a, b) => b.bytes - a.bytes);
  const sum = parts.reduce((all, part) => all + part.bytes, 0);
  const evidence = FIELDS.filter((field) => meminfo.column(field) !== null).map((field) =>
    toEvidence(meminfo.ref(reading, field)),
  );
  return {
    incidentId,
    moment,
    at: toInstant(tickAt(tick)),
    totalBytes,
    parts,
    unaccountedBytes: totalBytes - sum,
    evidence,
  };
};

/** "At the kill" means the last reading proven earlier. */
const tickBefore = (samples: Samples, tickAt: TickAt, at: When): number => {
  const meminfo = samples.files.get("/proc/meminfo");
  if (!meminfo || !isPlaced(at)) return -1;
  for (let i = meminfo.length - 1; i >= 0; i--)
    if (tickAt(meminfo.tickOf(i)).latest <= at.earliest) return meminfo.tickOf(i);
  return -1;
};

export const ledgersOf = (
  incidents: readonly StoryIncident[],
  samples: Samples,
  tickAt: TickAt,
  pods: readonly KnownPod[],
): Ledger[] =>
  incidents.flatMap((incident) => {
    const kill = firstKill(incident.kills);
    if (incident.doc.scope !== "node" && incident.doc.scope !== "allocatable") return [];
    const ticks: [Ledger["moment"], number][] = [];
    if (incident.crossing !== null) ticks.push(["crossing", incident.crossing.tick]);
    if (kill !== null) ticks.push(["kill", tickBefore(samples, tickAt, kill.at)]);
    return ticks
      .filter(([, tick]) => tick >= 0)
      .map(([moment, tick]) => ledgerAt(incident.doc.id, moment, tick, samples, tickAt, pods))
      .filter((l) => l !== null);
  });
