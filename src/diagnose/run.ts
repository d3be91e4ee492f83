// Runs rules over inputs. One that throws becomes an error result, and the others go on.
import type { Finding, NextCaptureItem } from "../model/analysis.ts";
import type { Problem } from "../model/evidence.ts";
import { type Case, isGrave } from "./inputs/incident.ts";
import type { Inputs } from "./inputs/inputs.ts";
import { type Incidents, type Ranked, findingOf } from "./merge.ts";
import { nextCaptureOf, verdictWants } from "./next-capture/list.ts";
import { rank } from "./rank.ts";
import type { Rule } from "./rule.ts";

const failure = (rule: Rule, error: unknown): Problem => ({
  severity: "error",
  code: "rule-failed",
  file: null,
  line: null,
  message: `The rule ${rule.id} failed: ${error instanceof Error ? error.message : String(error)}. This is a fault of memforensics, not of the input; please report it.`,
  costs: `Whether ${rule.id} holds is not answered.`,
});

const incidentsOf = (cases: readonly Case[]): Incidents => ({
  numberOf: (id) => (cases.length < 2 || id === null ? null : cases.findIndex((c) => c.id === id) + 1 || null),
  isGrave: (id) => cases.some((c) => c.id === id && isGrave(c)),
});

export interface Diagnosis {
  readonly findings: Finding[];
  /** What the next capture must have to close what stays open here. */
  readonly nextCapture: NextCaptureItem[];
  readonly problems: Problem[];
}

export const runRules = (rules: readonly Rule[], inputs: Inputs): Diagnosis => {
  const problems: Problem[] = [];
  const ranked: Ranked[] = [];
  const incidents = incidentsOf(inputs.incidents);
  for (const rule of rules) {
    try {
      const finding = findingOf(rule, rule.answers(inputs), incidents);
      if (finding !== null) ranked.push(finding);
    } catch (error) {
      problems.push(failure(rule, error));
    }
  }
  return { findings: rank(ranked), nextCapture: nextCaptureOf(ranked, incidents, verdictWants(inputs)), problems };
};
