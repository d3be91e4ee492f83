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
  if (!isPlaced(at)) return at.bootSec === null ? "an unknown time" : `${at.bootSec.toFixed(1)} s after boot`;
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

/** The API folds alike events into one: "x6", or "(combined from similar events)". */
const isFolded = ({ doc }: StoryKill): boolean =>
  doc.knownFrom === "event" &&
  (doc.count > 1 || doc.evidence.some(({ text }) => text.includes("(combined from similar")));

const timesKilled = (kills: readonly StoryKill[]): string => {
  if (!kills.some(isFolded)) return times(kills.length);
  return kills.length === 1 ? ", more than once" : `, at least ${kills.length} times`;
};

/** A counter tells of processes, not of which: "at least 2 processes of batch/etl-0, reports lost". */
const countedOf = ({ doc }: StoryKill, pod: string | null): string =>
  `at least ${doc.count} ${doc.count === 1 ? "process" : "processes"}${pod === null ? "" : ` of ${pod}`} (reports lost)`;

const victimOf = (kill: StoryKill): string => {
  const pod = podName(kill.doc.pod);
  if (kill.doc.knownFrom === "counter") return countedOf(kill, pod);
  const victim = kill.doc.victims[0];
  const comm = victim ? `${victim.comm} (pid ${victim.pid})` : "a process that no line names";
  return pod === null ? comm : `${pod} (${victim ? `${victim.comm}, pid ${victim.pid}` : "process not named"})`;
};

const evictedNamesOf = (evictions: readonly StoryEviction[]): string[] => [
  ...new Set(evictions.flatMap((e) => e.doc.pods.map(podName).filter((n) => n !== null))),
];

/** "evicted batch/etl-0"; an event that names no pod ("Attempting to reclaim memory") does not say that none was evicted. */
const didEvict = (evictions: readonly StoryEviction[]): string =>
  evictedNamesOf(evictions).length === 0
    ? "began to reclaim memory (no line names a pod)"
    : `evicted ${evictedOf(evictions)}`;

/** "evict batch/etl-0" */
const toEvict = (evictions: readonly StoryEviction[]): string =>
  evictedNamesOf(evictions).length === 0 ? "reclaim memory (no line names a pod)" : `evict ${evictedOf(evictions)}`;

const evictedOf = (evictions: readonly StoryEviction[]): string => {
  const names = evictedNamesOf(evictions);
  return names.length <= 3 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
};

const countKilled = (kills: readonly StoryKill[]): number => kills.reduce((sum, kill) => sum + kill.doc.count, 0);

/** "20.8 s (± 0.5 s)": the half-width in the margin's own unit, rounded up. */
const margin = (result: Pick<Result, "marginMs" | "marginUncertaintyMs">): string => {
  if (result.marginMs === null) return "";
  const half = result.marginUncertaintyMs ?? 0;
  if (Math.abs(result.marginMs) < 1000) return `${duration(result.marginMs)} (± ${Math.max(1, Math.ceil(half))} ms)`;
  return half < 50
    ? duration(result.marginMs)
    : `${duration(result.marginMs)} (± ${(Math.ceil(half / 100) / 10).toFixed(1)} s)`;
};

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
  const victim = kill.doc.victims[0];
  const alone = victim === undefined ? victimOf(kill) : `${victim.comm} (pid ${victim.pid})`;
  const what =
    killed === 1
      ? `killed ${podName(kill.doc.pod) === null ? victimOf(kill) : alone} at`
      : `killed ${killed} of its processes ${runs === 1 ? "at" : `in ${runs} runs, first at`}`;
  return `No race: ${limitOf(kill)} and the kernel ${what} ${clockTime(kill.at)}. The kubelet's eviction does not watch that limit.`;
};

const userspaceFirst = (contest: Contest): string => {
  const first = contest.userspaceKills[0];
  if (!first) return "";
  const shot = `it shot ${first.doc.target} at ${clockTime(first.at)}`;
  const acted = [contest.kills.length > 0 ? "the kernel" : null, contest.evictions.length > 0 ? "the kubelet" : null];
  const others = acted.filter((who) => who !== null);
  if (others.length > 0) return `${first.doc.daemon} killed first: ${shot}, before ${others.join(" or ")} acted.`;
  return `${first.doc.daemon} killed: ${shot}; no kill by the kernel and no eviction is in the input.`;
};

const onlyPressure = (contest: Contest, { confidence }: Result): string => {
  const { stalled } = contest;
  const pods =
    stalled === null
      ? "a pod stalled on memory"
      : `tasks of ${stalled.pod} waited for memory 10 % of the time or more through ${duration(stalled.ms)}`;
  const rest =
    confidence === "high" ? "nothing was killed and nothing was evicted" : "no kill and no eviction is in the input";
  return `Pressure only: ${contest.scope === "pod" ? pods : "the node was short of memory"}; ${rest}.`;
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
    return `The kubelet ${didEvict(contest.evictions)} at ${clockTime(eviction.at)}; whether the kernel killed first is not known. ${result.reason}`;
  if (contest.userspaceKills.length === 0) return `Whether anybody acted cannot be told. ${result.reason}`;
  return `Cannot tell what happened. ${result.reason}`;
};

/** What the kernel did last, where its report ends so. */
const panicked = (kills: readonly StoryKill[]): string => {
  const panic = kills.flatMap(({ report }) => report?.panic ?? []).at(-1);
  return panic === undefined ? "" : ` The kernel panicked ("${panic.slice(0, MOST_PANIC)}").`;
};

