// Anonymous pages circle through swap.
import { type Answer, fact, holds, refuted, unknown } from "../answer.ts";
import type { Case } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { deltaOfSum, readingAt, stallShare } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { number, percent } from "../text/format.ts";

type Needs = Pick<Inputs, "incidents" | "vmstat" | "psiMemory" | "node">;

const PER_SEC = 100;
const STALLED = 0.1;
const LAST_MS = 20_000;

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const { vmstat, node } = inputs;
  const toMs = incident.window?.toMs ?? null;
  if (node.swapTotalBytes === null || node.swapTotalBytes === 0 || vmstat === null || toMs === null) return null;
  const fromMs = toMs - LAST_MS;
  const into = deltaOfSum(vmstat, ["pswpin"], fromMs, toMs);
  const out = deltaOfSum(vmstat, ["pswpout"], fromMs, toMs);
  if (into === null || out === null) return null;
  const [inRate, outRate] = [into.delta / into.seconds, out.delta / out.seconds];
  const last = Math.max(0, readingAt(vmstat, toMs));
  const incidentId = incident.id;
  const rates = fact(
    "Swap traffic",
    `${number(inRate)} pages in and ${number(outRate)} out a second`,
    vmstat.ref(last, "pswpin"),
    vmstat.ref(last, "pswpout"),
  );
  if (into.delta === 0)
    return refuted({ incidentId, explanation: "No page came back from swap before the event.", facts: [rates] });
  const full = stallShare(inputs.psiMemory, "full", fromMs, toMs);
  const restored = deltaOfSum(vmstat, ["workingset_restore_anon"], fromMs, toMs);
  if (
    full === null ||
    restored === null ||
    inRate <= PER_SEC ||
    outRate <= PER_SEC ||
    full <= STALLED ||
    restored.delta === 0
  )
    return unknown({
      incidentId,
      explanation: `Pages moved through swap (${number(inRate)} in, ${number(outRate)} out a second); whether they circled is open.`,
      facts: [rates],
      wouldDecide: "workingset_restore_anon of /proc/vmstat and /proc/pressure/memory over at least 10 s",
    });
  return holds({
    incidentId,
    explains: "time",
    share: full,
    role: "contributes",
    explanation: `Anonymous pages circled through swap: ${number(inRate)} in and ${number(outRate)} out a second, while all stood still ${percent(full)} of the time.`,
    facts: [
      rates,
      fact(
        "Full stall for memory",
        percent(full),
        inputs.psiMemory?.ref(Math.max(0, readingAt(inputs.psiMemory, toMs)), "full.total"),
      ),
    ],
    remedies: [],
  });
};

export const swapThrash = defineRule({
  id: "swap-thrash",
  group: "reclaim",
  title: "Anonymous pages circled through swap",
  needs: ["incidents", "vmstat", "psiMemory", "node"],
  evaluate: (inputs) => inputs.incidents.map((incident) => evaluate(inputs, incident)),
});
