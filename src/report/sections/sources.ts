// The lines themselves, and what the capture lacks.
import type { Analysis, Evidence } from "../../model/analysis.ts";
import { exactBytes, iec } from "../format/bytes.ts";
import { plural } from "../format/number.ts";
import { duration, instantStamp } from "../format/time.ts";
import { visibleLine } from "../format/visible.ts";
import { name, timeOf } from "../html/inline.ts";
import { type Html, html, joined, type View } from "../html/markup.ts";
import type { CitedLine, EvidenceIndex } from "../story/evidence.ts";
import { thresholdText } from "../story/names.ts";
import { nextCapture, questionName } from "../story/capture-facts.ts";
import { sourceWord } from "../story/story.ts";

export function evidenceView(index: EvidenceIndex): View {
  const groups: { key: string; lines: CitedLine[] }[] = [];
  for (const line of index.lines) {
    const key = groupOf(line.evidence.file);
    const last = groups.at(-1);
    if (last !== undefined && last.key === key) last.lines.push(line);
    else groups.push({ key, lines: [line] });
  }
  return {
    files: groups.map(({ key, lines }) => ({
      file: name(visibleLine(key)),
      deep: key.endsWith("/"),
      lines: lines.map(({ id, evidence }) => ({
        id,
        place: placeBelow(key, evidence),
        text: marked(evidence.text),
      })),
    })),
    more: index.omitted > 0 ? `${plural(index.omitted, "further cited line")} in the JSON document.` : "",
    missing: index.lines.length > 0 ? "" : "Nothing in the document cites a line.",
  };
}

/** Samples stand in hundreds of files of one or two cited lines: those below one folder share a list. */
function groupOf(file: string): string {
  const parts = file.split("/");
  return parts.length > 2 ? `${parts[0] ?? ""}/` : file;
}

/** "1795482900.036/meminfo:2" below "ticks/", the bare number below a file's own name. */
const placeBelow = (key: string, e: Evidence): string =>
  key.endsWith("/") ? `${visibleLine(e.file.slice(key.length))}:${lineNumbers(e)}` : lineNumbers(e);

const lineNumbers = (e: Evidence): string =>
  e.endLine !== null && e.endLine !== e.line ? `${e.line}–${e.endLine}` : e.line.toString();

/** The words a reader looks for, as the kernel and the kubelet print them. */
const TELLING =
  /Killed process \d{1,10} \([^)\n]{1,20}\)|invoked oom-killer|oom-kill:constraint=\w{1,40}|oom_reaper: reaped process \d{1,10}|eviction criteria not yet met|attempting to reclaim|must evict pod\(s\) to reclaim|pods ranked for eviction|pod is evicted successfully|pod failed to evict|pods successfully cleaned up|Got sys oom event|The node was low on resource: memory|ContainerDied|ContainerStarted|memory\.available(?:<| ?: ?)"?[\d.]{1,12}\w{0,2}%?/g;

function marked(text: string): Html {
  const pieces: Html[] = [];
  let from = 0;
  for (const match of text.matchAll(TELLING)) {
    pieces.push(html`${text.slice(from, match.index)}<mark>${match[0]}</mark>`);
    from = match.index + match[0].length;
  }
  return joined([...pieces, html`${text.slice(from)}`]);
}

const MAX_DIAGNOSTICS = 80;

export function qualityView(a: Analysis): View {
  const states = Object.entries(a.coverage.sources);
  const group = (state: string): string =>
    states
      .filter(([, s]) => s === state)
      .map(([k]) => sourceWord(k))
      .join(", ");
  const diagnostics = a.diagnostics.slice(0, MAX_DIAGNOSTICS);
  return {
    absent: group("absent"),
    partial: group("partial"),
    present: group("present"),
    gaps: a.coverage.gaps.slice(0, 40).map((g) => gapText(g)),
    moreGaps:
      a.coverage.gaps.length > 40 ? `${plural(a.coverage.gaps.length - 40, "further gap")} in the JSON document.` : "",
    next: nextCapture(a).map(({ item, how, decides }) => ({ item, how, decides: findingLinks(a, decides) })),
    diagnostics: diagnostics.map((d) => ({
      severity: d.severity,
      code: d.code,
      where: d.file === null ? html`–` : name(`${visibleLine(d.file)}${d.line === null ? "" : `:${d.line}`}`),
      message: d.message,
      costs: d.costs ?? "–",
    })),
    moreDiagnostics:
      a.diagnostics.length > diagnostics.length
        ? `${plural(a.diagnostics.length - diagnostics.length, "further diagnostic")} in the JSON document.`
        : "",
    nothing: a.diagnostics.length === 0 ? "Everything in the capture was understood." : "",
    facts: sourceFacts(a),
    keywords: keywords(a),
  };
}

