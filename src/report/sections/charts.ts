// Where the memory went, how hard the node stalled, what reclaim did: one chart a window, all on the axis of the race.
import { iec } from "../format/bytes.ts";
import { percent } from "../format/number.ts";
import { clockTime, instantTime } from "../format/time.ts";
import { bytesOrDash, name, sourceLinks } from "../html/inline.ts";
import { html, type Html, type View } from "../html/markup.ts";
import type { EvidenceIndex } from "../story/evidence.ts";
import { podName } from "../story/names.ts";
import { ownersOf } from "../story/owners.ts";
import { podUnderPressure, type Story, whyUnknown } from "../story/story.ts";
import { changeOf, growthOf, partName } from "../story/ledger.ts";
import { levelOf, zonesAtKill } from "../story/zones.ts";
import { ledgerOf, ownersTrend, reclaimTrend, stallTrend } from "../story/trends.ts";
import type { ChartWindow } from "../story/windows.ts";
import { el, fill } from "../svg/element.ts";
import { type Frame, frameOf } from "../svg/frame.ts";
import { drawRates, reclaimLines } from "../svg/rates.ts";
import { drawShares, FULL, SOME, type SharePair } from "../svg/shares.ts";
import { drawStack } from "../svg/stack.ts";

interface FigureView {
  readonly [key: string]: View;
  readonly title: string;
  readonly svg: Html;
  readonly label: string;
}

const drawable = (story: Story, windows: readonly ChartWindow[]): Frame[] =>
  windows.filter((w) => w.clock === "utc").map((w) => frameOf(story.a, w));

const figure = (frame: Frame, many: boolean, what: string, svg: Html): FigureView => ({
  title: many ? frame.window.title : "",
  svg,
  label: `Chart: ${what}, ${frame.window.title}`,
});

export function ownersView(story: Story, windows: readonly ChartWindow[], index: EvidenceIndex): View {
  const owners = ownersOf(story);
  const frames = owners.length === 0 ? [] : drawable(story, windows);
  const fallback = windows[0];
  const trend = windows.map((w) => ownersTrend(story, w)).find((t) => t !== null) ?? null;
  const ledgerWindow = windows.find((w) => ledgerOf(story, w) !== null) ?? fallback;
  const ledger = ledgerWindow === undefined ? null : ledgerOf(story, ledgerWindow);
  const total = story.a.node.memTotalBytes;
  return {
    intro: trend ?? "",
    figures: frames.map((f) =>
      figure(
        f,
        frames.length > 1,
        "where the memory went",
        drawStack(f, owners, total, `owners-${f.window.id}`, trend ?? "Memory of the node by owner."),
      ),
    ),
    key: frames.length === 0 ? [] : owners.map((o) => keyItem(o.color, o.name)),
    ledger:
      ledger === null
        ? ""
        : {
            rows: ledger.parts
              .toSorted((a, b) => b.bytes - a.bytes)
              .slice(0, 12)
              .map((p) => ({
                name: name(partName(p)),
                bytes: bytesOrDash(p.bytes),
                share: percent(p.bytes / (ledger.totalBytes || 1)),
              })),
            growth: growthOf(ledger, 12).map((p) => ({ name: name(partName(p)), bytes: changeOf(p) })),
            since:
              ledger.growth === undefined || ledger.growth.parts.length === 0 ? "" : instantTime(ledger.growth.since),
            total: iec(ledger.totalBytes),
            open: iec(ledger.unaccountedBytes),
            evidence: sourceLinks(ledger.evidence, index, 3),
          },
    missing:
      frames.length > 0 || ledger !== null
        ? ""
        : `${sentence(whyUnknown(story.a, ["cgroup", "meminfo"], "the samples do not reach over an incident"))} The memory.stat of each pod's cgroup and meminfo, sampled through the incident, would show who grew.`,
  };
}

const keyItem = (color: string, text: string): Html => html`${swatch({ fill: color })}${name(text)}`;

