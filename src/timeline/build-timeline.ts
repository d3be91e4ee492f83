// One clock, one story: binds the clocks, places what the files say, forms incidents, and says who won.
import type { Report } from "../model/evidence.ts";
import type { Facts } from "../model/facts.ts";
import { isPlaced } from "../model/instant.ts";
import type { CgroupSeries, Timeline } from "../model/timeline.ts";
import { memAvailable } from "./available/memory-available.ts";
import { rootUsageOf, rootUsageShown } from "./available/root-usage.ts";
import { placeOfCgroup } from "./cgroups/cgroup-level.ts";
import { cgroupFile } from "./cgroups/cgroup-memory.ts";
import { bootsApart } from "./clocks/boots-apart.ts";
import { clockProblems } from "./clocks/clock-problems.ts";
import { buildClocks, type Clocks } from "./clocks/clocks.ts";
import { sourcesOf } from "./coverage-sources.ts";
import { timelineEvents } from "./events/timeline-events.ts";
import { assembleUserspaceKills } from "./evictions/userspace-kills.ts";
import { type BuiltIncident, buildIncidents } from "./incidents/build-incidents.ts";
import { containerEnds, sandboxIds } from "./incidents/container-ends.ts";
import { rebootsOf } from "./incidents/reboot.ts";
import { podName } from "./incidents/sentence.ts";
import { kubeletBeats, mergedKernelLines, mergedKubeletLines, mergedSystemLines } from "./kubelet/merged-lines.ts";
import { cgroupVersionOf, kubeletVersionOf, memTotalOf, nodeOf } from "./node/node-facts.ts";
import { severalNodes, severalNodesProblem } from "./node/several-nodes.ts";
import { knownPods } from "./pods/known-pods.ts";
import { buildPodIndex, type PodIndex } from "./pods/pod-index.ts";
import { podMemoryOf } from "./pods/pod-memory.ts";
import { withCachedColumns } from "./samples/cached-columns.ts";
import { coverageOf } from "./series/gaps.ts";
import { allSeries } from "./story/all-series.ts";
import { floorsOf } from "./story/floors.ts";
import { ledgersOf } from "./story/ledgers.ts";
import { pressureSpansOf } from "./story/pressure-spans.ts";
import { sampledSpan } from "./story/sampled-span.ts";
import { signalEvidence } from "./story/signal-evidence.ts";
import { readSignals, type Signals } from "./story/signals.ts";
import { isMemoryEviction } from "./story/story-evictions.ts";
import { storyKills } from "./story/story-kills.ts";
import { storyUserspaceKills } from "./story/story-userspace-kills.ts";
import { verdictOf } from "./story/verdict.ts";

type Told = Pick<Timeline, "kills" | "userspaceKills" | "floors" | "kubeletLines" | "systemLines" | "kubeletBeats">;

const cgroupSeriesOf = (facts: Facts, index: PodIndex): CgroupSeries[] =>
  facts.samples.cgroups.map((dir) => {
    const owner = index.ofCgroup(dir.cgroup);
    return {
      dir,
      pod: owner?.pod ?? null,
      qosClass: owner?.qosClass ?? null,
      level: placeOfCgroup(dir.cgroup).level,
      file: (name) => cgroupFile(facts.samples, dir, name),
    };
  });

const incidentsOf = (facts: Facts, clocks: Clocks, index: PodIndex, signals: Signals, told: Told): BuiltIncident[] => {
  const { samples } = facts;
  const { thresholds } = signals;
  const available = signals.available?.samples ?? [];
  const allocatable = signals.allocatable?.samples ?? [];
  const reboots = rebootsOf(facts, clocks, told.systemLines);
  return buildIncidents({
    facts,
    clocks,
    pieces: {
      kills: told.kills,
      // An eviction for disk or pids is no part of a race for memory.
      evictions: signals.evictions.filter(isMemoryEviction),
      userspaceKills: told.userspaceKills,
      pressure: pressureSpansOf({ samples, tickAt: clocks.tick, thresholds, available, allocatable }),
      sampled: sampledSpan(samples, clocks.tick),
      reboots: reboots.flatMap(({ at }) => (isPlaced(at) ? [at.best] : [])),
    },
    reboots,
    containers: { ends: containerEnds(told.systemLines, facts.pods), sandboxes: sandboxIds(samples) },
    thresholds,
    available,
    allocatable,
    signalEvidence: (signal, tick) => signalEvidence(samples, signal, tick),
    kubelet: told.kubeletLines,
    system: told.systemLines,
    beats: told.kubeletBeats,
    floors: told.floors,
    memTotalBytes: memTotalOf(facts),
    severalNodes: severalNodes(facts)?.names ?? [],
    podOfCgroup: (cgroup) => podName(index.ofCgroup(cgroup)?.pod ?? null),
  });
};

