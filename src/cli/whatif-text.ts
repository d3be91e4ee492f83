// The answer of `whatif` for the terminal. Everything it says stands in its document.
import { iec } from "../report/format/bytes.ts";
import { duration, instantStamp, spreadOf } from "../report/format/time.ts";
import { visibleLine } from "../report/format/visible.ts";
import { placeText } from "../report/story/evidence.ts";
import { OUTCOME_WORDS, SCOPE_WORDS } from "../report/story/names.ts";
import type { Evidence } from "../model/analysis.ts";
import type { Watch } from "../timeline/race/settings.ts";
import { wrap } from "./summary.ts";
import type { Paint } from "./terminal.ts";
import type { ReplayDocument, WhatIfDocument, WhatIfIncident } from "./whatif-document.ts";
import { marginText } from "./whatif-words.ts";

const INDENT = 10;

export const whatIfText = (document: WhatIfDocument, paint: Paint, width: number): string => {
  const settings = labelled("with", watchText(document.settings), width);
  const inForce = labelled("in force", document.inForce === null ? "not known" : watchText(document.inForce), width);
  const incidents =
    document.incidents.length === 0
      ? ["", "  Nothing to replay: no incident was found in what was captured."]
      : document.incidents.flatMap((incident) => ["", ...incidentLines(incident, paint, width)]);
  return `${[...settings, ...inForce, ...incidents].join("\n")}\n`;
};

const watchText = ({ hardBytes, allocatableBytes, softBytes, softGraceMs, minimumReclaimBytes }: Watch): string => {
  const parts = [
    hardBytes === null ? "no hard threshold of memory" : `memory.available under ${iec(hardBytes)}, hard`,
    ...(allocatableBytes === null ? [] : [`allocatableMemory.available under ${iec(allocatableBytes)}`]),
    ...(softBytes === null ? [] : [`memory.available under ${iec(softBytes)} for ${duration(softGraceMs)}, soft`]),
    ...(minimumReclaimBytes === 0 ? [] : [`at least ${iec(minimumReclaimBytes)} reclaimed beyond it`]),
  ];
  return parts.join("; ");
};

const incidentLines = (incident: WhatIfIncident, paint: Paint, width: number): string[] => {
  const { happened, replay, id, scope } = incident;
  const at = happened.killedAt ?? happened.reactedAt;
  const when = at === null ? "" : `  ${instantStamp(at)} ${spreadOf(at)}`.trimEnd();
  const head = `${paint("bold", id)} (${SCOPE_WORDS[scope]})${when}`;
  const was = labelled("happened", withPlaces(happened.sentence, happened.evidence), width);
  if (replay === null) return [head, ...was, ...labelled("what if", `Not replayed: ${incident.whyNot ?? ""}.`, width)];
  const would = `${OUTCOME_WORDS[replay.outcome].toUpperCase()}. ${replay.sentence}`;
  return [
    head,
    ...was,
    ...labelled("what if", would, width),
    ...readsLines(replay, width),
    ...sweepLines(replay),
    ...smallestLines(replay, width),
    ...replay.grounds.flatMap(({ text, evidence }, i) =>
      labelled(i === 0 ? "taken" : "", withPlaces(text, evidence), width),
    ),
  ];
};

const readsLines = ({ reads, courses }: ReplayDocument, width: number): string[] => {
  if (reads === null) return [];
  const many = Object.values(courses).reduce((sum, n) => sum + n, 0) > 1;
  const which = many ? "The course in the middle reads" : "It reads";
  const text = `${which} ${reads.signal} at ${iec(reads.valueBytes)}, under ${iec(reads.thresholdBytes)} (${reads.kind}).`;
  return labelled("", withPlaces(text, reads.evidence), width);
};

/** Each a hard threshold by itself. */
const sweepLines = ({ sweep }: ReplayDocument): string[] => {
  const sizes = sweep.map(({ thresholdBytes }) => iec(thresholdBytes));
  const widest = Math.max(0, ...sizes.map((size) => size.length));
  const rows = sweep.map(({ outcome, marginMs, coursesThatNeverAct: never }, i) => {
    const margin = marginMs === null ? "" : `, acting ${marginText(marginMs)}${never > 0 ? " or not at all" : ""}`;
    return `${" ".repeat(INDENT + 2)}${(sizes[i] ?? "").padStart(widest)}  ${OUTCOME_WORDS[outcome]}${margin}`;
  });
  return rows.length === 0 ? [] : [`  ${"sweep".padEnd(INDENT)}A hard threshold by itself, at`, ...rows];
};

const smallestLines = (replay: ReplayDocument, width: number): string[] => {
  const { smallestWinningBytes: here, smallestInEveryPhaseBytes: always, smallestInEveryPhaseAtLeast: least } = replay;
  const first =
    here === null
      ? "No hard threshold up to half of the memory is sure to win."
      : `${iec(here)} is the smallest hard threshold that wins here.`;
  const everywhere =
    always === null || always === here
      ? ""
      : ` With the loop in any phase, ${iec(always)}${least ? " or more, for the kill cut off the pass with which that was played" : ""}: that is what the report recommends.`;
  return labelled("smallest", `${first}${everywhere}`, width);
};

const withPlaces = (text: string, evidence: readonly Evidence[]): string =>
  evidence.length === 0 ? text : `${text} (${evidence.map(placeText).join(", ")})`;

const labelled = (label: string, text: string, width: number): string[] =>
  wrap(visibleLine(text), width - INDENT - 2).map((line, i) => `  ${(i === 0 ? label : "").padEnd(INDENT)}${line}`);
