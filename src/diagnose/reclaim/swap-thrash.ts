// Anonymous pages circle through swap.
import { type Answer, fact, holds, refuted, unknown, wanted } from "../answer.ts";
import type { Case } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { deltaOfSum, refAt, stallShare } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { number, percent, span } from "../text/format.ts";

type Needs = Pick<Inputs, "incidents" | "vmstat" | "psiMemory" | "node">;

const PER_SEC = 100;
const STALLED = 0.1;
const LAST_MS = 20_000;

const measure = ({ vmstat, psiMemory }: Needs, toMs: number) => {
  const fromMs = toMs - LAST_MS;
  const into = deltaOfSum(vmstat, ["pswpin"], fromMs, toMs);
  const out = deltaOfSum(vmstat, ["pswpout"], fromMs, toMs);
  if (into === null || out === null) return null;
  return {
    into: into.delta / into.seconds,
    out: out.delta / out.seconds,
    full: stallShare(psiMemory, "full", fromMs, toMs),
    restored: deltaOfSum(vmstat, ["workingset_restore_anon"], fromMs, toMs)?.delta ?? null,
  };
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const total = inputs.node.swapTotalBytes;
  const toMs = incident.window?.toMs ?? null;
  // Without swap nothing can circle through it.
  const measured = total === null || total === 0 || toMs === null ? null : measure(inputs, toMs);
  if (measured === null || toMs === null) return null;
  const { into, out, full, restored } = measured;
  const traffic = `${number(into)} pages in and ${number(out)} out a second`;
  const facts = [
    fact("Swap traffic", traffic, refAt(inputs.vmstat, "pswpin", toMs), refAt(inputs.vmstat, "pswpout", toMs)),
  ] as const;
  const common = { incidentId: incident.id, facts };
  if (into === 0)
    return refuted({
      ...common,
      explanation: `No page came back from swap in the last ${span(LAST_MS)} before the event.`,
    });
  const circled =
    into > PER_SEC && out > PER_SEC && full !== null && full > STALLED && restored !== null && restored > 0;
  if (!circled) {
    const explanation = `Pages moved through swap (${traffic}); whether they circled is open.`;
    const wouldDecide = wanted(
      "workingset_restore_anon of /proc/vmstat and /proc/pressure/memory over at least 10 s",
      "node-memory",
      "pressure",
    );
    return unknown({ ...common, explanation, wouldDecide });
  }
  return holds({
    ...common,
    explains: "time",
    share: full,
    role: "contributes",
    explanation: `Anonymous pages circled through swap: ${traffic}, while all stood still ${percent(full)} of the time.`,
    facts: [...facts, fact("Full stall for memory", percent(full), refAt(inputs.psiMemory, "full.total", toMs))],
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
