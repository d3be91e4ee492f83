// From groups of events to incidents: scope, outcome, margin, milestones, race, consequences.
import type { Incident } from "../../model/analysis.ts";
import type { SourceRef } from "../../model/evidence.ts";
import type { When } from "../../model/instant.ts";
import { epochMs } from "../../model/units.ts";
import type { Facts } from "../../model/facts.ts";
import type { KubeletEvent, SystemEvent } from "../../model/kubelet.ts";
import type { Floor, SignalSample, StoryIncident, ThresholdsInForce } from "../../model/timeline.ts";
import type { Clocks } from "../clocks/clocks.ts";
import { UNPLACED } from "../clocks/when.ts";
import { toInstant } from "../document/instant.ts";
import type { Beat, Placed } from "../kubelet/merged-lines.ts";
import { counterUnmoved, eventsCover, kernelLogCovers, kubeletLogCovers } from "../story/evidence-cover.ts";
import type { ContainerEnds } from "./container-ends.ts";
import { consequencesOf } from "./consequences.ts";
import { type Group, type Pieces, formGroups } from "./form.ts";
import { milestonesOf } from "./milestones.ts";
import { type Contest, decide, firstKill } from "./outcome.ts";
import { raceOf, sweepOf } from "./race.ts";
import { type Reboot, rebootAfter } from "./reboot.ts";
import { sentenceOf } from "./sentence.ts";

export interface IncidentInputs {
  readonly facts: Facts;
  readonly clocks: Clocks;
  readonly pieces: Pieces;
  readonly thresholds: ThresholdsInForce;
  readonly available: readonly SignalSample[];
  readonly allocatable: readonly SignalSample[];
  /** Evidence of a signal's value at a tick. */
  readonly signalEvidence: (
    signal: "memory.available" | "allocatableMemory.available",
    tick: number,
  ) => readonly SourceRef[];
  readonly kubelet: readonly Placed<KubeletEvent>[];
  readonly system: readonly Placed<SystemEvent>[];
  readonly beats: readonly Beat[];
  readonly floors: readonly Floor[];
  readonly memTotalBytes: number | null;
  readonly severalNodes: readonly string[];
  readonly reboots: readonly Reboot[];
  /** How containers ended, and which of them are sandboxes. */
  readonly containers: { readonly ends: ContainerEnds; readonly sandboxes: ReadonlySet<string> };
  /** Name of the pod whose cgroup this is, or what is known of it. */
  readonly podOfCgroup: (cgroup: string) => string | null;
}

type Crossing = NonNullable<StoryIncident["crossing"]>;

const wallInstant = (ms: number): When => ({
  ...UNPLACED,
  earliest: epochMs(ms),
  latest: epochMs(ms),
  best: epochMs(ms),
  clock: "wall",
  reading: ms,
  anchor: "the samples' own clock readings",
});

/** Bounds of the group on its axis; off the wall they are readings of the kernel's clock. */
const edge = (group: Group, ms: number): When => {
  if (group.axis === "wall") return wallInstant(ms);
  const kill = firstKill(group.kills);
  return {
    ...UNPLACED,
    clock: group.axis,
    reading: ms,
    bootSec: kill?.at.bootSec === null || kill === null ? null : ms / 1000,
    readingUncertainty: kill?.at.readingUncertainty ?? 0,
  };
};

/** First sample under the highest threshold in force of the signal that this incident is about. */
const crossingOf = (inputs: IncidentInputs, group: Group): Crossing | null => {
  const { thresholds } = inputs;
  if (group.axis !== "wall") return null;
  const find = (
    signal: Crossing["signal"],
    samples: readonly SignalSample[],
    thresholdBytes: number | null,
  ): Crossing | null => {
    if (thresholdBytes === null) return null;
    const sample = samples.find(
      (s) => s.at.best >= group.from - 1000 && s.at.best <= group.to && s.value < thresholdBytes,
    );
    return sample ? { at: sample.at, tick: sample.tick, signal, thresholdBytes } : null;
  };
  const highest = Math.max(thresholds.memoryHardBytes ?? 0, thresholds.memorySoftBytes ?? 0);
  const node = find("memory.available", inputs.available, highest > 0 ? highest : null);
  const allocatable = find(
    "allocatableMemory.available",
    inputs.allocatable,
    thresholds.allocatable ? thresholds.memoryHardBytes : null,
  );
  if (group.scope === "allocatable") return allocatable ?? node;
  return group.scope === "node" ? (node ?? allocatable) : null;
};

const coverOf = ({ facts, clocks, beats }: IncidentInputs, instants: readonly When[]): Contest["kubeletCovers"] => {
  const byLog = (at: When): boolean => kubeletLogCovers(beats, at);
  if (instants.every(byLog)) return "log";
  return instants.every((at) => byLog(at) || eventsCover(facts, clocks, at)) ? "events" : null;
};

