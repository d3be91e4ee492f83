// Free memory, and no block of that order: an allocation of several pages failed although pages were free.
import { type Answer, fact, holds, refuted, remedy, unknown } from "../answer.ts";
import { type Case, contestedWithKill } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { killRef } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { number, size } from "../text/format.ts";
import type { OomMemInfo } from "../../model/kernel.ts";
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

const evaluate = (incident: Case, kill: StoryKill): Answer | null => {
  const order = kill.doc.trigger.order;
  const report = kill.report;
  // An order-0 allocation needs no block: the question does not arise.
  if (order === null || order < 1 || kill.doc.scope !== "node" || report === null) return null;
  const incidentId = incident.id;
  const asked = fact("Asked for", `order ${order}: ${2 ** order} pages in one block`, killRef(kill));
  const pageSize = report.pageSize.bytes;
  const zones = (report.memInfo?.zones ?? []).flatMap((zone) => {
    const fragmentation = indexOf(zone, order, pageSize);
    return fragmentation === null
      ? []
      : [
          {
            zone,
            ...fragmentation,
            above:
              (zone.values["free"] ?? 0) >
              (zone.values["min"] ?? 0) + Math.max(0, ...zone.lowmemReserveBytes) + 2 ** order * pageSize,
          },
        ];
  });
  if (zones.length === 0 || report.memInfo === null)
    return unknown({
      incidentId,
      explanation: `The kernel killed for an allocation of order ${order}; which blocks were free the report does not show.`,
      facts: [asked],
      wouldDecide: "the report's lists of free blocks, or /proc/buddyinfo",
    });
  const { from } = report.memInfo;
  const lines = zones
    .slice(0, 3)
    .map(({ zone, index, fitting }) =>
      fact(
        zone.name,
        `free ${size(zone.values["free"] ?? 0)}, ${fitting} blocks of that order or more, fragmentation index ${number(index)}`,
        from,
      ),
    );
  const fragmented = zones.find(({ above, fitting, index }) => above && fitting === 0 && index > FRAGMENTED);
  if (fragmented === undefined)
    return refuted({
      incidentId,
      explanation: `No zone had memory above its marks without a block of order ${order}: memory was short, not broken up.`,
      facts: [asked, ...lines],
    });
  return holds({
    incidentId,
    explains: "memory",
    share: 0.9,
    role: "cause",
    explanation: `${fragmented.zone.name} had ${size(fragmented.zone.values["free"] ?? 0)} free and no block of ${2 ** order} pages: memory was broken up, not short.`,
    facts: [asked, ...lines],
    remedies: [
      remedy(
        `Raise vm.compaction_proactiveness from 20 to 50, or ask for less than order ${order}`,
        `sysctl: the kernel then compacts before it must. ${fragmented.zone.name} had a fragmentation index of ${number(fragmented.index)} (above 0.5 it is fragmentation). Cost: CPU. Check: compact_success of /proc/vmstat against compact_fail.`,
        "high-order-fragmentation",
      ),
    ],
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
