// Who acted first: one lane an actor, a mark an event, a band what the clocks leave open.
import type { Incident, Instant } from "../../model/analysis.ts";
import { duration, instantTime, plusMinus, spreadOf } from "../format/time.ts";
import { visibleLine } from "../format/visible.ts";
import { type Html, NOTHING } from "../html/markup.ts";
import type { EvidenceIndex } from "../story/evidence.ts";
import type { Mark } from "../story/marks.ts";
import { LANES, type Lane } from "../story/milestone-looks.ts";
import { lacks, type Story } from "../story/story.ts";
import { on } from "../story/windows.ts";
import { BLUE, el, fill, GREY, group, INK, label, MUTE, stroke, words } from "./element.ts";
import type { Frame } from "./frame.ts";
import { type Cluster, clustersOf, LABEL_SIZE, type PlacedLabel, placeLabels } from "./labels.ts";
import { inkOf, shapeOf } from "./mark-shapes.ts";

const LANE_NAMES: Readonly<Record<Lane, string>> = {
  pressure: "Pressure",
  kubelet: "Kubelet",
  kernel: "Kernel",
  userspace: "Userspace",
  pods: "Pods",
};

export interface LaneDrawing {
  readonly markup: Html;
  readonly bottom: number;
  /** Where the kernel lane lies: kill lines begin below it. */
  readonly kernelY: number;
}

/** `shade`: what stands behind the pressure lane, on its line. */
export function drawLanes(
  story: Story,
  frame: Frame,
  evidence: EvidenceIndex,
  top: number,
  shade: (y: number) => Html,
): LaneDrawing {
  const { window, x } = frame;
  const lanes = LANES.filter((lane) => lane !== "userspace" || window.marks.some((m) => m.lane === lane));
  const parts: Html[] = [];
  let y = top;
  let kernelY = top;
  for (const lane of lanes) {
    const clusters = clustersOf(
      window.marks.filter((m) => m.lane === lane && !isCovered(frame, m)),
      (m) => placeOf(frame, m.at),
    );
    const labels = placeLabels(clusters, x.start - 4, x.end);
    const quiet = clusters.length === 0 ? quietText(story, frame, lane) : null;
    const rows = labels.reduce((n, l) => Math.max(n, l.row + 1), 1);
    y += 14 + rows * 15;
    const under =
      lane === "kubelet" ? silences(story, frame, y) : lane === "kernel" ? brackets(story, frame, y) : NOTHING;
    parts.push(
      lane === "pressure" ? shade(y) : NOTHING,
      el("path", { d: `M${x.start} ${y}H${x.end}`, ...stroke({ light: "#98a2b3", cls: "lane" }, 1) }),
      label(8, y + 4, LANE_NAMES[lane], { size: 13, weight: 600 }),
      under,
      quiet === null ? NOTHING : label(x.start + 6, y - 5, quiet, { size: 11.5, ink: MUTE, halo: true }),
      ...labels.filter((l) => l.row > 0).map((l) => leader(l, y)),
      ...clusters.map((c) => bands(c, frame, y)),
      ...clusters.map((c) => drawCluster(c, y, evidence)),
      ...labels.map((l) =>
        label(l.x, y - 12 - l.row * 15, visibleLine(l.text), { anchor: l.anchor, size: LABEL_SIZE, halo: true }),
      ),
    );
    if (lane === "kernel") kernelY = y;
    y += under === NOTHING ? 12 : 28;
  }
  return { markup: group(parts), bottom: y, kernelY };
}

/** From a mark to its label in a higher row; the labels between cover it. */
const leader = (l: PlacedLabel, y: number): Html =>
  el("path", {
    d: `M${l.cluster.x.toFixed(1)} ${y - 8}V${y - 9 - l.row * 15}`,
    ...stroke({ light: "#98a2b3", cls: "lane" }, 1),
  });

