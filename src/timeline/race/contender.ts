// What one incident gives to a replay: its signals, its rival, the passes that were heard, what really followed.
import type { Outcome } from "../../model/analysis.ts";
import { type When, isPlaced } from "../../model/instant.ts";
import type { KubeletEvent } from "../../model/kubelet.ts";
import type { PlacedEvent, StoryEviction, StoryIncident, ThresholdsInForce, Timeline } from "../../model/timeline.ts";
import { firstEviction, firstKill } from "../incidents/outcome.ts";
import { coursesOf, durationsUpTo } from "./courses.ts";
import { type HeardPass, type Span, type Stall, heardPasses, longestPass, withDecided } from "./passes.ts";
import { type Captured, type Course, play } from "./play.ts";
import { EVICTION_PERIOD_MS } from "./replay.ts";
import { type Machine, type Watch, watchOf } from "./settings.ts";

export interface Contender {
  readonly captured: Captured;
  /** The first kill of the kernel, or of a userspace killer that was before it. */
  readonly rival: When | null;
  readonly eviction: StoryEviction | null;
  readonly outcome: Outcome;
  readonly span: Span;
  readonly heard: readonly HeardPass[];
  readonly stall: Stall | null;
  readonly courses: readonly Course[];
  /** Those courses stand against the log: with the thresholds in force each tells what the kubelet really did. */
  readonly agrees: "log" | "nothing-to-hold-against" | "none-agrees";
}

export interface Field {
  readonly thresholds: ThresholdsInForce;
  readonly machine: Machine;
  readonly available: Captured["available"];
  readonly allocatable: Captured["allocatable"];
  readonly kubelet: readonly PlacedEvent<KubeletEvent>[];
  readonly kubeletBeats: Timeline["kubeletBeats"];
}

/** An earlier run of pressure is another race; and further back than this nothing is played. Heuristic. */
const MOST_LEAD_MS = 600_000;
/** A pass that was heard longer before the incident says nothing of its phase: each pass between adds its unknown duration. Heuristic. */
const HEARD_LEAD_MS = 60_000;
/** A pass without pressure takes milliseconds; up to this is played where the log shows none. Heuristic. */
export const QUIET_PASS_MS = 1000;
/** The kubelet's line and the instant that a course gives it. */
const SAME_MS = 1500;

const spanOf = (field: Field, incident: StoryIncident, before: number): Span => {
  const start = field.available[0]?.at.best ?? Number.POSITIVE_INFINITY;
  const from = Math.max(start, before, incident.from.best - MOST_LEAD_MS);
  return { from, to: incident.to.best };
};

const rivalOf = (incident: StoryIncident): When | null => {
  if (incident.doc.outcome === "userspace-won") {
    const [first] = incident.userspaceKills.map(({ at }) => at).toSorted((a, b) => a.best - b.best);
    if (first !== undefined) return first;
  }
  const kill = firstKill(incident.kills);
  return kill === null || !isPlaced(kill.at) ? null : kill.at;
};

/** With the thresholds in force a course must notice when the kubelet did, and evict when it did; `until`: what it did later is let be. */
const tellsWhatWas = (watch: Watch, contender: Omit<Contender, "courses" | "agrees">, until: number) => {
  const { heard, eviction, span, captured } = contender;
  const noticedAt = heard.find(({ notices }) => notices)?.actAt ?? null;
  const actedAt = eviction !== null && isPlaced(eviction.at) ? eviction.at.best : null;
  const fits = (played: number | null, really: number | null): boolean => {
    if ((played ?? until) >= until && (really ?? until) >= until) return true;
    return played !== null && really !== null && Math.abs(played - really) <= SAME_MS;
  };
  return (course: Course): boolean => {
    const { noticed, acted } = play(captured, watch, course, span.to);
    return fits(noticed?.atMs ?? null, noticedAt) && fits(acted?.atMs ?? null, actedAt);
  };
};

/** The courses that agree with the log to the incident's end; else up to the kill; else all of them. */
const agreeing = (
  field: Field,
  base: Omit<Contender, "courses" | "agrees">,
  courses: readonly Course[],
): Pick<Contender, "courses" | "agrees"> => {
  const watch = watchOf(field.thresholds, {}, field.machine);
  for (const until of [Number.POSITIVE_INFINITY, base.rival?.earliest ?? base.span.to]) {
    const told = courses.filter(tellsWhatWas(watch, base, until));
    if (told.length > 0) return { courses: told, agrees: "log" };
  }
  return { courses, agrees: "none-agrees" };
};

const covers = (field: Field, at: When | null): boolean => {
  const first = field.kubeletBeats[0];
  const last = field.kubeletBeats.at(-1);
  return at !== null && first !== undefined && last !== undefined && first.ms <= at.best && last.ms >= at.best;
};

/** `passMs`: what the user says a pass takes; the log's own passes then say nothing of it. */
export const contenderOf = (
  field: Field,
  incident: StoryIncident,
  beforeMs: number,
  passMs: number | undefined,
): Contender => {
  const span = spanOf(field, incident, beforeMs);
  const rival = rivalOf(incident);
  const eviction = firstEviction(incident.evictions);
  const own: Span = { from: Math.max(span.from, incident.from.best - HEARD_LEAD_MS), to: span.to };
  const heard = withDecided(heardPasses(field.kubelet, incident.evictions, own), incident.evictions);
  const stall = longestPass(field.kubelet, own, rival);
  const base = {
    captured: { available: field.available, allocatable: field.allocatable },
    rival,
    eviction,
    outcome: incident.doc.outcome,
    span,
    heard,
    stall,
  };
  if (passMs !== undefined) {
    const reach = { from: span.from, to: span.to + passMs + EVICTION_PERIOD_MS };
    return { ...base, courses: coursesOf([], [passMs], reach), agrees: "nothing-to-hold-against" };
  }
  const courses = coursesOf(heard, durationsUpTo(Math.max(stall?.playedMs ?? 0, QUIET_PASS_MS)), span);
  const known = field.thresholds.known && covers(field, rival ?? eviction?.at ?? null);
  return known
    ? { ...base, ...agreeing(field, base, courses) }
    : { ...base, courses, agrees: "nothing-to-hold-against" };
};
