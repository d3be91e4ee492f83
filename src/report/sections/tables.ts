// Pods, kills and evictions.
import type { Analysis, Eviction, OomKill, PodMemory, UserspaceKill } from "../../model/analysis.ts";
import { iecRate } from "../format/bytes.ts";
import { grouped, percent, plural, signed } from "../format/number.ts";
import { bytesOrDash, name, sourceLinks, timeOf } from "../html/inline.ts";
import { html, type Html, joined, type View } from "../html/markup.ts";
import type { EvidenceIndex } from "../story/evidence.ts";
import { podKey, podName, SCOPE_WORDS, victimNames } from "../story/names.ts";
import { type Story, whyUnknown } from "../story/story.ts";
import { el } from "../svg/element.ts";

const MAX_PODS = 20;
const MAX_FOLDED = 300;
const MAX_KILLS = 60;

export function podsView(story: Story, index: EvidenceIndex): View {
  const ranked = story.a.pods
    .map((pod, i) => ({ pod, i }))
    .toSorted((x, y) => weight(story, y.pod) - weight(story, x.pod) || x.i - y.i);
  const rows = ranked.map(({ pod }) => pod);
  const folded = rows.slice(MAX_PODS, MAX_PODS + MAX_FOLDED);
  const left = rows.length - MAX_PODS - folded.length;
  return {
    rows: rows.slice(0, MAX_PODS).map((p) => podRow(story, p, index)),
    folded: folded.map((p) => podRow(story, p, index)),
    foldedSummary: plural(folded.length, "further pod"),
    more: left > 0 ? `${plural(left, "pod")} more in the JSON document.` : "",
    missing:
      rows.length > 0
        ? ""
        : `No pod is named: ${whyUnknown(story.a, ["pods", "cgroup"], "no source lists the node's pods")}. The kubelet's /pods, API objects or /var/log/pods would name them.`,
  };
}

/** Killed and evicted ones, then the guilty one, then by peak: the document's own order. */
function weight(story: Story, pod: PodMemory): number {
  const dead = pod.fate === "oom-killed" ? 4 : pod.fate === "evicted" ? 3 : 0;
  return dead + (podKey(pod.pod) === story.guilty ? 2 : 0);
}

function podRow(story: Story, p: PodMemory, index: EvidenceIndex): View {
  const peak = p.peak?.workingSetBytes ?? null;
  const guilty = podKey(p.pod) === story.guilty;
  // BestEffort is the class of pods that set neither
  const unset = p.qosClass === "BestEffort" ? "none" : "–";
  return {
    name: name(podName(p.pod) ?? "unnamed"),
    qos: p.qosClass ?? "–",
    request: bytesOrDash(p.requestBytes === 0 ? null : p.requestBytes, unset),
    limit: bytesOrDash(p.limitBytes, unset),
    peak: bytesOrDash(peak),
    share:
      peak === null || story.a.node.memTotalBytes === null ? "" : shareBar(peak / story.a.node.memTotalBytes, guilty),
    growth: p.growthBytesPerSec === null ? "–" : iecRate(p.growthBytesPerSec),
    adj: p.oomScoreAdj === null ? "–" : signed(p.oomScoreAdj.toString()),
    restarts: p.restarts === null ? "–" : grouped(p.restarts),
    fate: fateWords(story, p),
    evidence: sourceLinks(p.evidence, index, 1),
  };
}

/** Pixels; wider, and the table of pods is wider than the page. */
const BAR_WIDTH = 44;

function shareBar(share: number, guilty: boolean): Html {
  const width = Math.max(1, Math.min(1, share) * BAR_WIDTH);
  const bar = el(
    "svg",
    { width: BAR_WIDTH, height: 9, viewBox: `0 0 ${BAR_WIDTH} 9`, "aria-hidden": "true" },
    el("rect", { width: BAR_WIDTH, height: 9, rx: 2, fill: "#e4e7ec", class: "f-box" }),
    el("rect", { width, height: 9, rx: 2, fill: guilty ? "#c0352b" : "#4a6fa5" }),
  );
  return html`<span class="share">${bar} ${percent(share)}</span>`;
}

