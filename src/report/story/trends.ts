// What a chart shows, in one sentence above it: computed from the series or the ledger, never from taste.
import type { Incident, Ledger, Series } from "../../model/analysis.ts";
import { iec } from "../format/bytes.ts";
import { grouped, listed, percent } from "../format/number.ts";
import { instantTime, clockTime } from "../format/time.ts";
import { podName } from "./names.ts";
import { ownersOf } from "./owners.ts";
import { incidentNumber, type Story } from "./story.ts";
import type { ChartWindow } from "./windows.ts";

/** At the kill where there was one, else at the crossing. */
export function ledgerOf(story: Story, window: ChartWindow): Ledger | null {
  const main = story.main !== null && window.incidents.includes(story.main) ? story.main : window.incidents[0];
  const own = story.a.ledgers.filter((l) => l.incidentId === main?.id);
  return own.find((l) => l.moment === "kill") ?? own[0] ?? null;
}

export function ownersTrend(story: Story, window: ChartWindow): string | null {
  const ledger = ledgerOf(story, window);
  if (ledger === null) return sampledOwners(story, window);
  const parts = ledger.parts.toSorted((a, b) => b.bytes - a.bytes).slice(0, 3);
  if (parts.length === 0) return null;
  const names = parts.map((p, i) => `${podName(p.pod) ?? p.name} ${i === 0 ? "held " : ""}${iec(p.bytes)}`);
  const incident = story.a.incidents.find((i) => i.id === ledger.incidentId);
  const of =
    incident === undefined || story.a.incidents.length < 2 ? "" : ` of incident ${incidentNumber(story.a, incident)}`;
  const open =
    ledger.unaccountedBytes > ledger.totalBytes * 0.02
      ? ` ${iec(ledger.unaccountedBytes)} belongs to no owner that the capture names.`
      : "";
  const moment = ledger.moment === "kill" ? "kill" : "crossing";
  return `At the ${moment}${of} (${instantTime(ledger.at)} UTC), of ${iec(ledger.totalBytes)}: ${listed(names)}.${open}`;
}

/** Without a ledger: the largest owners just before the window's last kill, or where its last incident ended. */
function sampledOwners(story: Story, window: ChartWindow): string | null {
  const killed = window.incidents.flatMap((i) => story.killsOf(i)).flatMap(({ at }) => at.unixMs ?? []);
  const end = window.incidents.at(-1)?.to.unixMs ?? null;
  const instant = killed.length > 0 ? Math.max(...killed) : end;
  if (instant === null) return null;
  const known = ownersOf(story)
    .map((o) => ({ name: o.name, ...lastBefore(o.series, instant) }))
    .filter((o): o is { name: string; at: number; bytes: number } => o.bytes !== null)
    .toSorted((a, b) => b.bytes - a.bytes)
    .slice(0, 3);
  const [largest] = known;
  if (largest === undefined) return null;
  const names = known.map((o, i) => `${o.name.replace(/ \(.*$/, "")} ${i === 0 ? "held " : ""}${iec(o.bytes)}`);
  const total = story.a.node.memTotalBytes;
  return `At ${clockTime(largest.at, 0)} UTC${total === null ? "" : `, of ${iec(total)}`}: ${listed(names)}.`;
}

export function lastBefore(series: Series, instant: number): { readonly at: number; readonly bytes: number | null } {
  let bytes: number | null = null;
  let at = instant;
  for (let i = 0; i < series.unixMs.length; i++) {
    const t = series.unixMs[i] ?? Infinity;
    if (t > instant) break;
    const value = series.values[i] ?? null;
    if (value === null) continue;
    bytes = value;
    at = t;
  }
  return { at, bytes };
}

interface Extreme {
  readonly value: number;
  readonly at: number;
}

function peakIn(series: Series, from: number, to: number): Extreme | null {
  let best: Extreme | null = null;
  for (let i = 0; i < series.unixMs.length; i++) {
    const at = series.unixMs[i] ?? 0;
    const value = series.values[i] ?? null;
    if (value === null || at < from || at > to) continue;
    if (best === null || value > best.value) best = { value, at };
  }
  return best;
}

/** Weighted by the length of each interval. */
export function meanShare(series: Series, from: number, to: number): number | null {
  let stalled = 0;
  let total = 0;
  for (let i = 1; i < series.unixMs.length; i++) {
    const value = series.values[i] ?? null;
    if (value === null || series.values[i - 1] === null) continue;
    const start = Math.max(from, series.unixMs[i - 1] ?? 0);
    const end = Math.min(to, series.unixMs[i] ?? 0);
    if (end <= start) continue;
    stalled += value * (end - start);
    total += end - start;
  }
  return total === 0 ? null : stalled / total;
}

/** From the crossing to the first kill or reaction: the stretch in which somebody should have acted. */
export function criticalSpan(story: Story, incident: Incident): readonly [number, number] | null {
  const crossing = incident.milestones.find((m) => m.kind === "threshold-crossed")?.at.unixMs ?? incident.from.unixMs;
  const ends = [...story.killsOf(incident), ...story.evictionsOf(incident)]
    .map((e) => e.at.unixMs)
    .filter((t) => t !== null);
  const end = ends.length === 0 ? incident.to.unixMs : Math.min(...ends);
  return crossing === null || end === null || end <= crossing ? null : [crossing, end];
}

export function stallTrend(story: Story, window: ChartWindow, some: Series | null, full: Series | null): string | null {
  const main = story.main !== null && window.incidents.includes(story.main) ? story.main : window.incidents[0];
  const span = main === undefined ? null : criticalSpan(story, main);
  const pieces: string[] = [];
  if (span !== null && main !== undefined) {
    const shares = [some, full].map((s) => (s === null ? null : meanShare(s, span[0], span[1])));
    const [a, b] = [shares[0] ?? null, shares[1] ?? null];
    const until =
      story.killsOf(main).length > 0
        ? "first kill"
        : story.evictionsOf(main).length > 0
          ? "first eviction"
          : "end of the pressure";
    if (a !== null)
      pieces.push(
        `From the crossing to the ${until} some task waited for memory ${percent(a)} of the time${b === null ? "" : `, every task ${percent(b)}`}.`,
      );
  }
  const top = some === null ? null : peakIn(some, window.from, window.to);
  if (top !== null) pieces.push(`The worst interval: ${percent(top.value)}, at ${clockTime(top.at, 0)} UTC.`);
  return pieces.length === 0 ? null : pieces.join(" ");
}

export function reclaimTrend(story: Story, window: ChartWindow): string | null {
  const say = (id: string, text: (peak: string) => string): string | null => {
    const series = story.series.get(id);
    const top = series === undefined ? null : peakIn(series, window.from, window.to);
    return top === null || top.value <= 0 ? null : `${text(grouped(top.value))} at ${clockTime(top.at, 0)}`;
  };
  const pieces = [
    say("node.reclaim.direct", (n) => `tasks scanned up to ${n} pages/s themselves`),
    say("node.reclaim.kswapd", (n) => `kswapd up to ${n} pages/s`),
    say("node.refault.file", (n) => `up to ${n} file pages/s that had just been thrown out were read back`),
    say("node.reclaim.allocstall", (n) => `up to ${n} allocations/s had to wait`),
  ].filter((s) => s !== null);
  return pieces.length === 0 ? null : `${capital(pieces.join("; "))} (UTC).`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