/** Each open finding by its id, which leads to it. */
const findingLinks = (a: Analysis, ids: readonly string[]): Html =>
  joined(
    ids.map((id, i) => {
      const known = a.findings.some((f) => f.id === id);
      const text = questionName(id);
      const link = known ? html`<a href="#finding-${id.replace(/[^a-z0-9-]/g, "")}">${text}</a>` : html`${text}`;
      return html`${i === 0 ? "" : ", "}${link}`;
    }),
  );

function gapText(g: Analysis["coverage"]["gaps"][number]): Html {
  const length = g.from.unixMs === null || g.to.unixMs === null ? "" : `, ${duration(g.to.unixMs - g.from.unixMs)}`;
  return html`${timeOf(g.from)} – ${timeOf(g.to)}${length}: ${g.reason}`;
}

const INTEGRITY: Readonly<Record<"verified" | "unsealed" | "mismatch", string>> = {
  verified: "the seal fits: unchanged since it was packed",
  unsealed: "not sealed: nothing proves that it is unchanged",
  mismatch: "the seal does not fit: it was changed, or cut, after it was packed",
};

function sourceFacts(a: Analysis): View {
  const { source, node, coverage } = a;
  const rows: readonly (readonly [string, Html | string | null])[] = [
    [
      "Input",
      html`${name(source.path)}, <span title="${exactBytes(source.bytes)}">${iec(source.bytes)}</span>, ${plural(source.files, "file")}, layout ${source.layout}`,
    ],
    ["SHA-256", source.sha256 === null ? null : html`<code>${source.sha256}</code>`],
    ["Integrity", source.integrity === null ? null : INTEGRITY[source.integrity]],
    [
      "Samples",
      coverage.ticks === 0
        ? null
        : `${plural(coverage.ticks, "pass", "passes")}${coverage.medianIntervalMs === null ? "" : `, median interval ${duration(coverage.medianIntervalMs)}`}`,
    ],
    [
      "Node",
      [
        node.hostname,
        node.osName,
        node.kernelRelease === null ? null : `Linux ${node.kernelRelease}`,
        node.cpus === null ? null : plural(node.cpus, "CPU"),
      ]
        .filter((x) => x !== null)
        .join(", ") || null,
    ],
    ["Kubelet", [node.kubeletVersion, node.containerRuntime].filter((x) => x !== null).join(", ") || null],
    ["Booted", node.bootedAt === null ? null : instantStamp(node.bootedAt)],
    ["Eviction thresholds", thresholdsText(a)],
    ["Reserved", node.reserved === null ? null : reservedText(node.reserved)],
    ["MemoryQoS", node.memoryQoS === "unknown" ? null : node.memoryQoS],
    [
      "Written by",
      html`memforensics ${a.tool.version}, document ${a.schemaVersion}; <code>memforensics render</code> draws every form of it again from the JSON document`,
    ],
  ];
  return rows.filter(([, value]) => value !== null).map(([label, value]) => ({ label, value: value ?? "" }));
}

function thresholdsText(a: Analysis): string | null {
  const eviction = a.node.eviction;
  if (eviction === null) return null;
  const hard = eviction.hard.map((t) => `hard ${t.signal} ${thresholdText(t)}`);
  const soft = eviction.soft.map((t) => {
    const grace = t.gracePeriodMs === null ? "" : ` for ${duration(t.gracePeriodMs)}`;
    return `soft ${t.signal} ${thresholdText(t)}${grace}`;
  });
  return `${[...hard, ...soft].join("; ") || "none"} (from: ${eviction.source})`;
}

function reservedText(r: NonNullable<Analysis["node"]["reserved"]>): string {
  const part = (label: string, bytes: number | null): string => `${label} ${bytes === null ? "none" : iec(bytes)}`;
  return `${part("kubeReserved", r.kubeBytes)}, ${part("systemReserved", r.systemBytes)}, enforced: ${r.enforced.join(", ") || "nothing"}`;
}

/** So that a search in the ticket system finds twins. */
function keywords(a: Analysis): string {
  const words = new Set<string>([a.verdict.outcome]);
  for (const k of a.oomKills) {
    if (k.constraint !== null) words.add(`CONSTRAINT_${k.constraint.replace("-", "_").toUpperCase()}`);
    if (k.scope !== null) words.add(`scope ${k.scope}`);
    for (const v of k.victims) words.add(visibleLine(v.comm));
  }
  if (a.evictions.length > 0) words.add("Evicted");
  for (const e of a.evictions) if (e.signal !== null) words.add(e.signal);
  for (const k of a.userspaceKills) words.add(k.daemon);
  for (const f of a.findings) if (f.verdict === "holds") words.add(f.id);
  return [...words].slice(0, 40).join(", ");
}