function fateWords(story: Story, p: PodMemory): string {
  const key = podKey(p.pod);
  const kills = key === null ? 0 : story.a.oomKills.filter((k) => podKey(k.pod) === key).length;
  const restarts = p.restarts === null || p.restarts === 0 ? "" : `, restarted ${grouped(p.restarts)}×`;
  switch (p.fate) {
    case "oom-killed":
      return `killed by the kernel${kills > 1 ? ` ${grouped(kills)}×` : ""}${restarts}`;
    case "evicted":
      return "evicted by the kubelet";
    case "ended":
      return "ended";
    case "running":
      return `still running at the end${restarts}`;
    case "unknown":
      return "not known";
  }
}

export function killsView(story: Story, index: EvidenceIndex): View {
  const { a } = story;
  const kills = a.oomKills.slice(0, MAX_KILLS);
  const none = a.oomKills.length + a.evictions.length + a.userspaceKills.length === 0;
  return {
    kills: kills.map((k) => killRow(k, index)),
    moreKills:
      a.oomKills.length > kills.length
        ? `${plural(a.oomKills.length - kills.length, "further kill")} in the JSON document.`
        : "",
    evictions: a.evictions.slice(0, MAX_KILLS).map((e) => evictionRow(e, index)),
    userspace: a.userspaceKills.slice(0, MAX_KILLS).map((k) => userspaceRow(k, index)),
    missing: none ? `None in the capture. ${coverageWords(a)}` : "",
  };
}

function coverageWords(a: Analysis): string {
  const state = (s: string): string => a.coverage.sources[s] ?? "absent";
  return `Kernel log: ${state("kernelLog")}. Kubelet log: ${state("kubeletLog")}. Kubernetes events: ${state("events")}.`;
}

const KNOWN_FROM: Readonly<Record<OomKill["knownFrom"], string>> = {
  report: "the kernel's full report",
  "kill-line": "its kill line alone",
  reaper: "the oom_reaper's line alone",
  runtime: "the container runtime alone",
  counter: "a counter alone: no line survived",
  status: "a container status alone: no kernel line",
  event: "an event alone: no kernel line",
};

function killRow(k: OomKill, index: EvidenceIndex): View {
  const pod = podName(k.pod);
  const victim = k.victims[0];
  const badness = k.badness;
  return {
    time: timeOf(k.at),
    victim: victimNames(k),
    pod:
      pod === null
        ? html`${k.victimCgroup ?? "not known"}`
        : html`${name(pod)}${k.pod?.container == null ? "" : `, ${k.pod.container}`}`,
    scope: k.scope === null ? "not known" : SCOPE_WORDS[k.scope],
    used: k.limitBytes === null ? "" : html`${bytesOrDash(k.usageBytes)} of ${bytesOrDash(k.limitBytes)} used`,
    held: victim?.anonRssBytes == null ? html`–` : html`${bytesOrDash(victim.anonRssBytes)} anonymous`,
    choice:
      badness === null
        ? "not verifiable here"
        : `${badness.agrees ? "consistent" : "not consistent"}: rank ${badness.rank} of ${badness.tasks}${badness.note === null ? "" : `, ${badness.note}`}`,
    from: KNOWN_FROM[k.knownFrom] + (k.complete ? "" : ", incomplete"),
    evidence: sourceLinks(k.evidence, index, 3),
  };
}

function evictionRow(e: Eviction, index: EvidenceIndex): View {
  return {
    time: timeOf(e.at),
    pods:
      e.pods.length === 0
        ? html`pod not named`
        : joined(
            e.pods.map((p) => name(podName(p) ?? "a pod")),
            ", ",
          ),
    signal: [e.kind, e.signal].filter((x) => x !== null).join(" ") || "not stated",
    threshold: bytesOrDash(e.thresholdBytes),
    observed: bytesOrDash(e.observedBytes),
    completed: e.failed ? html`freed nothing` : e.completedAt === null ? html`not seen` : timeOf(e.completedAt),
    evidence: sourceLinks(e.evidence, index, 3),
  };
}

const userspaceRow = (k: UserspaceKill, index: EvidenceIndex): View => ({
  time: timeOf(k.at),
  daemon: k.daemon,
  target: k.target,
  reason: k.reason ?? "–",
  evidence: sourceLinks(k.evidence, index, 3),
});
