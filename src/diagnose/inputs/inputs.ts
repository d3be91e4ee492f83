// Everything that rules may ask for, derived once from the timeline, each part when it is first asked for.
import type { PodMemory, Ledger, Analysis } from "../../model/analysis.ts";
import type { KernelEvent } from "../../model/kernel.ts";
import type { KubeletConfig, KubeletEvent, NodeFact, PodFact, SystemEvent } from "../../model/kubelet.ts";
import type {
  Floor,
  PlacedEvent,
  StoryKill,
  StoryUserspaceKill,
  ThresholdsInForce,
  Timeline,
} from "../../model/timeline.ts";
import { type CgroupView, cgroupView } from "./cgroup.ts";
import { type Case, casesOf } from "./incident.ts";
import { type Loss, lossOf } from "./loss.ts";
import { type Signal, allocatableOf, availableOf, freeAndFile, memAvailableOf } from "./signal.ts";
import { lossSources } from "./loss-sources.ts";
import { type TaskView, taskViews } from "./task.ts";
import { type Track, trackOf } from "./track.ts";

export interface KubeletView {
  readonly lines: readonly PlacedEvent<KubeletEvent>[];
  readonly beats: readonly { readonly ms: number; readonly file: string; readonly line: number }[];
}

export interface Inputs {
  readonly incidents: readonly Case[];
  readonly kills: readonly StoryKill[];
  readonly thresholds: ThresholdsInForce;
  readonly config: KubeletConfig | null;
  readonly node: Analysis["node"];
  readonly coverage: Analysis["coverage"];
  /** Lines of the kubelet; null where there are none at all. */
  readonly kubelet: KubeletView | null;
  readonly kernelLines: readonly PlacedEvent<KernelEvent>[];
  readonly systemLines: readonly PlacedEvent<SystemEvent>[];
  readonly available: Signal | null;
  readonly allocatable: Signal | null;
  readonly memAvailable: Signal | null;
  /** Loss of memory.available by consumer, for an incident. */
  readonly loss: (incident: Case) => Loss | null;
  /** The same of the pods' share, for the allocatable signal. */
  readonly podsLoss: (incident: Case) => Loss | null;
  /** Loss of free and file pages: the one that shows kernel memory, which memory.available does not see. */
  readonly freeLoss: (incident: Case) => Loss | null;
  readonly floors: readonly Floor[];
  readonly ledgers: readonly Ledger[];
  readonly meminfo: Track | null;
  readonly vmstat: Track | null;
  readonly zoneinfo: Track | null;
  readonly buddyinfo: Track | null;
  readonly slabinfo: Track | null;
  readonly sockstat: Track | null;
  readonly psiMemory: Track | null;
  readonly psiIo: Track | null;
  readonly psiCpu: Track | null;
  readonly minTtl: Track | null;
  readonly tcpMem: Track | null;
  readonly root: CgroupView | null;
  readonly kubepods: CgroupView | null;
  readonly cgroups: readonly CgroupView[];
  readonly tasks: readonly TaskView[];
  /** Pods as the API, the kubelet or the runtime name them. */
  readonly podFacts: readonly PodFact[];
  readonly nodeFacts: readonly NodeFact[];
  readonly podMemory: readonly PodMemory[];
  /** Boot ids in the order of the capture. */
  readonly bootIds: readonly string[];
  readonly userspaceKills: readonly StoryUserspaceKill[];
  readonly pageSize: number;
  /** Anything in the input speaks of Kubernetes. A kernel log of some other machine asks no question about eviction. */
  readonly kubernetes: boolean;
}
export type InputKey = keyof Inputs;

/** Each part once, at its first use. */
const lazily = <T extends object>(makers: { readonly [K in keyof T]: () => T[K] }): T => {
  const made = new Map<keyof T, unknown>();
  const target = {} as T;
  for (const key of Object.keys(makers) as (keyof T)[]) {
    Object.defineProperty(target, key, {
      enumerable: true,
      get: () => {
        if (!made.has(key)) made.set(key, makers[key]());
        return made.get(key);
      },
    });
  }
  return target;
};

const lossMaker = (
  inputs: Inputs,
  signal: Signal | null,
  scope: "root" | "kubepods",
): ((incident: Case) => Loss | null) => {
  const known = new Map<string, Loss | null>();
  const sources = lossSources(inputs, scope);
  return (incident) => {
    const seen = known.get(incident.id);
    if (seen !== undefined) return seen;
    const from = incident.window?.fromMs ?? Infinity;
    const ends = inputs.incidents
      .filter((i) => i.contested && i !== incident && i.span !== null && i.span.toMs <= from)
      .map((i) => i.span?.toMs ?? -Infinity);
    const loss = lossOf(incident, signal, sources, Math.max(-Infinity, ...ends));
    known.set(incident.id, loss);
    return loss;
  };
};

