// Remedies that several rules give, each with its arithmetic written out. A remedy that uses no number of the incident is none.
import type { Remedy } from "../answer.ts";
import { remedy } from "../answer.ts";
import type { Case } from "../inputs/incident.ts";
import type { Reaction } from "../inputs/loop.ts";
import { clock, percent, perSecond, quantity, roundedUp, size, span } from "./format.ts";
import { type CgroupView, heldAt, limitAt } from "../inputs/cgroup.ts";
import { type EndOfFall, ROOM_BYTES } from "../inputs/end-of-fall.ts";

/** Above a tenth of the machine a threshold wastes more than a limit on the pod that grows. */
const MOST_THRESHOLD_SHARE = 0.1;

interface ForThreshold {
  readonly incident: Case;
  readonly reaction: Reaction;
  readonly floorBytes: number | null;
  readonly currentBytes: number | null;
  readonly memTotalBytes: number | null;
}

const arithmetic = ({ incident, reaction, floorBytes }: ForThreshold): string => {
  const rate = incident.race?.fallRateBytesPerSec ?? null;
  if (rate === null || floorBytes === null) return "";
  const needed = floorBytes + Math.max(0, rate) * (reaction.wholeMs / 1000);
  return ` By hand: floor ${size(floorBytes)} + ${perSecond(rate)} × (10 s + pass ${span(reaction.passMs)} + kill ${span(reaction.loop.killMs)}) = ${size(needed)}, with the fall taken at the crossing; it slows near the floor, so the replay, which uses the fall as it was measured, is what counts.`;
};

/** A hard threshold at which the same kubelet, in every phase of its loop, frees memory before this kill: found by replay. */
export const higherThreshold = (given: ForThreshold): Remedy | null => {
  const required = given.incident.race?.requiredThresholdBytes ?? null;
  if (required === null) return null;
  const value = roundedUp(required);
  const share = given.memTotalBytes === null ? null : value / given.memTotalBytes;
  const cost =
    share === null
      ? `Cost: allocatable memory shrinks by ${size(value - (given.currentBytes ?? 0))}.`
      : `Cost: allocatable memory shrinks by ${size(value - (given.currentBytes ?? 0))}; the threshold is then ${percent(share)} of the node's memory${share > MOST_THRESHOLD_SHARE ? ", more than a tenth: a limit on the pod that grows is cheaper" : ""}.`;
  return remedy(
    `Raise evictionHard memory.available to ${quantity(value)}`,
    `Kubelet configuration, evictionHard: { memory.available: "${quantity(value)}" }; repeat the disk keys there, for setting one key drops every default. The replay of this kubelet's loop on the captured fall (10 s between passes, ${given.reaction.passMs < 1 ? "passes of no length, for its log shows none" : `passes of ${span(given.reaction.passMs)}`}, ${span(given.reaction.loop.killMs)} to kill) frees memory before this kill in every phase from ${size(required)} on; rounded up to 64 MiB.${arithmetic(given)} ${cost} Check in the next capture: "attempting to reclaim" stands before any kill.`,
    "threshold-below-floor",
    { setting: "evictionHard memory.available", need: value },
  );
};

/** A medium of the pod's memory at an instant: what it held for good, or its files in memory. */
type HeldAt = (ms: number) => number | null;

interface Bearable {
  readonly bytes: number;
  /** How it was found, ready to stand in a remedy. */
  readonly why: string;
}

/**
 * The most that this node could have borne of it, in steps of 64 MiB: what it was when the signal last stood 64 MiB above the level
 * that it should keep. Where no sample shows that, what it was at the end less what the signal lacked. Null where that is next to
 * nothing. The first is nearer: while one pod grows, reclaim takes cache from the others, and the signal falls by less.
 */
export const bearable = (end: EndOfFall, held: HeldAt): Bearable | null => {
  const { calm, signal, targetBytes, ms } = end;
  const then = calm === null ? null : held(calm.ms);
  if (calm !== null && then !== null) {
    const bytes = Math.floor(then / ROOM_BYTES) * ROOM_BYTES;
    const why = `At ${clock(calm.ms)}, when ${signal.name} last stood 64 MiB above the ${size(targetBytes)} that it should not fall under (${size(calm.value)}), it was ${size(then)}; rounded down to 64 MiB`;
    return bytes < 2 * ROOM_BYTES ? null : { bytes, why };
  }
  const last = held(ms - 1);
  if (last === null) return null;
  const lacked = Math.max(0, targetBytes - signal.bytes);
  const bytes = Math.floor((last - lacked - ROOM_BYTES) / ROOM_BYTES) * ROOM_BYTES;
  const why = `It was ${size(last)} when ${signal.name} stood at ${size(signal.bytes)}, ${size(lacked)} below the ${size(targetBytes)} that it should not fall under: ${size(last)} − ${size(lacked)} − 64 MiB of room, rounded down to 64 MiB`;
  return bytes < 2 * ROOM_BYTES ? null : { bytes, why };
};

/** The largest limit that this node could have borne on a pod that has none. */
export const bearableLimit = (name: string, view: CgroupView, end: EndOfFall, page: string): Remedy | null => {
  const found = limitAt(view.max, end.ms) === null ? bearable(end, (ms) => heldAt(view, ms)) : null;
  if (found === null) return null;
  return remedy(
    `Set a memory limit on ${name} of at most ${quantity(found.bytes)}: it has none`,
    `Pod spec, resources.limits.memory, over all of its containers: the most of its memory (without cache) that this node could bear. ${found.why}. It then meets its own limit before the node meets its end. Cost: it is killed instead of its neighbours. Check in the next capture: a kill names this pod's cgroup, and ${end.signal.name} stays above ${size(end.targetBytes)}.`,
    page,
    { setting: `limit of ${name}`, need: -found.bytes },
  );
};

const MIB = 1024 * 1024;

/** Demand above a limit is censored: step up and look again. VPA's own step after an OOM kill: max(limit + 100 MiB, limit × 1.2). */
export const raiseLimit = (
  who: string,
  limit: number,
  why: string | null = null,
  page = "limit-below-working-set",
): Remedy => {
  const raised = roundedUp(Math.max(limit + 100 * MIB, limit * 1.2));
  return remedy(
    `Raise the memory limit of ${who} to ${quantity(raised)}, and repeat`,
    `Pod spec, resources.limits.memory: max(limit + 100 MiB, limit × 1.2) = max(${size(limit + 100 * MIB)}, ${size(limit * 1.2)}), rounded up to 64 MiB: demand above a limit is not visible, so step up until “max” of memory.events (memory.failcnt on cgroup v1) stands still.${why === null ? "" : ` It fills the present one quickly (${why}), as a start that needs more does, and a leak: if it fills the larger one at the same slope it leaks, and no limit helps.`} Cost: ${size(raised - limit)} of the node. Check: Δmax 0 in memory.events.`,
    page,
    { setting: `limit of ${who}`, need: raised },
  );
};
