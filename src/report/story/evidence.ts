// Every line that is cited, once, in a stable order, under an id that a link can name.
import type { Analysis, Evidence } from "../../model/analysis.ts";

export interface CitedLine {
  readonly id: string;
  readonly evidence: Evidence;
}

export interface EvidenceIndex {
  readonly lines: readonly CitedLine[];
  /** Cited lines that the page leaves out; the JSON document has them. */
  readonly omitted: number;
  /** "#ev-kmsg-730"; null where the page leaves the line out. */
  href(evidence: Evidence): string | null;
}

/** A report is read; the JSON document keeps everything. */
const MAX_LINES = 500;

export const evidenceKey = (e: Evidence): string => `${e.file}\u0000${e.line}`;

export function indexEvidence(a: Analysis): EvidenceIndex {
  const cited = new Map<string, Evidence>();
  for (const evidence of citedIn(a)) {
    const key = evidenceKey(evidence);
    const known = cited.get(key);
    if (known === undefined || known.text.length < evidence.text.length) cited.set(key, evidence);
  }
  const kept = [...cited.values()].slice(0, MAX_LINES).toSorted(byPlace);
  const taken = new Set<string>();
  const lines = kept.map((evidence) => ({ id: uniqueId(evidence, taken), evidence }));
  const ids = new Map(lines.map((l) => [evidenceKey(l.evidence), l.id]));
  return {
    lines,
    omitted: cited.size - kept.length,
    href: (e) => {
      const id = ids.get(evidenceKey(e));
      return id === undefined ? null : `#${id}`;
    },
  };
}

/** What decides first, so that a cap drops the least. */
function* citedIn(a: Analysis): Generator<Evidence> {
  for (const kill of a.oomKills.slice(0, 60)) yield* kill.evidence;
  for (const eviction of a.evictions) yield* eviction.evidence;
  for (const kill of a.userspaceKills) yield* kill.evidence;
  for (const incident of a.incidents) for (const m of incident.milestones) yield* m.evidence;
  for (const finding of a.findings) for (const fact of finding.facts) yield* fact.evidence;
  for (const incident of a.incidents) for (const c of incident.consequences) yield* c.evidence;
  for (const ledger of a.ledgers) yield* ledger.evidence;
  for (const pod of a.pods.slice(0, 20)) yield* pod.evidence;
  for (const kill of a.oomKills.slice(60)) yield* kill.evidence;
}

const byPlace = (x: Evidence, y: Evidence): number => (x.file < y.file ? -1 : x.file > y.file ? 1 : x.line - y.line);

/** File names are input: an id takes only their letters and digits. */
function uniqueId(e: Evidence, taken: Set<string>): string {
  const slug = e.file
    .slice(-80)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  const base = `ev-${slug}-${e.line}`;
  let id = base;
  for (let n = 2; taken.has(id); n++) id = `${base}-${n}`;
  taken.add(id);
  return id;
}

/** "ticks/1795483133.999/meminfo:3" → "ticks/…/meminfo:3": links stand in running text. */
export function placeText(e: Evidence): string {
  const parts = e.file.split("/");
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  const file = parts.length > 2 && e.file.length > 34 ? `${first}/…/${last}` : e.file;
  return `${file}:${e.line}${e.endLine !== null && e.endLine !== e.line ? `–${e.endLine}` : ""}`;
}

export const placeFull = (e: Evidence): string =>
  `${e.file}:${e.line}${e.endLine !== null && e.endLine !== e.line ? `–${e.endLine}` : ""}`;
