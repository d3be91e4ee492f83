// What the kubelet, the runtime, systemd, userspace killers and the API say.
import type { HeapMaximum } from "./heap-maximum.ts";
import type { Fact, SourceRef } from "./evidence.ts";
import type { Stamp } from "./instant.ts";

export interface PodKey {
  readonly namespace: string | null;
  readonly name: string | null;
  readonly uid: string | null;
}

interface LineBase {
  /** The line's own clock first (klog header or JSON ts), then the decoration's. */
  readonly stamps: readonly Stamp[];
  readonly bootId: string | null;
  readonly host: string | null;
  /** Process id of the speaker: its change is a restart. */
  readonly pid: number | null;
  readonly from: readonly [SourceRef, ...SourceRef[]];
}

/** One line of the kubelet that means something to a memory incident. Lines that do not are counted, not kept. */
export type KubeletEvent =
  | (LineBase & {
      readonly kind:
        | "attempting-to-reclaim"
        | "must-evict"
        | "unable-to-evict"
        | "no-pods-to-evict"
        | "reduced-without-evicting"
        | "summary-failed"
        | "no-observation"
        | "synchronize-failed"
        | "reclaim-failed" // an error while node-level resources (images, dead containers) were to be freed
        | "housekeeping" // "synchronize housekeeping" (V3): proof of a pass
        | "no-resources-starved"; // V3: a pass that found nothing
      /** resourceName or signal as printed: "memory", "memory.available", "ephemeral-storage"; null where the line has none. */
      readonly resource: string | null;
    })
  | (LineBase & {
      /** eviction criteria not yet met: a soft threshold in its grace period. */
      readonly kind: "criteria-not-met";
      readonly signal: string | null;
      readonly thresholdBytes: number | null;
      readonly gracePeriodMs: number | null;
      readonly heldMs: number | null;
    })
  | (LineBase & {
      /** V3 observations and thresholds. */
      readonly kind: "observation";
      readonly signal: string | null;
      readonly availableBytes: number | null;
      readonly capacityBytes: number | null;
      readonly thresholdBytes: number | null;
      readonly log: string | null;
    })
  | (LineBase & {
      /** The memcg notifier (kernelMemcgNotification): "created" at start; "crossed" when the kernel told that the usage passed the
       *  threshold, upon which the manager makes a pass at once. On cgroup v2 only "created" occurs and means nothing (1.23+). */
      readonly kind: "notifier";
      readonly what: "created" | "crossed";
      /** "hard memory eviction threshold", "hard allocatable memory eviction threshold", "soft …". */
      readonly threshold: string;
    })
  | (LineBase & {
      /** V3: conditions that a pass observed, or keeps because the transition period has not passed. */
      readonly kind: "node-conditions";
      readonly what: "observed" | "transition-period-not-met";
      readonly conditions: readonly string[];
    })
  | (LineBase & {
      readonly kind:
        | "ranked"
        | "evicting"
        | "evicted"
        | "failed-to-evict"
        | "critical-not-evicted"
        | "waiting-for-cleanup"
        | "cleaned-up"
        | "cleanup-timed-out"
        | "admission-refused"
        | "killing-container";
      readonly pods: readonly PodKey[];
      readonly container: string | null;
      readonly containerId: string | null;
      readonly gracePeriodSec: number | null;
      readonly error: string | null;
      /** The Evicted message, where the line carries it. */
      readonly message: string | null;
    })
  | (LineBase & {
      /** "Got sys oom event". */
      readonly kind: "sys-oom";
      readonly victimPid: number | null;
      readonly victimComm: string | null;
      readonly timeOfDeath: Stamp | null;
    })
  | (LineBase & {
      /** PLEG: ContainerStarted, ContainerDied … */
      readonly kind: "pleg";
      readonly pod: PodKey;
      readonly what: string;
      readonly containerId: string | null;
      readonly exitCode: number | null;
      readonly reason: string | null;
    })
  | (LineBase & {
      /** "Recording event message for node": NodeHasInsufficientMemory, NodeNotReady … */
      readonly kind: "node-event";
      readonly event: string;
    })
  | (LineBase & {
      /** Signs that the kubelet itself is starved or cut off. */
      readonly kind: "starving";
      readonly what:
        | "pleg-unhealthy"
        | "housekeeping-slow"
        | "lease"
        | "status-update"
        | "runtime-call"
        | "runtime-down";
      readonly summary: string;
    })
  | (LineBase & { readonly kind: "started"; readonly version: string | null })
  | (LineBase & { readonly kind: "flag"; readonly name: string; readonly value: string })
  | (LineBase & {
      readonly kind: "crash-loop";
      readonly pod: PodKey;
      readonly container: string | null;
      readonly summary: string;
    })
  | (LineBase & { readonly kind: "shutdown"; readonly summary: string });

/** The container runtime, systemd and others. */
export type SystemEvent =
  | (LineBase & { readonly kind: "task-oom"; readonly containerId: string })
  | (LineBase & {
      readonly kind: "task-exit";
      readonly containerId: string;
      readonly exitCode: number | null;
      readonly exitedPid: number | null;
    })
  | (LineBase & { readonly kind: "unit-oom"; readonly unit: string; readonly summary: string })
  | (LineBase & {
      readonly kind: "unit-failed" | "unit-started" | "unit-stopped";
      readonly unit: string;
      readonly summary: string;
    })
  | (LineBase & { readonly kind: "journal-lost"; readonly count: number | null; readonly summary: string })
  | (LineBase & { readonly kind: "boot"; readonly summary: string })
  | (LineBase & {
      /** systemd-oomd, oomd, earlyoom, nohang, Talos OOMController … */
      readonly kind: "userspace-kill";
      readonly daemon: string;
      readonly target: string;
      readonly victimPid: number | null;
      readonly reason: string | null;
    });

