// All clocks of one input bound to each other: turns the stamps of a line into an interval on the wall clock, with its anchor.
import type { Facts } from "../../model/facts.ts";
import type { Stamp, When } from "../../model/instant.ts";
import { type Bound, UNBOUND } from "./bounds.ts";
import { type LocalTime, localTimeOf } from "./local-time.ts";
import { type Frame, placeStamps, type Speaker } from "./place-stamp.ts";
import { printkOffsetOf } from "./printk-offset.ts";
import { type Breaks, breaksOf, isWithin, offsetAt, readingWithin } from "./printk-stretches.ts";
import { stretchAt, type WallOffset, wallOffsetOf } from "./wall-offset.ts";
import { UNPLACED, wallWhen } from "./when.ts";

export interface Clocks {
  place(stamps: readonly Stamp[], bootId: string | null, speaker: Speaker): When;
  /** The interval in which a tick's files were read. */
  tick(index: number): When;
  /** By boot; those that were asked for. */
  readonly wallMinusPrintk: ReadonlyMap<string, Bound>;
  readonly wallMinusBoot: WallOffset | null;
  /** Of the last boot. */
  readonly sleeps: Breaks["sleeps"];
  readonly local: LocalTime;
  /** True where local stamps without a zone stand beside zoned ones that nothing binds to them. */
  readonly zoneUnknown: boolean;
}

const SINGLE_BOOT = "the only boot";
const UNKNOWN_BOOT = "unknown boot";

/** The journal prints boot ids without dashes, /proc/sys/kernel/random/boot_id with them. */
const plain = (bootId: string): string => bootId.replaceAll("-", "").toLowerCase();

/** Lines without a boot id belong to the only boot that the input names; with several, to none of them. */
const bootKeyOf = (facts: Facts): ((bootId: string | null) => string) => {
  const only = facts.bootIds.length <= 1;
  return (bootId) => {
    if (only && (bootId === null || facts.bootIds.includes(plain(bootId)))) return SINGLE_BOOT;
    return bootId === null ? UNKNOWN_BOOT : plain(bootId);
  };
};

/** Any zoned wall time of the input: near it lies the year of stamps that name none. */
const hintOf = (facts: Facts): number | null => {
  for (const tick of facts.samples.ticks) if (Number.isFinite(tick.startReal)) return tick.startReal;
  for (const event of facts.events) {
    const stamp = [...event.last, ...event.first].find((s) => s.clock === "api" || s.clock === "realtime");
    if (stamp) return stamp.ms;
  }
  return null;
};

const namesZone = (facts: Facts): boolean =>
  facts.logs.some(
    (log) =>
      log.coverage.some((c) => c.first.some((s) => s.zoned && s.clock === "receipt")) ||
      [...log.system, ...log.kubelet].some(({ stamps }) => stamps.some((s) => s.zoned && s.clock === "realtime")),
  );

const tickClock = (facts: Facts, wallOfBoot: Frame["wallOfUptime"]): Clocks["tick"] => {
  const placed = new Map<number, When>();
  const of = (index: number): When => {
    const t = facts.samples.ticks[index];
    if (!t) return UNPLACED;
    const wallOfUptime = (upSec: number): Bound => wallOfBoot(upSec, t.bootId);
    let earliest = Number.isFinite(t.startReal) ? t.startReal : Number.NEGATIVE_INFINITY;
    let latest = Number.isFinite(t.endReal) ? t.endReal + t.realResolutionMs : Number.POSITIVE_INFINITY;
    if (Number.isFinite(t.startUp)) earliest = Math.max(earliest, t.startUp * 1000 + wallOfUptime(t.startUp).low);
    if (Number.isFinite(t.endUp))
      latest = Math.min(latest, t.endUp * 1000 + t.upResolutionMs + wallOfUptime(t.endUp).high);
    if (latest < earliest) latest = earliest;
    return wallWhen(earliest, latest, "wall", earliest, latest - earliest, "the samples' own clock readings");
  };
  return (index) => {
    const known = placed.get(index) ?? of(index);
    placed.set(index, known);
    return known;
  };
};

/** wall − boot of each boot. Samples that name no boot are of the last one, and so are lines of an unknown one: dmesg has no other. */
const wallClocks = (facts: Facts, bootKey: Frame["bootKey"], lastBoot: string | null): Walls => {
  const last = bootKey(lastBoot);
  const known = new Map<string, WallOffset | null>();
  return (asked: string): WallOffset | null => {
    const key = asked === UNKNOWN_BOOT ? last : asked;
    const found = known.get(key);
    if (found !== undefined) return found;
    const offset = wallOffsetOf(facts.samples, facts.bindings, (id) => (id === null ? last : bootKey(id)) === key);
    known.set(key, offset);
    return offset;
  };
};

