// Kills, evictions, incidents and lines of the kubelet at stated instants.
import type { Case } from "../../../src/diagnose/inputs/incident.ts";
import type { OomKill, PodRef, Race, Scope } from "../../../src/model/analysis.ts";
import type { SourceRef } from "../../../src/model/evidence.ts";
import type { When } from "../../../src/model/instant.ts";
import type { KernelEvent, OomMemInfo, OomReport, OomTask } from "../../../src/model/kernel.ts";
import { kubeletConfigOf } from "../../../src/parse/config/config-builder.ts";
import type { KubeletConfig, KubeletEvent, PodFact, SystemEvent } from "../../../src/model/kubelet.ts";
import type { PlacedEvent, StoryEviction, StoryKill, ThresholdsInForce } from "../../../src/model/timeline.ts";
import { bytes, epochMs } from "../../../src/model/units.ts";
import { toInstant } from "../../../src/timeline/document/instant.ts";
import { at, MIB } from "./track.ts";

export const line = (text: string, n = 1, file = "logs/kmsg"): SourceRef => ({ file, line: n, text });

export const when = (seconds: number): When => ({
  earliest: epochMs(at(seconds) - 1),
  latest: epochMs(at(seconds) + 1),
  best: epochMs(at(seconds)),
  clock: "wall",
  reading: at(seconds),
  readingUncertainty: 0.001,
  anchor: "built for a test",
  bootSec: seconds,
});

export const POD: PodRef = {
  namespace: "batch",
  name: "etl-0",
  uid: "11111111-2222-3333-4444-555555555555",
  container: "etl",
  containerId: "a".repeat(64),
};
export const POD_CGROUP =
  "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod11111111_2222_3333_4444_555555555555.slice";
export const CONTAINER_CGROUP = `${POD_CGROUP}/cri-containerd-${"a".repeat(64)}.scope`;

export interface KillOptions {
  readonly id?: string;
  readonly scope?: Scope;
  readonly comm?: string;
  readonly pids?: readonly number[];
  readonly anonBytes?: number;
  readonly adj?: number;
  readonly pod?: PodRef | null;
  readonly limitedCgroup?: string | null;
  readonly victimCgroup?: string | null;
  readonly limitBytes?: number | null;
  readonly order?: number;
  readonly invoker?: string;
  readonly constraint?: OomKill["constraint"];
  readonly report?: Partial<OomReport> | null;
}

const REPORT: OomReport = {
  kind: "oom-report",
  stamps: [],
  bootId: null,
  host: null,
  from: [line("memhog invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=915")],
  invoked: null,
  constraint: null,
  scope: "global",
  oomMemcg: null,
  taskMemcg: null,
  cpuset: null,
  summary: null,
  memcgUsage: null,
  memcgStats: [],
  memInfo: null,
  tasks: null,
  kills: [],
  groupKillOf: null,
  reaped: [],
  sysrq: false,
  noKillable: false,
  panic: null,
  kernelRelease: null,
  pageSize: { bytes: bytes(4096), proven: true },
  missing: [],
  complete: true,
};

export const kill = (seconds: number, o: KillOptions = {}): StoryKill => {
  const pids = o.pids ?? [1031];
  const comm = o.comm ?? "memhog";
  const doc: OomKill = {
    id: o.id ?? `kill-at-${seconds}`,
    at: toInstant(when(seconds)),
    constraint: o.constraint ?? (o.limitedCgroup == null ? "none" : "memcg"),
    scope: o.scope ?? "node",
    trigger: { comm: o.invoker ?? comm, pid: null, gfpMask: null, order: o.order ?? 0, oomScoreAdj: 0 },
    victims: pids.map((pid) => ({
      pid,
      comm,
      uid: 0,
      totalVmBytes: null,
      anonRssBytes: o.anonBytes ?? 200 * MIB,
      fileRssBytes: 0,
      shmemRssBytes: 0,
      pageTablesBytes: null,
      oomScoreAdj: o.adj ?? 915,
    })),
    limitedCgroup: o.limitedCgroup ?? null,
    victimCgroup: o.victimCgroup ?? CONTAINER_CGROUP,
    usageBytes: null,
    limitBytes: o.limitBytes ?? null,
    pod: o.pod === undefined ? POD : o.pod,
    qosClass: "Burstable",
    badness: null,
    knownFrom: "report",
    count: pids.length,
    complete: true,
    evidence: [
      {
        file: "logs/kmsg",
        line: 700 + seconds,
        endLine: null,
        text: `Out of memory: Killed process ${pids[0]} (${comm}) total-vm:1kB, anon-rss:1kB`,
      },
    ],
  };
  return {
    doc,
    at: when(seconds),
    invokedAt: null,
    reapedAt: null,
    report: o.report === null ? null : { ...REPORT, ...o.report },
  };
};

