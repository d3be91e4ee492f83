// Tasks spent their time reclaiming: allocstall counts entries of global direct reclaim, never of reclaim at a cgroup's limit.
import { type Answer, fact, holds, refuted, unknown } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { defineRule } from "../rule.ts";
import { grouped, number, percent, span } from "../text/format.ts";
import { lastStretch } from "./last-stretch.ts";
import { allocstallFields, scanFields } from "./vmstat-fields.ts";

type Needs = Pick<Inputs, "incidents" | "vmstat" | "meminfo" | "psiMemory" | "node">;

const PER_CPU = 10;
const DIRECT_SHARE = 0.25;
const STALLED = 0.2;

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const reclaim = lastStretch(incident, inputs);
  if (reclaim === null || reclaim.stalls === null) return null;
  const { vmstat, last } = reclaim;
  const incidentId = incident.id;
  const perSec = reclaim.stalls / reclaim.seconds;
  const field = allocstallFields(vmstat).toSorted(
    (a, b) => (vmstat.value(last, b) ?? 0) - (vmstat.value(last, a) ?? 0),
  )[0];
  const rate = fact(
    "Direct reclaim",
    `${number(perSec)} entries a second over the last ${span(reclaim.seconds * 1000)}`,
    field === undefined ? null : vmstat.ref(last, field),
  );
  if (reclaim.stalls === 0)
    return refuted({ incidentId, explanation: "No task had to reclaim before the event.", facts: [rate] });
  const cpus = inputs.node.cpus;
  const byRate = cpus !== null && perSec > PER_CPU * cpus;
  const scanDirect = reclaim.scanDirect;
  const scanKswapd = reclaim.scanKswapd;
  const byScan =
    scanDirect !== null &&
    scanKswapd !== null &&
    scanDirect > DIRECT_SHARE * scanKswapd &&
    (reclaim.full ?? 0) > STALLED;
  const scanFact =
    scanDirect === null || scanKswapd === null
      ? []
      : [
          fact(
            "Pages scanned",
            `${grouped(scanDirect)} by tasks, ${grouped(scanKswapd)} by kswapd`,
            ...[scanFields(vmstat, "pgscan", "direct")[0]].map((f) => (f === undefined ? null : vmstat.ref(last, f))),
          ),
        ];
  const facts = [
    rate,
    ...scanFact,
    ...(reclaim.full === null
      ? []
      : [
          fact(
            "Full stall for memory",
            percent(reclaim.full),
            inputs.psiMemory?.ref(Math.max(0, inputs.psiMemory.length - 1), "full.total"),
          ),
        ]),
  ] as const;
  if (!byRate && !byScan)
    return unknown({
      incidentId,
      explanation: `Tasks reclaimed ${number(perSec)} times a second: some, but no storm by the tests.`,
      facts,
      wouldDecide:
        cpus === null || reclaim.full === null
          ? "the number of CPUs and /proc/pressure/memory"
          : "samples at most 1 s apart through the last seconds",
    });
  return holds({
    incidentId,
    explains: "time",
    share: reclaim.full ?? 0.2,
    role: "contributes",
    explanation: `In the last ${span(reclaim.seconds * 1000)} tasks entered direct reclaim ${number(perSec)} times a second${reclaim.full === null ? "" : ` and everything stood still for memory ${percent(reclaim.full)} of the time`}: that is time lost, the kubelet's included, not memory.`,
    facts,
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
