// For the ticket: the verdict, the facts, what to do, the events and the findings, in Markdown that no value can break.
import type { Analysis, Evidence } from "../model/analysis.ts";
import { iec } from "./format/bytes.ts";
import { percent, plural } from "./format/number.ts";
import { instantTime, spreadOf } from "./format/time.ts";
import { visibleLine } from "./format/visible.ts";
import { placeFull } from "./story/evidence.ts";
import { nextCapture, questionName } from "./story/capture-facts.ts";
import { keyFacts } from "./story/facts.ts";
import { changeOf, growthOf, partName } from "./story/ledger.ts";
import { marksOf } from "./story/marks.ts";
import { outcomeWords } from "./story/names.ts";
import { type Story, sourceWord, storyOf } from "./story/story.ts";
import { actionsOf, confidenceReason, withoutAction } from "./story/verdict.ts";

const MAX_EVENTS = 40;
const MAX_OWNERS = 10;

/** Text of ours or of a log: no markup, no table cell, no link, no HTML may come of it. */
export const plain = (text: string): string => visibleLine(text).replace(/[\\`*_{}[\]<>|#~&]/g, (c) => `\\${c}`);

/** A spreadsheet into which the table is pasted runs what begins with one of these: an apostrophe makes it text. */
export const cell = (text: string): string => {
  const safe = plain(text);
  return /^\s*[=+\-@]/.test(safe) ? `'${safe}` : safe;
};

/** `code` of the analysis' own sentences stays code; a backtick inside cannot end it. */
function prose(text: string): string {
  const pieces = visibleLine(text).split("`");
  if (pieces.length % 2 === 0) return plain(text);
  return pieces.map((piece, i) => (i % 2 === 0 ? plain(piece) : code(piece))).join("");
}

/** A table cell cannot hold a bare pipe, not even in code. */
export const code = (text: string): string => {
  const safe = visibleLine(text).replaceAll("`", "'").replaceAll("|", "¦").trim();
  return safe === "" ? "" : `\`${safe}\``;
};

const places = (evidence: readonly Evidence[], most = 3): string =>
  evidence
    .slice(0, most)
    .map((e) => code(placeFull(e)))
    .join(" ") + (evidence.length > most ? ` +${evidence.length - most}` : "");

export function renderMarkdown(a: Analysis): string {
  const story = storyOf(a);
  const parts = [
    heading(a),
    verdict(story),
    actions(a),
    events(story),
    memory(story),
    findings(a),
    forNextCapture(a),
    lacking(a),
  ];
  return `${parts.filter((p) => p !== "").join("\n\n")}\n`;
}

const heading = (a: Analysis): string =>
  `## Memory incident${a.node.hostname === null ? "" : ` on ${plain(a.node.hostname)}`}: ${outcomeWords(a.verdict)}`;

function verdict(story: Story): string {
  const { a } = story;
  const reason = confidenceReason(story);
  const facts = keyFacts(story).map(
    (f) => `- ${plain(f.label)}: **${plain(f.value)}**${f.note === "" ? "" : ` (${plain(f.note)})`}`,
  );
  return [
    `**${prose(a.verdict.sentence)}**`,
    "",
    `${reason.word} ${reason.sentences.map(prose).join(" ")}`.trim(),
    "",
    ...facts,
  ].join("\n");
}

function actions(a: Analysis): string {
  const all = actionsOf(a);
  const lines = all.map((x, i) => `${i + 1}. ${prose(x.action)}\n   ${prose(x.detail)}`);
  return ["### What to do", "", ...(lines.length === 0 ? [withoutAction(a)] : lines)].join("\n");
}

function events(story: Story): string {
  const incidents = story.main === null ? story.a.incidents.slice(0, 3) : [story.main];
  const marks = incidents.flatMap((i) => marksOf(story, i));
  if (marks.length === 0) return "### Events\n\nNone.";
  const rows = marks.slice(0, MAX_EVENTS).map((m) => {
    const time = `${instantTime(m.at)} ${spreadOf(m.at)}`.trim();
    return `| ${cell(time)} | ${cell(m.lane)} | ${cell(m.text)} | ${places(m.evidence)} |`;
  });
  const more = marks.length > MAX_EVENTS ? [`\n${marks.length - MAX_EVENTS} further events in the report.`] : [];
  return ["### Events", "", "| time (UTC) | actor | event | evidence |", "|---|---|---|---|", ...rows, ...more].join(
    "\n",
  );
}

/** The account at the kill, else at the crossing: who held how much, what is left over, and what changed most. */
function memory(story: Story): string {
  const { a, main } = story;
  const ledger = a.ledgers.findLast((l) => l.incidentId === main?.id);
  if (ledger === undefined) return "";
  const share = (bytes: number): string => percent(bytes / (ledger.totalBytes || 1));
  const rows = ledger.parts
    .slice(0, MAX_OWNERS)
    .map((p) => `| ${cell(partName(p))} | ${iec(p.bytes)} | ${share(p.bytes)} |`);
  const rest = ledger.parts.slice(MAX_OWNERS).reduce((sum, p) => sum + p.bytes, 0);
  const changes = growthOf(ledger, 6).map((p) => `${plain(partName(p))} ${plain(changeOf(p))}`);
  const since =
    ledger.growth === undefined || changes.length === 0
      ? ""
      : `\n\nChanged since ${plain(instantTime(ledger.growth.since))}: ${changes.join("; ")}.`;
  return [
    `### Who held the memory ${ledger.moment === "kill" ? "before the kill" : "at the crossing"}, ${plain(instantTime(ledger.at))}`,
    "",
    "| owner | held | of the node |",
    "|---|---|---|",
    ...rows,
    ...(rest === 0 ? [] : [`| ${plural(ledger.parts.length - MAX_OWNERS, "other")} | ${iec(rest)} | ${share(rest)} |`]),
    `| not accounted for | ${iec(ledger.unaccountedBytes)} | ${share(ledger.unaccountedBytes)} |`,
    `| all (MemTotal) | ${iec(ledger.totalBytes)} | ${share(ledger.totalBytes)} |${since}`,
  ].join("\n");
}

const MARKS = { holds: "holds", refuted: "ruled out", unknown: "cannot tell" } as const;

function findings(a: Analysis): string {
  if (a.findings.length === 0) return "### Findings\n\nNo rule could be applied.";
  const lines = a.findings.map((f) => {
    const why = f.verdict === "refuted" ? "" : `: ${prose(f.explanation)}`;
    const open = f.wouldDecide === null ? "" : ` Would decide it: ${prose(f.wouldDecide)}`;
    return `- **${MARKS[f.verdict]}** ${prose(f.title)}${why}${open} ${f.verdict === "holds" ? places(f.facts.flatMap((x) => x.evidence)) : ""}`.trimEnd();
  });
  return ["### Findings", "", ...lines].join("\n");
}

function forNextCapture(a: Analysis): string {
  const question = (id: string): string => (questionName(id) === id ? code(id) : questionName(id));
  const lines = nextCapture(a).map(
    ({ item, how, decides }) => `1. ${plain(item)}: ${plain(how)} Would decide: ${decides.map(question).join(", ")}.`,
  );
  return lines.length === 0 ? "" : ["### For the next capture", "", ...lines].join("\n");
}

function lacking(a: Analysis): string {
  const absent = Object.entries(a.coverage.sources)
    .filter(([, s]) => s === "absent")
    .map(([k]) => sourceWord(k));
  const problems = a.diagnostics.filter((d) => d.severity !== "info");
  const lines = [
    absent.length === 0 ? null : `- Not in the capture: ${plain(absent.join(", "))}`,
    a.coverage.gaps.length === 0 ? null : `- Stretches without a sample: ${a.coverage.gaps.length}`,
    ...problems
      .slice(0, 10)
      .map(
        (d) =>
          `- ${plain(d.message)}${d.costs === null ? "" : `${/[.!?]$/.test(d.message) ? "" : ":"} ${plain(d.costs)}`}`,
      ),
    problems.length > 10 ? `- ${problems.length - 10} further diagnostics` : null,
  ].filter((l) => l !== null);
  const source = `memforensics ${plain(a.tool.version)}, from ${code(a.source.path)}${a.source.sha256 === null ? "" : `, SHA-256 ${code(a.source.sha256)}`}`;
  return [...(lines.length === 0 ? [] : ["### What the capture lacks", "", ...lines, ""]), source].join("\n");
}
