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
  const total = info("MemTotal");
  if (total === 0) return null;
  const parts: Ledger["parts"] = [];
  let podAnon = 0;
  let podShmem = 0;
  for (const pod of pods) {
    if (pod.dir === null) continue;
    const memory = cgroupMemoryAt(samples, cgroupFiles(samples, pod.dir), tick);
    if (memory.anon !== null && memory.anon > 0) parts.push({ name: "anonymous", pod: pod.pod, bytes: memory.anon });
    if (memory.shmem !== null && memory.shmem > 0) parts.push({ name: "shmem", pod: pod.pod, bytes: memory.shmem });
    podAnon += memory.anon ?? 0;
    podShmem += memory.shmem ?? 0;
  }
  const shmem = info("Shmem");
  const rest: [string, number][] = [
    ["free", info("MemFree")],
    ["anonymous outside pods", Math.max(0, info("AnonPages") - podAnon)],
    ["shmem outside pods", Math.max(0, shmem - podShmem)],
    ["page cache, active", info("Active(file)")],
    ["page cache, inactive", info("Inactive(file)")],
    [
      "page cache, other",
      Math.max(0, info("Cached") + info("Buffers") - shmem - info("Active(file)") - info("Inactive(file)")),
    ],
    ["slab, reclaimable", info("SReclaimable")],
    ["slab, unreclaimable", info("SUnreclaim")],
    ["page tables", info("PageTables") + info("SecPageTables")],
    // VmallocUsed contains the kernel stacks (kernel/fork.c, vmapped): not both.
    ["vmalloc and kernel stacks", info("VmallocUsed") > 0 ? info("VmallocUsed") : info("KernelStack")],
    ["per-cpu", info("Percpu")],
    ["huge pages", info("Hugetlb")],
  ];
  parts.push(...rest.filter(([, bytes]) => bytes > 0).map(([name, bytes]) => ({ name, pod: null, bytes })));
  parts.sort((a, b) => b.bytes - a.bytes);
  const sum = parts.reduce((all, part) => all + part.bytes, 0);
  return {
    incidentId,
    moment,
    at: toInstant(tickAt(tick)),
    totalBytes: total,
    parts,
    unaccountedBytes: total - sum,
    evidence: FIELDS.filter((f) => meminfo.column(f) !== null).map((f) => toEvidence(meminfo.ref(reading, f))),
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