/** What the wall clock showed twice: from where a step back set it to where it had been. */
const replaysOf = (wall: WallOffset | null): Frame["replays"] =>
  (wall?.steps ?? []).flatMap(({ drift, sinceBootMs, atBootMs, byMs }) => {
    if (wall === null || drift || byMs >= 0) return [];
    const before = stretchAt(wall, sinceBootMs).high + atBootMs;
    return [{ from: before + byMs, to: before, byMs: -byMs }];
  });

type Walls = (bootKey: string) => WallOffset | null;

const uptimeOf = ({ samples }: Facts): number | null => {
  const most = samples.ticks.reduce((seen, t) => (t.startUp * 1000 > seen ? t.startUp * 1000 : seen), 0);
  return most > 0 ? most : null;
};

/** wall − printk at a reading: of its boot, and of the stretch of it between two steps or sleeps. Each is found once. */
const printkClocks = (
  facts: Facts,
  { bootKey, wallOfUptime }: Pick<Frame, "bootKey" | "wallOfUptime">,
  wallOf: Walls,
  tick: Clocks["tick"],
): Pick<Frame, "printkOf"> & { readonly found: Map<string, Bound>; readonly breaksByBoot: Map<string, Breaks> } => {
  const uptimeMs = uptimeOf(facts) ?? 0;
  const found = new Map<string, Bound>();
  const breaksByBoot = new Map<string, Breaks>();
  const stretchOf = (bootId: string | null, key: string, { at: breaks, slept }: Breaks, stretch: number): Bound => {
    const name = breaks.length === 0 ? key : `${key}, stretch ${stretch + 1}`;
    const known = found.get(name);
    if (known) return known;
    const bound = printkOffsetOf({
      logs: facts.logs,
      samples: facts.samples,
      ofBoot: (other) => bootKey(other) === key,
      within: (printkMs) => isWithin(breaks, stretch, printkMs),
      steady: breaks.length === 0,
      slept,
      wallOfUptime: (upSec) => wallOfUptime(upSec, bootId),
      tickStart: (index) => tick(index).earliest,
      uptimeMs: readingWithin(breaks, stretch, uptimeMs),
    });
    found.set(name, bound);
    return bound;
  };
  const printkOf = (bootId: string | null, printkMs: number): Bound => {
    const key = bootKey(bootId);
    const known = breaksByBoot.get(key);
    const breaks = known ?? breaksOf(facts.logs, (other) => bootKey(other) === key, wallOf(key)?.steps ?? []);
    if (known === undefined) breaksByBoot.set(key, breaks);
    return offsetAt(breaks.at, printkMs, (stretch) => stretchOf(bootId, key, breaks, stretch));
  };
  return { printkOf, found, breaksByBoot };
};

export const buildClocks = (facts: Facts): Clocks => {
  const bootKey = bootKeyOf(facts);
  const lastBoot = facts.bootIds.at(-1) ?? null;
  const wallOf = wallClocks(facts, bootKey, lastBoot);
  const wall = wallOf(bootKey(lastBoot));
  const wallOfUptime = (upSec: number, bootId: string | null): Bound => {
    const offset = wallOf(bootKey(bootId));
    return offset === null ? UNBOUND : stretchAt(offset, upSec * 1000);
  };
  const tick = tickClock(facts, wallOfUptime);
  const local = localTimeOf(facts.logs, hintOf(facts));
  const hasZoned = hintOf(facts) !== null || namesZone(facts);
  const zoneUnknown = local.zoneMs === null && hasZoned;
  const { printkOf, found, breaksByBoot } = printkClocks(facts, { bootKey, wallOfUptime }, wallOf, tick);
  printkOf(lastBoot, Number.POSITIVE_INFINITY);
  const replays = replaysOf(wall);
  const uptimeMs = uptimeOf(facts);
  const frame: Frame = { bootKey, printkOf, wallOfUptime, uptimeMs, local, hasZoned, zoneUnknown, replays };
  return {
    place: (stamps, bootId, speaker) => placeStamps(frame, stamps, bootId, speaker),
    tick,
    wallMinusPrintk: found,
    wallMinusBoot: wall,
    sleeps: breaksByBoot.get(bootKey(lastBoot))?.sleeps ?? [],
    local,
    zoneUnknown,
  };
};
