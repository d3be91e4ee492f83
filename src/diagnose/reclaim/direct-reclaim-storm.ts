// Tasks spent their time reclaiming: allocstall counts entries of global direct reclaim, never of reclaim at a cgroup's limit.
import { type Answer, fact, holds, refuted, unknown, wanted } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { defineRule } from "../rule.ts";
import { grouped, number, percent, span } from "../text/format.ts";
import { type Reclaim, cite, fullStallFact, lastStretch, stallFields, untilWhen } from "./last-stretch.ts";
import { scanFields } from "./vmstat-fields.ts";

type Needs = Pick<Inputs, "incidents" | "vmstat" | "meminfo" | "psiMemory" | "node">;

const PER_CPU = 10;
const DIRECT_SHARE = 0.25;
const STALLED = 0.2;

const factsOf = (inputs: Needs, reclaim: Reclaim, perSec: number) => {
  const { scanDirect, scanKswapd, full, seconds, window } = reclaim;
  const rate = `${number(perSec)} entries a second over the last ${span(seconds * 1000)}`;
  const scanned = `${grouped(scanDirect ?? 0)} by tasks, ${grouped(scanKswapd ?? 0)} by kswapd`;
  const scanRef = cite(reclaim, scanFields(reclaim.vmstat, "pgscan", "direct"));
  return [
    fact("Direct reclaim", rate, cite(reclaim, stallFields(reclaim))),
    ...(scanDirect === null || scanKswapd === null ? [] : [fact("Pages scanned", scanned, scanRef)]),
    ...fullStallFact(inputs.psiMemory, full, window.toMs),
  ] as const;
};

/** By the rate for each CPU, or by what tasks scanned beside kswapd while all stood still. */
const isStorm = ({ scanDirect, scanKswapd, full }: Reclaim, perSec: number, cpus: number | null): boolean => {
  if (cpus !== null && perSec > PER_CPU * cpus) return true;
  return scanDirect !== null && scanKswapd !== null && scanDirect > DIRECT_SHARE * scanKswapd && (full ?? 0) > STALLED;
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const reclaim = lastStretch(incident, inputs);
  if (reclaim === null || reclaim.stalls === null) return null;
  const { stalls, seconds, full } = reclaim;
  const perSec = stalls / seconds;
  const common = { incidentId: incident.id, facts: factsOf(inputs, reclaim, perSec) };
  if (stalls === 0)
    return refuted({ ...common, explanation: `No task had to reclaim ${untilWhen(incident, reclaim)}.` });
  const { cpus } = inputs.node;
  if (!isStorm(reclaim, perSec, cpus)) {
    const lacks = cpus === null || full === null;
    const wouldDecide = lacks
      ? wanted("the number of CPUs and /proc/pressure/memory", "pressure")
      : wanted("samples at most 1 s apart through the last seconds", "fast-samples");
    const explanation = `Tasks reclaimed ${number(perSec)} times a second: some, but no storm by the tests.`;
    return unknown({ ...common, explanation, wouldDecide });
  }
  const still = full === null ? "" : ` and everything stood still for memory ${percent(full)} of the time`;
  return holds({
    ...common,
    explains: "time",
    share: full ?? 0.2,
    role: "contributes",
    explanation: `In the last ${span(seconds * 1000)} tasks entered direct reclaim ${number(perSec)} times a second${still}: that is time lost, the kubelet's included, not memory.`,
    remedies: [],
  });
};

export const directReclaimStorm = defineRule({
  id: "direct-reclaim-storm",
  group: "reclaim",
  title: "Tasks spent their time reclaiming",
  needs: ["incidents", "vmstat", "meminfo", "psiMemory", "node"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
