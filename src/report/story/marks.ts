// The events of an incident as marks: where they stand, which shape, what they are called on the chart and in the table.
import type { Consequence, Evidence, Eviction, Incident, Instant, OomKill } from "../../model/analysis.ts";
import { iec } from "../format/bytes.ts";
import { signed } from "../format/number.ts";
import { shortened, visibleLine } from "../format/visible.ts";
import { containerOf, evictedNames, podName, podShort, SCOPE_WORDS, victimNames, victimShort } from "./names.ts";
import { type Lane, type Shape, milestoneLook } from "./milestone-looks.ts";
import type { Story } from "./story.ts";

export interface Mark {
  readonly lane: Lane;
  readonly shape: Shape;
  /** What the shape does: marks of one kind may be merged. */
  readonly kind: string;
  /** On the chart: a few words. */
  readonly label: string;
  /** What the merged mark is about: "killed", with the count before it. */
  readonly verb: string;
  /** In the table: a sentence. */
  readonly text: string;
  readonly at: Instant;
  readonly count: number;
  readonly evidence: readonly Evidence[];
  readonly incidentId: string;
}

type Draft = Omit<Mark, "incidentId" | "count" | "verb"> & { readonly verb?: string; readonly count?: number };

export function marksOf(story: Story, incident: Incident): Mark[] {
  const kills = story.killsOf(incident);
  const evictions = story.evictionsOf(incident);
  const drafts: Draft[] = [
    ...kills.map((kill) => killMark(kill, story.a.oomKills)),
    ...evictions.flatMap(evictionMarks),
    ...story.userspaceOf(incident).map((kill) => ({
      lane: "userspace" as const,
      shape: "square" as const,
      kind: "userspace-kill",
      verb: "killed",
      label: `${brief(kill.daemon)} killed`,
      text: `${kill.daemon} killed ${kill.target}${kill.reason === null ? "" : `: ${kill.reason}`}.`,
      at: kill.at,
      evidence: kill.evidence,
    })),
    ...milestoneMarks(story, incident, kills, evictions),
    ...incident.consequences.filter((c) => !isToldTwice(c, evictions)).map(consequenceMark),
  ];
  return drafts
    .map((d) => ({ ...d, verb: d.verb ?? d.label, count: d.count ?? 1, incidentId: incident.id }))
    .toSorted((x, y) => order(x.at) - order(y.at));
}

/** A chart has room for some thirty characters a label. */
const brief = (name: string): string => shortened(visibleLine(name), 28);

/** For display only: sorting claims nothing. */
export const order = (at: Instant): number =>
  at.unixMs ?? (at.bootSec === null ? Number.MAX_SAFE_INTEGER : at.bootSec * 1000);

function killMark(kill: OomKill, all: readonly OomKill[]): Draft {
  const name = podName(kill.pod);
  const again = name !== null && all.some((k) => podName(k.pod) === name && order(k.at) < order(kill.at));
  return {
    lane: "kernel",
    shape: "cross",
    kind: "kill",
    verb: kill.count === 0 ? "invoked" : "killed",
    label: kill.count === 0 ? "invoked" : `killed ${brief(victimShort(kill))}${again ? " again" : ""}`,
    text: killSentence(kill),
    at: kill.at,
    count: Math.max(1, kill.count),
    evidence: kill.evidence,
  };
}

/** "The kernel killed memhog[1031] of batch/stubborn-0, container stubborn: 2.18 GiB anonymous, oom_score_adj 915." */
export function killSentence(kill: OomKill): string {
  const pod = podName(kill.pod);
  const of = pod === null ? "" : ` of ${pod}${containerOf(kill.pod)}`;
  const first = kill.victims[0];
  const details = [
    first?.anonRssBytes == null ? null : `${iec(first.anonRssBytes)} anonymous`,
    first?.oomScoreAdj == null ? null : `oom_score_adj ${signed(first.oomScoreAdj.toString())}`,
    kill.scope === null ? null : `short of memory: ${SCOPE_WORDS[kill.scope]}`,
  ].filter((d) => d !== null);
  const did =
    kill.count === 0
      ? "The kernel's OOM killer was invoked and no line names a victim"
      : `The kernel killed ${victimNames(kill)}${of}`;
  return `${did}${details.length === 0 ? "" : `: ${details.join(", ")}`}.`;
}

