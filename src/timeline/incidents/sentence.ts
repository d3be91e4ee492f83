// One sentence a manager can read and a ticket can bear. No "may", no "potentially": what is not known is said as not known.
import type { Incident, PodRef } from "../../model/analysis.ts";
import type { When } from "../../model/instant.ts";
import { isPlaced } from "../../model/instant.ts";
import type { StoryEviction, StoryKill } from "../../model/timeline.ts";
import { utcOf } from "../document/instant.ts";
import type { Contest, Result } from "./outcome.ts";
import { firstEviction, firstKill } from "./outcome.ts";

export const podName = (pod: PodRef | null): string | null => {
  if (pod === null) return null;
  if (pod.name !== null) return pod.namespace === null ? pod.name : `${pod.namespace}/${pod.name}`;
  return pod.uid === null ? null : `the pod with uid ${pod.uid}`;
};

/** "01:18:54.4 UTC", as many digits as the clocks bear; "4711.3 s after boot" off the wall. */
export const clockTime = (at: When): string => {
  if (!isPlaced(at)) return at.bootSec === null ? "at an unknown time" : `${at.bootSec.toFixed(1)} s after boot`;
  return `${utcOf(at.best, (at.latest - at.earliest) / 2).slice(11, -1)} UTC`;
};

export const duration = (ms: number): string => {
  const abs = Math.abs(ms);
  if (abs < 1000) return `${Math.round(abs)} ms`;
  if (abs < 120_000) return `${(abs / 1000).toFixed(1)} s`;
  return `${Math.floor(abs / 60_000)} min ${Math.round((abs % 60_000) / 1000)} s`;
};

export const bytesText = (bytes: number): string => {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || Math.abs(value) >= 100 ? Math.round(value) : value.toFixed(unit >= 3 ? 2 : 1)} ${units[unit]}`;
};

const times = (n: number): string => (n === 1 ? "" : n === 2 ? ", twice" : `, ${n} times`);

const victimOf = (kill: StoryKill): string => {
  const pod = podName(kill.doc.pod);
  const victim = kill.doc.victims[0];
  const comm = victim ? `${victim.comm} (pid ${victim.pid})` : "a process that no line names";
  return pod === null ? comm : `${pod} (${victim ? `${victim.comm}, pid ${victim.pid}` : "process not named"})`;
};

const evictedOf = (evictions: readonly StoryEviction[]): string => {
  const names = [...new Set(evictions.flatMap((e) => e.doc.pods.map(podName).filter((n) => n !== null)))];
  if (names.length === 0) return "no pod";
  return names.length <= 3 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
};

const countKilled = (kills: readonly StoryKill[]): number => kills.reduce((sum, kill) => sum + kill.doc.count, 0);

const margin = (result: Result): string =>
  result.marginMs === null ? "" : `${duration(result.marginMs)} (± ${duration(result.marginUncertaintyMs ?? 0)})`;

const limitOf = (kill: StoryKill): string => {
  const limit =
    kill.doc.limitBytes === null ? "its memory limit" : `its memory limit of ${bytesText(kill.doc.limitBytes)}`;
  const pod = podName(kill.doc.pod);
  const whose = {
    container: "the container",
    pod: "the pod",
    system: kill.doc.limitedCgroup ?? "a system cgroup",
    node: "the node",
    allocatable: "kubepods",
  }[kill.doc.scope ?? "system"];
  return pod === null ? `${whose} reached ${limit}` : `${pod} reached ${limit}`;
};

const noRace = (contest: Contest): string => {
  const kill = firstKill(contest.kills);
  if (kill === null) return "";
  const runs = contest.kills.length;
  const killed = countKilled(contest.kills);
  const what =
    killed === 1
      ? `killed ${victimOf(kill)}`
      : `killed ${killed} of its processes in ${runs} ${runs === 1 ? "run" : "runs"}`;
  return `No race: ${limitOf(kill)} and the kernel ${what}, first at ${clockTime(kill.at)}. The kubelet's eviction does not watch that limit.`;
};

const userspaceFirst = (contest: Contest): string => {
  const first = contest.userspaceKills[0];
  if (!first) return "";
  return `${first.doc.daemon} killed first: it shot ${first.doc.target} at ${clockTime(first.at)}, before the kernel or the kubelet acted.`;
};

