// One node or zone was empty, not the machine: a cpuset or memory policy bound the allocation to it.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import type { Case } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { killRef } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { size } from "../text/format.ts";
import type { SourceRef } from "../../model/evidence.ts";
import type { OomMemInfo } from "../../model/kernel.ts";
import type { StoryKill } from "../../model/timeline.ts";

const PLENTY = 2;

type ZoneLine = OomMemInfo["zones"][number];

const reserveOf = (zone: ZoneLine): number => Math.max(0, ...zone.lowmemReserveBytes);
const isEmpty = (zone: ZoneLine): boolean =>
  (zone.values["free"] ?? Infinity) <= (zone.values["min"] ?? 0) + reserveOf(zone);
/** Free beyond what is kept back from allocations that could take a higher zone: the DMA zone's reserve is never plenty. */
const hasPlenty = (zone: ZoneLine): boolean =>
  (zone.values["free"] ?? 0) - reserveOf(zone) > PLENTY * (zone.values["high"] ?? Infinity);
const label = (zone: ZoneLine): string => `${zone.node === null ? "" : `Node ${zone.node} `}${zone.name}`;

const zoneFact = (zone: ZoneLine, from: SourceRef) => {
  const value = (name: string) => size(zone.values[name] ?? 0);
  return fact(label(zone), `free ${value("free")}, min ${value("min")}, high ${value("high")}`, from);
};

const widen = (empty: ZoneLine, plenty: ZoneLine, what: string) => {
  const reserve = size(reserveOf(empty) + (empty.values["high"] ?? 0));
  return remedy(
    `Widen ${what} beyond ${label(empty)}, or reserve ${reserve} there`,
    `${label(plenty)} had ${size(plenty.values["free"] ?? 0)} free. With the kubelet's memory manager: reservedMemory per node of at least high + protection of the short one, ${reserve}. Cost: remote access. Check: numa_miss of numastat, no kill with a constraint.`,
    "zone-or-numa-imbalance",
  );
};

const evaluate = (incident: Case, kill: StoryKill): Answer | null => {
  const { constraint } = kill.doc;
  const info = kill.report?.memInfo ?? null;
  const bound = constraint === "cpuset" || constraint === "memory-policy";
  const nodes = new Set(info?.zones.map((z) => z.node));
  if (!bound && (nodes.size < 2 || kill.doc.scope !== "node")) return null;
  const killed = fact("The kill", bound ? `constraint ${constraint}` : "no constraint printed", killRef(kill));
  const incidentId = incident.id;
  if (info === null || info.zones.length === 0) {
    const explanation = "Which zones were empty the report does not show.";
    return unknown({
      incidentId,
      explanation,
      facts: [killed],
      wouldDecide: wanted("the kernel's whole report (Mem-Info) or /proc/zoneinfo", "kernel-report", "zones"),
    });
  }
  const common = { incidentId, facts: [killed, ...info.zones.slice(0, 4).map((z) => zoneFact(z, info.from))] as const };
  const empty = info.zones.find(isEmpty);
  const plenty = info.zones.find((z) => z.node !== empty?.node && hasPlenty(z)) ?? info.zones.find(hasPlenty);
  if (empty === undefined || plenty === undefined)
    return refuted({
      ...common,
      explanation: "All zones were near their marks: the machine was empty, not one of its nodes.",
    });
  const free = size(plenty.values["free"] ?? 0);
  if (!bound) {
    const explanation = `${label(empty)} was empty while ${label(plenty)} had ${free} free, and the report names no constraint.`;
    return unknown({ ...common, explanation, wouldDecide: wanted("cpuset.mems of the victim's cgroup", "placement") });
  }
  const [what, setting] =
    constraint === "cpuset" ? ["a cpuset", "cpuset.mems"] : ["a memory policy", "the memory policy"];
  return holds({
    ...common,
    explains: "memory",
    share: 0.9,
    role: "cause",
    explanation: `${label(empty)} was empty, not the machine: ${label(plenty)} still had ${free} free, and ${what} kept the allocation from it.`,
    remedies: [widen(empty, plenty, setting)],
  });
};

export const zoneOrNumaImbalance = defineRule({
  id: "zone-or-numa-imbalance",
  group: "reclaim",
  title: "One memory node was empty, not the machine",
  needs: ["incidents"],
  evaluate: ({ incidents }: Pick<Inputs, "incidents">) =>
    incidents.flatMap((incident) => incident.kills.map((kill) => evaluate(incident, kill))),
});
