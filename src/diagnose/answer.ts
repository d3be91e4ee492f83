// What a rule answers: holds, refuted or unknown, each with facts that cite where they were read.
import type { Confidence, Finding } from "../model/analysis.ts";
import type { SourceRef } from "../model/evidence.ts";
import type { Want } from "./next-capture/items.ts";
import { referenceFor } from "./text/references.ts";

export type FindingFact = Finding["facts"][number];

/** What to change. Two incidents may ask for the same setting: the greater need stands. */
export type Remedy = Finding["remediation"][number] & { readonly setting: string; readonly need: number };

/** What a cause explains a share of. Bytes and the outcome stand above time: reclaim and stalls cost time, they take no memory. */
export type Explains = "outcome" | "memory" | "time" | "frame";

interface Common {
  /** The incident that it speaks of; null: the capture as a whole. */
  readonly incidentId: string | null;
  readonly explanation: string;
  readonly facts: readonly [FindingFact, ...FindingFact[]];
  readonly confidence: Confidence;
  /** A threshold of ours without a source decided it. */
  readonly heuristic: boolean;
}

export interface Holds extends Common {
  readonly verdict: "holds";
  /** Of what it explains a share, and which: ranks the findings. */
  readonly explains: Explains;
  readonly share: number;
  /** "cause": it explains a kill or an eviction; without one the framework lowers it. "note": worth knowing, explains nothing lost. */
  readonly role: "cause" | "contributes" | "note";
  readonly remedies: readonly Remedy[];
}

export interface Refuted extends Common {
  readonly verdict: "refuted";
}

/** The evidence that would decide, in words, and which items of the next capture hold it. */
export interface Wanted {
  readonly text: string;
  readonly wants: readonly [Want, ...Want[]];
}

export interface Unknown extends Common {
  readonly verdict: "unknown";
  readonly wouldDecide: Wanted;
}

export type Answer = Holds | Refuted | Unknown;

type Given<T extends Common> = Omit<T, "verdict" | "confidence" | "heuristic"> &
  Partial<Pick<T, "confidence" | "heuristic">>;

const defaults = { confidence: "high", heuristic: false } as const;

export const holds = (answer: Given<Holds>): Holds => ({ ...defaults, ...answer, verdict: "holds" });
export const refuted = (answer: Given<Refuted>): Refuted => ({ ...defaults, ...answer, verdict: "refuted" });
export const unknown = (answer: Given<Unknown>): Unknown => ({
  ...defaults,
  confidence: "low",
  ...answer,
  verdict: "unknown",
});

export const wanted = (text: string, ...wants: readonly [Want, ...Want[]]): Wanted => ({ text, wants });

/** More lines than this under one fact are no longer read. */
const MOST_EVIDENCE = 6;

/** A figure and the lines that bear it. The same line is cited once. */
export const fact = (label: string, value: string, ...refs: readonly (SourceRef | null | undefined)[]): FindingFact => {
  const evidence: FindingFact["evidence"] = [];
  for (const ref of refs) {
    if (ref == null || evidence.length >= MOST_EVIDENCE) continue;
    if (evidence.some((e) => e.file === ref.file && e.line === ref.line)) continue;
    evidence.push({ file: ref.file, line: ref.line, endLine: ref.endLine ?? null, text: ref.text });
  }
  return { label, value, evidence };
};

/** `setting` names what is changed (by default its page and the first words), `need` how much of it (by default they are alike). */
export const remedy = (
  action: string,
  detail: string,
  page: string,
  { setting, need }: { setting?: string; need?: number } = {},
): Remedy => ({
  action,
  detail,
  reference: referenceFor(page),
  setting: setting ?? `${page} ${action}`,
  need: need ?? 0,
});
