// What daemons and the kernel hold, beyond the pods: S = MemTotal − MemFree − file LRU − SReclaimable
// − (kubepods.current − its file LRU − its slab_reclaimable). Caches are left out on both sides: they can be dropped.
import type { SourceRef } from "../../model/evidence.ts";
import type { StoryKill } from "../../model/timeline.ts";
import { isPlaced } from "../../model/instant.ts";
import { type CgroupView, statAt } from "./cgroup.ts";
import type { Window } from "./incident.ts";
import { median } from "./loss.ts";
import { type Track, readingsIn, refAt, valueAt } from "./track.ts";

export interface SystemPoint {
  readonly ms: number;
  readonly bytes: number;
}

interface From {
  readonly meminfo: Track | null;
  readonly kubepods: CgroupView | null;
}

const sum = (values: readonly (number | null)[]): number | null => {
  let total = 0;
  for (const value of values) {
    if (value === null) return null;
    total += value;
  }
  return total;
};

const systemAt = ({ meminfo, kubepods }: From, reading: number): number | null => {
  if (meminfo === null || kubepods === null) return null;
  const ms = meminfo.ms(reading);
  const field = (name: string) => meminfo.value(reading, name);
  const [total, free] = [field("MemTotal"), field("MemFree")];
  const cache = sum([field("Active(file)"), field("Inactive(file)"), field("SReclaimable")]);
  const current = valueAt(kubepods.current, "", ms);
  const podsCache = sum([
    statAt(kubepods, "active_file", ms),
    statAt(kubepods, "inactive_file", ms),
    kubepods.version === 2 ? (statAt(kubepods, "slab_reclaimable", ms) ?? 0) : 0,
  ]);
  if (total === null || free === null || cache === null || current === null || podsCache === null) return null;
  return total - free - cache - (current - podsCache);
};

/** While a big process exits the files of one tick do not add up: ticks this near to a kill are left out. */
const NEAR_KILL_MS = 10_000;

export const systemPoints = (from: From, kills: readonly StoryKill[], fromMs: number, toMs: number): SystemPoint[] => {
  const dead = kills.filter((k) => isPlaced(k.at)).map((k) => k.at.best as number);
  return readingsIn(from.meminfo, fromMs, toMs).flatMap((reading) => {
    const ms = from.meminfo?.ms(reading) ?? NaN;
    const bytes = dead.some((d) => Math.abs(d - ms) <= NEAR_KILL_MS) ? null : systemAt(from, reading);
    return bytes === null ? [] : [{ ms, bytes }];
  });
};

export const systemRefs = ({ meminfo, kubepods }: From, ms: number): SourceRef[] =>
  [refAt(meminfo, "MemFree", ms), refAt(meminfo, "SReclaimable", ms), refAt(kubepods?.current ?? null, "", ms)].filter(
    (ref) => ref !== null,
  );

/** Slices and services directly below the root and below system.slice, beside the pods. */
export const systemUnits = (cgroups: readonly CgroupView[]): readonly CgroupView[] =>
  cgroups.filter(
    (c) =>
      c.level === "other" &&
      /^\/(?:[^/]{1,255}|system\.slice\/[^/]{1,255})$/.test(c.cgroup) &&
      !/kubepods/.test(c.cgroup) &&
      c.current !== null,
  );

/** What one unit held beyond cache, the median over a window: one tick's files do not add up. Null where it was not sampled then. */
export const unitHeld = (view: CgroupView, { fromMs, toMs }: Window): number | null => {
  const values = readingsIn(view.current, fromMs, toMs).flatMap((reading) => {
    const ms = view.current?.ms(reading) ?? NaN;
    const current = view.current?.value(reading, "") ?? null;
    const cache = sum([statAt(view, "active_file", ms), statAt(view, "inactive_file", ms)]);
    return current === null ? [] : [current - (cache ?? 0)];
  });
  return median(values);
};