export interface EvictionOptions {
  readonly observedBytes?: number | null;
  readonly observedAt?: number;
  readonly thresholdBytes?: number | null;
  readonly signal?: string;
  readonly completedAt?: number;
  readonly killFailed?: boolean;
  readonly pod?: PodRef;
}

export const eviction = (seconds: number, o: EvictionOptions = {}): StoryEviction => ({
  doc: {
    id: `eviction-at-${seconds}`,
    at: toInstant(when(seconds)),
    signal: o.signal ?? "memory.available",
    kind: "hard",
    thresholdBytes: o.thresholdBytes === undefined ? 300 * MIB : o.thresholdBytes,
    observedBytes: o.observedBytes === undefined ? 250 * MIB : o.observedBytes,
    pods: [o.pod ?? POD],
    completedAt: o.completedAt === undefined ? null : toInstant(when(o.completedAt)),
    failed: false,
    evidence: [
      {
        file: "logs/kubelet",
        line: 900 + seconds,
        endLine: null,
        text: 'Eviction manager: attempting to reclaim" resourceName="memory" available: 256000Ki',
      },
    ],
  },
  at: when(seconds),
  rankedAt: null,
  completedAt: o.completedAt === undefined ? null : when(o.completedAt),
  finishedAt: o.completedAt === undefined ? null : when(o.completedAt),
  timedOut: false,
  killFailed: o.killFailed ?? false,
  observedAt: o.observedAt === undefined ? null : when(o.observedAt),
});

export interface IncidentOptions {
  readonly scope?: Scope;
  readonly outcome?: Case["outcome"];
  readonly kills?: readonly StoryKill[];
  readonly evictions?: readonly StoryEviction[];
  readonly from?: number;
  readonly to?: number;
  /** Seconds of the first sample under the threshold, and the threshold. */
  readonly crossing?: { readonly at: number; readonly thresholdBytes: number; readonly signal?: string } | null;
  readonly race?: Partial<Race>;
  readonly consequences?: Case["consequences"];
}

const RACE: Race = {
  fallRateBytesPerSec: null,
  headroomAtCrossingBytes: null,
  timeToExhaustionMs: null,
  kubeletReactionMs: null,
  kubeletSilentMs: null,
  kubeletPassMs: null,
  kubeletPassAtLeast: false,
  thresholdBytes: null,
  floorBytes: null,
  requiredThresholdBytes: null,
};

export const incident = (o: IncidentOptions = {}): Case => {
  const kills = o.kills ?? [];
  const evictions = o.evictions ?? [];
  const scope = o.scope ?? "node";
  const events = [...kills, ...evictions].map((e) => e.at.best as number);
  const event = events.length === 0 ? null : Math.min(...events);
  const killMs = kills.length === 0 ? null : Math.min(...kills.map((k) => k.at.best as number));
  const crossing =
    o.crossing == null
      ? null
      : {
          ms: at(o.crossing.at),
          tick: 0,
          signal: o.crossing.signal ?? "memory.available",
          thresholdBytes: o.crossing.thresholdBytes,
        };
  const span = { fromMs: at(o.from ?? 60), toMs: at(o.to ?? 200) };
  const window = event === null ? span : { fromMs: crossing?.ms ?? event - 60_000, toMs: event };
  return {
    id: "incident-1",
    scope,
    outcome: o.outcome ?? "kernel-won",
    contested: scope === "node" || scope === "allocatable",
    kills,
    evictions,
    userspaceKills: [],
    span,
    killMs,
    crossing,
    window,
    endMs: killMs ?? window.toMs,
    race: { ...RACE, ...o.race },
    whatIf: [],
    consequences: o.consequences ?? [],
  };
};

const said = (seconds: number, text: string) => ({
  stamps: [],
  bootId: null,
  host: null,
  pid: 405,
  from: [line(text, 1000 + seconds, "logs/kubelet")] as const,
});

type Plain = Extract<KubeletEvent, { readonly resource: string | null }>["kind"];
type WithPods = Extract<KubeletEvent, { readonly message: string | null }>["kind"];