const swatch = (attributes: Readonly<Record<string, string | number | null>>): Html =>
  el(
    "svg",
    { width: 11, height: 11, viewBox: "0 0 11 11", "aria-hidden": "true" },
    el("rect", { width: 11, height: 11, rx: 2, ...attributes }),
  );

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function pair(story: Story, prefix: string): SharePair {
  return { some: story.series.get(`${prefix}.some`) ?? null, full: story.series.get(`${prefix}.full`) ?? null };
}

const hasValues = (p: SharePair): boolean => [p.some, p.full].some((s) => s?.values.some((v) => v !== null) ?? false);
const hasWait = (p: SharePair): boolean =>
  [p.some, p.full].some((s) => s?.values.some((v) => v !== null && v > 0) ?? false);

export function stallView(story: Story, windows: readonly ChartWindow[]): View {
  const node = pair(story, "node.psi.memory");
  const pods = pair(story, "kubepods.psi.memory");
  const uid = podUnderPressure(story);
  const pod = uid === null ? { some: null, full: null } : pair(story, `pod/${uid}.psi`);
  const frames = drawable(story, windows);
  const shown = hasValues(node) ? node : pods;
  const charts: (readonly [string, string, SharePair])[] = [];
  if (hasValues(shown)) charts.push([shown === node ? "the node" : "all pods together", "node", shown]);
  const alone = story.main !== null && story.main.scope !== "node" && story.main.scope !== "allocatable";
  if (hasWait(pod) && (alone || !hasWait(shown))) {
    charts.unshift([podName(story.pods.get(uid ?? "")?.pod ?? null) ?? "the pod that waited most", "pod", pod]);
  }
  const leading = charts[0]?.[2] ?? null;
  const trend =
    leading === null
      ? null
      : windows.map((w) => stallTrend(story, w, leading.some, leading.full)).find((t) => t !== null);
  const figures = frames.flatMap((f) =>
    charts.map(([who, id, p]) => ({
      ...figure(
        f,
        frames.length > 1,
        "share of time spent waiting for memory",
        drawShares(
          f,
          p,
          `psi-${id}-${f.window.id}`,
          `Waiting for memory: ${who}`,
          trend ?? "Share of time spent waiting for memory.",
        ),
      ),
      who: charts.length > 1 ? who : "",
    })),
  );
  return {
    who: charts[0]?.[0] ?? "the node",
    intro: trend ?? "",
    figures,
    key:
      figures.length === 0
        ? []
        : [html`${swatch(fill(SOME))}some task waited`, html`${swatch(fill(FULL))}every task waited`],
    missing:
      figures.length > 0
        ? ""
        : `${sentence(whyUnknown(story.a, ["psi"], "the pressure samples do not reach over an incident"))} /proc/pressure/memory, sampled through the incident, would show who waited and how long.`,
  };
}

export function reclaimView(story: Story, windows: readonly ChartWindow[]): View {
  const lines = reclaimLines(story);
  const frames = lines.length === 0 ? [] : drawable(story, windows);
  const trend = windows.map((w) => reclaimTrend(story, w)).find((t) => t !== null) ?? null;
  const zones = zonesAtKill(story);
  const [first] = zones;
  const sampled = story.series.has("node.reclaim.direct") || story.series.has("node.reclaim.kswapd");
  return {
    intro: trend ?? "",
    figures: frames.map((f) =>
      figure(
        f,
        frames.length > 1,
        "reclaim",
        drawRates(f, lines, `reclaim-${f.window.id}`, trend ?? "Pages scanned for reclaim."),
      ),
    ),
    zones:
      first === undefined
        ? ""
        : {
            at: clockTime(first.ms, 1),
            from: first.from,
            rows: zones.map((zone) => ({
              name: zone.name,
              free: iec(zone.free),
              min: iec(zone.min),
              low: iec(zone.low),
              high: iec(zone.high),
              level: levelOf(zone),
            })),
          },
    missing:
      frames.length > 0
        ? ""
        : sampled
          ? "The kernel reclaimed nothing on the node while it was sampled."
          : `${sentence(whyUnknown(story.a, ["vmstat"], "the samples do not reach over an incident"))} /proc/vmstat, sampled through the incident, would show whether the kernel was reclaiming.`,
  };
}
