// kswapd woke too late: free memory fell through the whole gap between its marks within a second, while there was cache to drop.
// Fragmentation can raise the marks instead (boost, at most 150 % of high).
import { type Answer, fact, holds, refuted } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { type Track, readingAt, readingsIn, valueAt } from "../inputs/track.ts";
import { sumOver, zonesAt } from "../inputs/zones.ts";
import { defineRule } from "../rule.ts";
import { percent, size, span } from "../text/format.ts";
import { watermarkRemedies } from "./kswapd-outrun.ts";
import { lastStretch } from "./last-stretch.ts";

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

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const { meminfo, zoneinfo, node } = inputs;
  const reclaim = lastStretch(incident, inputs);
  // The question arises only where tasks had to reclaim.
  if (
    reclaim?.stalls == null ||
    reclaim.stalls === 0 ||
    meminfo === null ||
    zoneinfo === null ||
    incident.window === null
  )
    return null;
  const zones = zonesAt(zoneinfo, Math.max(0, readingAt(zoneinfo, incident.window.toMs)));
  const gap = sumOver(zones, (z) => z.low - z.min) * inputs.pageSize;
  const near = sumOver(zones, (z) => z.low + z.protection) * inputs.pageSize * NEAR_FACTOR;
  const fromMs = Math.min(incident.window.fromMs, incident.window.toMs - 60_000);
  const drop = greatestDrop(meminfo, fromMs, incident.window.toMs, near);
  if (drop === null || gap <= 0) return null;
  const at = meminfo.ms(drop.reading);
  const cache = (valueAt(meminfo, "Active(file)", at) ?? 0) + (valueAt(meminfo, "Inactive(file)", at) ?? 0);
  const total = node.memTotalBytes ?? Infinity;
  const facts = [
    fact(
      "Greatest fall of free memory near the marks",
      `${size(drop.bytes)} in a second; the gap between min and low is ${size(gap)}`,
      meminfo.ref(drop.reading, "MemFree"),
      zones.at(-1)?.ref,
    ),
    fact(
      "Cache that could be dropped then",
      `${size(cache)} (${percent(cache / total)} of the node)`,
      meminfo.ref(drop.reading, "Inactive(file)"),
    ),
  ] as const;
  if (drop.bytes > gap && cache > PLENTY_SHARE * total)
    return holds({
      incidentId: incident.id,
      explains: "time",
      share: 0.1,
      role: "note",
      explanation: `kswapd woke too late: free memory fell by ${size(drop.bytes)} in one second (over ${span(drop.ms)}), more than the ${size(gap)} between its marks, while ${size(cache)} of cache could have been dropped.`,
      facts,
      remedies: watermarkRemedies(inputs, incident),
    });
  return refuted({
    incidentId: incident.id,
    explanation:
      drop.bytes > gap
        ? `Free memory fell through the gap in a second, but ${size(cache)} of cache was little to drop: waking earlier would not have helped.`
        : `Free memory never fell faster near the marks than ${size(drop.bytes)} a second, within the gap of ${size(gap)}.`,
    facts,
  });
};

export const watermarkLow = defineRule({
  id: "watermark-low",
  group: "reclaim",
  title: "kswapd woke too late",
  needs: ["incidents", "vmstat", "meminfo", "psiMemory", "zoneinfo", "node", "pageSize"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
