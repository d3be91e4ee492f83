// Reserved huge pages were nobody's to use, and memory.available of new kubelets counts them as available.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type Case, contestedWithKill } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { refAt, valueAt } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { grouped, size } from "../text/format.ts";
import type { SourceRef } from "../../model/evidence.ts";
import { killFact } from "../text/facts.ts";

type Needs = Pick<Inputs, "incidents" | "meminfo">;

interface Pool {
  readonly total: number;
  readonly free: number;
  readonly sizeBytes: number;
  readonly refs: readonly (SourceRef | null)[];
}

const poolOf = (inputs: Needs, incident: Case): Pool | null => {
  const info = incident.kills[0]?.report?.memInfo ?? null;
  const pools = info?.hugepages ?? [];
  if (info !== null && pools.length > 0) {
    const largest = pools.toSorted((a, b) => b.total * b.sizeBytes - a.total * a.sizeBytes)[0];
    if (largest !== undefined) {
      const same = pools.filter((p) => p.sizeBytes === largest.sizeBytes);
      return {
        total: same.reduce((n, p) => n + p.total, 0),
        free: same.reduce((n, p) => n + p.free, 0),
        sizeBytes: largest.sizeBytes,
        refs: [info.from],
      };
    }
  }
  const ms = incident.killMs;
  if (ms === null) return null;
  const [total, free, bytes] = [
    valueAt(inputs.meminfo, "HugePages_Total", ms),
    valueAt(inputs.meminfo, "HugePages_Free", ms),
    valueAt(inputs.meminfo, "Hugepagesize", ms),
  ];
  return total === null || free === null || bytes === null
    ? null
    : {
        total,
        free,
        sizeBytes: bytes,
        refs: [refAt(inputs.meminfo, "HugePages_Total", ms), refAt(inputs.meminfo, "HugePages_Free", ms)],
      };
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const pool = poolOf(inputs, incident);
  const incidentId = incident.id;
  const [kill] = incident.kills;
  if (pool === null)
    return kill === undefined || kill.report === null
      ? null
      : unknown({
          incidentId,
          explanation:
            "Whether huge pages were reserved and lay free is not in the kernel's report nor in the samples.",
          facts: [killFact(kill)],
          wouldDecide: wanted(
            "HugePages_Total and HugePages_Free of /proc/meminfo, or the kernel's whole report",
            "node-memory",
            "kernel-report",
          ),
        });
  if (pool.total === 0)
    return refuted({
      incidentId,
      explanation: "No huge pages were reserved.",
      facts: [fact("Reserved huge pages", "0", ...pool.refs)],
    });
  const facts = [
    fact(
      "Reserved huge pages",
      `${grouped(pool.total)} of ${size(pool.sizeBytes)}, ${grouped(pool.free)} free: ${size(pool.free * pool.sizeBytes)} that nobody else can use`,
      ...pool.refs,
    ),
  ] as const;
  if (pool.free === 0) return refuted({ incidentId, explanation: "All reserved huge pages were in use.", facts });
  return holds({
    incidentId,
    explains: "memory",
    share: 0.3,
    role: "contributes",
    explanation: `${size(pool.free * pool.sizeBytes)} of reserved huge pages lay free while the kernel killed: nobody else can use them, and memory.available (anon + file) counts them as available.`,
    facts,
    remedies: [
      remedy(
        `Lower vm.nr_hugepages from ${grouped(pool.total)} to ${grouped(pool.total - pool.free)}, or let pods request them`,
        `${grouped(pool.total)} − ${grouped(pool.free)} that were free at the kill. It gives back ${size(pool.free * pool.sizeBytes)}. Cost: a later allocation of huge pages may fail. Check: HugePages_Free near 0.`,
        "hugepages-reserved",
      ),
    ],
  });
};

export const hugepagesReserved = defineRule({
  id: "hugepages-reserved",
  group: "blind-spots",
  title: "Reserved huge pages lay free while the kernel killed",
  needs: ["incidents", "meminfo"],
  evaluate: (inputs) => contestedWithKill(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
