// A higher hard threshold, found by replay; and, where that would be more than a tenth of the machine, first a limit on the pod that grew.
import { type Remedy, remedy } from "../answer.ts";
import { type CgroupView, heldAt, limitAt, nameOf } from "../inputs/cgroup.ts";
import { endOfFall } from "../inputs/end-of-fall.ts";
import type { Case } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { type Reaction, reactionOf } from "../inputs/loop.ts";
import { floorOf } from "../inputs/refs.ts";
import { pointsIn } from "../inputs/signal.ts";
import { silenceIn } from "../inputs/silence.ts";
import { EVICTION_PERIOD_MS, LEAD_MS, requiredThreshold, SEARCH_SHARE } from "../../timeline/race/replay.ts";
import { percent, perSecond, quantity, roundedUp, size, span } from "./format.ts";
import { bearableLimit } from "./remedies.ts";

export type ThresholdInputs = Pick<
  Inputs,
  "available" | "allocatable" | "thresholds" | "floors" | "kubelet" | "cgroups" | "node"
>;
/** What a rule that gives these remedies declares. */
export const THRESHOLD_NEEDS = [
  "available",
  "allocatable",
  "thresholds",
  "floors",
  "kubelet",
  "cgroups",
  "node",
] as const;

/** Above a tenth of the machine a threshold wastes more than a limit on the pod that grows. Heuristic. */
export const MOST_SHARE = 0.1;

const byHand = (inputs: ThresholdInputs, incident: Case, reaction: Reaction): string => {
  const rate = incident.race?.fallRateBytesPerSec ?? null;
  const floor = floorOf(inputs.floors, incident)?.bytes ?? null;
  if (rate === null || floor === null) return "";
  const needed = floor + Math.max(0, rate) * (reaction.wholeMs / 1000);
  return ` By hand: floor ${size(floor)} + ${perSecond(rate)} × (10 s + pass ${span(reaction.passMs)} + kill ${span(reaction.loop.killMs)}) = ${size(needed)}, with the fall taken at the crossing; it slows near the floor, so the replay, which uses the fall as it was measured, is what counts.`;
};

/** Its log shows no pass, but it was silent: what the threshold would have to be if the loop stood still as long as the log. */
const ifItStoodStill = (inputs: ThresholdInputs, incident: Case, { loop, passMs }: Reaction): string => {
  const { killMs, window } = incident;
  const total = inputs.node.memTotalBytes;
  const silence = window === null ? null : silenceIn(inputs.kubelet, window);
  if (silence === null || !silence.shown || killMs === null || total === null) return "";
  const still = silence.ms - EVICTION_PERIOD_MS;
  if (still <= passMs) return "";
  const points = pointsIn(inputs.available, (incident.span?.fromMs ?? killMs) - LEAD_MS - still, killMs);
  const series = points.map((p) => ({ ms: p.ms, available: p.value }));
  const needed = requiredThreshold(series, { ...loop, passMs: still }, killMs, total * SEARCH_SHARE);
  const value =
    needed === null
      ? "no threshold up to half of the machine would have been in time"
      : `it takes ${size(needed)}, ${percent(needed / total)} of the machine`;
  return ` This holds only if the loop runs: the kubelet's whole log was silent for ${span(silence.ms)} meanwhile, and if the loop stood still as long, ${value}. So protect it as well.`;
};

const raised = (
  inputs: ThresholdInputs,
  incident: Case,
  currentBytes: number | null,
): (Remedy & { share: number | null }) | null => {
  const required = incident.race?.requiredThresholdBytes ?? null;
  if (required === null) return null;
  const reaction = reactionOf(incident, inputs.thresholds);
  const value = roundedUp(required);
  const total = inputs.node.memTotalBytes;
  const share = total === null ? null : value / total;
  const ofNode =
    share === null
      ? ""
      : `; the threshold is then ${percent(share)} of the node's memory${share > MOST_SHARE ? ", more than a tenth: a limit on the pod that grows is cheaper" : ""}`;
  const least = reaction.passAtLeast ? "at least " : "";
  const passes =
    reaction.passMs < 1 ? "passes of no length, for its log shows none" : `passes of ${least}${span(reaction.passMs)}`;
  const cutOff = reaction.passAtLeast
    ? " The kill cut that pass off, so it would have taken longer: this is the least that such a threshold can be, not one that is sure to do."
    : "";
  return {
    ...remedy(
      `Raise evictionHard memory.available to ${least}${quantity(value)}`,
      `Kubelet configuration, evictionHard: { memory.available: "${quantity(value)}" }; repeat the disk keys there, for setting one key drops every default. The replay of this kubelet's loop on the captured fall (10 s between passes, ${passes}, ${span(reaction.loop.killMs)} to kill) frees memory before this kill in every phase from ${size(required)} on; rounded up to 64 MiB.${cutOff}${byHand(inputs, incident, reaction)}${ifItStoodStill(inputs, incident, reaction)} Cost: allocatable memory shrinks by ${size(value - (currentBytes ?? 0))}${ofNode}. Check in the next capture: "attempting to reclaim" stands before any kill.`,
      "threshold-below-floor",
      { setting: "evictionHard memory.available", need: value },
    ),
    share,
  };
};

/** The pod without a limit that grew most up to the end of the fall. */
const growerLimit = (inputs: ThresholdInputs, incident: Case, page: string): Remedy | null => {
  const end = endOfFall(inputs, incident);
  const fromMs = incident.window?.fromMs ?? null;
  if (end === null || fromMs === null) return null;
  const grown = (view: CgroupView): number => (heldAt(view, end.ms - 1) ?? 0) - (heldAt(view, fromMs - 60_000) ?? 0);
  const [most] = inputs.cgroups
    .filter((c) => c.level === "pod" && c.current !== null && limitAt(c.max, end.ms) === null)
    .toSorted((a, b) => grown(b) - grown(a));
  return most === undefined ? null : bearableLimit(nameOf(most.pod) ?? most.cgroup, most, end, page);
};

/** Remedies against a threshold that was crossed too late or never: empty where the replay finds none. */
export const thresholdRemedies = (
  inputs: ThresholdInputs,
  incident: Case,
  currentBytes: number | null,
  page: string,
): readonly Remedy[] => {
  const raise = raised(inputs, incident, currentBytes);
  if (raise === null) return [];
  const { share, ...given } = raise;
  const limit = share !== null && share > MOST_SHARE ? growerLimit(inputs, incident, page) : null;
  return limit === null ? [given] : [limit, given];
};
