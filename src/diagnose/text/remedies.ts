// Remedies that several rules give, each with its arithmetic written out. A remedy that uses no number of the incident is none.
import type { Remedy } from "../answer.ts";
import { remedy } from "../answer.ts";
import type { Case } from "../inputs/incident.ts";
import type { Reaction } from "../inputs/loop.ts";
import { percent, perSecond, quantity, roundedUp, size, span } from "./format.ts";

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

interface ForLimit {
  readonly name: string;
  /** What the pod held at the end. */
  readonly heldBytes: number;
  /** The signal that fired, or should have, at the same instant. */
  readonly signal: { readonly name: string; readonly bytes: number };
  /** What the signal must not fall below. */
  readonly targetBytes: number;
  readonly page: string;
}

/** Room for what else moves while the pod grows: ledgers wobble by more than this at exits, by less while it grows. Heuristic. */
const MARGIN_BYTES = 64 * 1024 * 1024;

/** The largest limit that this node could have borne: what the pod held, less what the signal lacked. Null where that is next to nothing. */
export const bearableLimit = ({ name, heldBytes, signal, targetBytes, page }: ForLimit): Remedy | null => {
  const lacked = Math.max(0, targetBytes - signal.bytes);
  const value = Math.floor((heldBytes - lacked - MARGIN_BYTES) / MARGIN_BYTES) * MARGIN_BYTES;
  if (value < 2 * MARGIN_BYTES) return null;
  return remedy(
    `Set a memory limit on ${name} of at most ${quantity(value)}: it has none`,
    `Pod spec, resources.limits.memory, over all of its containers. It held ${size(heldBytes)} when ${signal.name} stood at ${size(signal.bytes)}, ${size(lacked)} below the ${size(targetBytes)} that it should not fall under: ${size(heldBytes)} − ${size(lacked)} − 64 MiB of room, rounded down to 64 MiB, is the most that this node could bear. It then meets its own limit before the node meets its end. Cost: it is killed instead of its neighbours. Check in the next capture: a kill names this pod's cgroup, and ${signal.name} stays above the threshold.`,
    page,
    { setting: `limit of ${name}`, need: -value },
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
