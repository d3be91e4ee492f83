// What src/timeline hands on: one clock, one story. The pieces of the analysis document that are facts of the story, and the
// richer forms behind them that rules need (intervals instead of instants, reports instead of summaries).
import type { CgroupDir, SampledFile, Samples, TaskSeries } from "./samples.ts";
import type {
  Analysis,
  Consequence,
  Eviction,
  Incident,
  Ledger,
  Milestone,
  OomKill,
  PodMemory,
  PodRef,
  QosClass,
  Race,
  Series,
  Threshold,
  TimelineEvent,
  UserspaceKill,
  Verdict,
} from "./analysis.ts";
import type { Problem, SourceRef } from "./evidence.ts";
import type { Facts } from "./facts.ts";
import type { When } from "./instant.ts";
import type { KernelEvent, OomReport } from "./kernel.ts";
import type { KubeletConfig, KubeletEvent, SystemEvent } from "./kubelet.ts";

/** An OOM kill event of the document with the intervals behind it. */
export interface StoryKill {
  readonly doc: OomKill;
  /** Of the first "Killed process" line (or what stands for it). */
  readonly at: When;
  readonly invokedAt: When | null;
  readonly reapedAt: When | null;
  readonly report: OomReport | null;
}

/** A node-pressure eviction with the intervals behind it. */
export interface StoryEviction {
  readonly doc: Eviction;
  /** Of the reaction: "attempting to reclaim", else the Evicted event. */
  readonly at: When;
  readonly rankedAt: When | null;
  readonly completedAt: When | null;
  /** Until when the manager was busy with it: cleaned up, or waiting for it timed out. */
  readonly finishedAt: When | null;
  /** Wait for the pod's clean-up timed out, or the kill call did ("pod failed to evict"). */
  readonly timedOut: boolean;
  readonly killFailed: boolean;
  /** When the value it acted on was read, found by matching it against the samples. */
  readonly observedAt: When | null;
}

export interface StoryUserspaceKill {
  readonly doc: UserspaceKill;
  readonly at: When;
}

/** What was in force. `known: false`: neither configuration nor log says. */
export interface ThresholdsInForce {
  readonly known: boolean;
  readonly source: "config" | "log" | "default" | null;
  /** Memory thresholds first; disk ones as configured. */
  readonly hard: readonly Threshold[];
  readonly soft: readonly Threshold[];
  /** memory.available hard threshold in bytes; null where none is in force. */
  readonly memoryHardBytes: number | null;
  readonly memorySoftBytes: number | null;
  readonly memorySoftGraceMs: number | null;
  /** The allocatable signal exists: a hard memory threshold and enforceNodeAllocatable contains "pods". */
  readonly allocatable: boolean;
  readonly minimumReclaimBytes: number;
  readonly config: KubeletConfig | null;
  readonly refs: readonly SourceRef[];
}

/** One signal over the ticks that can compute it. */
export interface SignalSample {
  readonly tick: number;
  readonly at: When;
  /** Bytes. */
  readonly value: number;
}

export interface StoryIncident {
  readonly doc: Incident;
  readonly kills: readonly StoryKill[];
  readonly evictions: readonly StoryEviction[];
  readonly userspaceKills: readonly StoryUserspaceKill[];
  readonly from: When;
  readonly to: When;
  /** First tick below a threshold that led to this incident. */
  readonly crossing: {
    readonly at: When;
    readonly tick: number;
    readonly signal: "memory.available" | "allocatableMemory.available";
    readonly thresholdBytes: number;
  } | null;
  readonly milestones: readonly Milestone[];
  readonly consequences: readonly Consequence[];
  readonly race: Race | null;
}

/** What the kubelet's arithmetic counts as used of the node. */
export interface RootUsage {
  /** v1, and v2 from 1.29 on: anonymous memory and files. v2 up to 1.26: all but free memory, the kernel's own with it. */
  readonly counts: "anon-and-file" | "all-but-free";
  /** False: neither the release nor a quantity that it printed tells; the newest is taken. */
  readonly sure: boolean;
}

export interface Floor {
  readonly killId: string;
  /** memory.available in the kubelet's arithmetic at the kill. */
  readonly bytes: number;
  readonly how: "oom-report" | "meminfo-in-tick" | "last-tick";
  readonly usage: RootUsage;
  readonly from: readonly SourceRef[];
}

/** A cgroup's files over time, by name ("memory.current", "memory.stat" …). */
export interface CgroupSeries {
  readonly dir: CgroupDir;
  readonly pod: PodRef | null;
  readonly qosClass: QosClass | null;
  /** "kubepods" | "qos" | "pod" | "container" | "system" | "root" … by its place in the tree. */
  readonly level: "root" | "kubepods" | "qos" | "pod" | "container" | "other";
  file(name: string): SampledFile | null;
}

/** A log's event on the wall clock. */
export interface PlacedEvent<T> {
  readonly event: T;
  readonly at: When;
}

export interface Timeline {
  readonly facts: Facts;
  readonly samples: Samples;
  readonly tasks: readonly TaskSeries[];
  /** Interval in which a tick's files were read. */
  readonly tickAt: (tick: number) => When;
  readonly node: Analysis["node"];
  readonly coverage: Analysis["coverage"];
  readonly thresholds: ThresholdsInForce;
  /** memory.available in the variant that fits, and its name; null where it cannot be computed. */
  readonly available: {
    readonly variant: string;
    readonly fitted: boolean;
    readonly samples: readonly SignalSample[];
  } | null;
  readonly allocatable: {
    readonly variant: string;
    readonly limitBytes: number;
    readonly samples: readonly SignalSample[];
  } | null;
  readonly memAvailable: readonly SignalSample[];
  readonly cgroups: readonly CgroupSeries[];
  readonly kills: readonly StoryKill[];
  readonly evictions: readonly StoryEviction[];
  readonly userspaceKills: readonly StoryUserspaceKill[];
  readonly incidents: readonly StoryIncident[];
  readonly floors: readonly Floor[];
  readonly ledgers: readonly Ledger[];
  readonly pods: readonly PodMemory[];
  readonly series: readonly Series[];
  readonly events: readonly TimelineEvent[];
  /** What the logs say, merged over their forms, each once, in time order. */
  readonly kernelLines: readonly PlacedEvent<KernelEvent>[];
  readonly kubeletLines: readonly PlacedEvent<KubeletEvent>[];
  readonly systemLines: readonly PlacedEvent<SystemEvent>[];
  /** Wall clock (ms) of every line of the kubelet, whatever it says: its silence is read from these. */
  readonly kubeletBeats: readonly { readonly ms: number; readonly file: string; readonly line: number }[];
  readonly verdict: Verdict;
  readonly problems: readonly Problem[];
}