export const says = (seconds: number, kind: Plain): PlacedEvent<KubeletEvent> => ({
  at: when(seconds),
  event: { ...said(seconds, kind), kind, resource: "memory" },
});
export const saysOfPod = (seconds: number, kind: WithPods): PlacedEvent<KubeletEvent> => ({
  at: when(seconds),
  event: {
    ...said(seconds, kind),
    kind,
    pods: [{ namespace: POD.namespace, name: POD.name, uid: null }],
    container: null,
    containerId: null,
    gracePeriodSec: null,
    error: null,
    message: null,
  },
});
export const criteriaNotMet = (
  seconds: number,
  thresholdBytes: number,
  gracePeriodMs: number,
): PlacedEvent<KubeletEvent> => ({
  at: when(seconds),
  event: {
    ...said(seconds, "eviction criteria not yet met"),
    kind: "criteria-not-met",
    signal: "memory.available",
    thresholdBytes,
    gracePeriodMs,
    heldMs: 0,
  },
});
export const starving = (
  seconds: number,
  what: Extract<KubeletEvent, { readonly kind: "starving" }>["what"],
): PlacedEvent<KubeletEvent> => ({
  at: when(seconds),
  event: { ...said(seconds, what), kind: "starving", what, summary: what },
});
export const died = (seconds: number, exitCode: number | null = null): PlacedEvent<KubeletEvent> => ({
  at: when(seconds),
  event: {
    ...said(seconds, "ContainerDied"),
    kind: "pleg",
    pod: { namespace: POD.namespace, name: POD.name, uid: POD.uid },
    what: "ContainerDied",
    containerId: POD.containerId,
    exitCode,
    reason: null,
  },
});

/** systemd's word of a unit that the OOM killer hit. */
export const unitOom = (seconds: number, unit: string): PlacedEvent<SystemEvent> => ({
  at: when(seconds),
  event: {
    ...said(seconds, `${unit}: A process of this unit has been killed by the OOM killer.`),
    kind: "unit-oom",
    unit,
    summary: "killed by the OOM killer",
  },
});

export const beats = (from: number, to: number, step: number): readonly { ms: number; file: string; line: number }[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => ({
    ms: at(from + i * step),
    file: "logs/kubelet",
    line: i + 1,
  }));

export const config = (o: Partial<KubeletConfig> = {}): KubeletConfig => ({
  ...kubeletConfigOf("configz", new Map(), [line("kind: KubeletConfiguration", 1, "kubelet.yaml")]),
  refs: { "evictionHard.memory.available": line('"memory.available": "100Mi"', 3, "kubelet.yaml") },
  ...o,
});

export const thresholds = (o: Partial<ThresholdsInForce> = {}): ThresholdsInForce => ({
  known: true,
  source: "config",
  hard: [],
  soft: [],
  memoryHardBytes: 100 * MIB,
  memorySoftBytes: null,
  memorySoftGraceMs: null,
  allocatable: false,
  minimumReclaimBytes: 0,
  config: config(),
  refs: [line('"memory.available": "100Mi"', 3, "kubelet.yaml")],
  ...o,
});

export const unknownThresholds = (): ThresholdsInForce =>
  thresholds({ known: false, source: null, memoryHardBytes: null, config: null, refs: [] });

export const memInfo = (o: Partial<OomMemInfo>): OomMemInfo => ({
  total: {},
  nodes: [],
  zones: [],
  ramBytes: null,
  reservedBytes: null,
  highMemBytes: null,
  cmaReservedBytes: null,
  hwpoisonedBytes: null,
  pagecacheBytes: null,
  swapCacheBytes: null,
  totalSwapBytes: null,
  freeSwapBytes: null,
  hugepages: [],
  unreclaimableSlab: [],
  from: line("Mem-Info:", 600),
  ...o,
});

export const task = (pid: number, comm: string, rssBytes: number, adj: number): OomTask => ({
  pid,
  tgid: pid,
  uid: 0,
  comm,
  totalVmBytes: bytes(rssBytes),
  rssBytes: bytes(rssBytes),
  rssAnonBytes: null,
  rssFileBytes: null,
  rssShmemBytes: null,
  pageTablesBytes: bytes(0),
  swapBytes: bytes(0),
  oomScoreAdj: adj,
  from: line(`[${pid}] 0 ${pid} ${comm}`, 650),
});

export const podFact = (o: Partial<PodFact> = {}): PodFact => ({
  namespace: POD.namespace,
  name: POD.name,
  uid: POD.uid,
  hash: null,
  node: "worker-1",
  qosClass: "Burstable",
  priority: 0,
  phase: "Running",
  reason: null,
  message: null,
  startTime: null,
  disruption: null,
  containers: [],
  requestBytes: null,
  limitBytes: null,
  from: [line('"name": "etl-0"', 12, "api/pods.json")],
  ...o,
});

export const container = (
  requestBytes: number | null,
  limitBytes: number | null,
  restartCount = 0,
): PodFact["containers"][number] => ({
  name: "etl",
  init: false,
  id: POD.containerId,
  requestBytes,
  limitBytes,
  restartCount,
  state: null,
  lastState: null,
});

export const kernelNote = (seconds: number, kind: "hung-task" | "panic"): PlacedEvent<KernelEvent> => ({
  at: when(seconds),
  event: {
    kind,
    comm: "kworker",
    pid: 12,
    summary: kind,
    stamps: [],
    bootId: null,
    host: null,
    from: [line("INFO: task kworker:12 blocked for more than 120 seconds.", 800)],
  },
});
