// The verdict on one screen, for the terminal that asked for it. Everything it says stands in the analysis document.
import type { Analysis, Eviction, Evidence, Incident, Instant, OomKill } from "../model/analysis.ts";
import { plural } from "../report/format/number.ts";
import { duration, instantStamp, plusMinus, spreadOf } from "../report/format/time.ts";
import { shortened, visibleLine } from "../report/format/visible.ts";
import { nextCapture } from "../report/story/capture-facts.ts";
import { placeText } from "../report/story/evidence.ts";
import { evictedNames, incidentScope, outcomeWords, podName, scopeWords, victimNames } from "../report/story/names.ts";
import type { Paint } from "./terminal.ts";

const ROWS = 3;

export const summaryText = (analysis: Analysis, paint: Paint, width: number): string => {
  const { verdict, incidents } = analysis;
  const incident = incidents.find(({ id }) => id === verdict.incidentId) ?? null;
  const scope = incident === null ? "" : ` (${scopeWords(incidentScope(incident, killsOf(analysis, incident)))})`;
  const head = `${paint("bold", outcomeWords(verdict).toUpperCase())}${scope}  confidence ${verdict.confidence}`;
  const sentence = wrap(visibleLine(verdict.sentence), width - 2).map((line) => `  ${line}`);
  const facts = incident === null ? [] : factRows(analysis, incident);
  const indent = Math.max(4, ...facts.map(([label]) => label.length));
  // What the sentence said already is not said again beneath it.
  const caveats = verdict.caveats
    .filter((caveat) => !verdict.sentence.includes(caveat))
    .slice(0, ROWS)
    .flatMap((caveat) => hang("note", indent, wrap(visibleLine(caveat), width - indent - 4)));
  const next = asked(analysis);
  const wanted = next === null ? [] : hang("next", indent, wrap(visibleLine(next), width - indent - 4));
  return `${[head, ...sentence, ...table(facts, paint), ...caveats, ...wanted, `  ${counts(analysis)}`].join("\n")}\n`;
};

const MAX_ASKED = 2;

/** What the next capture should have, where anything stayed open; how it is got stands in the report. */
const asked = (analysis: Analysis): string | null => {
  const items = nextCapture(analysis).map(({ item }) => item);
  if (items.length === 0) return null;
  const more = items.length > MAX_ASKED ? `; and ${items.length - MAX_ASKED} more` : "";
  return `For the next capture, to close what stays open: ${items.slice(0, MAX_ASKED).join("; ")}${more}.`;
};

type Row = readonly [label: string, what: string, when: string, where: string];

const killsOf = ({ oomKills }: Analysis, incident: Incident): OomKill[] =>
  oomKills.filter(({ id }) => incident.oomKillIds.includes(id));

const factRows = (analysis: Analysis, incident: Incident): Row[] => {
  const kills = killsOf(analysis, incident);
  const evictions = analysis.evictions.filter(({ id }) => incident.evictionIds.includes(id));
  const daemons = analysis.userspaceKills.filter(({ id }) => incident.userspaceKillIds.includes(id));
  return [
    ...kills.slice(0, ROWS).map(killRow),
    ...more(kills.length, "kill"),
    ...daemons.slice(0, ROWS).map((kill): Row => [kill.daemon, kill.target, when(kill.at), where(kill.evidence)]),
    ...evictions.slice(0, ROWS).map(evictionRow),
    ...more(evictions.length, "eviction"),
    ...marginRow(incident),
  ];
};

const killRow = (kill: OomKill): Row => {
  const pod = podName(kill.pod);
  const what = pod === null ? victimNames(kill) : `${victimNames(kill)} of ${shortened(pod, 40)}`;
  return [kill.count === 0 ? "invoked" : "killed", what, when(kill.at), where(kill.evidence)];
};

const evictionRow = (eviction: Eviction): Row => [
  eviction.pods.length === 0 ? "reclaim" : "evicted",
  evictedNames(eviction),
  when(eviction.at),
  where(eviction.evidence),
];

const more = (total: number, noun: string): Row[] =>
  total > ROWS ? [["", `and ${plural(total - ROWS, `more ${noun}`)}`, "", ""]] : [];

const marginRow = ({ marginMs, marginUncertaintyMs }: Incident): Row[] => {
  if (marginMs === null) return [];
  const first = marginMs > 0 ? "the kernel first by" : "the kubelet first by";
  const spread = marginUncertaintyMs === null ? "" : ` ${plusMinus(marginUncertaintyMs)}`;
  return [["margin", `${first} ${duration(Math.abs(marginMs))}${spread}`, "", ""]];
};

const when = (at: Instant): string => `${instantStamp(at)} ${spreadOf(at)}`.trim();
const where = (evidence: readonly Evidence[]): string => (evidence[0] === undefined ? "" : placeText(evidence[0]));

const table = (rows: readonly Row[], paint: Paint): string[] => {
  const shown = rows.map(
    ([label, what, at, place]) => [label, shorten(visibleLine(what)), at, visibleLine(place)] as const,
  );
  const width = (column: 0 | 1 | 2): number => Math.max(0, ...shown.map((row) => row[column].length));
  const [labels, whats, whens] = [width(0), width(1), width(2)];
  return shown.map(([label, what, at, place]) =>
    `  ${label.padEnd(labels)}  ${what.padEnd(whats)}  ${at.padEnd(whens)}  ${paint("dim", place)}`.trimEnd(),
  );
};

const shorten = (text: string): string => (text.length <= 90 ? text : `${text.slice(0, 89)}…`);

const hang = (label: string, indent: number, lines: readonly string[]): string[] =>
  lines.map((line, i) => `  ${(i === 0 ? label : "").padEnd(indent)}  ${line}`);

const counts = ({ findings, diagnostics }: Analysis): string => {
  const of = (verdict: Analysis["findings"][number]["verdict"]): number =>
    findings.filter((finding) => finding.verdict === verdict).length;
  const grave = diagnostics.filter(({ severity }) => severity !== "info").length;
  return [
    plural(of("holds"), "finding holds", "findings hold"),
    `${of("refuted")} ruled out`,
    `${of("unknown")} cannot be told`,
    plural(grave, "problem with the input", "problems with the input"),
  ].join(" · ");
};

export const wrap = (text: string, width: number): string[] => {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
};
