// Small pieces of markup that sections share: quantities with their exact value, instants with their clock, evidence links.
import type { Evidence, Instant } from "../../model/analysis.ts";
import { exactBytes, iec } from "../format/bytes.ts";
import { dayOf, instantTime, provenance, spreadOf } from "../format/time.ts";
import { visibleLine } from "../format/visible.ts";
import { type EvidenceIndex, placeFull, placeText } from "../story/evidence.ts";
import { type Html, html, joined, NOTHING } from "./markup.ts";

export const bytesOrDash = (bytes: number | null, none = "–"): Html =>
  bytes === null ? html`${none}` : html`<span title="${exactBytes(bytes)}">${iec(bytes)}</span>`;

export function timeOf(at: Instant, withDay = false): Html {
  const day = withDay && at.unixMs !== null ? `${dayOf(at.unixMs)} ` : "";
  const error = spreadOf(at);
  const text = html`<span title="${provenance(at)}">${day}${instantTime(at)}</span>`;
  return error === "" ? text : html`${text} <small>${error}</small>`;
}

export function sourceLink(evidence: Evidence, index: EvidenceIndex): Html {
  const href = index.href(evidence);
  const text = visibleLine(placeText(evidence));
  const full = visibleLine(placeFull(evidence));
  if (href !== null && full === text) return html`<a class="src" href="${href}">${text}</a>`;
  if (href === null)
    return full === text
      ? html`<span class="src">${text}</span>`
      : html`<span class="src" title="${full}">${text}</span>`;
  return html`<a class="src" href="${href}" title="${full}">${text}</a>`;
}

/** A few of them; the rest by number. */
export function sourceLinks(all: readonly Evidence[], index: EvidenceIndex, most = 4): Html {
  const unique = all.filter((e, i) => all.findIndex((o) => o.file === e.file && o.line === e.line) === i);
  const links = unique.slice(0, most).map((e) => sourceLink(e, index));
  if (unique.length > most) links.push(html`<span class="src">+${unique.length - most} more</span>`);
  return links.length === 0 ? NOTHING : joined(links, " ");
}

/** `code` in the analysis' sentences. */
export function prose(text: string): Html {
  const pieces = text.split("`");
  if (pieces.length % 2 === 0) return html`${text}`;
  return joined(pieces.map((piece, i) => (i % 2 === 0 ? html`${piece}` : html`<code>${piece}</code>`)));
}

/** Names are isolated, so that right-to-left letters in one do not reorder what stands around it. */
export const name = (text: string): Html => {
  const slash = text.indexOf("/");
  if (slash < 0) return html`<bdi>${text}</bdi>`;
  return html`<bdi>${text.slice(0, slash + 1)}<wbr>${text.slice(slash + 1)}</bdi>`;
};