const undetermined = (contest: Contest, result: Result): string => {
  const kill = firstKill(contest.kills);
  const eviction = firstEviction(contest.evictions);
  if (kill !== null && eviction !== null)
    return `Cannot tell who acted first: the kernel killed ${victimOf(kill)} at ${clockTime(kill.at)}, the kubelet reacted at ${clockTime(eviction.at)}. ${result.reason}`;
  if (kill !== null && contest.kills.every((k) => k.doc.count === 0))
    return `The kernel's OOM killer was invoked${kill.doc.trigger.comm === null ? "" : ` by ${kill.doc.trigger.comm}`} at ${clockTime(kill.invokedAt ?? kill.at)}. ${result.reason}`;
  if (kill !== null && contest.kills.every((k) => k.doc.scope === null) && eviction === null)
    return `The kernel killed ${victimOf(kill)} at ${clockTime(kill.at)}. ${result.reason}`;
  if (kill !== null)
    return `The kernel killed ${victimOf(kill)} at ${clockTime(kill.at)}; whether the kubelet acted is not known. ${result.reason}`;
  if (eviction !== null)
    return `The kubelet evicted ${evictedOf(contest.evictions)} at ${clockTime(eviction.at)}; whether the kernel killed first is not known. ${result.reason}`;
  return `Cannot tell what happened. ${result.reason}`;
};

export const sentenceOf = (contest: Contest, result: Result): string => {
  const kill = firstKill(contest.kills);
  const eviction = firstEviction(contest.evictions);
  switch (result.outcome) {
    case "kernel-won":
      if (kill === null) return "";
      return eviction === null
        ? `The kernel killed first${times(contest.kills.length)}: it shot ${victimOf(kill)} at ${clockTime(kill.at)}, and the kubelet never acted on this pressure.`
        : `The kernel killed first${times(contest.kills.length)}: it shot ${victimOf(kill)} at ${clockTime(kill.at)}. The kubelet reacted ${margin(result)} later and evicted ${evictedOf(contest.evictions)}.`;
    case "kernel-won-mid-eviction":
      return kill === null || eviction === null
        ? ""
        : `The kernel killed before the eviction freed memory: the kubelet had decided to evict ${evictedOf(contest.evictions)} at ${clockTime(eviction.at)}, ${margin(result)} before, and the kernel shot ${victimOf(kill)} at ${clockTime(kill.at)}.`;
    case "eviction-insufficient":
      return kill === null || eviction === null
        ? ""
        : `The kubelet evicted first and it was not enough: it acted at ${clockTime(eviction.at)} and evicted ${evictedOf(contest.evictions)}, and the kernel still shot ${victimOf(kill)} at ${clockTime(kill.at)}.`;
    case "kubelet-won":
      return eviction === null
        ? ""
        : `The kubelet acted first: it evicted ${evictedOf(contest.evictions)} at ${clockTime(eviction.at)}, and the kernel did not kill.`;
    case "userspace-won":
      return userspaceFirst(contest);
    case "unopposed":
      return kill === null
        ? ""
        : `The kernel killed unopposed: it shot ${victimOf(kill)} at ${clockTime(kill.at)}; the kubelet has no memory eviction threshold, so it could not have acted.`;
    case "no-race":
      return noRace(contest);
    case "pressure-only":
      return contest.scope === "pod"
        ? "Pressure only: a pod stalled on memory; nothing was killed and nothing was evicted."
        : "Pressure only: the node was short of memory; nothing was killed and nothing was evicted.";
    case "undetermined":
      return undetermined(contest, result);
    case "none":
      return "Nothing happened to memory in what was captured: no kill, no eviction, no pressure.";
  }
};

/** The bundle's sentence: that of its gravest incident; how many others there are is said behind it. */
export const verdictSentence = (incident: Incident | null, incidents: readonly Incident[]): string => {
  if (incident === null) return "Nothing happened to memory in what was captured: no kill, no eviction, no pressure.";
  const others = incidents.filter(
    (i) => i.id !== incident.id && i.oomKillIds.length + i.evictionIds.length + i.userspaceKillIds.length > 0,
  );
  if (others.length === 0) return incident.sentence;
  const same = others.every((i) => i.outcome === incident.outcome && i.scope === incident.scope);
  const subject =
    others.length === 1 ? "One other incident in this capture" : `${others.length} other incidents in this capture`;
  const verb = same ? "ended the same way" : others.length === 1 ? "stands beside it" : "stand beside it";
  return `${incident.sentence} ${subject} ${verb}.`;
};
