// The verdict for a terminal: who, by how much, how sure, the lines that decide, what to do first, what the next capture should have.
import type { Analysis, Evidence, Incident, Instant } from "../model/analysis.ts";
import { iec } from "./format/bytes.ts";
import { plural } from "./format/number.ts";
import { duration, instantStamp, instantTime, spreadOf } from "./format/time.ts";
import { visibleLine } from "./format/visible.ts";
import { nextCapture, questionName } from "./story/capture-facts.ts";
import { placeText } from "./story/evidence.ts";
import {
  type Actor,
  actorOf,
  evictedNames,
  incidentScope,
  outcomeWords,
  podName,
  SCOPE_WORDS,
  victimNames,
} from "./story/names.ts";
import { partName } from "./story/ledger.ts";
import { type Story, storyOf } from "./story/story.ts";
import { actionsOf, confidenceReason } from "./story/verdict.ts";

export interface TextOptions {
  readonly color?: boolean;
  readonly width?: number;
}

const SGR: Readonly<Record<Actor | "bold" | "dim", string>> = {
  kernel: "1;31",
  kubelet: "1;34",
  userspace: "1;35",
  pressure: "1;33",
  nobody: "1",
  bold: "1",
  dim: "2",
};

interface Pen {
  readonly width: number;
  paint(style: keyof typeof SGR, text: string): string;
}

export function renderText(a: Analysis, options: TextOptions = {}): string {
  const pen: Pen = {
    width: Math.max(40, options.width ?? 100),
    paint: (style, text) => (options.color === true ? `\u001b[${SGR[style]}m${text}\u001b[0m` : text),
  };
  const story = storyOf(a);
  const blocks = [table(rowsOf(story), pen), first(a, pen), asked(a, pen)].filter((block) => block.length > 0);
  const lines = [
    headline(story, pen),
    ...wrapped(visibleLine(a.verdict.sentence).replaceAll("`", ""), pen.width, "  "),
    ...why(story, pen),
    ...blocks.flatMap((block) => ["", ...block]),
    "",
    ...wrapped(counts(a), pen.width, "  "),
  ];
  return `${lines.join("\n")}\n`;
}

function headline(story: Story, pen: Pen): string {
  const { a, main } = story;
  const scope = main === null ? "" : ` (${incidentScope(main, story.killsOf(main)) ?? "scope not known"})`;
  const pod =
    main === null ? null : podName(story.killsOf(main)[0]?.pod ?? story.evictionsOf(main)[0]?.pods[0] ?? null);
  const parts = [
    pen.paint(actorOf(a.verdict.outcome), outcomeWords(a.verdict).toUpperCase() + scope),
    pod === null ? null : pen.paint("bold", visibleLine(pod)),
    `confidence ${a.verdict.confidence}`,
  ];
  return parts.filter((p) => p !== null).join("   ");
}

function why(story: Story, pen: Pen): string[] {
  const { sentences } = confidenceReason(story);
  if (sentences.length === 0) return [];
  return wrapped(visibleLine(sentences.slice(0, 3).join(" ")), pen.width, "  ").map((l) => pen.paint("dim", l));
}

interface Row {
  readonly label: string;
  readonly value: string;
  readonly evidence: Evidence | null;
}

const MAX_KILLS = 6;

function rowsOf(story: Story): Row[] {
  const { a, main } = story;
  if (main === null) return [];
  const incidents = a.incidents
    .filter((i) => i === main || (i.scope === main.scope && i.oomKillIds.length > 0))
    .slice(0, 3);
  const kills = incidents.flatMap((i) => story.killsOf(i));
  const rows: Row[] = kills.slice(0, MAX_KILLS).map((k) => ({
    label: k.count === 0 ? "invoked" : "killed",
    value: `${at(k.at)}  ${victimNames(k)}${podName(k.pod) === null ? "" : ` of ${podName(k.pod) ?? ""}`}`,
    evidence: k.evidence[0] ?? null,
  }));
  if (kills.length > MAX_KILLS)
    rows.push({ label: "", value: `and ${plural(kills.length - MAX_KILLS, "further kill")}`, evidence: null });
  const limit = kills.find((k) => k.limitBytes !== null);
  if (limit?.limitBytes != null) {
    rows.push({
      label: "limit",
      value: `${iec(limit.limitBytes)} of ${SCOPE_WORDS[limit.scope ?? main.scope]}, used ${limit.usageBytes === null ? "not known" : iec(limit.usageBytes)}`,
      evidence: null,
    });
  }
  return [...rows, ...kubeletRows(story, main)];
}

