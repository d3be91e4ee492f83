// One clock, one story: binds the clocks, places what the files say, forms incidents, and says who won.
import type { Incident, PodRef, Verdict } from "../model/analysis.ts";
import type { Report, SourceRef } from "../model/evidence.ts";
import type { Facts } from "../model/facts.ts";
import type { When } from "../model/instant.ts";
import type { CgroupSeries, Timeline } from "../model/timeline.ts";
import { allocatableVariant, memAvailable, nodeVariants, type VariantSeries } from "./available/memory-available.ts";
import { cgroupFile } from "./cgroups/cgroup-memory.ts";
import { placeOfCgroup } from "./cgroups/cgroup-level.ts";
import { buildClocks, type Clocks, type Speaker } from "./clocks/clocks.ts";
import { clockProblems } from "./clocks/clock-problems.ts";
import { sourcesOf } from "./coverage-sources.ts";
import { assembleEvictions } from "./evictions/assemble.ts";
import { assembleUserspaceKills } from "./evictions/userspace-kills.ts";
import { timelineEvents } from "./events/timeline-events.ts";
import { type BuiltIncident, buildIncidents } from "./incidents/build-incidents.ts";
import { gravest } from "./incidents/gravest.ts";
import { podName, verdictSentence } from "./incidents/sentence.ts";
import { kubeletBeats, mergedKernelLines, mergedKubeletLines, mergedSystemLines } from "./kubelet/merged-lines.ts";
import { kubeletVersionOf, memTotalOf, nodeOf } from "./node/node-facts.ts";
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
import { isMemoryEviction, storyEvictions } from "./story/story-evictions.ts";
import { storyKills } from "./story/story-kills.ts";
import { storyUserspaceKills } from "./story/story-userspace-kills.ts";
import { thresholdsInForce } from "./thresholds/in-force.ts";

const placer = (clocks: Clocks, speaker: Speaker) => (stamps: Parameters<Clocks["place"]>[0], bootId: string | null) =>
  clocks.place(stamps, bootId, speaker);

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

const verdictOf = (incidents: readonly BuiltIncident[], facts: Facts, caveats: readonly string[]): Verdict => {
  const docs = incidents.map((incident) => incident.doc);
  const killedBy = (doc: Incident): number =>
    incidents.find((incident) => incident.doc.id === doc.id)?.kills.reduce((sum, kill) => sum + kill.doc.count, 0) ?? 0;
  const worst = gravest(docs, killedBy);
  const built = incidents.find((incident) => incident.doc.id === worst?.id);
  if (worst === null || built === undefined) {
    // "none" is a claim about what was captured: it needs something that would have shown a kill or an eviction.
    const watched =
      facts.samples.ticks.length > 1 || facts.logs.some((log) => log.coverage.some((c) => c.ident === "kernel"));
    return {
      outcome: watched ? "none" : "undetermined",
      confidence: watched ? "high" : "low",
      incidentId: null,
      sentence: watched
        ? verdictSentence(null, incidents)
        : "Cannot tell: nothing in this input would show a kill by the kernel, an eviction or pressure.",
      marginMs: null,
      marginUncertaintyMs: null,
      caveats: [...caveats],
    };
  }
  return {
    outcome: worst.outcome,
    confidence: worst.confidence,
    incidentId: worst.id,
    sentence: verdictSentence(built, incidents),
    marginMs: worst.marginMs,
    marginUncertaintyMs: worst.marginUncertaintyMs,
    caveats: [built.reason, ...caveats],
  };
};

/** The variant that fits what the kubelet printed; else the newest that can be computed. */
const chosenVariant = (
  variants: readonly VariantSeries[],
  fitted: readonly (VariantSeries | null)[],
): { series: VariantSeries; fitted: boolean } | null => {
  const fit = fitted.find((series) => series?.signal === "memory.available");
  if (fit) return { series: fit, fitted: true };
  const [first] = variants;
  return first ? { series: first, fitted: false } : null;
};

