// One setting against one incident: every course of the kubelet's loop is played on the captured signals, and what each would have
// come to is counted. What the courses do not agree on is undetermined.
import type { Outcome } from "../../model/analysis.ts";
import { type When, isPlaced } from "../../model/instant.ts";
import type { Contender } from "./contender.ts";
import { type Met, play } from "./play.ts";
import { type Watch, watchesNothing } from "./settings.ts";
import { type TimeToFree, grantedFor, shownBy } from "./time-to-free.ts";

export interface Range {
  readonly least: number;
  readonly greatest: number;
}

export interface Judged {
  readonly outcome: Outcome;
  /** Courses by what they come to. */
  readonly courses: Readonly<Partial<Record<Outcome, number>>>;
  /** Reaction minus kill over the courses that act (negative: the kubelet is first), with the kill's own uncertainty; null where none acts, or nothing was killed. */
  readonly marginMs: Range | null;
  /** Wall clock of the reaction. */
  readonly actsAt: Range | null;
  /** Of the course in the middle of those that act. */
  readonly typical: Met | null;
  /** Courses that never act before the capture's race is over. */
  readonly neverActs: number;
  readonly timeToFree: TimeToFree;
  /** The rival's instant: the kernel's first kill, or the moment at which kubepods would have been at its new limit. */
  readonly rival: When | null;
  /** The rival is that limit. */
  readonly atLimit: boolean;
  /** Under its threshold from the first sample on. */
  readonly alreadyUnder: boolean;
}

/** The kubelet's line and a course's pass are the same reaction. */
const SAME_MS = 1500;

/** With a smaller limit kubepods is at it where its working set fills it: the kernel then kills inside of it. */
const limitRival = ({ captured, span }: Contender, watch: Watch): When | null => {
  const shift = watch.allocatableShiftBytes;
  if (shift >= 0) return null;
  return captured.allocatable.find((s) => s.at.best >= span.from && s.value + shift <= 0)?.at ?? null;
};

const rivalOf = (contender: Contender, watch: Watch): Pick<Judged, "rival" | "atLimit"> => {
  const limit = limitRival(contender, watch);
  const { rival } = contender;
  if (limit !== null && (rival === null || limit.best < rival.best)) return { rival: limit, atLimit: true };
  return { rival, atLimit: false };
};

const followed = (contender: Contender, acted: Met | null): Outcome | null => {
  const { eviction, outcome } = contender;
  if (acted === null || eviction === null || !isPlaced(eviction.at)) return null;
  return Math.abs(eviction.at.best - acted.atMs) <= SAME_MS ? outcome : null;
};

/** Without a kill in the capture only this is known: what acts no later than the eviction that won, wins. */
const withoutRival = ({ eviction, outcome }: Contender, acted: Met | null): Outcome => {
  if (outcome !== "kubelet-won" || eviction === null || acted === null) return "undetermined";
  return acted.atMs <= eviction.at.best + SAME_MS ? "kubelet-won" : "undetermined";
};

/** The real eviction did not free memory before the kernel killed: a later one would not have either, an earlier one may have. */
const stuck = ({ eviction }: Contender, acted: Met): Outcome =>
  eviction !== null && acted.atMs >= eviction.at.best - SAME_MS ? "kernel-won-mid-eviction" : "undetermined";

const settled = (contender: Contender, acted: Met | null, rival: When, free: TimeToFree): Outcome => {
  const rivalWins = contender.outcome === "userspace-won" ? "userspace-won" : "kernel-won";
  if (acted === null || acted.atMs >= rival.latest) return rivalWins;
  if (acted.atMs >= rival.earliest) return "undetermined";
  if (free.how === "not-before-the-kill") return stuck(contender, acted);
  if (acted.atMs + free.leastMs >= rival.latest) return "kernel-won-mid-eviction";
  if (free.mostMs === null || acted.atMs + free.mostMs >= rival.earliest) return "undetermined";
  // The kernel killed although an eviction had ended: that an earlier one would have been enough is not known.
  return contender.outcome === "eviction-insufficient" ? "undetermined" : "kubelet-won";
};

const outcomeOf = (contender: Contender, acted: Met | null, rival: Judged["rival"], free: TimeToFree): Outcome => {
  const really = followed(contender, acted);
  if (really !== null && rival === contender.rival) return really;
  return rival === null ? withoutRival(contender, acted) : settled(contender, acted, rival, free);
};

const freeOf = (contender: Contender, watch: Watch, kind: Met["kind"], graceSec: number | null): TimeToFree => {
  const { eviction, captured, rival } = contender;
  const pods = eviction?.doc.signal === "allocatableMemory.available";
  const told = eviction?.doc.thresholdBytes ?? null;
  const signal = pods ? captured.allocatable : captured.available;
  const resolved = told === null ? null : told + watch.minimumReclaimBytes;
  const shown = shownBy(eviction, signal, resolved, rival);
  // Another kind grants another grace: what the one took says nothing of the other, but that it was not enough does.
  const same = eviction?.doc.kind === null || eviction?.doc.kind === kind;
  return shown !== null && (same || shown.how === "not-before-the-kill") ? shown : grantedFor(kind, graceSec);
};

const rangeOf = (values: readonly number[]): Range | null =>
  values.length === 0 ? null : { least: Math.min(...values), greatest: Math.max(...values) };

const marginOf = (actsAt: Range | null, rival: When | null): Range | null =>
  actsAt === null || rival === null || !isPlaced(rival)
    ? null
    : { least: actsAt.least - rival.latest, greatest: actsAt.greatest - rival.earliest };

const alreadyUnder = ({ captured }: Contender, watch: Watch): boolean => {
  const least = Math.max(watch.hardBytes ?? 0, watch.softBytes ?? 0);
  return (captured.available[0]?.value ?? Number.POSITIVE_INFINITY) < least;
};

const unanimous = (counts: Partial<Record<Outcome, number>>): Outcome => {
  const [only, ...others] = Object.keys(counts) as Outcome[];
  return only !== undefined && others.length === 0 ? only : "undetermined";
};

export interface JudgeOptions {
  /** evictionMaxPodGracePeriod of the configuration. */
  readonly maxPodGraceSec: number | null;
}

export const judge = (contender: Contender, watch: Watch, options: JudgeOptions): Judged => {
  const { courses, captured, span } = contender;
  const { rival, atLimit } = rivalOf(contender, watch);
  const frees = {
    hard: freeOf(contender, watch, "hard", options.maxPodGraceSec),
    soft: freeOf(contender, watch, "soft", options.maxPodGraceSec),
  };
  const counts: Partial<Record<Outcome, number>> = {};
  const acts: Met[] = [];
  const nothing = watchesNothing(watch);
  for (const course of courses) {
    const { acted } = nothing ? { acted: null } : play(captured, watch, course, span.to);
    if (acted !== null) acts.push(acted);
    const outcome = nothing
      ? rival === null
        ? "undetermined"
        : "unopposed"
      : outcomeOf(contender, acted, rival, frees[acted?.kind ?? "hard"]);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  const sorted = acts.toSorted((a, b) => a.atMs - b.atMs);
  const typical = sorted[sorted.length >> 1] ?? null;
  const actsAt = rangeOf(acts.map(({ atMs }) => atMs));
  return {
    outcome: unanimous(counts),
    courses: counts,
    marginMs: marginOf(actsAt, rival),
    actsAt,
    typical,
    neverActs: courses.length - acts.length,
    timeToFree: frees[typical?.kind ?? "hard"],
    rival,
    atLimit,
    alreadyUnder: alreadyUnder(contender, watch),
  };
};