/** What a step on the way leads to. */
const LEADS_TO: Readonly<Record<string, string>> = {
  "kubelet-noticed": "eviction",
  "kubelet-ranked": "eviction",
  "pressure-began": "threshold-crossed",
};

/** A step that would stand under the mark of what it led to is told by the table alone. */
function isCovered(frame: Frame, mark: Mark): boolean {
  const next = LEADS_TO[mark.kind];
  const x = placeOf(frame, mark.at);
  return frame.window.marks.some((m) => m.kind === next && Math.abs(placeOf(frame, m.at) - x) < 10);
}

/** An empty lane is a statement: nothing happened there, or nobody wrote it down. */
function quietText(story: Story, frame: Frame, lane: Lane): string | null {
  if (lane === "kubelet" && lacks(story.a, "kubeletLog")) return "no kubelet log in the capture";
  if (lane === "kernel" && lacks(story.a, "kernelLog")) return "no kernel log in the capture";
  if (lane === "pressure" && frame.window.clock === "boot") return "no samples in the capture";
  return lane === "kubelet" || lane === "kernel" ? "no act recorded in this stretch" : null;
}

const placeOf = (frame: Frame, at: Instant): number => frame.x(on(frame.window.clock, at) ?? frame.window.from);

/** The uncertainty of each member, narrower than a mark: nothing to see. */
function bands(cluster: Cluster, frame: Frame, y: number): Html {
  const ink = inkOf(cluster.marks[0]?.lane ?? "pods");
  const perMs = (frame.x.end - frame.x.start) / (frame.window.to - frame.window.from);
  const wide = cluster.marks
    .map((m) => ({ x: placeOf(frame, m.at), half: m.at.uncertaintyMs * perMs }))
    .filter((b) => b.half >= 0.4 && Number.isFinite(b.half));
  return group(
    wide.slice(0, 24).map((b) => {
      const from = Math.max(frame.x.start, b.x - b.half);
      const to = Math.min(frame.x.end, b.x + b.half);
      return el("rect", {
        x: from,
        y: y - 10,
        width: Math.max(0.5, to - from),
        height: 20,
        rx: 2,
        "fill-opacity": 0.22,
        ...fill(ink),
      });
    }),
  );
}

function drawCluster(cluster: Cluster, y: number, evidence: EvidenceIndex): Html {
  const first = cluster.marks[0];
  if (first === undefined) return NOTHING;
  const ink = inkOf(first.lane);
  const middle = (cluster.x + (cluster.places.at(-1) ?? cluster.x)) / 2;
  const shape = el("g", { transform: `translate(${middle.toFixed(2)} ${y})` }, shapeOf(first.shape, ink));
  const rug =
    cluster.marks.length < 3
      ? NOTHING
      : group(thin(cluster.places).map((x) => el("path", { d: `M${x.toFixed(1)} ${y + 9}v5`, ...stroke(ink, 1) })));
  const title = el("title", {}, words(clusterTitle(cluster)));
  const href = first.evidence[0] === undefined ? null : evidence.href(first.evidence[0]);
  const body = [title, el("circle", { cx: middle, cy: y, r: 11, fill: "transparent" }), rug, shape];
  return href === null ? el("g", {}, ...body) : el("a", { href, class: "mark" }, ...body);
}

const thin = (places: readonly number[]): number[] => {
  const out: number[] = [];
  for (const p of places) if (out.length === 0 || p - (out.at(-1) ?? 0) >= 1) out.push(p);
  return out;
};

const clusterTitle = (cluster: Cluster): string => {
  const lines = cluster.marks.slice(0, 6).map((m) => `${instantTime(m.at)} ${spreadOf(m.at)} ${m.text}`);
  return visibleLine(lines.join(" ") + (cluster.marks.length > 6 ? ` … ${cluster.marks.length - 6} more` : ""));
};

