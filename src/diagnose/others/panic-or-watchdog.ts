// The node rebooted, or stood at the edge of it: panic, hung tasks, soft lockups, "no killable processes".
import { type Answer, fact, holds, refuted, unknown, wanted } from "../answer.ts";
import { contestedWithKill } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { defineRule } from "../rule.ts";
import { count, list } from "../text/format.ts";
import { refOf } from "../inputs/refs.ts";
import { killFact } from "../text/facts.ts";

type Needs = Pick<Inputs, "incidents" | "kernelLines" | "bootIds">;

const WORDS = {
  "hung-task": "a task hung in the kernel",
  "soft-lockup": "a CPU locked up",
  panic: "the kernel panicked",
  "no-killable": "no process could be killed",
} as const;
type Kind = keyof typeof WORDS;
const isKind = (kind: string): kind is Kind => kind in WORDS;

/** The kernel killed, and its log goes on without a word of this; a second boot id in the logs leaves it open. */
const stayedUp = (inputs: Needs): Answer | null => {
  const lost = contestedWithKill(inputs.incidents)[0];
  const killMs = lost?.killMs ?? null;
  const [kill] = lost?.kills ?? [];
  if (lost === undefined || kill === undefined || killMs === null) return null;
  const facts = [killFact(kill)] as const;
  if (inputs.bootIds.length > 1)
    return unknown({
      incidentId: lost.id,
      explanation:
        "The logs hold more than one boot; no line of a panic, a hung task or a lockup says why the node went down, nor that it was for this.",
      facts,
      wouldDecide: wanted(
        "the end of the journal of the boot before (journalctl -b -1 -e), or the console's serial log",
        "system-journal",
      ),
    });
  if (inputs.bootIds.length === 0) return null;
  return refuted({
    incidentId: lost.id,
    explanation: "The node stayed up: one boot through the capture, and no line of a panic, a hung task or a lockup.",
    facts,
  });
};

const evaluate = (inputs: Needs): Answer | null => {
  const notes = inputs.kernelLines.flatMap(({ event }) =>
    isKind(event.kind)
      ? [{ kind: event.kind, from: event.from[0] }]
      : event.kind === "oom-report" && (event.panic !== null || event.noKillable)
        ? [{ kind: event.panic === null ? ("no-killable" as const) : ("panic" as const), from: event.from[0] }]
        : [],
  );
  const rebooted = inputs.incidents.flatMap((i) => i.consequences.filter((c) => c.kind === "node-rebooted"));
  if (notes.length === 0 && rebooted.length === 0) return stayedUp(inputs);
  const kinds = [...new Set(notes.map((n) => n.kind))];
  const facts = [
    ...kinds.map((kind) =>
      fact(
        WORDS[kind],
        count(notes.filter((n) => n.kind === kind).length, "line"),
        ...notes
          .filter((n) => n.kind === kind)
          .slice(0, 3)
          .map((n) => n.from),
      ),
    ),
    ...rebooted
      .slice(0, 1)
      .map((c) => fact("Rebooted", c.at.utc ?? "at an unknown time", ...c.evidence.slice(0, 2).map(refOf))),
  ];
  const [head, ...tail] = facts;
  if (head === undefined) return null;
  const incident =
    inputs.incidents.find((i) => i.consequences.some((c) => c.kind === "node-rebooted")) ?? inputs.incidents[0];
  const panicked = kinds.includes("panic") || rebooted.length > 0;
  return holds({
    incidentId: incident?.id ?? null,
    explains: "outcome",
    share: panicked ? 1 : 0.1,
    role: panicked ? "contributes" : "note",
    explanation: panicked
      ? `The node went down: ${list([...kinds.map((k) => WORDS[k]), ...(rebooted.length > 0 ? [`a new boot follows${inputs.bootIds.length > 1 ? " in the logs" : ""}`] : [])])}.`
      : `The kernel was held up: ${list(kinds.map((k) => WORDS[k]))}.`,
    facts: [head, ...tail],
    remedies: [],
  });
};

export const panicOrWatchdog = defineRule({
  id: "panic-or-watchdog",
  group: "others",
  title: "The kernel was held up, or the node went down",
  needs: ["incidents", "kernelLines", "bootIds"],
  evaluate,
});
