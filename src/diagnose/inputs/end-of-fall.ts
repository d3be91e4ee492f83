// The signal at the end of an incident's fall, and the level that it should have stayed above: what a limit is computed from.
import type { Floor, ThresholdsInForce } from "../../model/timeline.ts";
import { lastBefore } from "./hard-crossing.ts";
import type { Case } from "./incident.ts";
import { floorOf } from "./refs.ts";
import type { Point, Signal } from "./signal.ts";

interface From {
  readonly available: Signal | null;
  readonly allocatable: Signal | null;
  readonly floors: readonly Floor[];
  readonly thresholds: ThresholdsInForce;
}

export interface EndOfFall {
  readonly signal: { readonly name: string; readonly bytes: number };
  readonly targetBytes: number;
  readonly ms: number;
  /** The last sample at which the signal still stood that level and some room above it; null where none is. */
  readonly calm: Point | null;
}

/** Room above the level: what else moves while a pod grows. Heuristic. */
export const ROOM_BYTES = 64 * 1024 * 1024;

/** The kernel kills at the floor: this much above it is calm. Heuristic. */
const ABOVE_FLOOR_BYTES = 64 * 1024 * 1024;
const FRESH_MS = 10_000;

/** Null where neither the signal's value at the end nor a level for it is known. */
export const endOfFall = (from: From, incident: Case): EndOfFall | null => {
  const { endMs: ms } = incident;
  const floor = floorOf(from.floors, incident);
  const target = Math.max(
    from.thresholds.memoryHardBytes ?? 0,
    from.thresholds.memorySoftBytes ?? 0,
    floor === null ? 0 : floor.bytes + ABOVE_FLOOR_BYTES,
  );
  if (ms === null || target === 0) return null;
  const pods = incident.scope === "allocatable" && floor === null;
  const series = pods ? from.allocatable : from.available;
  const calm = series?.points.findLast((p) => p.ms < ms && p.value >= target + ROOM_BYTES) ?? null;
  if (floor !== null)
    return { signal: { name: "memory.available", bytes: floor.bytes }, targetBytes: target, ms, calm };
  const point = lastBefore(series, ms, FRESH_MS);
  return point === null
    ? null
    : {
        signal: { name: pods ? "allocatableMemory.available" : "memory.available", bytes: point.value },
        targetBytes: target,
        ms,
        calm,
      };
};
