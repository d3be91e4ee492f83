// Remedies for a pod that several rules give, each with its arithmetic written out. A remedy that uses no number of the incident is none.
import type { Remedy } from "../answer.ts";
import { remedy } from "../answer.ts";
import { clock, quantity, roundedUp, size } from "./format.ts";
import { type CgroupView, heldAt, limitAt } from "../inputs/cgroup.ts";
import { type EndOfFall, ROOM_BYTES } from "../inputs/end-of-fall.ts";

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