/** The two who held most before the kill, else at the crossing. */
function heldOf(a: Analysis, main: Incident): Row | null {
  const ledger = a.ledgers.findLast((l) => l.incidentId === main.id);
  if (ledger === undefined) return null;
  const most = ledger.parts.filter((p) => p.name !== "free").slice(0, 2);
  const value = `${most.map((p) => `${partName(p)} ${iec(p.bytes)}`).join("; ")}; of ${iec(ledger.totalBytes)}`;
  return { label: "held", value, evidence: ledger.evidence[0] ?? null };
}

function kubeletRows(story: Story, main: Incident): Row[] {
  const { a } = story;
  const noticed = main.milestones.find((m) => m.kind === "kubelet-noticed");
  const silent = main.race?.kubeletSilentMs ?? null;
  const rows: Row[] = [];
  if (noticed !== undefined) {
    rows.push({
      label: "noticed",
      value: `${at(noticed.at)}${silent === null ? "" : `  then silent for ${duration(silent)}`}`,
      evidence: noticed.evidence[0] ?? null,
    });
  }
  for (const e of story.evictionsOf(main).slice(0, 4)) {
    const on = e.observedBytes === null ? "" : `, acting on ${iec(e.observedBytes)}`;
    rows.push({ label: "evicts", value: `${at(e.at)}  ${evictedNames(e)}${on}`, evidence: e.evidence[0] ?? null });
  }
  for (const k of story.userspaceOf(main).slice(0, 4)) {
    rows.push({ label: k.daemon, value: `${at(k.at)}  killed ${k.target}`, evidence: k.evidence[0] ?? null });
  }
  const held = heldOf(a, main);
  if (held !== null) rows.push(held);
  const floor = main.race?.floorBytes ?? null;
  if (floor !== null) rows.push({ label: "at the kill", value: `memory.available ${iec(floor)}`, evidence: null });
  return rows;
}

const at = (instant: Instant): string => {
  const time = instant.unixMs === null ? instantTime(instant) : instantStamp(instant);
  return `${time} ${spreadOf(instant).replace("± ", "±")}`.trim();
};

function table(rows: readonly Row[], pen: Pen): string[] {
  const width = rows.reduce((n, r) => Math.max(n, r.label.length), 0);
  return rows.flatMap((row) => {
    const where = row.evidence === null ? "" : visibleLine(placeText(row.evidence));
    const left = `  ${visibleLine(row.label).padEnd(width)}  ${visibleLine(row.value)}`;
    if (where === "") return [left];
    const room = pen.width - left.length - where.length;
    return room >= 2
      ? [left + " ".repeat(room) + pen.paint("dim", where)]
      : [left, `  ${" ".repeat(width)}  ${pen.paint("dim", where)}`];
  });
}

function first(a: Analysis, pen: Pen): string[] {
  const action = actionsOf(a)[0];
  if (action === undefined) return [];
  const text = visibleLine(`${action.action.replace(/\.$/, "")}. ${action.detail}`).replaceAll("`", "");
  return [`  ${pen.paint("bold", "what to do first")}`, ...wrapped(text, pen.width, "  ")];
}

const MAX_ASKED = 3;
const MAX_QUESTIONS = 3;

const questions = (decides: readonly string[]): string => {
  const more = decides.length - MAX_QUESTIONS;
  const shown = decides.slice(0, MAX_QUESTIONS).map(questionName).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
};

/** What would close what stays open: the first few, each with how it is got. Empty where nothing is open. */
function asked(a: Analysis, pen: Pen): string[] {
  const items = nextCapture(a);
  if (items.length === 0) return [];
  const lines = items.slice(0, MAX_ASKED).flatMap(({ item, how, decides }) => {
    const text = visibleLine(`${item}: ${how} Would decide: ${questions(decides)}.`);
    return wrapped(text, pen.width, "    ").map((line, i) => (i === 0 ? `  - ${line.slice(4)}` : line));
  });
  const more = items.length - MAX_ASKED;
  return [
    `  ${pen.paint("bold", "for the next capture")}`,
    ...lines,
    ...(more > 0 ? [`  and ${more} more in the report`] : []),
  ];
}

function counts(a: Analysis): string {
  const of = (verdict: string): number => a.findings.filter((f) => f.verdict === verdict).length;
  const problems = a.diagnostics.filter((d) => d.severity !== "info").length;
  return [
    `${plural(of("holds"), "finding")} ${of("holds") === 1 ? "holds" : "hold"}`,
    `${of("refuted")} ruled out`,
    `${of("unknown")} cannot be told`,
    plural(problems, "diagnostic"),
  ].join(" · ");
}

function wrapped(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(" ")) {
    if (line.length > indent.length && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
    }
    line += line.length > indent.length ? ` ${word}` : word;
  }
  return line.length > indent.length ? [...lines, line] : lines;
}