function evictionMarks(eviction: Eviction): Draft[] {
  const what = evictedNames(eviction);
  const told =
    eviction.pods.length === 0
      ? `The kubelet ${eviction.failed ? "tried to reclaim memory and freed nothing" : "began to reclaim memory"}; no line names a pod.`
      : `The kubelet ${eviction.failed ? "tried to evict and freed nothing: " : "began to evict "}${what}.`;
  const name = podShort(eviction.pods[0] ?? null);
  const first = name === null ? null : brief(name);
  const more = eviction.pods.length > 1 ? ` +${eviction.pods.length - 1}` : "";
  const seen =
    eviction.observedBytes === null
      ? ""
      : ` It acted on ${iec(eviction.observedBytes)} available${eviction.thresholdBytes === null ? "" : `, threshold ${iec(eviction.thresholdBytes)}`}.`;
  const began: Draft = {
    lane: "kubelet",
    shape: "diamond",
    kind: "eviction",
    verb: "evicts",
    label: first === null ? "tries to evict" : `evicts ${first}${more}`,
    text: `${told}${seen}`,
    at: eviction.at,
    evidence: eviction.evidence,
  };
  if (eviction.completedAt === null) return [began];
  return [
    began,
    {
      lane: "pods",
      shape: "ring",
      kind: "evicted",
      label: first === null ? "cleaned up" : "evicted",
      text: eviction.pods.length === 0 ? "The eviction was complete." : `The eviction of ${what} was complete.`,
      at: eviction.completedAt,
      evidence: eviction.evidence.slice(-1),
    },
  ];
}

/** Kills and evictions are told by their own records; a milestone that only repeats one is left out. */
function milestoneMarks(
  story: Story,
  incident: Incident,
  kills: readonly OomKill[],
  evictions: readonly Eviction[],
): Draft[] {
  const threshold = incident.race?.thresholdBytes ?? null;
  const words = threshold === null ? null : iec(threshold);
  const grace =
    story.a.node.eviction?.soft.find((t) => t.bytes === threshold && threshold !== null)?.gracePeriodMs ?? null;
  const crossed = incident.milestones.some((m) => m.kind === "threshold-crossed");
  return incident.milestones
    .filter((m) => !(m.kind === "kernel-killed" && kills.length > 0))
    .filter((m) => !(m.kind === "kubelet-evicted" && evictions.length > 0))
    .map((m) => {
      const look = milestoneLook(m.kind, words, incident.scope, crossed);
      const soft = m.kind === "kubelet-noticed" && grace !== null && grace > 0;
      const text = soft ? `The kubelet noticed the shortage; its grace period of ${grace / 1000} s began.` : look.text;
      return { ...look, text, kind: m.kind, at: m.at, evidence: m.evidence };
    });
}

/** A late eviction is an eviction: where the list of evictions has it at that instant, its ring would repeat the diamond. */
const isToldTwice = (c: Consequence, evictions: readonly Eviction[]): boolean =>
  c.kind === "late-eviction" && evictions.some((e) => order(e.at) === order(c.at));

function consequenceMark(c: Consequence): Draft {
  const pod = podName(c.pod);
  const whose = pod === null ? "A container" : `A container of ${pod}`;
  const looks: Readonly<Record<Consequence["kind"], { label: string; text: string }>> = {
    "container-died": {
      label: "died",
      text: `${whose} died${c.exitCode == null ? "" : ` with exit code ${c.exitCode}`}.`,
    },
    "container-restarted": { label: "restarted", text: `${whose} was started again.` },
    "crash-loop": { label: "crash loop", text: `${whose} is held back by CrashLoopBackOff.` },
    "node-not-ready": { label: "node not ready", text: "The node was reported not ready." },
    "memory-pressure-condition": { label: "MemoryPressure", text: "The node's condition MemoryPressure was set." },
    "late-eviction": { label: "late eviction", text: `${pod ?? "A pod"} was evicted after the kill had freed memory.` },
    "kubelet-lost": { label: "kubelet lost", text: "The kubelet was lost." },
    "runtime-lost": { label: "runtime lost", text: "The container runtime was lost." },
    "node-rebooted": { label: "reboot", text: "The node rebooted." },
  };
  const look = looks[c.kind];
  return {
    lane: "pods",
    shape: "ring",
    kind: c.kind,
    label: look.label,
    text: look.text,
    at: c.at,
    evidence: c.evidence,
  };
}
