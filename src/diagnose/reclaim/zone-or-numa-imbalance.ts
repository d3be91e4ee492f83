// One node or zone was empty, not the machine: a cpuset or memory policy bound the allocation to it.
import { type Answer, fact, holds, refuted, remedy, unknown } from "../answer.ts";
import type { Case } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { killRef } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { size } from "../text/format.ts";
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

const evaluate = (incident: Case, kill: StoryKill): Answer | null => {
  const { constraint } = kill.doc;
  const info = kill.report?.memInfo ?? null;
  const bound = constraint === "cpuset" || constraint === "memory-policy";
  const nodes = new Set(info?.zones.map((z) => z.node));
  if (!bound && (nodes.size < 2 || kill.doc.scope !== "node")) return null;
  const incidentId = incident.id;
  const killed = fact("The kill", bound ? `constraint ${constraint}` : "no constraint printed", killRef(kill));
  if (info === null || info.zones.length === 0)
    return unknown({
      incidentId,
      explanation: "Which zones were empty the report does not show.",
      facts: [killed],
      wouldDecide: "the kernel's whole report (Mem-Info) or /proc/zoneinfo",
    });
  const empty = info.zones.find(isEmpty);
  const plenty = info.zones.find((z) => z.node !== empty?.node && hasPlenty(z)) ?? info.zones.find(hasPlenty);
  const zones = info.zones
    .slice(0, 4)
    .map((z) =>
      fact(
        label(z),
        `free ${size(z.values["free"] ?? 0)}, min ${size(z.values["min"] ?? 0)}, high ${size(z.values["high"] ?? 0)}`,
        info.from,
      ),
    );
  if (empty === undefined || plenty === undefined)
    return refuted({
      incidentId,
      explanation: "All zones were near their marks: the machine was empty, not one of its nodes.",
      facts: [killed, ...zones],
    });
  if (!bound)
    return unknown({
      incidentId,
      explanation: `${label(empty)} was empty while ${label(plenty)} had ${size(plenty.values["free"] ?? 0)} free, and the report names no constraint.`,
      facts: [killed, ...zones],
      wouldDecide: "cpuset.mems of the victim's cgroup",
    });
  return holds({
    incidentId,
    explains: "memory",
    share: 0.9,
    role: "cause",
    explanation: `${label(empty)} was empty, not the machine: ${label(plenty)} still had ${size(plenty.values["free"] ?? 0)} free, and a ${constraint === "cpuset" ? "cpuset" : "memory policy"} kept the allocation from it.`,
    facts: [killed, ...zones],
    remedies: [
      remedy(
        `Widen ${constraint === "cpuset" ? "cpuset.mems" : "the memory policy"} beyond ${label(empty)}, or reserve ${size(reserveOf(empty) + (empty.values["high"] ?? 0))} there`,
        `${label(plenty)} had ${size(plenty.values["free"] ?? 0)} free. With the kubelet's memory manager: reservedMemory per node of at least Σ high + protection of the short one. Cost: remote access. Check: numa_miss of numastat, no kill with a constraint.`,
        "zone-or-numa-imbalance",
      ),
    ],
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
