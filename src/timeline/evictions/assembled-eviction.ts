// What the eviction assembler hands on: decisions of the kubelet's eviction manager, each once, from all that tells of them.
import type { PodRef } from "../../model/analysis.ts";
import type { SourceRef } from "../../model/evidence.ts";
import type { Stamp, When } from "../../model/instant.ts";
import type { EvictedMessage, KubeletEvent, PodKey } from "../../model/kubelet.ts";

/** Puts readings on the wall clock. */
export type Place = (stamps: readonly Stamp[], bootId: string | null) => When;

export interface AssembledEviction {
  /** "attempting to reclaim", else the event, else the pod's DisruptionTarget transition (which is later than the decision). */
  readonly at: When;
  /** As the text gives it: "memory" is memory.available or allocatableMemory.available, and the signal is then null. */
  readonly resource: string | null;
  /** Only where the resource can be one signal alone. */
  readonly signal: string | null;
  readonly kind: "hard" | "soft" | null;
  readonly thresholdBytes: number | null;
  readonly observedBytes: number | null;
  readonly pods: readonly PodRef[];
  /** In the order of the ranking, the first to go first. */
  readonly ranked: readonly PodKey[];
  /** Passed over as critical. */
  readonly refused: readonly PodKey[];
  readonly rankedAt: When | null;
  /** "pod is evicted successfully": the kill call returned. */
  readonly killReturnedAt: When | null;
  /** "pod failed to evict": it did not return in time; the kill goes on. */
  readonly killFailed: boolean;
  /** "pods successfully cleaned up". */
  readonly completedAt: When | null;
  /** "timed out waiting for pods to be cleaned up". */
  readonly timedOutAt: When | null;
  readonly gracePeriodSec: number | null;
  /** The round is known to have evicted nothing. */
  readonly failed: boolean;
  /** "pod-limit": the pod broke a limit of its own on local storage; the node was under no pressure. */
  readonly trigger: "node-pressure" | "pod-limit";
  readonly knownFrom: "log" | "event" | "status";
  /** How many rounds the evidence counts in this one (an event's count, the log's repeated attempts on one pod). */
  readonly rounds: number;
  readonly message: EvictedMessage | null;
  /** The kubelet's lines of these rounds, in time order. */
  readonly events: readonly KubeletEvent[];
  readonly from: readonly [SourceRef, ...SourceRef[]];
}

/** A userspace daemon's kill. */
export interface AssembledUserspaceKill {
  readonly at: When;
  readonly daemon: string;
  /** Path of a cgroup, name of a unit, or comm of a process. */
  readonly target: string;
  readonly victimPid: number | null;
  readonly reason: string | null;
  readonly from: readonly [SourceRef, ...SourceRef[]];
}

/** An OOM kill of the kernel that someone else tells of. Without a pid it must not be counted beside a kernel kill that it can be. */
export interface ToldOomKill {
  readonly source: "sys-oom" | "SystemOOM" | "OOMKilling" | "OOMKilled" | "TaskOOM" | "unit";
  readonly knownFrom: "event" | "status" | "runtime";
  /** TimeOfDeath, the container's end, or when it was told. */
  readonly at: When;
  readonly pid: number | null;
  readonly comm: string | null;
  /** "node": the kubelet's OOM watcher speaks only of kills outside memory cgroups (since 1.21; older kernels and kubelets blur it). */
  readonly scope: "node" | "memcg" | null;
  readonly pod: PodRef | null;
  readonly unit: string | null;
  /** Kills that the evidence counts ("x16", combined events): only this one's pid is known. */
  readonly count: number;
  readonly from: readonly [SourceRef, ...SourceRef[]];
}
