// The document, indexed once for all outputs: which incident the verdict is about, its kills and evictions, who is guilty.
import type {
  Analysis,
  Eviction,
  Incident,
  OomKill,
  PodMemory,
  Series,
  Threshold,
  UserspaceKill,
} from "../../model/analysis.ts";
import { podKey } from "./names.ts";

export interface Story {
  readonly a: Analysis;
  /** The verdict's incident; null where the verdict names none. */
  readonly main: Incident | null;
  readonly series: ReadonlyMap<string, Series>;
  /** By uid and by name, as whichever source names them. */
  readonly pods: ReadonlyMap<string, PodMemory>;
  /** Key of the pod whose processes died most, or that holds the most at the kill. Null where no pod is to blame. */
  readonly guilty: string | null;
  killsOf(incident: Incident): OomKill[];
  evictionsOf(incident: Incident): Eviction[];
  userspaceOf(incident: Incident): UserspaceKill[];
}

const pick = <T extends { readonly id: string }>(all: readonly T[], ids: readonly string[]): T[] => {
  const wanted = new Set(ids);
  return all.filter((x) => wanted.has(x.id));
};

export function storyOf(a: Analysis): Story {
  const main = a.incidents.find((i) => i.id === a.verdict.incidentId) ?? null;
  const pods = new Map<string, PodMemory>();
  for (const pod of a.pods) {
    const key = podKey(pod.pod);
    if (key !== null && !pods.has(key)) pods.set(key, pod);
  }
  return {
    a,
    main,
    series: new Map(a.series.map((s) => [s.id, s])),
    pods,
    guilty: guiltyPod(a, main),
    killsOf: (incident) => pick(a.oomKills, incident.oomKillIds),
    evictionsOf: (incident) => pick(a.evictions, incident.evictionIds),
    userspaceOf: (incident) => pick(a.userspaceKills, incident.userspaceKillIds),
  };
}

/** The largest pod at the kill or the crossing; without a ledger the pod that was killed, then the one that was evicted. */
function guiltyPod(a: Analysis, main: Incident | null): string | null {
  if (main === null) return null;
  const ledgers = a.ledgers.filter((l) => l.incidentId === main.id);
  const ledger = ledgers.find((l) => l.moment === "kill") ?? ledgers[0];
  const largest = ledger?.parts.filter((p) => p.pod !== null).toSorted((x, y) => y.bytes - x.bytes)[0];
  const shared = main.scope === "node" || main.scope === "allocatable";
  if (shared && largest !== undefined) return podKey(largest.pod);
  const killed = pick(a.oomKills, main.oomKillIds).find((k) => podKey(k.pod) !== null);
  if (killed !== undefined) return podKey(killed.pod);
  const evicted = pick(a.evictions, main.evictionIds).find((e) => e.pods.length > 0);
  return podKey(evicted?.pods[0] ?? null) ?? podKey(largest?.pod ?? null);
}

/** Node and allocatable first: what eviction competes for. */
export const isShared = (incident: Incident): boolean => incident.scope === "node" || incident.scope === "allocatable";

export const hasDeaths = (incident: Incident): boolean =>
  incident.oomKillIds.length + incident.evictionIds.length + incident.userspaceKillIds.length > 0;

/** "Incident 2": numbered in time order, as the document lists them. */
export const incidentNumber = (a: Analysis, incident: Incident): number => a.incidents.indexOf(incident) + 1;

/** True where nothing was recorded of this kind. */
export const lacks = (a: Analysis, source: string): boolean => (a.coverage.sources[source] ?? "absent") === "absent";

const SOURCE_WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    meminfo: "/proc/meminfo samples",
    vmstat: "/proc/vmstat samples",
    psi: "pressure (PSI) samples",
    slabinfo: "/proc/slabinfo samples",
    cgroup: "cgroup memory samples",
    kernelLog: "kernel log",
    kubeletLog: "kubelet log",
    zoneinfo: "/proc/zoneinfo samples",
    tasks: "samples of tasks",
    systemLog: "log of systemd and the container runtime",
    events: "Kubernetes events",
    kubeletConfig: "kubelet configuration",
    pods: "pod objects",
    node: "node object",
  }),
);
export const sourceWord = (source: string): string => SOURCE_WORDS.get(source) ?? source;

/** Why a figure is not known, as far as the document tells: the sources it would have come from and that are missing. */
export function whyUnknown(a: Analysis, needs: readonly string[], otherwise: string): string {
  const missing = needs.filter((s) => lacks(a, s)).map(sourceWord);
  return missing.length === 0 ? otherwise : `the capture holds no ${missing.join(" and no ")}`;
}

export const hardThreshold = (a: Analysis): Threshold | null =>
  a.node.eviction?.hard.find((t) => t.signal === "memory.available") ?? null;

/** Pressure without a kill: the pod that waited most. */
export function podUnderPressure(story: Story): string | null {
  let best: { uid: string; peak: number } | null = null;
  for (const series of story.a.series) {
    const uid = /^pod\/(.{1,64})\.psi\.some$/.exec(series.id)?.[1];
    if (uid === undefined) continue;
    const peak = series.values.reduce<number>((m, v) => Math.max(m, v ?? 0), 0);
    if (best === null || peak > best.peak) best = { uid, peak };
  }
  return best?.uid ?? null;
}
