// Free memory, and no block of that order: an allocation of several pages failed although pages were free.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type Case, contestedWithKill } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { killRef } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { number, size } from "../text/format.ts";
import type { OomMemInfo, OomReport } from "../../model/kernel.ts";
import type { StoryKill } from "../../model/timeline.ts";

/** extfrag_threshold, default 500 of 1000. */
const FRAGMENTED = 0.5;

type ZoneLine = OomMemInfo["zones"][number];

/** mm/vmstat.c __fragmentation_index(): near 1 for want of large blocks, near 0 for want of memory. */
const indexOf = (
  zone: ZoneLine,
  order: number,
  pageSize: number,
): { readonly index: number; readonly fitting: number } | null => {
  if (zone.buddy === null) return null;
  const blocks = zone.buddy.reduce((n, b) => n + b, 0);
  const fitting = zone.buddy.slice(order).reduce((n, b) => n + b, 0);
  const free = (zone.values["free"] ?? 0) / pageSize;
  return blocks === 0 ? null : { index: 1 - (1 + free / 2 ** order) / blocks, fitting };
};

interface Broken {
  readonly zone: ZoneLine;
  readonly index: number;
  readonly fitting: number;
  /** Free memory beyond its marks, and the block on top. */
  readonly above: boolean;
}

const freeOf = (zone: ZoneLine): number => zone.values["free"] ?? 0;

const zonesOf = (report: OomReport, order: number): readonly Broken[] => {
  const pageSize = report.pageSize.bytes;
  return (report.memInfo?.zones ?? []).flatMap((zone): Broken[] => {
    const fragmentation = indexOf(zone, order, pageSize);
    const reserve = Math.max(0, ...zone.lowmemReserveBytes);
    const above = freeOf(zone) > (zone.values["min"] ?? 0) + reserve + 2 ** order * pageSize;
    return fragmentation === null ? [] : [{ zone, ...fragmentation, above }];
  });
};

const compact = (order: number, { zone, index }: Broken) =>
  remedy(
    `Raise vm.compaction_proactiveness from 20 to 50, or ask for less than order ${order}`,
    `sysctl: the kernel then compacts before it must. ${zone.name} had a fragmentation index of ${number(index)} (above 0.5 it is fragmentation). Cost: CPU. Check: compact_success of /proc/vmstat against compact_fail.`,
    "high-order-fragmentation",
  );

const evaluate = (incident: Case, kill: StoryKill): Answer | null => {
  const { order } = kill.doc.trigger;
  const { report } = kill;
  // An order-0 allocation needs no block: the question does not arise.
  if (order === null || order < 1 || kill.doc.scope !== "node" || report === null) return null;
  const incidentId = incident.id;
  const asked = fact("Asked for", `order ${order}: ${2 ** order} pages in one block`, killRef(kill));
  const zones = zonesOf(report, order);
  if (zones.length === 0) {
    const explanation = `The kernel killed for an allocation of order ${order}; which blocks were free the report does not show.`;
    return unknown({
      incidentId,
      explanation,
      facts: [asked],
      wouldDecide: wanted("the report's lists of free blocks, or /proc/buddyinfo", "kernel-report", "zones"),
    });
  }
  const lines = zones.slice(0, 3).map(({ zone, index, fitting }) => {
    const value = `free ${size(freeOf(zone))}, ${fitting} blocks of that order or more, fragmentation index ${number(index)}`;
    return fact(zone.name, value, report.memInfo?.from);
  });
  const common = { incidentId, facts: [asked, ...lines] as const };
  const fragmented = zones.find(({ above, fitting, index }) => above && fitting === 0 && index > FRAGMENTED);
  if (fragmented === undefined) {
    const explanation = `No zone had memory above its marks without a block of order ${order}: memory was short, not broken up.`;
    return refuted({ ...common, explanation });
  }
  return holds({
    ...common,
    explains: "memory",
    share: 0.9,
    role: "cause",
    explanation: `${fragmented.zone.name} had ${size(freeOf(fragmented.zone))} free and no block of ${2 ** order} pages: memory was broken up, not short.`,
    remedies: [compact(order, fragmented)],
  });
};

export const highOrderFragmentation = defineRule({
  id: "high-order-fragmentation",
  group: "reclaim",
  title: "Memory was free, but in no block of the order asked for",
  needs: ["incidents"],
  evaluate: ({ incidents }: Pick<Inputs, "incidents">) =>
    contestedWithKill(incidents).flatMap((incident) => incident.kills.map((kill) => evaluate(incident, kill))),
});