export const buildTimeline = (read: Facts, report: Report): Timeline => {
  const samples = withCachedColumns(read.samples);
  const facts: Facts = { ...read, samples };
  const clocks = buildClocks(facts);
  const clockNotes = clockProblems(facts, clocks);
  clockNotes.forEach(report);
  const tickAt = (tick: number): When => clocks.tick(tick);
  const index = buildPodIndex(facts);
  const memTotalBytes = memTotalOf(facts);
  const kubelet = mergedKubeletLines(facts.logs, clocks);
  const system = mergedSystemLines(facts.logs, clocks);
  const beats = kubeletBeats(facts.logs, clocks);

  const assembled = assembleEvictions(facts, placer(clocks, "kubelet")).filter(
    (eviction) => eviction.trigger === "node-pressure",
  );
  const told = assembled.flatMap((e): { bytes: number; ref: SourceRef }[] =>
    e.thresholdBytes === null || e.resource !== "memory" ? [] : [{ bytes: e.thresholdBytes, ref: e.from[0] }],
  );
  const thresholds = thresholdsInForce(facts, memTotalBytes, told);

  const nodeSeries = nodeVariants(samples, tickAt, kubeletVersionOf(facts));
  const allocatableSeries = allocatableVariant(samples, tickAt);
  const named = (pod: PodRef): PodRef => {
    const known =
      pod.uid !== null ? index.ofUid(pod.uid) : pod.name !== null ? index.ofName(pod.namespace, pod.name) : null;
    return known === null
      ? pod
      : {
          ...known.pod,
          namespace: pod.namespace ?? known.pod.namespace,
          name: pod.name ?? known.pod.name,
          uid: pod.uid ?? known.pod.uid,
          container: pod.container,
          containerId: pod.containerId,
        };
  };
  const fitted = storyEvictions(
    assembled,
    [...nodeSeries, ...(allocatableSeries ? [allocatableSeries] : [])],
    thresholds,
    named,
  );
  const evictions = fitted.map(({ story }) => story);
  const chosen = chosenVariant(
    nodeSeries,
    fitted.map(({ fit }) => fit?.series ?? null),
  );
  const available = chosen?.series.samples ?? [];
  const allocatable = allocatableSeries?.samples ?? [];

  const { kills, problems: killNotes } = storyKills(facts, clocks, index);
  killNotes.forEach(report);
  const userspaceKills = storyUserspaceKills(assembleUserspaceKills(facts, placer(clocks, "other")));
  const floors = floorsOf(kills, available, samples, tickAt);
  const coverage = { ...coverageOf(samples, tickAt), sources: sourcesOf(facts) };
  const incidents = buildIncidents({
    facts,
    clocks,
    pieces: {
      kills,
      // An eviction for disk or pids is no part of a race for memory.
      evictions: evictions.filter(isMemoryEviction),
      userspaceKills,
      pressure: pressureSpansOf({ samples, tickAt, thresholds, available, allocatable }),
      sampled: sampledSpan(samples, tickAt),
    },
    thresholds,
    available,
    allocatable,
    signalEvidence: (signal, tick) => signalEvidence(samples, signal, tick),
    kubelet,
    system,
    beats,
    floors,
    memTotalBytes,
    podOfCgroup: (cgroup) => podName(index.ofCgroup(cgroup)?.pod ?? null),
  });

  const killDocs = kills.map((kill) => kill.doc);
  const evictionDocs = evictions.map((eviction) => eviction.doc);
  const known = knownPods(facts, index);
  const pods = known
    .map((pod) => podMemoryOf(pod, samples.tasks, { samples, tickAt, kills: killDocs, evictions: evictionDocs }))
    .toSorted((a, b) => (b.peak?.workingSetBytes ?? -1) - (a.peak?.workingSetBytes ?? -1));
  const memAvailableSamples = memAvailable(samples, tickAt);
  return {
    facts,
    samples,
    tasks: samples.tasks,
    tickAt,
    node: nodeOf(facts, clocks, thresholds),
    coverage,
    thresholds,
    available: chosen === null ? null : { variant: chosen.series.variant, fitted: chosen.fitted, samples: available },
    allocatable:
      allocatableSeries === null || allocatableSeries.limitBytes === null
        ? null
        : { variant: allocatableSeries.variant, limitBytes: allocatableSeries.limitBytes, samples: allocatable },
    memAvailable: memAvailableSamples,
    cgroups: cgroupSeriesOf(facts, index),
    kills,
    evictions,
    userspaceKills,
    incidents,
    floors,
    ledgers: ledgersOf(incidents, samples, tickAt, known),
    pods,
    series: allSeries({ samples, tickAt, available, allocatable, memAvailable: memAvailableSamples, known, pods }),
    events: timelineEvents({
      logs: facts.logs,
      kills,
      evictions,
      userspaceKills,
      kubelet,
      system,
      events: facts.events,
      clocks,
      coverage,
    }),
    kernelLines: mergedKernelLines(facts.logs, clocks),
    kubeletLines: kubelet,
    systemLines: system,
    kubeletBeats: beats,
    verdict: verdictOf(
      incidents,
      facts,
      clockNotes.map((note) => note.message),
    ),
    problems: clockNotes,
  };
};