const contestOf = (inputs: IncidentInputs, group: Group): Contest => {
  const { facts, clocks } = inputs;
  const kill = firstKill(group.kills);
  const from = group.pressure[0]?.from ?? group.from;
  const vmstat = facts.samples.files.get("/proc/vmstat");
  const unmoved = group.axis === "wall" ? counterUnmoved(vmstat, "oom_kill", clocks.tick, from + 2000, group.to) : null;
  return {
    scope: group.scope,
    kills: group.kills,
    evictions: group.evictions,
    userspaceKills: group.userspaceKills,
    thresholds: inputs.thresholds,
    severalNodes: inputs.severalNodes,
    stalled: stalledOf(inputs, group),
    kubeletCovers: coverOf(inputs, kill === null ? [edge(group, group.from), edge(group, group.to)] : [kill.at]),
    underThreshold: group.pressure.some(({ kind }) => kind === "node-available" || kind === "allocatable-available"),
    // Counters that moved for kills at some limit are no kill of the node where the log tells of all of them.
    kernelSilenceProven: unmoved === true || (group.axis === "wall" && kernelLogCovers(facts, clocks, from, group.to)),
  };
};

const stalledOf = (inputs: IncidentInputs, group: Group): Contest["stalled"] => {
  const spans = group.pressure.filter((p) => p.kind === "pod-psi" && p.cgroup !== null);
  const [longest] = spans.toSorted((a, b) => b.to - b.from - (a.to - a.from));
  const pod = longest?.cgroup === undefined || longest.cgroup === null ? null : inputs.podOfCgroup(longest.cgroup);
  return longest === undefined || pod === null ? null : { pod, ms: longest.to - longest.from };
};

const floorOf = (inputs: IncidentInputs, group: Group): Floor | null => {
  const kill = firstKill(group.kills);
  return kill === null ? null : (inputs.floors.find((floor) => floor.killId === kill.doc.id) ?? null);
};

export interface BuiltIncident extends StoryIncident {
  /** Why its confidence is what it is. */
  readonly reason: string;
}

/** What the incident's own signal says: which one, from which threshold. */
interface Watched {
  readonly crossing: Crossing | null;
  readonly signal: readonly SignalSample[];
  readonly thresholdBytes: number | null;
}

const watchedOf = (inputs: IncidentInputs, group: Group): Watched => {
  const crossing = crossingOf(inputs, group);
  const { memoryHardBytes, memorySoftBytes } = inputs.thresholds;
  return {
    crossing,
    signal: crossing?.signal === "allocatableMemory.available" ? inputs.allocatable : inputs.available,
    thresholdBytes: crossing?.thresholdBytes ?? memoryHardBytes ?? memorySoftBytes,
  };
};

const rebootOf = (inputs: IncidentInputs, group: Group, untilMs: number): Reboot | null => {
  const kill = firstKill(group.kills);
  const last = group.kills.flatMap(({ report }) => report?.from ?? []).at(-1) ?? null;
  if (kill === null) return null;
  return rebootAfter(inputs.reboots, kill.at, last, group.to, untilMs);
};

const storyOf = (inputs: IncidentInputs, group: Group, watched: Watched, untilMs: number) => {
  const { crossing } = watched;
  const { facts, clocks, kubelet, system, thresholds, memTotalBytes } = inputs;
  const evidence = crossing === null ? [] : inputs.signalEvidence(crossing.signal, crossing.tick);
  const reboot = rebootOf(inputs, group, untilMs);
  const raced = { ...watched, group, thresholds, kubelet, floor: floorOf(inputs, group), memTotalBytes };
  return {
    milestones: milestonesOf({
      ...watched,
      group,
      samples: facts.samples,
      tickAt: clocks.tick,
      kubelet,
      reboot,
      crossing: crossing === null ? null : { at: crossing.at, evidence },
    }),
    race: raceOf(raced),
    whatIf: sweepOf(raced),
    consequences: consequencesOf({
      ...watched,
      ...inputs.containers,
      group,
      reboot,
      untilMs,
      kubelet,
      system,
      events: facts.events,
      clocks,
    }),
  };
};

const buildOne = (inputs: IncidentInputs, group: Group, index: number, untilMs: number): BuiltIncident => {
  const contest = contestOf(inputs, group);
  const result = decide(contest);
  const watched = watchedOf(inputs, group);
  const story = storyOf(inputs, group, watched, untilMs);
  const { kills, evictions, userspaceKills, scope } = group;
  const from = edge(group, group.from);
  const to = edge(group, group.to);
  const doc: Incident = {
    id: `incident-${index + 1}`,
    from: toInstant(from),
    to: toInstant(to),
    scope,
    outcome: result.outcome,
    confidence: result.confidence,
    sentence: sentenceOf(contest, result),
    marginMs: result.marginMs,
    marginUncertaintyMs: result.marginUncertaintyMs,
    oomKillIds: kills.map((kill) => kill.doc.id),
    evictionIds: evictions.map((eviction) => eviction.doc.id),
    userspaceKillIds: userspaceKills.map((kill) => kill.doc.id),
    ...story,
  };
  const { milestones, consequences, race } = story;
  const { crossing } = watched;
  return {
    doc,
    kills,
    evictions,
    userspaceKills,
    from,
    to,
    crossing,
    milestones,
    consequences,
    race,
    reason: result.reason,
  };
};

export const buildIncidents = (inputs: IncidentInputs): BuiltIncident[] => {
  const groups = formGroups(inputs.pieces);
  return groups.map((group, i) => {
    const next = groups.slice(i + 1).find((other) => other.axis === group.axis && other.from > group.to);
    return buildOne(inputs, group, i, next?.from ?? Number.POSITIVE_INFINITY);
  });
};
