// kswapd woke too late: free memory fell through the whole gap between its marks within a second, while there was cache to drop.
// Fragmentation can raise the marks instead (boost, at most 150 % of high).
import { type Answer, fact, holds, refuted, unknown, wanted } from "../answer.ts";
import { type Case, type Window, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { type Track, readingAt, readingsIn, valueAt } from "../inputs/track.ts";
import { type Zone, sumOver, zonesAt } from "../inputs/zones.ts";
import { defineRule } from "../rule.ts";
import { grouped, percent, size, span } from "../text/format.ts";
import { watermarkRemedies } from "./kswapd-outrun.ts";
import { cite, lastStretch, stallFields } from "./last-stretch.ts";

type Needs = Pick<Inputs, "incidents" | "vmstat" | "meminfo" | "psiMemory" | "zoneinfo" | "node" | "pageSize">;

const PLENTY_SHARE = 0.1;
const NEAR_FACTOR = 1.25;

interface Drop {
  readonly bytes: number;
  readonly ms: number;
  readonly reading: number;
}

/** The greatest fall of MemFree in one second that ended near the marks. */
const greatestDrop = (meminfo: Track, fromMs: number, toMs: number, nearBytes: number): Drop | null => {
  let most: Drop | null = null;
  const readings = readingsIn(meminfo, fromMs, toMs);
  for (const [i, reading] of readings.entries()) {
    const before = readings[i - 1];
    const now = meminfo.value(reading, "MemFree");
    const then = before === undefined ? null : meminfo.value(before, "MemFree");
    const ms = before === undefined ? 0 : meminfo.ms(reading) - meminfo.ms(before);
    if (now === null || then === null || ms <= 0 || now > nearBytes) continue;
    const bytes = ((then - now) * 1000) / Math.max(1000, ms);
    if (most === null || bytes > most.bytes) most = { bytes, ms, reading };
  }
  return most;
};

interface Measured {
  readonly drop: Drop;
  readonly gap: number;
  readonly cache: number;
  readonly share: number;
  readonly zone: Zone | undefined;
}

const measure = (inputs: Needs, meminfo: Track, zoneinfo: Track, { fromMs, toMs }: Window): Measured | null => {
  const zones = zonesAt(zoneinfo, Math.max(0, readingAt(zoneinfo, toMs)));
  const gap = sumOver(zones, (z) => z.low - z.min) * inputs.pageSize;
  const near = sumOver(zones, (z) => z.low + z.protection) * inputs.pageSize * NEAR_FACTOR;
  const drop = greatestDrop(meminfo, Math.min(fromMs, toMs - 60_000), toMs, near);
  if (drop === null || gap <= 0) return null;
  const at = meminfo.ms(drop.reading);
  const [active, inactive] = [valueAt(meminfo, "Active(file)", at), valueAt(meminfo, "Inactive(file)", at)];
  const total = inputs.node.memTotalBytes ?? meminfo.value(drop.reading, "MemTotal");
  if (total === null || active === null || inactive === null) return null;
  const cache = active + inactive;
  return { drop, gap, cache, share: cache / total, zone: zones.at(-1) };
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const { meminfo, zoneinfo } = inputs;
  const reclaim = lastStretch(incident, inputs);
  // The question arises only where tasks had to reclaim.
  if (reclaim?.stalls == null || reclaim.stalls === 0) return null;
  if (meminfo === null || zoneinfo === null)
    return unknown({
      incidentId: incident.id,
      explanation: `${grouped(reclaim.stalls)} allocations had to reclaim in the last seconds; how free memory fell through the marks is not in the samples.`,
      facts: [
        fact(
          "Allocations that had to reclaim themselves",
          grouped(reclaim.stalls),
          cite(reclaim, stallFields(reclaim)),
        ),
      ],
      wouldDecide: wanted("/proc/meminfo and /proc/zoneinfo through the last seconds", "node-memory", "zones"),
    });
  if (incident.window === null) return null;
  const measured = measure(inputs, meminfo, zoneinfo, incident.window);
  if (measured === null) return null;
  const { drop, gap, cache, share, zone } = measured;
  const fall = `${size(drop.bytes)} in a second; the gap between min and low is ${size(gap)}`;
  const facts = [
    fact("Greatest fall of free memory near the marks", fall, meminfo.ref(drop.reading, "MemFree"), zone?.ref),
    fact(
      "Cache that could be dropped then",
      `${size(cache)} (${percent(share)} of the node)`,
      meminfo.ref(drop.reading, "Inactive(file)"),
    ),
  ] as const;
  const common = { incidentId: incident.id, facts };
  if (drop.bytes <= gap) {
    const explanation = `Free memory never fell faster near the marks than ${size(drop.bytes)} a second, within the gap of ${size(gap)}.`;
    return refuted({ ...common, explanation });
  }
  if (share <= PLENTY_SHARE) {
    const explanation = `Free memory fell through the gap in a second, but ${size(cache)} of cache was little to drop: waking earlier would not have helped.`;
    return refuted({ ...common, explanation });
  }
  return holds({
    ...common,
    explains: "time",
    share: 0.1,
    role: "note",
    explanation: `kswapd woke too late: free memory fell by ${size(drop.bytes)} in one second (over ${span(drop.ms)}), more than the ${size(gap)} between its marks, while ${size(cache)} of cache could have been dropped.`,
    remedies: watermarkRemedies(inputs, incident),
  });
};

export const watermarkLow = defineRule({
  id: "watermark-low",
  group: "reclaim",
  title: "kswapd woke too late",
  needs: ["incidents", "vmstat", "meminfo", "psiMemory", "zoneinfo", "node", "pageSize"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
