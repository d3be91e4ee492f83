// The series that the charts draw.
import type { PodMemory, Series } from "../../model/analysis.ts";
import { isPlaced } from "../../model/instant.ts";
import type { Samples } from "../../model/samples.ts";
import type { SignalSample, StoryKill } from "../../model/timeline.ts";
import type { TickAt } from "../available/signals.ts";
import { cgroupFile, cgroupFiles, cgroupMemoryAt } from "../cgroups/cgroup-memory.ts";
import type { KnownPod } from "../pods/pod-memory.ts";
import { pressureOf } from "../psi/pressure.ts";
import type { PressureInterval } from "../psi/pressure-interval.ts";
import { type Point, seriesOf } from "../series/downsample.ts";
import { withGaps } from "../series/gaps.ts";
import { rates } from "../series/rates.ts";
import { stackSeries } from "../series/stack.ts";
import { zoneSeries } from "../series/zones.ts";
import { kubepodsDir } from "../available/memory-available.ts";

/** Pods that get series of their own: by peak. */
const MOST_PODS = 20;

export interface SeriesInputs {
  readonly samples: Samples;
  readonly tickAt: TickAt;
  readonly available: readonly SignalSample[];
  readonly allocatable: readonly SignalSample[];
  readonly memAvailable: readonly SignalSample[];
  readonly known: readonly KnownPod[];
  readonly pods: readonly PodMemory[];
  readonly kills: readonly StoryKill[];
}

const signalSeries = (id: string, samples: readonly SignalSample[], from: string): Series[] =>
  samples.length === 0
    ? []
    : [seriesOf(id, "bytes", withGaps(samples.map((s) => ({ ms: s.at.best, value: s.value }))), from)];

const psiSeries = (id: string, intervals: readonly PressureInterval[], from: string): Series[] =>
  (["some", "full"] as const).flatMap((kind) => {
    const points: Point[] = intervals.filter((i) => i[kind] !== null).map((i) => ({ ms: i.toMs, value: i[kind] }));
    return points.length === 0 ? [] : [seriesOf(`${id}.${kind}`, "share", points, from)];
  });

const podSeries = (inputs: SeriesInputs, pod: KnownPod): Series[] => {
  const { samples, tickAt } = inputs;
  const key = pod.pod.uid ?? pod.pod.name ?? "?";
  if (pod.dir === null) return [];
  const files = cgroupFiles(samples, pod.dir);
  const { current } = files;
  if (current === null) return [];
  const points: { ms: number; value: number }[] = [];
  const limits: { ms: number; value: number }[] = [];
  for (let i = 0; i < current.length; i++) {
    const tick = current.tickOf(i);
    const at = tickAt(tick);
    if (!isPlaced(at)) continue;
    const { workingSet } = cgroupMemoryAt(samples, files, tick);
    if (workingSet !== null) points.push({ ms: at.best, value: workingSet });
    const limit = files.limit === null ? undefined : files.limit.column("")?.[files.limit.readingAtOrBefore(tick)];
    if (limit !== undefined && Number.isFinite(limit)) limits.push({ ms: at.best, value: limit });
  }
  const name = pod.dir.version === 2 ? "memory.pressure" : null;
  const psi =
    name === null || cgroupFile(samples, pod.dir, name) === null
      ? []
      : psiSeries(`pod/${key}.psi`, pressureOf(samples, `${pod.dir.dir}/${name}`, tickAt), `${pod.dir.dir}/${name}`);
  return [
    ...(points.length > 0 ? [seriesOf(`pod/${key}.workingSet`, "bytes", withGaps(points), pod.dir.dir)] : []),
    ...(limits.length > 0 ? [seriesOf(`pod/${key}.limit`, "bytes", withGaps(limits), pod.dir.dir)] : []),
    ...psi,
  ];
};

export const allSeries = (inputs: SeriesInputs): Series[] => {
  const { samples, tickAt, known } = inputs;
  const kubepods = kubepodsDir(samples);
  const byPeak = known
    .map((pod) => ({
      pod,
      peak:
        inputs.pods.find((p) => p.pod.uid === pod.pod.uid && p.pod.name === pod.pod.name)?.peak?.workingSetBytes ?? 0,
    }))
    .toSorted((a, b) => b.peak - a.peak)
    .slice(0, MOST_PODS)
    .map(({ pod }) => pod);
  const stacked = known.flatMap((pod) =>
    pod.dir === null ? [] : [{ key: pod.pod.uid ?? pod.pod.name ?? "?", pod: pod.pod, dir: pod.dir }],
  );
  return [
    ...signalSeries("node.memory.available.kubelet", inputs.available, "memory.stat of the root cgroup, /proc/meminfo"),
    ...signalSeries(
      "node.memory.available.allocatable",
      inputs.allocatable,
      "memory.current, memory.stat and memory.max of kubepods",
    ),
    ...signalSeries("node.memory.available.kernel", inputs.memAvailable, "/proc/meminfo"),
    ...stackSeries(samples, tickAt, stacked),
    ...psiSeries("node.psi.memory", pressureOf(samples, "/proc/pressure/memory", tickAt), "/proc/pressure/memory"),
    ...(kubepods === null
      ? []
      : psiSeries(
          "kubepods.psi.memory",
          pressureOf(samples, `${kubepods.dir}/memory.pressure`, tickAt),
          `${kubepods.dir}/memory.pressure`,
        )),
    ...rates(samples, tickAt),
    ...zoneSeries(samples, tickAt, inputs.kills),
    ...byPeak.flatMap((pod) => podSeries(inputs, pod)),
  ];
};
