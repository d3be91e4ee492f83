// The first screen: who, when, by how much, how sure, what now.
import type { Analysis } from "../../model/analysis.ts";
import { exactBytes, iec } from "../format/bytes.ts";
import { plural } from "../format/number.ts";
import { clockTime, dayOf, instantStamp } from "../format/time.ts";
import { shortened, visibleLine } from "../format/visible.ts";
import { name, prose, sourceLinks } from "../html/inline.ts";
import { type Html, html, type View } from "../html/markup.ts";
import type { EvidenceIndex } from "../story/evidence.ts";
import { keyFacts } from "../story/facts.ts";
import { actorOf, outcomeWords, podName, splitSentence } from "../story/names.ts";
import type { Story } from "../story/story.ts";
import { actionsOf, confidenceReason, withoutAction } from "../story/verdict.ts";

export function pageTitle(story: Story): string {
  const { a, main } = story;
  const kill = main === null ? undefined : story.killsOf(main)[0];
  const pod =
    podName(kill?.pod ?? null) ?? (main === null ? null : podName(story.evictionsOf(main)[0]?.pods[0] ?? null));
  const at = kill?.at ?? main?.from ?? a.coverage.from;
  const parts = [
    outcomeWords(a.verdict),
    pod === null ? null : shortened(pod, 60),
    a.node.hostname === null ? null : shortened(a.node.hostname, 60),
    at === null ? null : instantStamp(at),
  ].filter((p) => p !== null);
  return visibleLine(capital(parts.join(" · ")));
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Beyond this the first screen would be verdict alone: it is set smaller. */
const LONG_VERDICT = 190;

export function verdictView(story: Story): View {
  const { a } = story;
  const [first, rest] = splitSentence(a.verdict.sentence);
  const reason = confidenceReason(story);
  return {
    meta: metaLine(a),
    first: prose(first),
    rest: prose(rest),
    actor: actorOf(a.verdict.outcome),
    long: a.verdict.sentence.length > LONG_VERDICT,
    confidence: reason.word,
    confidenceClass: a.verdict.confidence,
    reasons: reason.sentences.join(" "),
    facts: keyFacts(story).map((f) => ({ ...f, known: f.value !== "not known", title: f.title ?? "" })),
  };
}

/** What this is about, and what it was read from. Absent things are left out here; "What the capture lacks" names them. */
function metaLine(a: Analysis): Html[] {
  const { node } = a;
  const where =
    node.hostname === null ? html`<b>Memory incident</b>` : html`<b>Memory incident on ${name(node.hostname)}</b>`;
  return [
    where,
    spanText(a),
    node.kubeletVersion === null ? null : `kubelet ${node.kubeletVersion.replace(/^(?:Kubernetes )?v/, "")}`,
    node.kernelRelease === null ? null : `Linux ${node.kernelRelease.replace(/^(\d+\.\d+\.\d+).*$/, "$1")}`,
    node.cgroupVersion === null ? null : `cgroup v${node.cgroupVersion}`,
    ramText(a),
    a.coverage.ticks === 0 ? "no samples" : plural(a.coverage.ticks, "sample"),
  ]
    .filter((part) => part !== null)
    .map((part) => (typeof part === "string" ? html`${part}` : part));
}

function ramText(a: Analysis): Html | null {
  const { memTotalBytes: ram, swapTotalBytes: swap } = a.node;
  if (ram === null) return null;
  const swapText = swap === null ? "" : swap === 0 ? ", no swap" : `, ${iec(swap)} swap`;
  return html`<span title="${exactBytes(ram)}">${iec(ram)} RAM${swapText}</span>`;
}

function spanText(a: Analysis): string | null {
  const from = a.coverage.from?.unixMs ?? null;
  const to = a.coverage.to?.unixMs ?? null;
  if (from === null || to === null) return null;
  const sameDay = dayOf(from) === dayOf(to);
  return `${dayOf(from)}, ${clockTime(from, 0)} – ${sameDay ? "" : `${dayOf(to)}, `}${clockTime(to, 0)} UTC`;
}

export function actionsView(a: Analysis, index: EvidenceIndex): View {
  const actions = actionsOf(a);
  return {
    items: actions.map((x) => ({
      action: prose(x.action),
      detail: prose(x.detail),
      reference: referenceOf(x.reference),
      because: html`Because: <a href="#finding-${x.finding.id.replace(/[^a-z0-9-]/g, "")}">${x.finding.title}</a>`,
      evidence: sourceLinks(
        x.finding.facts.flatMap((f) => f.evidence),
        index,
        2,
      ),
    })),
    missing: actions.length === 0 ? withoutAction(a) : "",
  };
}

/** Only an https address is shown, as a link: it is followed by a reader, never by the page. */
export const referenceOf = (reference: string | null): Html | string =>
  reference === null
    ? ""
    : /^https:\/\/[^\s"<>]{1,300}$/.test(reference)
      ? html`<a href="${reference}" rel="noreferrer">${reference.replace(/^https:\/\//, "")}</a>`
      : "";
