// The answers of one rule, one for each incident, made one finding: it holds where it holds anywhere, is open where any is open,
// and refuted only where every incident refutes it.
import type { Finding } from "../model/analysis.ts";
import type { Answer, FindingFact, Holds, Refuted, Remedy, Unknown } from "./answer.ts";
import type { Want } from "./next-capture/items.ts";
import { list } from "./text/format.ts";
import type { Rule } from "./rule.ts";

export interface Ranked {
  readonly finding: Finding;
  /** What it explains and how much: only of findings that hold. */
  readonly explains: Holds["explains"] | null;
  readonly share: number;
  readonly remedies: readonly Remedy[];
  /** What an open finding asks of the next capture. */
  readonly wants: readonly Want[];
}

/** More facts than this are an inventory, not a reason. */
const MOST_FACTS = 12;
const MOST_EXPLANATIONS = 3;
const CONFIDENCE = { low: 0, medium: 1, high: 2 } as const;

const byShare = (a: Holds, b: Holds): number => b.share - a.share;

const surest = (answers: readonly Answer[]): Finding["confidence"] =>
  answers.map((a) => a.confidence).toSorted((a, b) => CONFIDENCE[b] - CONFIDENCE[a])[0] ?? "low";
const leastSure = (answers: readonly Answer[]): Finding["confidence"] =>
  answers.map((a) => a.confidence).toSorted((a, b) => CONFIDENCE[a] - CONFIDENCE[b])[0] ?? "low";

/** Several incidents: each fact says which one it is of. */
const factsOf = (answers: readonly Answer[], numberOf: (incidentId: string | null) => number | null): FindingFact[] => {
  if (answers.length === 1) return (answers[0]?.facts ?? []).slice(0, MOST_FACTS);
  const each = Math.max(2, Math.floor(MOST_FACTS / answers.length));
  return answers
    .flatMap((answer) => {
      const n = numberOf(answer.incidentId);
      return answer.facts.slice(0, each).map((f) => (n === null ? f : { ...f, label: `Incident ${n}: ${f.label}` }));
    })
    .slice(0, MOST_FACTS);
};

