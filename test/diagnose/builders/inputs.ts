// Inputs of rules with everything absent, and what a case states laid over it.
import type { CgroupView } from "../../../src/diagnose/inputs/cgroup.ts";
import type { Case } from "../../../src/diagnose/inputs/incident.ts";
import type { Inputs } from "../../../src/diagnose/inputs/inputs.ts";
import { lossOf } from "../../../src/diagnose/inputs/loss.ts";
import { lossSources } from "../../../src/diagnose/inputs/loss-sources.ts";
import { type Signal, freeAndFile } from "../../../src/diagnose/inputs/signal.ts";
import type { TaskView } from "../../../src/diagnose/inputs/task.ts";
import type { Analysis } from "../../../src/model/analysis.ts";
import type { Floor } from "../../../src/model/timeline.ts";
import { line, thresholds } from "./story.ts";
import { at, GIB } from "./track.ts";

export const node = (o: Partial<Analysis["node"]> = {}): Analysis["node"] => ({
  hostname: "worker-1",
  kernelRelease: null,
  osName: null,
  kubeletVersion: "v1.36.2",
  containerRuntime: null,
  cgroupVersion: 2,
  memTotalBytes: 3 * GIB,
  swapTotalBytes: 0,
  cpus: 2,
  bootedAt: null,
  eviction: null,
  reserved: null,
  memoryQoS: "off",
  ...o,
});

export const coverage = (sources: Analysis["coverage"]["sources"] = {}): Analysis["coverage"] => ({
  from: null,
  to: null,
  ticks: 0,
  medianIntervalMs: null,
  gaps: [],
  sources,
});

export const signal = (
  values: readonly (readonly [seconds: number, bytes: number])[],
  name: Signal["name"] = "memory.available",
  variant = "v2 anon+file",
): Signal => ({
  name,
  variant,
  fitted: true,
  points: values.map(([s, value]) => ({ ms: at(s), latestMs: at(s) + 10, value })),
  refs: (ms) => [line(`anon at ${ms}`, Math.max(1, Math.round((ms - at(0)) / 1000)), "samples/memory.stat")],
});

/** A sample each second. */
export const sampled = (
  from: number,
  to: number,
  value: (seconds: number) => number,
  name: Signal["name"] = "memory.available",
  variant?: string,
): Signal =>
  signal(
    Array.from({ length: to - from + 1 }, (_, i) => [from + i, value(from + i)] as const),
    name,
    variant,
  );

export const floor = (killId: string, bytes: number): Floor => ({
  killId,
  bytes,
  how: "oom-report",
  usage: { counts: "anon-and-file", sure: true },
  from: [line("Mem-Info:", 600)],
});

export const view = (cgroup: string, o: Partial<CgroupView> = {}): CgroupView => ({
  cgroup,
  version: 2,
  level: "other",
  pod: null,
  qosClass: null,
  current: null,
  stat: null,
  max: null,
  high: null,
  min: null,
  low: null,
  events: null,
  failcnt: null,
  pressure: null,
  cpuStat: null,
  cgroupStat: null,
  ...o,
});

export const taskView = (
  pid: number,
  comm: string,
  cgroup: string,
  rows: readonly (readonly [number, Partial<Record<"rssAnon" | "rssShmem" | "state", number>>])[],
): TaskView => ({
  pid,
  comm,
  cgroup,
  length: rows.length,
  ms: (i) => at(rows[i]?.[0] ?? NaN),
  value: (i, field) =>
    field === "rssAnon" || field === "rssShmem" || field === "state" ? (rows[i]?.[1][field] ?? null) : null,
  ref: (i) => line(`${pid} (${comm})`, i + 1, "samples/tasks"),
});

/** Inputs as they are where their file or object was not captured. */
export const NOT_CAPTURED = {
  config: null,
  kubelet: null,
  kernelLines: [],
  systemLines: [],
  available: null,
  allocatable: null,
  memAvailable: null,
  floors: [],
  ledgers: [],
  meminfo: null,
  vmstat: null,
  zoneinfo: null,
  buddyinfo: null,
  slabinfo: null,
  sockstat: null,
  psiMemory: null,
  psiIo: null,
  psiCpu: null,
  minTtl: null,
  tcpMem: null,
  root: null,
  kubepods: null,
  cgroups: [],
  tasks: [],
  podFacts: [],
  nodeFacts: [],
  podMemory: [],
  bootIds: [],
  userspaceKills: [],
} satisfies Partial<Inputs>;

/** The losses follow from the tracks, as in the real inputs. */
export const inputs = (o: Partial<Inputs> = {}): Inputs => {
  const base: Omit<Inputs, "loss" | "podsLoss" | "freeLoss"> = {
    incidents: [],
    kills: (o.incidents ?? []).flatMap((i) => i.kills),
    thresholds: thresholds(),
    ...NOT_CAPTURED,
    node: node(),
    coverage: coverage(),
    pageSize: 4096,
    kubernetes: true,
    ...o,
  };
  return {
    ...base,
    loss: (incident: Case) => lossOf(incident, base.available, lossSources(base, "root"), -Infinity),
    podsLoss: (incident: Case) => lossOf(incident, base.allocatable, lossSources(base, "kubepods"), -Infinity),
    freeLoss: (incident: Case) => lossOf(incident, freeAndFile(base.meminfo), lossSources(base, "root"), -Infinity),
    ...(o.loss === undefined ? {} : { loss: o.loss }),
  };
};
