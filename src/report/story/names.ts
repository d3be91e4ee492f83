// What pods, victims, actors, scopes and outcomes are called in every output.
import type {
  Confidence,
  Eviction,
  Incident,
  OomKill,
  Outcome,
  PodRef,
  Scope,
  Threshold,
} from "../../model/analysis.ts";
import { iec } from "../format/bytes.ts";

/** "batch/stubborn-0"; a pod known by its uid alone is "pod b75d2f0d-81ca…". Null where nothing names it. */
export function podName(pod: PodRef | null): string | null {
  if (pod === null) return null;
  if (pod.name !== null) return pod.namespace === null ? pod.name : `${pod.namespace}/${pod.name}`;
  if (pod.uid !== null) return `pod ${pod.uid}`;
  return pod.containerId === null ? null : `container ${pod.containerId.slice(0, 12)}`;
}

/** For charts: without the namespace. */
export function podShort(pod: PodRef | null): string | null {
  if (pod === null) return null;
  if (pod.name !== null) return pod.name;
  if (pod.uid !== null) return `pod ${pod.uid.slice(0, 8)}`;
  return pod.containerId === null ? null : `container ${pod.containerId.slice(0, 12)}`;
}

/** One key for one pod, whichever source named it. */
export const podKey = (pod: PodRef | null): string | null => pod?.uid ?? podName(pod);

export const containerOf = (pod: PodRef | null): string => (pod?.container ? `, container ${pod.container}` : "");

/** "memhog[1031]" */
export function victimNames(kill: OomKill): string {
  const names = kill.victims.map((v) => `${v.comm}[${v.pid}]`);
  if (kill.count === 0) return "victim not named";
  if (names.length === 0) return kill.count === 1 ? "a process" : `${kill.count} processes`;
  const unnamed = kill.count - names.length;
  const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
  return shown.join(", ") + (unnamed > 0 ? ` and ${unnamed} that no line names` : "");
}

export const victimShort = (kill: OomKill): string => podShort(kill.pod) ?? kill.victims[0]?.comm ?? "a process";

export function evictedNames(eviction: Eviction): string {
  const names = eviction.pods.map((p) => podName(p) ?? "a pod");
  return names.length === 0 ? "pod not named" : names.join(", ");
}

/** The kubelet's own words for a threshold: "memory.available 300 MiB", or what was written where it is no quantity of bytes. */
export const thresholdText = (t: Threshold): string => (t.bytes === null ? t.value : iec(t.bytes));

export const SCOPE_WORDS: Readonly<Record<Scope, string>> = {
  node: "the whole node",
  allocatable: "what pods may use together (kubepods)",
  pod: "one pod's limit",
  container: "one container's limit",
  system: "a cgroup outside the pods",
};

/** An incident stands under some scope even where none of its kills' lines says whose limit was reached: that is then not known. */
export const incidentScope = (incident: Incident, kills: readonly OomKill[]): Scope | null =>
  incident.evictionIds.length === 0 && kills.length > 0 && kills.every((kill) => kill.scope === null)
    ? null
    : incident.scope;

export const scopeWords = (scope: Scope | null): string => (scope === null ? "scope not known" : SCOPE_WORDS[scope]);

export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  "kernel-won": "the kernel killed first",
  "kernel-won-mid-eviction": "the kernel killed during the eviction",
  "kubelet-won": "the kubelet evicted first",
  "eviction-insufficient": "an eviction completed and the kernel still killed",
  "userspace-won": "a userspace daemon killed first",
  unopposed: "the kernel killed, no eviction threshold was in force",
  "no-race": "killed at a limit that eviction does not watch",
  "pressure-only": "pressure, no kill, no eviction",
  undetermined: "who acted first cannot be told",
  none: "nothing happened in what was captured",
};

/** An outcome with its confidence: a daemon alone in the input killed, but the others may have been before it. */
export const outcomeWords = ({ outcome, confidence }: Pick<Incident, "outcome" | "confidence">): string =>
  outcome === "userspace-won" && confidence === "low"
    ? "a userspace daemon killed, whether first is not known"
    : OUTCOME_WORDS[outcome];

export const CONFIDENCE_WORDS: Readonly<Record<Confidence, string>> = { high: "High", medium: "Medium", low: "Low" };

export type Actor = "kernel" | "kubelet" | "userspace" | "pressure" | "nobody";

const ACTORS: Readonly<Record<Outcome, Actor>> = {
  "kernel-won": "kernel",
  "kernel-won-mid-eviction": "kernel",
  "eviction-insufficient": "kernel",
  unopposed: "kernel",
  "no-race": "kernel",
  "kubelet-won": "kubelet",
  "userspace-won": "userspace",
  "pressure-only": "pressure",
  undetermined: "nobody",
  none: "nobody",
};
export const actorOf = (outcome: Outcome): Actor => ACTORS[outcome];

/** The first sentence, and what follows it. "1.36.2" and "e.g. x" do not end one: a capital, digit or bracket must follow. */
export function splitSentence(text: string): readonly [string, string] {
  const end = /[.!?]["')]?\s+(?=["'(]?[\p{Lu}\d])/u.exec(text);
  if (end === null) return [text, ""];
  const cut = end.index + end[0].trimEnd().length;
  return [text.slice(0, cut), text.slice(cut).trimStart()];
}