/** A sentence without its figures: what two incidents say alike. */
const withoutFigures = (text: string): string =>
  text.replace(/(?<![\w.-])−?\d[\d.,]{0,15}(?: (?:[KMGT]iB|B|ms|s|min|h|d|%)(?![A-Za-z]))?/g, "#").replace(/# #/g, "#");

interface Told {
  readonly explanation: string;
  readonly numbers: readonly number[];
  /** Incidents that say the same with other figures. */
  readonly alike: readonly number[];
}

const toldOf = (
  answers: readonly Answer[],
  numberOf: (incidentId: string | null) => number | null,
): readonly Told[] => {
  const told: Told[] = [];
  for (const { explanation, incidentId } of answers) {
    const n = numberOf(incidentId);
    const here = n === null ? [] : [n];
    const at = told.findIndex((t) => withoutFigures(t.explanation) === withoutFigures(explanation));
    const known = told[at];
    if (known === undefined) told.push({ explanation, numbers: here, alike: [] });
    else if (known.numbers.some((m) => m === n) || known.alike.some((m) => m === n)) continue;
    else if (known.explanation === explanation) told[at] = { ...known, numbers: [...known.numbers, ...here] };
    else told[at] = { ...known, alike: [...known.alike, ...here] };
  }
  return told;
};

const incidentsNamed = (numbers: readonly number[]): string =>
  `${numbers.length > 1 ? "Incidents" : "Incident"} ${list(numbers.map(String))}`;

const explanationOf = (answers: readonly Answer[], numberOf: (incidentId: string | null) => number | null): string => {
  const told = toldOf(answers, numberOf);
  const [only] = told;
  if (only !== undefined && told.length === 1 && only.alike.length === 0) return only.explanation;
  return told
    .slice(0, MOST_EXPLANATIONS)
    .map(({ explanation, numbers, alike }) => {
      const text = numbers.length === 0 ? explanation : `${incidentsNamed(numbers)}: ${explanation}`;
      return alike.length === 0 ? text : `${text} ${incidentsNamed(alike)} likewise, with the figures below.`;
    })
    .join(" ");
};

const incidentIdsOf = (answers: readonly Answer[]): string[] => [
  ...new Set(answers.map((a) => a.incidentId).filter((id) => id !== null)),
];

/** What explains time alone was slow beside the kill; nobody died of it. */
const severityOf = (answers: readonly Holds[], isGrave: (incidentId: string) => boolean): Finding["severity"] => {
  const explainsLoss = answers.some(
    (a) => a.role === "cause" && a.explains !== "time" && a.incidentId !== null && isGrave(a.incidentId),
  );
  if (explainsLoss) return "critical";
  return answers.every((a) => a.role === "note") ? "info" : "warning";
};

export interface Incidents {
  /** Position in time, from 1; null where there is only one. */
  numberOf(incidentId: string | null): number | null;
  /** A kill or an eviction: what critical needs. */
  isGrave(incidentId: string): boolean;
}

/** Of the same setting the greatest need; the answers are in the order of what they explain. */
const remediesOf = (answers: readonly Holds[]): readonly Remedy[] => {
  const bySetting = new Map<string, Remedy>();
  for (const given of answers.flatMap((a) => a.remedies)) {
    const known = bySetting.get(given.setting);
    if (known === undefined || given.need > known.need) bySetting.set(given.setting, given);
  }
  return [...bySetting.values()];
};

const saidOf = (rule: Rule, said: readonly Answer[], incidents: Incidents) => ({
  id: rule.id,
  heuristic: said.some((a) => a.heuristic),
  title: rule.title,
  explanation: explanationOf(said, incidents.numberOf),
  facts: factsOf(said, incidents.numberOf),
  incidentIds: incidentIdsOf(said),
});

/** Told in the order of time; ranked by the strongest. */
const holding = (rule: Rule, all: readonly [Holds, ...Holds[]], incidents: Incidents): Ranked => {
  const byWeight = all.toSorted(byShare);
  const strongest = byWeight[0] ?? all[0];
  const severity = severityOf(all, incidents.isGrave);
  const common = saidOf(rule, all, incidents);
  return {
    finding: { ...common, verdict: "holds", wouldDecide: null, severity, confidence: surest(all), remediation: [] },
    explains: strongest.explains,
    share: strongest.share,
    remedies: remediesOf(byWeight),
    wants: [],
  };
};

const other = (rule: Rule, said: readonly (Refuted | Unknown)[], incidents: Incidents): Ranked => {
  const open = said.flatMap((a) => (a.verdict === "unknown" ? [a.wouldDecide] : []));
  const verdict = open.length > 0 ? "unknown" : "refuted";
  const wouldDecide = open.length > 0 ? [...new Set(open.map((w) => w.text))].join("; ") : null;
  const common = saidOf(rule, said, incidents);
  return {
    finding: { ...common, verdict, wouldDecide, severity: "info", confidence: leastSure(said), remediation: [] },
    explains: null,
    share: 0,
    remedies: [],
    wants: [...new Set(open.flatMap((w) => w.wants))],
  };
};

export const findingOf = (rule: Rule, answers: readonly Answer[], incidents: Incidents): Ranked | null => {
  const [first, ...more] = answers.filter((a): a is Holds => a.verdict === "holds");
  if (first !== undefined) return holding(rule, [first, ...more], incidents);
  const open = answers.filter((a): a is Unknown => a.verdict === "unknown");
  if (open.length > 0) return other(rule, open, incidents);
  const fallen = answers.filter((a): a is Refuted => a.verdict === "refuted");
  if (fallen.length > 0) return other(rule, fallen, incidents);
  return null;
};
