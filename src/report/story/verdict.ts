// The reason for the confidence, and what to do: both from what the document holds.
import type { Analysis, Finding, Incident, Instant } from "../../model/analysis.ts";
import { duration } from "../format/time.ts";
import { CONFIDENCE_WORDS } from "./names.ts";
import type { Story } from "./story.ts";

export interface ConfidenceReason {
  readonly word: string;
  readonly sentences: readonly string[];
}

export function confidenceReason(story: Story): ConfidenceReason {
  const { a, main } = story;
  // the analysis states its reasons as caveats; without any, what the instants themselves tell; none is said twice
  const own = main === null ? [] : [marginReason(main), ...clockReasons(story, main)].filter((s) => s !== null);
  const told = a.verdict.caveats.filter((caveat) => !a.verdict.sentence.includes(caveat));
  const sentences = a.verdict.caveats.length > 0 ? told.map(closed) : own;
  return { word: `${CONFIDENCE_WORDS[a.verdict.confidence]} confidence.`, sentences };
}

const closed = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

function marginReason(incident: Incident): string | null {
  const { marginMs, marginUncertaintyMs } = incident;
  if (marginMs === null || marginUncertaintyMs === null) return null;
  const gap = duration(Math.abs(marginMs));
  const error = duration(marginUncertaintyMs);
  return Math.abs(marginMs) > marginUncertaintyMs
    ? `The two lie ${gap} apart and the clocks leave ± ${error} open, so the order holds.`
    : `The two lie ${gap} apart and the clocks leave ± ${error} open, so the order is not decided.`;
}

/** Which clock each side's instants come from, and what binds it to the wall clock. */
function clockReasons(story: Story, incident: Incident): string[] {
  const kill = story.killsOf(incident)[0];
  const eviction = story.evictionsOf(incident)[0];
  const noticed = incident.milestones.find((m) => m.kind === "kubelet-noticed");
  return [
    kill === undefined ? null : boundSentence("The kernel's instants", kill.at),
    eviction === undefined && noticed === undefined
      ? null
      : boundSentence("The kubelet's", (eviction ?? noticed)?.at ?? null),
  ].filter((s) => s !== null);
}

function boundSentence(whose: string, at: Instant | null): string | null {
  if (at === null) return null;
  if (at.unixMs === null) return `${whose} are on the ${at.clock} clock, which nothing here sets on the wall clock.`;
  const within = at.uncertaintyMs < 1 ? "" : `, within ± ${duration(at.uncertaintyMs)}`;
  return at.anchor === null
    ? `${whose} are readings of the ${at.clock} clock${within}.`
    : `${whose} are set on the wall clock by ${at.anchor}${within}.`;
}

export interface Action {
  readonly action: string;
  readonly detail: string;
  readonly reference: string | null;
  readonly finding: Finding;
}

const MAX_ACTIONS = 3;

/** One remedy of each finding that holds, worst first as the document orders them; then their second ones. */
export function actionsOf(a: Analysis): Action[] {
  const holding = a.findings.filter((f) => f.verdict === "holds" && f.remediation.length > 0);
  const relevant = holding.filter((f) => a.verdict.incidentId !== null && f.incidentIds.includes(a.verdict.incidentId));
  const ordered = [...relevant, ...holding.filter((f) => !relevant.includes(f))];
  const deepest = ordered.reduce((n, f) => Math.max(n, f.remediation.length), 0);
  const out: Action[] = [];
  const seen = new Set<string>();
  for (let depth = 0; depth < deepest && out.length < MAX_ACTIONS; depth++) {
    for (const finding of ordered) {
      const remedy = finding.remediation[depth];
      if (remedy === undefined || seen.has(remedy.action) || out.length >= MAX_ACTIONS) continue;
      seen.add(remedy.action);
      out.push({ ...remedy, finding });
    }
  }
  return out;
}

export const withoutAction = (a: Analysis): string =>
  a.findings.some((f) => f.verdict === "holds")
    ? "No finding that holds names a remedy."
    : a.findings.some((f) => f.verdict === "unknown")
      ? "No cause is proven, so no setting is proposed. What would decide the open ones stands under Findings."
      : "No cause is proven, so no setting is proposed.";
