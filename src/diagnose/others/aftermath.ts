// What fell next: the node NotReady, pressure conditions, late evictions. One node's bundle does not show its neighbours.
import { type Answer, fact, holds } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { defineRule } from "../rule.ts";
import { list } from "../text/format.ts";
import type { ConsequenceKind } from "../../model/analysis.ts";

const WORDS: Partial<Record<ConsequenceKind, string>> = {
  "node-not-ready": "the node went NotReady",
  "kubelet-lost": "the kubelet was lost",
  "runtime-lost": "the container runtime was lost",
  "late-eviction": "a pod was evicted after the memory was back",
  "crash-loop": "a container went into a crash loop",
  "node-rebooted": "the node rebooted",
};

const evaluate = (incident: Case): Answer | null => {
  const killed = incident.killMs ?? incident.window?.toMs ?? null;
  const after = incident.consequences.filter(
    (c) => WORDS[c.kind] !== undefined && (killed === null || c.at.unixMs === null || c.at.unixMs >= killed - 1000),
  );
  const [head, ...tail] = after
    .slice(0, 6)
    .map((c) =>
      fact(
        WORDS[c.kind] ?? c.kind,
        c.at.utc ?? "at an unknown time",
        ...c.evidence.slice(0, 2).map((e) => ({ file: e.file, line: e.line, text: e.text })),
      ),
    );
  if (head === undefined) return null;
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
  needs: ["incidents"],
  evaluate: ({ incidents }: Pick<Inputs, "incidents">) => contestedWithLoss(incidents).map(evaluate),
});