/** The kubelet had noticed and did nothing until its next sign of life, or the kill: race.kubeletSilentMs. */
function silences(story: Story, frame: Frame, y: number): Html {
  return group(
    frame.window.incidents.map((incident) => {
      const silence = silenceOf(story, frame, incident);
      if (silence === null) return NOTHING;
      const [from, to, ms] = silence;
      const text = `${duration(ms)} without a further pass`;
      const short = to - from < 190 ? `${duration(ms)} silent` : text;
      return group([
        el("path", { d: `M${(from + 9).toFixed(1)} ${y}H${to.toFixed(1)}`, ...stroke(BLUE, 3, "2 5") }),
        label((from + to) / 2, y + 18, short, { anchor: "middle", size: 11.5, ink: BLUE, halo: true }),
      ]);
    }),
  );
}

/** The eviction manager's loop comes round every 10 s (pkg/kubelet/kubelet.go evictionMonitoringPeriod): that is no silence. */
const NOTABLE_SILENCE_MS = 12_000;

function silenceOf(story: Story, frame: Frame, incident: Incident): readonly [number, number, number] | null {
  const ms = incident.race?.kubeletSilentMs ?? null;
  if (ms === null || ms < NOTABLE_SILENCE_MS) return null;
  const noticed = incident.milestones
    .filter((m) => m.kind === "kubelet-noticed" || m.kind === "kubelet-ranked" || m.kind === "kubelet-evicted")
    .map((m) => on(frame.window.clock, m.at))
    .filter((t) => t !== null);
  const ends = [...story.killsOf(incident), ...story.evictionsOf(incident)]
    .map((k) => on(frame.window.clock, k.at))
    .filter((t) => t !== null);
  // the longest wait may begin at a later pass than the first: take the start from which an end is that far away
  const start = noticed.find((t) => ends.some((e) => Math.abs(e - t - ms) < 1000)) ?? noticed[0];
  if (start === undefined) return null;
  const to = Math.min(frame.window.to, start + ms);
  return [frame.x(start), frame.x(to), ms];
}

/** The margin between the two events that decide. */
function brackets(story: Story, frame: Frame, y: number): Html {
  return group(
    frame.window.incidents.map((incident) => {
      if (incident.marginMs === null) return NOTHING;
      const kill = earliest(
        frame,
        story.killsOf(incident).map((k) => k.at),
      );
      const evictions = story.evictionsOf(incident).map((e) => e.at);
      const reactions = incident.milestones.filter((m) => m.kind === "kubelet-evicted").map((m) => m.at);
      const reaction = earliest(frame, [...evictions, ...reactions]);
      return kill === null || reaction === null ? NOTHING : bracket(incident, frame.x(kill), frame.x(reaction), y + 17);
    }),
  );
}

const earliest = (frame: Frame, instants: readonly Instant[]): number | null => {
  const times = instants.map((at) => on(frame.window.clock, at)).filter((t) => t !== null);
  return times.length === 0 ? null : Math.min(...times);
};

function bracket(incident: Incident, kill: number, reaction: number, y: number): Html {
  const margin = incident.marginMs ?? 0;
  const [from, to] = kill <= reaction ? [kill, reaction] : [reaction, kill];
  const error = incident.marginUncertaintyMs === null ? "" : ` ${plusMinus(incident.marginUncertaintyMs)}`;
  const first = incident.outcome === "undetermined" ? "apart by" : margin >= 0 ? "kernel first by" : "kubelet first by";
  const text = `${first} ${duration(Math.abs(margin))}${error}`;
  const onLeft = from > 330;
  return group([
    el("path", {
      d: `M${from.toFixed(1)} ${y - 5}v10M${to.toFixed(1)} ${y - 5}v10M${from.toFixed(1)} ${y}H${to.toFixed(1)}`,
      ...stroke(INK, 1.6),
    }),
    el("path", { d: `M${reaction.toFixed(1)} ${y - 58}V${y - 6}`, ...stroke(GREY, 1, "2 3") }),
    label(onLeft ? from - 8 : to + 8, y + 4, text, {
      anchor: onLeft ? "end" : "start",
      size: 12,
      weight: 700,
      halo: true,
    }),
  ]);
}