const MOST_PANIC = 120;

export const sentenceOf = (contest: Contest, result: Result): string =>
  outcomeSentence(contest, result) + panicked(contest.kills);

const outcomeSentence = (contest: Contest, result: Result): string => {
  const kill = firstKill(contest.kills);
  const eviction = firstEviction(contest.evictions);
  switch (result.outcome) {
    case "kernel-won":
      if (kill === null) return "";
      return eviction === null
        ? `The kernel killed first${timesKilled(contest.kills)}: it shot ${victimOf(kill)} at ${clockTime(kill.at)}, and the kubelet never acted on this pressure.`
        : `The kernel killed first${timesKilled(contest.kills)}: it shot ${victimOf(kill)} at ${clockTime(kill.at)}. The kubelet reacted ${margin(result)} later and ${didEvict(contest.evictions)}.`;
    case "kernel-won-mid-eviction":
      return kill === null || eviction === null
        ? ""
        : `The kernel killed before the eviction freed memory: the kubelet had decided to ${toEvict(contest.evictions)} at ${clockTime(eviction.at)}, ${margin(result)} before, and the kernel shot ${victimOf(kill)} at ${clockTime(kill.at)}.`;
    case "eviction-insufficient":
      return kill === null || eviction === null
        ? ""
        : `The kubelet evicted first and it was not enough: it acted at ${clockTime(eviction.at)} and ${didEvict(contest.evictions)}, and the kernel still shot ${victimOf(kill)} at ${clockTime(kill.at)}.`;
    case "kubelet-won":
      return eviction === null
        ? ""
        : `The kubelet acted first: it ${didEvict(contest.evictions)} at ${clockTime(eviction.at)}, and the kernel did not kill.`;
    case "userspace-won":
      return userspaceFirst(contest);
    case "unopposed":
      return kill === null
        ? ""
        : `The kernel killed unopposed: it shot ${victimOf(kill)} at ${clockTime(kill.at)}; the kubelet has no memory eviction threshold, so it could not have acted.`;
    case "no-race":
      return noRace(contest);
    case "pressure-only":
      return onlyPressure(contest, result);
    case "undetermined":
      return undetermined(contest, result);
    case "none":
      return "Nothing happened to memory in what was captured: no kill, no eviction, no pressure.";
  }
};

/** Incidents that ended as the gravest one did, told as one story: "The kernel killed first, twice. It shot … at … and again at …". */
const sameStory = (worst: ToldIncident, alike: readonly ToldIncident[]): string | null => {
  if (worst.doc.outcome !== "kernel-won" || alike.length < 2) return null;
  const kills = alike.flatMap((incident) => firstKill(incident.kills) ?? []);
  const pods = new Set(kills.map((kill) => podName(kill.doc.pod)));
  const [first, ...rest] = kills;
  if (first === undefined || pods.size !== 1 || pods.has(null) || rest.length > 3) return null;
  const again = rest.map((kill) => `again at ${clockTime(kill.at)}`).join(" and ");
  const shot = `It shot ${victimOf(first)} at ${clockTime(first.at)} and ${again}.`;
  const silent = alike.flatMap((incident) => incident.doc.race?.kubeletSilentMs ?? []);
  const noticed =
    silent.length === alike.length && Math.min(...silent) > STALLED_MS
      ? ` The kubelet had noticed each time, then did nothing for ${duration(Math.min(...silent))} or more.`
      : "";
  const eviction = firstEviction(worst.evictions);
  const late = worst.doc.consequences.some((c) => c.kind === "late-eviction")
    ? ", when memory had already come back"
    : "";
  const acted =
    eviction === null
      ? " It never acted on this pressure."
      : ` ${noticed === "" ? "The kubelet" : "It"} reacted ${margin(worst.doc)} after the kill at ${clockTime(firstKill(worst.kills)?.at ?? eviction.at)} and ${didEvict(worst.evictions)}${late}.`;
  return `The kernel killed first${times(kills.length)}. ${shot}${noticed}${acted}${panicked(alike.flatMap((i) => i.kills))}`;
};

/** The loop comes round every 10 s; a wait far beyond it is worth a word. */
const STALLED_MS = 20_000;

export interface ToldIncident {
  readonly doc: Incident;
  readonly kills: readonly StoryKill[];
  readonly evictions: readonly StoryEviction[];
}

/** The bundle's sentence: that of its gravest incident; how many others there are is said behind it. */
export const verdictSentence = (worst: ToldIncident | null, incidents: readonly ToldIncident[]): string => {
  if (worst === null) return "Nothing happened to memory in what was captured: no kill, no eviction, no pressure.";
  const acted = (i: ToldIncident): boolean =>
    i.doc.oomKillIds.length + i.doc.evictionIds.length + i.doc.userspaceKillIds.length > 0;
  const alike = incidents.filter(
    (i) => acted(i) && i.doc.outcome === worst.doc.outcome && i.doc.scope === worst.doc.scope,
  );
  const others = incidents.filter((i) => i !== worst && acted(i));
  const story = sameStory(worst, alike);
  const rest = story === null ? others : others.filter((i) => !alike.includes(i));
  const told = story ?? worst.doc.sentence;
  if (rest.length === 0) return told;
  const same = rest.every((i) => alike.includes(i));
  const subject =
    rest.length === 1 ? "One other incident in this capture" : `${rest.length} other incidents in this capture`;
  const verb = same ? "ended the same way" : rest.length === 1 ? "stands beside it" : "stand beside it";
  return `${told} ${subject} ${verb}.`;
};
