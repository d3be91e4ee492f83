// The working set no longer fits and pages circle: workingset_restore counts those that had been active (mm/workingset.c). Refault
// alone also means recovery after a kill.
import { type Answer, fact, holds, refuted, unknown, wanted } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { deltaOfSum, readingAt } from "../inputs/track.ts";
import { sumOver, zonesAt } from "../inputs/zones.ts";
import { defineRule } from "../rule.ts";
import { number, percent, size, span } from "../text/format.ts";
import { type Reclaim, cite, fullStallFact, lastStretch, untilWhen } from "./last-stretch.ts";

type Needs = Pick<Inputs, "incidents" | "vmstat" | "meminfo" | "psiMemory" | "zoneinfo" | "pageSize">;

const RESTORED = 0.05;
const NOT_RESTORED = 0.01;
const PER_SEC = 100;
const STALLED = 0.1;
const FEW_MARKS = 3;

interface Measured {
  readonly reclaim: Reclaim;
  readonly perSec: number;
  readonly share: number;
  readonly seconds: number;
  /** Counter that is cited: split into _anon and _file since 5.9. */
  readonly field: string;
}

const measure = (inputs: Needs, incident: Case): Measured | null => {
  const reclaim = lastStretch(incident, inputs);
  if (reclaim === null) return null;
  const { vmstat, window } = reclaim;
  const split = vmstat.has("workingset_refault_file");
  const delta = (name: string) =>
    deltaOfSum(vmstat, split ? [`${name}_file`, `${name}_anon`] : [name], window.fromMs, window.toMs);
  const refault = delta("workingset_refault");
  const restore = delta("workingset_restore");
  if (refault === null || restore === null) return null;
  return {
    reclaim,
    perSec: refault.delta / refault.seconds,
    share: refault.delta === 0 ? 0 : restore.delta / refault.delta,
    seconds: refault.seconds,
    field: split ? "workingset_refault_file" : "workingset_refault",
  };
};

const factsOf = (inputs: Needs, { reclaim, perSec, share, seconds, field }: Measured) => {
  const value = `${number(perSec)} a second over the last ${span(seconds * 1000)}, ${percent(share)} of them had been in active use`;
  const refs = [cite(reclaim, [field]), cite(reclaim, [field.replace("refault", "restore")])];
  return [
    fact("Pages that came back", value, ...refs),
    ...fullStallFact(inputs.psiMemory, reclaim.full, reclaim.window.toMs),
  ] as const;
};

/** Σ of the high marks in bytes. */
const highMarks = ({ zoneinfo, pageSize }: Needs, ms: number): number | null =>
  zoneinfo === null ? null : sumOver(zonesAt(zoneinfo, Math.max(0, readingAt(zoneinfo, ms))), (z) => z.high) * pageSize;

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const measured = measure(inputs, incident);
  if (measured === null) return null;
  const { reclaim, perSec, share } = measured;
  const common = { incidentId: incident.id, facts: factsOf(inputs, measured) };
  if ((reclaim.scanKswapd ?? 0) + (reclaim.scanDirect ?? 0) === 0)
    return refuted({
      ...common,
      explanation: `Nothing was reclaimed ${untilWhen(incident, reclaim)}, so no page circled.`,
    });
  if (share < NOT_RESTORED || perSec === 0) {
    const explanation = `Of the pages that came back ${percent(share)} only had been in active use: nothing circled.`;
    return refuted({ ...common, explanation });
  }
  const { full, fileLru } = reclaim;
  const high = highMarks(inputs, reclaim.window.toMs);
  if (full === null || high === null || fileLru === null) {
    const explanation = `Pages came back ${number(perSec)} times a second; whether tasks waited for them is not in the samples.`;
    return unknown({
      ...common,
      explanation,
      wouldDecide: wanted("/proc/pressure/memory (or pgmajfault) and /proc/zoneinfo", "pressure", "zones"),
    });
  }
  if (share < RESTORED || perSec <= PER_SEC || full <= STALLED || fileLru >= FEW_MARKS * high) {
    const explanation = `Pages came back ${number(perSec)} times a second, ${percent(share)} of them from active use: signs of thrashing, short of all its tests.`;
    return unknown({ ...common, explanation, wouldDecide: wanted("samples over at least 10 s of it", "fast-samples") });
  }
  return holds({
    ...common,
    explains: "time",
    share: full,
    role: "contributes",
    explanation: `The working set no longer fitted: ${number(perSec)} pages a second came back right after they were dropped, ${percent(share)} of them from active use, while all stood still ${percent(full)} of the time. ${size(fileLru)} of file pages were left.`,
    remedies: [],
  });
};

export const refaultThrash = defineRule({
  id: "refault-thrash",
  group: "reclaim",
  title: "The working set no longer fitted, and pages circled",
  needs: ["incidents", "vmstat", "meminfo", "psiMemory", "zoneinfo", "pageSize"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
