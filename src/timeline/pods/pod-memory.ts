// Every pod that the input names: what it asked for, what it took, and what became of it.
import type { Eviction, OomKill, PodMemory, PodRef, QosClass } from "../../model/analysis.ts";
import type { SourceRef } from "../../model/evidence.ts";
import { isPlaced } from "../../model/instant.ts";
import type { PodFact } from "../../model/kubelet.ts";
import type { CgroupDir, Samples, TaskSeries } from "../../model/samples.ts";
import type { TickAt } from "../available/signals.ts";
import { type CgroupFiles, cgroupFiles, cgroupMemoryAt, valueAtTick } from "../cgroups/cgroup-memory.ts";
import { toEvidence, toInstant } from "../document/instant.ts";

/** One pod as the index of pods has it, with its cgroup where the samples hold one. */
export interface KnownPod {
  readonly pod: PodRef;
  readonly qosClass: QosClass | null;
  readonly facts: readonly PodFact[];
  readonly dir: CgroupDir | null;
  readonly from: readonly SourceRef[];
}

export interface PodMemoryInputs {
  readonly samples: Samples;
  readonly tickAt: TickAt;
  readonly kills: readonly OomKill[];
  readonly evictions: readonly Eviction[];
}

const same = (a: PodRef | null, b: PodRef): boolean =>
  a !== null &&
  (a.uid !== null && b.uid !== null
    ? a.uid === b.uid
    : a.name !== null &&
      a.name === b.name &&
      (a.namespace === null || b.namespace === null || a.namespace === b.namespace));

const fateOf = (known: KnownPod, inputs: PodMemoryInputs): PodMemory["fate"] => {
  if (inputs.kills.some((kill) => same(kill.pod, known.pod))) return "oom-killed";
  if (inputs.evictions.some((eviction) => eviction.pods.some((pod) => same(pod, known.pod)))) return "evicted";
  const phase = known.facts.findLast((fact) => fact.phase !== null)?.phase ?? null;
  if (phase === "Succeeded" || phase === "Failed") return "ended";
  return phase === "Running" ? "running" : "unknown";
};

const peakOf = (files: CgroupFiles, { samples, tickAt }: PodMemoryInputs): { tick: number; value: number } | null => {
  const file = files.current;
  const column = file?.column("") ?? null;
  if (!file || !column) return null;
  let best: { tick: number; value: number } | null = null;
  for (let i = 0; i < file.length; i++) {
    const tick = file.tickOf(i);
    const inactive =
      valueAtTick(files.stat, files.dir.version === 2 ? "inactive_file" : "total_inactive_file", tick) ?? 0;
    const value = (column[i] ?? Number.NaN) - inactive;
    if (
      Number.isFinite(value) &&
      isPlaced(tickAt(tick)) &&
      samples.ticks[tick] &&
      (best === null || value > best.value)
    )
      best = { tick, value };
  }
  return best;
};

/** From the first sample to the peak: bytes gained per second; null under three samples or 10 s. */
const growthOf = (files: CgroupFiles, peakTick: number, { tickAt }: PodMemoryInputs): number | null => {
  const file = files.current;
  const column = file?.column("") ?? null;
  if (!file || !column || file.length < 3) return null;
  const last = file.readingAtOrBefore(peakTick);
  const first = column[0];
  const top = column[last];
  const seconds = (tickAt(peakTick).best - tickAt(file.tickOf(0)).best) / 1000;
  return first === undefined || top === undefined || !(seconds >= 10) ? null : Math.round((top - first) / seconds);
};

const restartsOf = (facts: readonly PodFact[]): number | null => {
  const counts = facts.flatMap((fact) => fact.containers.map((c) => c.restartCount)).filter((n) => n !== null);
  return counts.length === 0 ? null : Math.max(...counts);
};

/** The containers' own value; the sandbox has −998 in every pod, so the highest of the pod's tasks is meant. */
const adjOf = (known: KnownPod, tasks: readonly TaskSeries[]): number | null => {
  const { dir } = known;
  if (dir === null) return null;
  const values = tasks.flatMap((task) => {
    if (task.cgroup === null || !task.cgroup.startsWith(`${dir.cgroup}/`)) return [];
    const adj = task.column("oomScoreAdj")?.findLast((value) => Number.isFinite(value));
    return adj === undefined ? [] : [adj];
  });
  return values.length === 0 ? null : Math.max(...values);
};

const limitFromCgroup = (files: CgroupFiles | null): number | null => {
  const column = files?.limit?.column("") ?? null;
  const value = column?.[column.length - 1];
  return value !== undefined && Number.isFinite(value) ? value : null;
};

export const podMemoryOf = (known: KnownPod, tasks: readonly TaskSeries[], inputs: PodMemoryInputs): PodMemory => {
  const files = known.dir === null ? null : cgroupFiles(inputs.samples, known.dir);
  const peak = files === null ? null : peakOf(files, inputs);
  const memory = files === null || peak === null ? null : cgroupMemoryAt(inputs.samples, files, peak.tick);
  const evidence: SourceRef[] = [...known.from].slice(0, 2);
  if (files?.current && peak !== null) evidence.push(files.current.ref(files.current.readingAtOrBefore(peak.tick), ""));
  const kill = inputs.kills.find((k) => same(k.pod, known.pod));
  return {
    pod: known.pod,
    qosClass: known.qosClass,
    requestBytes: known.facts.find((f) => f.requestBytes !== null)?.requestBytes ?? null,
    limitBytes: known.facts.find((f) => f.limitBytes !== null)?.limitBytes ?? limitFromCgroup(files),
    oomScoreAdj: kill?.victims[0]?.oomScoreAdj ?? adjOf(known, tasks),
    peak:
      peak === null || memory === null
        ? null
        : {
            at: toInstant(inputs.tickAt(peak.tick)),
            workingSetBytes: memory.workingSet ?? null,
            anonBytes: memory.anon,
            fileBytes: memory.file,
            shmemBytes: memory.shmem,
            kernelBytes: memory.kernel,
          },
    growthBytesPerSec: files === null || peak === null ? null : growthOf(files, peak.tick, inputs),
    restarts: restartsOf(known.facts),
    fate: fateOf(known, inputs),
    evidence: evidence.map(toEvidence),
  };
};
