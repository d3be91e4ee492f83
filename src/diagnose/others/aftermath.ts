// What fell next: the node NotReady, pressure conditions, late evictions. One node's bundle does not show its neighbours.
import { type Answer, fact, holds, refuted, unknown, wanted } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { defineRule } from "../rule.ts";
import { list, span } from "../text/format.ts";
import type { ConsequenceKind } from "../../model/analysis.ts";
import { refOf } from "../inputs/refs.ts";

type Needs = Pick<Inputs, "incidents" | "kubelet">;

const WORDS: Partial<Record<ConsequenceKind, string>> = {
  "node-not-ready": "the node went NotReady",
  "kubelet-lost": "the kubelet was lost",
  "runtime-lost": "the container runtime was lost",
  "late-eviction": "a pod was evicted after the memory was back",
  "crash-loop": "a container went into a crash loop",
  "node-rebooted": "the node rebooted",
};

/** How long after the event its log must go on to show that nothing followed. */
const AFTER_MS = 60_000;

const quietAfter = ({ kubelet }: Needs, incident: Case, endMs: number | null): Answer | null => {
  const beats = kubelet?.beats ?? [];
  const last = beats.at(-1);
  if (endMs === null || last === undefined) return null;
  const followed = last.ms - endMs;
  const line = kubelet?.lines.findLast(({ at }) => at.best <= last.ms);
  const facts = [
    fact(
      "The kubelet's log after it",
      followed > 0 ? `${span(followed)} more` : "ends before",
      line?.event.from[0] ?? { file: last.file, line: last.line, text: "" },
    ),
  ] as const;
  if (followed >= AFTER_MS)
    return refuted({
      incidentId: incident.id,
      explanation: `Nothing followed in the ${span(followed)} that the kubelet's log goes on: no line of it says NotReady, and no pod was evicted late.`,
      facts,
    });
  return unknown({
    incidentId: incident.id,
    explanation:
      "Whether the node went NotReady or a pod was evicted late afterwards the capture is too short to show.",
    facts,
    wouldDecide: wanted("the kubelet's log for two minutes after the event", "afterwards"),
  });
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const killed = incident.endMs;
  const after = incident.consequences.filter(
    (c) => WORDS[c.kind] !== undefined && (killed === null || c.at.unixMs === null || c.at.unixMs >= killed - 1000),
  );
  const [head, ...tail] = after
    .slice(0, 6)
    .map((c) => fact(WORDS[c.kind] ?? c.kind, c.at.utc ?? "at an unknown time", ...c.evidence.slice(0, 2).map(refOf)));
  if (head === undefined) return quietAfter(inputs, incident, killed);
  return holds({
    incidentId: incident.id,
    explains: "frame",
    share: 0.1,
    role: "note",
    explanation: `What followed: ${list([...new Set(after.map((c) => WORDS[c.kind] ?? c.kind))])}. Whether other nodes fell as well one node's capture cannot show.`,
    facts: [head, ...tail],
    remedies: [],
  });
};

export const aftermath = defineRule({
  id: "aftermath",
  group: "others",
  title: "What the incident drew after it",
  needs: ["incidents", "kubelet"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
