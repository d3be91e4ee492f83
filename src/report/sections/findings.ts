// What the evidence supports, what it rules out, what it cannot say.
import type { Analysis, Finding } from "../../model/analysis.ts";
import { prose, sourceLinks } from "../html/inline.ts";
import type { View } from "../html/markup.ts";
import type { EvidenceIndex } from "../story/evidence.ts";
import { CONFIDENCE_WORDS } from "../story/names.ts";
import { referenceOf } from "./verdict.ts";

const ORDER: Readonly<Record<Finding["verdict"], number>> = { holds: 0, refuted: 1, unknown: 2 };
const CHIPS: Readonly<Record<Finding["verdict"], string>> = {
  holds: "holds",
  refuted: "ruled out",
  unknown: "cannot tell",
};

export function findingsView(a: Analysis, index: EvidenceIndex): View {
  const sorted = a.findings.toSorted((x, y) => ORDER[x.verdict] - ORDER[y.verdict]);
  return {
    items: sorted.map((f) => findingView(f, index)),
    missing:
      sorted.length > 0
        ? ""
        : "No rule could be applied: the capture holds neither a kill, an eviction nor samples to judge a cause by.",
  };
}

function findingView(f: Finding, index: EvidenceIndex): View {
  return {
    id: `finding-${f.id.replace(/[^a-z0-9-]/g, "")}`,
    ruleId: f.id,
    state: f.verdict,
    chip: CHIPS[f.verdict],
    open: f.verdict === "holds",
    title: f.title,
    explanation: prose(f.explanation),
    facts: f.facts.map((x) => ({ label: x.label, value: x.value, evidence: sourceLinks(x.evidence, index) })),
    wouldDecide: f.wouldDecide ?? "",
    remediation:
      f.verdict === "holds"
        ? f.remediation.map((r) => ({
            action: prose(r.action),
            detail: prose(r.detail),
            reference: referenceOf(r.reference),
          }))
        : [],
    severity: f.verdict === "holds" ? f.severity : "",
    confidence: `${CONFIDENCE_WORDS[f.confidence].toLowerCase()} confidence`,
    heuristic: f.heuristic,
  };
}