type Pictures = Pick<Timeline, "pods" | "series" | "ledgers" | "memAvailable">;

const picturesOf = (
  facts: Facts,
  clocks: Clocks,
  index: PodIndex,
  signals: Signals,
  told: Told,
  incidents: readonly BuiltIncident[],
): Pictures => {
  const { samples } = facts;
  const tickAt = clocks.tick;
  const known = knownPods(facts, index);
  const kills = told.kills.map((kill) => kill.doc);
  const evictions = signals.evictions.map((eviction) => eviction.doc);
  const pods = known
    .map((pod) => podMemoryOf(pod, samples.tasks, { samples, tickAt, kills, evictions }))
    .toSorted((a, b) => (b.peak?.workingSetBytes ?? -1) - (a.peak?.workingSetBytes ?? -1));
  const kernelsOwn = memAvailable(samples, tickAt);
  const available = signals.available?.samples ?? [];
  const allocatable = signals.allocatable?.samples ?? [];
  return {
    pods,
    memAvailable: kernelsOwn,
    ledgers: ledgersOf(incidents, samples, tickAt, known),
    series: allSeries({
      samples,
      tickAt,
      available,
      allocatable,
      memAvailable: kernelsOwn,
      known,
      pods,
      kills: told.kills,
    }),
  };
};

/** Problems with the clocks and the story go to `report`. */
export const buildTimeline = (read: Facts, report: Report): Timeline => {
  const samples = withCachedColumns(read.samples);
  const facts: Facts = { ...bootsApart(read), samples };
  const clocks = buildClocks(facts);
  const several = severalNodes(facts);
  const problems = [...(several === null ? [] : [severalNodesProblem(several)]), ...clockProblems(facts, clocks)];
  const index = buildPodIndex(facts);
  const signals = readSignals(facts, clocks, index, memTotalOf(facts));
  const { kills, problems: killNotes } = storyKills(facts, clocks, index);
  [...problems, ...killNotes].forEach(report);
  const usage = rootUsageShown(signals.available, rootUsageOf(kubeletVersionOf(facts), cgroupVersionOf(facts)));
  const told: Told = {
    kills,
    userspaceKills: storyUserspaceKills(
      assembleUserspaceKills(facts, (stamps, bootId) => clocks.place(stamps, bootId, "other")),
    ),
    floors: floorsOf(kills, usage, signals.available?.samples ?? [], samples, clocks.tick),
    kubeletLines: mergedKubeletLines(facts.logs, clocks),
    systemLines: mergedSystemLines(facts.logs, clocks),
    kubeletBeats: kubeletBeats(facts.logs, clocks),
  };
  const incidents = incidentsOf(facts, clocks, index, signals, told);
  const coverage = { ...coverageOf(samples, clocks.tick), sources: sourcesOf(facts) };
  return {
    facts,
    samples,
    tasks: samples.tasks,
    tickAt: clocks.tick,
    node: nodeOf(facts, clocks, signals.thresholds),
    coverage,
    ...signals,
    ...told,
    ...picturesOf(facts, clocks, index, signals, told, incidents),
    cgroups: cgroupSeriesOf(facts, index),
    incidents,
    kernelLines: mergedKernelLines(facts.logs, clocks),
    events: timelineEvents({ ...told, logs: facts.logs, evictions: signals.evictions, events: facts.events, clocks }),
    verdict: verdictOf(
      incidents,
      facts,
      problems.map(({ message }) => `${message.charAt(0).toUpperCase()}${message.slice(1)}.`),
    ),
    problems,
  };
};