/** Files of /proc and /sys, by what the inputs call them. */
const FILES = {
  meminfo: "/proc/meminfo",
  vmstat: "/proc/vmstat",
  zoneinfo: "/proc/zoneinfo",
  buddyinfo: "/proc/buddyinfo",
  slabinfo: "/proc/slabinfo",
  sockstat: "/proc/net/sockstat",
  psiMemory: "/proc/pressure/memory",
  psiIo: "/proc/pressure/io",
  psiCpu: "/proc/pressure/cpu",
  minTtl: "/sys/kernel/mm/lru_gen/min_ttl_ms",
  tcpMem: "/proc/sys/net/ipv4/tcp_mem",
} as const satisfies Partial<Record<InputKey, string>>;
type FileKey = keyof typeof FILES;

const fileMakers = (timeline: Timeline): { readonly [K in FileKey]: () => Track | null } => {
  const open = (key: FileKey) => () => trackOf(timeline.samples.files.get(FILES[key]), timeline);
  return {
    meminfo: open("meminfo"),
    vmstat: open("vmstat"),
    zoneinfo: open("zoneinfo"),
    buddyinfo: open("buddyinfo"),
    slabinfo: open("slabinfo"),
    sockstat: open("sockstat"),
    psiMemory: open("psiMemory"),
    psiIo: open("psiIo"),
    psiCpu: open("psiCpu"),
    minTtl: open("minTtl"),
    tcpMem: open("tcpMem"),
  };
};

const kubeletOf = ({ kubeletLines, kubeletBeats }: Timeline): KubeletView | null =>
  kubeletLines.length + kubeletBeats.length === 0 ? null : { lines: kubeletLines, beats: kubeletBeats };

const speaksOfKubernetes = (timeline: Timeline): boolean => {
  const { facts, kills, evictions, thresholds, cgroups, kubeletLines, kubeletBeats } = timeline;
  if (kubeletLines.length + kubeletBeats.length + evictions.length + facts.pods.length + facts.nodes.length > 0)
    return true;
  if (thresholds.known || facts.events.length > 0 || cgroups.some((c) => c.level === "kubepods")) return true;
  const inPods = (cgroup: string | null): boolean => cgroup !== null && /kubepods/.test(cgroup);
  return kills.some(({ doc }) => doc.pod !== null || inPods(doc.victimCgroup) || inPods(doc.limitedCgroup));
};

export const inputsOf = (timeline: Timeline): Inputs => {
  const own = (view: CgroupView): boolean => !timeline.facts.collector.cgroups.includes(view.cgroup);
  const atLevel = (level: CgroupView["level"]) => () => inputs.cgroups.find((c) => c.level === level) ?? null;
  const pods = (file: "current" | "max" | "stat"): Track | null => inputs.kubepods?.[file] ?? null;
  const tracks = () => ({
    meminfo: inputs.meminfo,
    rootStat: inputs.root?.stat ?? null,
    kubepods: { current: pods("current"), max: pods("max"), stat: pods("stat") },
  });
  const inputs: Inputs = lazily<Inputs>({
    ...fileMakers(timeline),
    incidents: () => casesOf(timeline),
    kills: () => timeline.kills,
    thresholds: () => timeline.thresholds,
    config: () => timeline.thresholds.config,
    node: () => timeline.node,
    coverage: () => timeline.coverage,
    kubelet: () => kubeletOf(timeline),
    kernelLines: () => timeline.kernelLines,
    systemLines: () => timeline.systemLines,
    available: () => availableOf(timeline, tracks()),
    allocatable: () => allocatableOf(timeline, tracks()),
    memAvailable: () => memAvailableOf(timeline, tracks()),
    loss: () => lossMaker(inputs, inputs.available, "root"),
    podsLoss: () => lossMaker(inputs, inputs.allocatable, "kubepods"),
    freeLoss: () => lossMaker(inputs, freeAndFile(inputs.meminfo), "root"),
    floors: () => timeline.floors,
    ledgers: () => timeline.ledgers,
    root: atLevel("root"),
    kubepods: atLevel("kubepods"),
    cgroups: () => timeline.cgroups.map((series) => cgroupView(series, timeline)).filter(own),
    tasks: () => taskViews(timeline),
    podFacts: () => timeline.facts.pods,
    nodeFacts: () => timeline.facts.nodes,
    podMemory: () => timeline.pods,
    bootIds: () => timeline.facts.bootIds,
    userspaceKills: () => timeline.userspaceKills,
    pageSize: () => timeline.samples.pageSize.bytes,
    kubernetes: () => speaksOfKubernetes(timeline),
  });
  return inputs;
};
