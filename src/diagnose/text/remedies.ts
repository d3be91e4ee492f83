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
  return ` By hand: floor ${size(floorBytes)} + ${perSecond(rate)} × (10 s + pass ${span(reaction.passMs)} + kill ${span(reaction.loop.killMs)}) = ${size(needed)}, with the fall taken at the crossing; it slows near the floor, so the replay of the measured fall asks for less or more.`;
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