/** A Kubernetes Event, from the API as JSON, or from kubectl's text. */
export interface KubeEvent {
  readonly reason: string;
  readonly type: string | null;
  readonly component: string | null;
  readonly host: string | null;
  readonly object: PodKey & { readonly kind: string };
  readonly message: string;
  /** Of first and last occurrence; clock "api" (whole seconds) or "realtime" (eventTime, microseconds), "age" where kubectl's text gives ages only. */
  readonly first: readonly Stamp[];
  readonly last: readonly Stamp[];
  readonly count: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly from: readonly [SourceRef, ...SourceRef[]];
}

/** The parts of "The node was low on resource: memory. Threshold quantity: 300Mi, available: 283900Ki. Container …". */
export interface EvictedMessage {
  readonly resource: string | null;
  readonly thresholdBytes: number | null;
  readonly availableBytes: number | null;
  readonly containers: readonly {
    readonly name: string;
    readonly usingBytes: number | null;
    readonly requestBytes: number | null;
  }[];
  /** "Pod was rejected: The node had condition": never ran here, no eviction. */
  readonly admission: boolean;
}

/** A pod as some source names it: API object, kubelet /pods, crictl, /var/log listings. */
export interface PodFact {
  readonly namespace: string | null;
  readonly name: string | null;
  /** With dashes, lower case, as in the API; static pods: their 32-hex hash as well in `hash`. */
  readonly uid: string | null;
  readonly hash: string | null;
  readonly node: string | null;
  readonly qosClass: "Guaranteed" | "Burstable" | "BestEffort" | null;
  readonly priority: number | null;
  readonly phase: string | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly startTime: Stamp | null;
  /** DisruptionTarget / TerminationByKubelet transition. */
  readonly disruption: { readonly at: Stamp; readonly reason: string; readonly message: string | null } | null;
  readonly containers: readonly ContainerFact[];
  /** Sum over the pod as Kubernetes defines it (init containers, overhead, pod-level); null where unknown. */
  readonly requestBytes: number | null;
  readonly limitBytes: number | null;
  /** Where this object stands in time: captured before or after the incident is told by the file, not by us. */
  readonly from: readonly [SourceRef, ...SourceRef[]];
}

export interface ContainerFact {
  readonly name: string;
  readonly init: boolean;
  /** 64 hex digits without scheme. */
  readonly id: string | null;
  readonly requestBytes: number | null;
  readonly limitBytes: number | null;
  readonly restartCount: number | null;
  readonly state: ContainerState | null;
  readonly lastState: ContainerState | null;
  readonly heap?: HeapMaximum;
}

export interface ContainerState {
  readonly state: "running" | "waiting" | "terminated";
  readonly reason: string | null;
  readonly exitCode: number | null;
  readonly startedAt: Stamp | null;
  readonly finishedAt: Stamp | null;
  readonly id: string | null;
  readonly from: SourceRef;
}

/** The kubelet's configuration, from its file, drop-in, configz or flags. Null: the source does not say. */
export interface KubeletConfig {
  readonly source: "config" | "configz" | "flags";
  /** null: the key is absent (defaults then hold); {}: present and empty. */
  readonly evictionHard: Readonly<Record<string, string>> | null;
  readonly evictionSoft: Readonly<Record<string, string>> | null;
  readonly evictionSoftGracePeriod: Readonly<Record<string, string>> | null;
  readonly evictionMinimumReclaim: Readonly<Record<string, string>> | null;
  readonly mergeDefaultEvictionSettings: boolean | null;
  readonly evictionMaxPodGracePeriodSec: number | null;
  readonly evictionPressureTransitionPeriodMs: number | null;
  readonly kubeReservedMemory: string | null;
  readonly systemReservedMemory: string | null;
  readonly enforceNodeAllocatable: readonly string[] | null;
  readonly memoryQoS: boolean | null;
  readonly memoryThrottlingFactor: number | null;
  readonly memoryReservationPolicy: string | null;
  readonly cgroupDriver: string | null;
  readonly cgroupRoot: string | null;
  readonly failSwapOn: boolean | null;
  readonly swapBehavior: string | null;
  readonly singleProcessOomKill: boolean | null;
  readonly verbosity: number | null;
  readonly loggingFormat: string | null;
  /** Reference of each key that was read: "evictionHard.memory.available" → line. */
  readonly refs: Readonly<Record<string, SourceRef>>;
  readonly from: readonly [SourceRef, ...SourceRef[]];
}

/** A Node object's memory facts. */
export interface NodeFact {
  readonly name: string | null;
  readonly capacityMemoryBytes: number | null;
  readonly allocatableMemoryBytes: number | null;
  readonly kubeletVersion: string | null;
  readonly containerRuntime: string | null;
  readonly kernelRelease: string | null;
  readonly osImage: string | null;
  readonly bootId: string | null;
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string | null;
    readonly transition: Stamp | null;
    readonly from: SourceRef;
  }[];
  readonly from: readonly [SourceRef, ...SourceRef[]];
}

export type NodeDetail = {
  readonly key:
    | "hostname"
    | "kernelRelease"
    | "osName"
    | "kubeletVersion"
    | "containerRuntime"
    | "bootId"
    | "cpus"
    | "bootTimeSec"
    | "machine"
    | "lruGen";
  readonly fact: Fact<string>;
};
