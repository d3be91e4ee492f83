// Background reclaim lost the race: kswapd scanned much and freed little, free memory fell under the low mark, and tasks had to
// reclaim themselves. Where nothing was left to reclaim no setting of it would have helped.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { readingsIn } from "../inputs/track.ts";
import { type Zone, sumOver, zonesAt } from "../inputs/zones.ts";
import { defineRule } from "../rule.ts";
import { grouped, percent, size, span } from "../text/format.ts";
import { type Reclaim, cite, lastStretch, stallFields, untilWhen } from "./last-stretch.ts";
import { scanFields } from "./vmstat-fields.ts";

type Needs = Pick<Inputs, "incidents" | "vmstat" | "meminfo" | "psiMemory" | "zoneinfo" | "node" | "pageSize">;

const POOR = 0.3;
const LEAST_TICKS_LOW = 2;
const NOTHING_LEFT = 2;

const belowLow = (
  inputs: Needs,
  fromMs: number,
  toMs: number,
): { readonly ticks: number; readonly zones: readonly Zone[] } | null => {
  const { zoneinfo } = inputs;
  if (zoneinfo === null) return null;
  const readings = readingsIn(zoneinfo, fromMs, toMs);
  const lows = readings.filter((r) => {
    const zones = zonesAt(zoneinfo, r);
    return zones.length > 0 && sumOver(zones, (z) => z.free) < sumOver(zones, (z) => z.low + z.protection);
  });
  const last = readings.at(-1);
  return last === undefined ? null : { ticks: lows.length, zones: zonesAt(zoneinfo, last) };
};

const stallsFact = (reclaim: Reclaim) => {
  const value = `${grouped(reclaim.stalls ?? 0)} in the last ${span(reclaim.seconds * 1000)}`;
  return fact("Allocations that had to reclaim themselves", value, cite(reclaim, stallFields(reclaim)));
};

const workedFact = (reclaim: Reclaim, scan: number, steal: number) => {
  const { vmstat } = reclaim;
  const value = `scanned ${grouped(scan)} pages, freed ${grouped(steal)} (${percent(steal / scan)})`;
  return fact(
    "kswapd",
    value,
    cite(reclaim, scanFields(vmstat, "pgscan", "kswapd")),
    cite(reclaim, scanFields(vmstat, "pgsteal", "kswapd")),
  );
};

type Low = NonNullable<ReturnType<typeof belowLow>>;

const holding = (inputs: Needs, incident: Case, reclaim: Reclaim, low: Low, efficiency: number): Answer => {
  const { fileLru, scanKswapd, stealKswapd } = reclaim;
  const high = sumOver(low.zones, (z) => z.high) * inputs.pageSize;
  const noSwap = inputs.node.swapTotalBytes === 0;
  const nothingLeft = noSwap && fileLru !== null && fileLru < NOTHING_LEFT * high;
  const left = nothingLeft
    ? ` Little was left to reclaim (${size(fileLru)} of file pages, no swap): no setting of it would have helped.`
    : "";
  const marks = `${low.ticks} samples; Σ high ${size(high)}, file pages ${fileLru === null ? "not known" : size(fileLru)}`;
  return holds({
    incidentId: incident.id,
    explains: "time",
    share: 1 - efficiency,
    role: "contributes",
    explanation: `Background reclaim lost the race in the last ${span(reclaim.seconds * 1000)}: kswapd freed ${percent(efficiency)} of what it scanned, and ${grouped(reclaim.stalls ?? 0)} allocations had to reclaim themselves.${left}`,
    facts: [
      stallsFact(reclaim),
      workedFact(reclaim, scanKswapd ?? 1, stealKswapd ?? 0),
      fact("Under the low mark", marks, low.zones.at(-1)?.ref),
    ],
    remedies: nothingLeft ? [] : watermarkRemedies(inputs, incident),
  });
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const reclaim = lastStretch(incident, inputs);
  if (reclaim === null || reclaim.stalls === null) return null;
  const { stalls, scanKswapd: scan, stealKswapd: steal, window } = reclaim;
  const common = { incidentId: incident.id, facts: [stallsFact(reclaim)] as const };
  if (stalls === 0) {
    const explanation = `Background reclaim kept up as far as can be seen: no allocation had to reclaim for itself ${untilWhen(incident, reclaim)}.`;
    return refuted({ ...common, explanation });
  }
  const low = belowLow(inputs, window.fromMs, window.toMs);
  if (scan === null || steal === null || scan === 0 || low === null) {
    const explanation =
      "How much kswapd scanned and freed, or how free memory stood to the marks, is not in the samples.";
    return unknown({
      ...common,
      explanation,
      wouldDecide: wanted(
        "pgscan_kswapd and pgsteal_kswapd of /proc/vmstat, and /proc/zoneinfo",
        "node-memory",
        "zones",
      ),
    });
  }
  const efficiency = steal / scan;
  if (efficiency < POOR && low.ticks >= LEAST_TICKS_LOW) return holding(inputs, incident, reclaim, low, efficiency);
  const explanation = `kswapd freed ${percent(efficiency)} of what it scanned, and free memory stood under the low mark in ${low.ticks} samples.`;
  const facts = [...common.facts, workedFact(reclaim, scan, steal)] as const;
  return unknown({
    ...common,
    explanation,
    facts,
    wouldDecide: wanted("samples at most 1 s apart through the last seconds", "fast-samples"),
  });
};

/** 10000 × burst B/s × 1 s ÷ MemTotal, 10…500. */
export const watermarkRemedies = (inputs: Pick<Needs, "node">, incident: Case) => {
  const rate = incident.race?.fallRateBytesPerSec ?? null;
  const total = inputs.node.memTotalBytes;
  if (rate === null || rate <= 0 || total === null) return [];
  const factor = Math.max(10, Math.min(500, Math.ceil((10_000 * rate) / total)));
  return [
    remedy(
      `Set vm.watermark_scale_factor to ${factor}`,
      `sysctl: 10000 × ${size(rate)}/s × 1 s ÷ ${size(total)}: kswapd then starts a second of this fall earlier. It widens the gaps above min and leaves min and the floor as they are. Cost: ${size((total * factor) / 10_000)} more is kept free. Check: allocstall of /proc/vmstat stands still.`,
      "kswapd-outrun",
      { setting: "vm.watermark_scale_factor", need: factor },
    ),
  ];
};

export const kswapdOutrun = defineRule({
  id: "kswapd-outrun",
  group: "reclaim",
  title: "Background reclaim lost the race",
  needs: ["incidents", "vmstat", "meminfo", "psiMemory", "zoneinfo", "node", "pageSize"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
