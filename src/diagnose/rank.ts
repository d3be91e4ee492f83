// What holds first, worst first: by severity, then what lost the outcome or the bytes above what lost time or is only the frame,
// then by the share that it explains. Then what was refuted, then what stays open.
import type { Finding } from "../model/analysis.ts";
import type { Explains, Remedy } from "./answer.ts";
import type { Ranked } from "./merge.ts";

const VERDICT: Readonly<Record<Finding["verdict"], number>> = { holds: 0, refuted: 1, unknown: 2 };
const SEVERITY: Readonly<Record<Finding["severity"], number>> = { critical: 0, warning: 1, info: 2 };
/** Of two causes for the same bytes the nearer (pod, cache, tmpfs) stands above the frame (overcommit, reservation). */
const EXPLAINS: Readonly<Record<Explains, number>> = { outcome: 0, memory: 0, frame: 1, time: 2 };

const explainsOf = (ranked: Ranked): number => (ranked.explains === null ? 0 : EXPLAINS[ranked.explains]);

const ordered = (findings: readonly Ranked[]): Ranked[] =>
  findings
    .map((ranked, index) => ({ ranked, index }))
    .toSorted(
      (a, b) =>
        VERDICT[a.ranked.finding.verdict] - VERDICT[b.ranked.finding.verdict] ||
        SEVERITY[a.ranked.finding.severity] - SEVERITY[b.ranked.finding.severity] ||
        explainsOf(a.ranked) - explainsOf(b.ranked) ||
        b.ranked.share - a.ranked.share ||
        a.index - b.index,
    )
    .map(({ ranked }) => ranked);

/** Of one setting that several findings ask for, the greatest need; it stands with the first that asks. */
export const rank = (findings: readonly Ranked[]): Finding[] => {
  const inOrder = ordered(findings);
  const greatest = new Map<string, Remedy>();
  for (const given of inOrder.flatMap((r) => r.remedies)) {
    const known = greatest.get(given.setting);
    if (known === undefined || given.need > known.need) greatest.set(given.setting, given);
  }
  return inOrder.map(({ finding, remedies }) => {
    const remediation = remedies.flatMap(({ setting }) => {
      const given = greatest.get(setting);
      greatest.delete(setting);
      return given === undefined ? [] : [{ action: given.action, detail: given.detail, reference: given.reference }];
    });
    return { ...finding, remediation };
  });
};
