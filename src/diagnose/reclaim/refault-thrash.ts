// The working set no longer fits and pages circle: workingset_restore counts those that had been active (mm/workingset.c). Refault
// alone also means recovery after a kill.
import { type Answer, fact, holds, refuted, unknown } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { deltaOfSum, readingAt } from "../inputs/track.ts";
import { sumOver, zonesAt } from "../inputs/zones.ts";
import { defineRule } from "../rule.ts";
import { number, percent, size, span } from "../text/format.ts";
import { lastStretch } from "./last-stretch.ts";

type Needs = Pick<Inputs, "incidents" | "vmstat" | "meminfo" | "psiMemory" | "zoneinfo" | "pageSize">;

const RESTORED = 0.05;
const NOT_RESTORED = 0.01;
const PER_SEC = 100;
const STALLED = 0.1;
const FEW_MARKS = 3;

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const reclaim = lastStretch(incident, inputs);
  if (reclaim === null) return null;
  const { vmstat, last, window } = reclaim;
  // Split into _anon and _file since 5.9; one counter before.
  const split = vmstat.has("workingset_refault_file");
  const delta = (name: string) =>
    deltaOfSum(vmstat, split ? [`${name}_file`, `${name}_anon`] : [name], window.fromMs, window.toMs);
  const refault = delta("workingset_refault");
  const restore = delta("workingset_restore");
  if (refault === null || restore === null) return null;
  const incidentId = incident.id;
  const perSec = refault.delta / refault.seconds;
  const share = refault.delta === 0 ? 0 : restore.delta / refault.delta;
  const scanned = (reclaim.scanKswapd ?? 0) + (reclaim.scanDirect ?? 0);
  const name = split ? "workingset_refault_file" : "workingset_refault";
  const facts = [
    fact(
      "Pages that came back",
      `${number(perSec)} a second over the last ${span(refault.seconds * 1000)}, ${percent(share)} of them had been in active use`,
      vmstat.ref(last, name),
      vmstat.ref(last, name.replace("refault", "restore")),
    ),
    ...(reclaim.full === null
      ? []
      : [
          fact(
            "Full stall for memory",
            percent(reclaim.full),
            inputs.psiMemory?.ref(Math.max(0, readingAt(inputs.psiMemory, window.toMs)), "full.total"),
          ),
        ]),
  ] as const;
  if (scanned === 0)
    return refuted({ incidentId, explanation: "Nothing was reclaimed before the event, so no page circled.", facts });
  if (share < NOT_RESTORED || perSec === 0)
    return refuted({
      incidentId,
      explanation: `Of the pages that came back ${percent(share)} only had been in active use: nothing circled.`,
      facts,
    });
  const high =
    inputs.zoneinfo === null
      ? null
      : sumOver(zonesAt(inputs.zoneinfo, Math.max(0, readingAt(inputs.zoneinfo, window.toMs))), (z) => z.high) *
        inputs.pageSize;
  if (reclaim.full === null || high === null || reclaim.fileLru === null)
    return unknown({
      incidentId,
      explanation: `Pages came back ${number(perSec)} times a second; whether tasks waited for them is not in the samples.`,
      facts,
      wouldDecide: "/proc/pressure/memory (or pgmajfault) and /proc/zoneinfo",
    });
  if (share >= RESTORED && perSec > PER_SEC && reclaim.full > STALLED && reclaim.fileLru < FEW_MARKS * high)
    return holds({
      incidentId,
      explains: "time",
      share: reclaim.full,
      role: "contributes",
      explanation: `The working set no longer fitted: ${number(perSec)} pages a second came back right after they were dropped, ${percent(share)} of them from active use, while all stood still ${percent(reclaim.full)} of the time. ${size(reclaim.fileLru)} of file pages were left.`,
      facts,
      remedies: [],
    });
  return unknown({
    incidentId,
    explanation: `Pages came back ${number(perSec)} times a second, ${percent(share)} of them from active use: signs of thrashing, short of all its tests.`,
    facts,
    wouldDecide: "samples over at least 10 s of it",
  });
};

export const refaultThrash = defineRule({
  id: "refault-thrash",
  group: "reclaim",
  title: "The working set no longer fitted, and pages circled",
  needs: ["incidents", "vmstat", "meminfo", "psiMemory", "zoneinfo", "pageSize"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
