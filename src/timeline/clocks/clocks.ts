// All clocks of one input bound to each other: turns the stamps of a line into an interval on the wall clock, with its anchor.
import type { Facts } from "../../model/facts.ts";
import type { Stamp, When } from "../../model/instant.ts";
import { epochMs } from "../../model/units.ts";
import { type Bound, UNBOUND, anchorOf } from "./bounds.ts";
import { type LocalTime, localTimeOf, withYear } from "./local-time.ts";
import { printkOffsetOf } from "./printk-offset.ts";
import { type WallOffset, stretchAt, wallOffsetOf } from "./wall-offset.ts";

/** Zones lie between UTC−12 and UTC+14. */
const ZONE_SLACK_MS = 14 * 3_600_000;
/** Receipt lag of kernel lines reached 21 s in measured captures; a line that carries nothing but its receipt was made at most this long before. Heuristic. */
const RECEIPT_LAG_MS = 60_000;
/** `dmesg -T` adds a boot time estimated when it ran; printk drifts from it by up to some hundred ppm. Heuristic. */
const DMESG_DRIFT_SHARE = 2e-4;

/** Whose lines are placed: receipt stamps of two speakers share no order. */
export type Speaker = "kernel" | "kubelet" | "other";

export interface Clocks {
  place(stamps: readonly Stamp[], bootId: string | null, speaker: Speaker): When;
  /** The interval in which a tick's files were read. */
  tick(index: number): When;
  /** Earliest and latest wall time at which a reading of a sampled file can have been made. */
  readonly wallMinusPrintk: ReadonlyMap<string, Bound>;
  readonly wallMinusBoot: WallOffset | null;
  readonly local: LocalTime;
  /** True where local stamps without a zone stand beside zoned ones that nothing binds to them. */
  readonly zoneUnknown: boolean;
}

const wallWhen = (
  earliest: number,
  latest: number,
  clock: string,
  reading: number,
  readingUncertainty: number,
  anchor: string | null,
): When => ({
  earliest: epochMs(earliest),
  latest: epochMs(latest),
  best: epochMs(Number.isFinite(earliest) && Number.isFinite(latest) ? (earliest + latest) / 2 : Number.NaN),
  clock,
  reading,
  readingUncertainty,
  anchor,
  bootSec: null,
});

export const UNPLACED: When = wallWhen(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, "none", Number.NaN, 0, null);

const SINGLE_BOOT = "the only boot";

/** The journal prints boot ids without dashes, /proc/sys/kernel/random/boot_id with them. */
const plain = (bootId: string): string => bootId.replaceAll("-", "").toLowerCase();

/** Lines without a boot id belong to the only boot that the input names; with several, to none of them. */
const bootKeyOf = (facts: Facts): ((bootId: string | null) => string) => {
  const only = facts.bootIds.length <= 1;
  return (bootId) =>
    only && (bootId === null || facts.bootIds.includes(plain(bootId)))
      ? SINGLE_BOOT
      : bootId === null
        ? "unknown boot"
        : plain(bootId);
};

const hintOf = (facts: Facts): number | null => {
  for (const tick of facts.samples.ticks) if (Number.isFinite(tick.startReal)) return tick.startReal;
  for (const event of facts.events) {
    const stamp = [...event.last, ...event.first].find((s) => s.clock === "api" || s.clock === "realtime");
    if (stamp) return stamp.ms;
  }
  return null;
};

/** How well each clock orders and places: the first that a line carries gives its reading. */
const PREFERENCE: readonly Stamp["clock"][] = [
  "printk",
  "realtime",
  "klog",
  "boot",
  "api",
  "dmesg-wall",
  "receipt",
  "rfc3164",
  "receipt-monotonic",
  "time-of-death",
];

export const buildClocks = (facts: Facts): Clocks => {
  const keyOf = bootKeyOf(facts);
  const wall = wallOffsetOf(
    facts.samples,
    facts.bindings,
    facts.bootIds.length > 1 ? (facts.bootIds.at(-1) ?? null) : null,
  );
  const wallOfUptime = (upSec: number): Bound => (wall === null ? UNBOUND : stretchAt(wall, upSec * 1000));
  const lastUptimeMs = Math.max(
    0,
    ...facts.samples.ticks.map((t) => (Number.isFinite(t.startUp) ? t.startUp * 1000 : 0)),
  );
  const local = localTimeOf(facts.logs, hintOf(facts));
  const hasZoned =
    hintOf(facts) !== null ||
    facts.logs.some((log) => log.coverage.some((c) => c.first.some((s) => s.zoned && s.clock === "receipt")));
  const zoneUnknown = local.zoneMs === null && hasZoned;

  const tick = (index: number): When => {
    const t = facts.samples.ticks[index];
    if (!t) return UNPLACED;
    let earliest = Number.isFinite(t.startReal) ? t.startReal : Number.NEGATIVE_INFINITY;
    let latest = Number.isFinite(t.endReal) ? t.endReal + t.realResolutionMs : Number.POSITIVE_INFINITY;
    if (Number.isFinite(t.startUp)) earliest = Math.max(earliest, t.startUp * 1000 + wallOfUptime(t.startUp).low);
    if (Number.isFinite(t.endUp))
      latest = Math.min(latest, t.endUp * 1000 + t.upResolutionMs + wallOfUptime(t.endUp).high);
    if (latest < earliest) latest = earliest;
    return wallWhen(earliest, latest, "wall", earliest, latest - earliest, "the samples' own clock readings");
  };

  const printkByBoot = new Map<string, Bound>();
  const printkOf = (bootId: string | null): Bound => {
    const key = keyOf(bootId);
    const known = printkByBoot.get(key);
    if (known) return known;
    const bound = printkOffsetOf({
      logs: facts.logs,
      samples: facts.samples,
      ofBoot: (other) => keyOf(other) === key,
      wallOfUptime,
      tickStart: (index) => tick(index).earliest,
      uptimeMs: lastUptimeMs,
    });
    printkByBoot.set(key, bound);
    return bound;
  };
  printkOf(facts.bootIds.at(-1) ?? null);

  const placeLocal = (stamp: Stamp): { ms: number; slack: number } | null => {
    if (local.nearMs === null) return null;
    const there = withYear(stamp.ms, local.nearMs - (local.zoneMs ?? 0));
    return { ms: there + (local.zoneMs ?? 0), slack: zoneUnknown ? ZONE_SLACK_MS : 0 };
  };

  const placeOne = (stamp: Stamp, bootId: string | null, speaker: Speaker): When => {
    switch (stamp.clock) {
      case "printk": {
        const offset = printkOf(bootId);
        const when = wallWhen(
          stamp.ms + offset.low,
          stamp.ms + offset.high,
          `printk@${keyOf(bootId)}`,
          stamp.ms,
          stamp.resolutionMs,
          anchorOf(offset),
        );
        return { ...when, bootSec: stamp.ms / 1000 };
      }
      case "boot": {
        const offset = wallOfUptime(stamp.ms / 1000);
        const when = wallWhen(
          stamp.ms + offset.low,
          stamp.ms + stamp.resolutionMs + offset.high,
          `boot@${keyOf(bootId)}`,
          stamp.ms,
          stamp.resolutionMs,
          anchorOf(offset),
        );
        return { ...when, bootSec: stamp.ms / 1000 };
      }
      case "realtime":
      case "api":
        return wallWhen(
          stamp.ms,
          stamp.ms + stamp.resolutionMs,
          "wall",
          stamp.ms,
          stamp.resolutionMs,
          "its own wall clock",
        );
      case "klog": {
        const placed = placeLocal(stamp);
        if (placed === null)
          return { ...UNPLACED, clock: "local", reading: stamp.ms, readingUncertainty: stamp.resolutionMs };
        const clock = zoneUnknown ? "local" : "wall";
        const anchor =
          local.zoneMs === null
            ? "year from the rest of the input, zone not named"
            : "zone and year from the same lines' journal stamps";
        return wallWhen(
          placed.ms - placed.slack,
          placed.ms + placed.slack + stamp.resolutionMs,
          clock,
          placed.ms,
          stamp.resolutionMs,
          anchor,
        );
      }
      case "rfc3164": {
        const placed = placeLocal(stamp);
        const clock = `receipt:${speaker}`;
        if (placed === null) return { ...UNPLACED, clock, reading: stamp.ms, readingUncertainty: stamp.resolutionMs };
        return wallWhen(
          placed.ms - placed.slack - RECEIPT_LAG_MS,
          placed.ms + placed.slack + stamp.resolutionMs,
          clock,
          placed.ms,
          stamp.resolutionMs,
          "receipt by syslog; made up to 60 s before",
        );
      }
      case "receipt": {
        const slack = stamp.zoned || !hasZoned ? 0 : ZONE_SLACK_MS;
        return wallWhen(
          stamp.ms - slack - RECEIPT_LAG_MS,
          stamp.ms + slack + stamp.resolutionMs,
          `receipt:${speaker}`,
          stamp.ms,
          stamp.resolutionMs,
          "receipt by journald; made up to 60 s before",
        );
      }
      case "dmesg-wall": {
        const slack = 1000 + DMESG_DRIFT_SHARE * 86_400_000 + (stamp.zoned || !hasZoned ? 0 : ZONE_SLACK_MS);
        return wallWhen(
          stamp.ms - slack,
          stamp.ms + slack + stamp.resolutionMs,
          `dmesg-wall@${keyOf(bootId)}`,
          stamp.ms,
          stamp.resolutionMs,
          "dmesg's estimate of the boot time",
        );
      }
      case "time-of-death":
        return wallWhen(
          stamp.ms,
          stamp.ms + 1000,
          "time-of-death",
          stamp.ms,
          stamp.resolutionMs,
          "the kubelet's TimeOfDeath, 0 to 1 s early",
        );
      case "receipt-monotonic":
        return {
          ...UNPLACED,
          clock: `receipt-monotonic:${speaker}`,
          reading: stamp.ms,
          readingUncertainty: stamp.resolutionMs,
        };
    }
  };

  const place: Clocks["place"] = (stamps, bootId, speaker) => {
    const ordered = stamps.toSorted((a, b) => PREFERENCE.indexOf(a.clock) - PREFERENCE.indexOf(b.clock));
    let result: When | null = null;
    for (const stamp of ordered) {
      const when = placeOne(stamp, bootId, speaker);
      if (result === null) {
        result = when;
        continue;
      }
      // Later stamps of the same line only narrow, and never contradict the clock that orders.
      const earliest = Math.max(result.earliest, when.earliest);
      const latest = Math.min(result.latest, when.latest);
      if (earliest > latest) continue;
      const narrowed = earliest > result.earliest || latest < result.latest;
      if (narrowed)
        result = {
          ...wallWhen(
            earliest,
            latest,
            result.clock,
            result.reading,
            result.readingUncertainty,
            result.anchor ?? when.anchor,
          ),
          bootSec: result.bootSec,
        };
    }
    return result ?? UNPLACED;
  };

  return { place, tick, wallMinusPrintk: printkByBoot, wallMinusBoot: wall, local, zoneUnknown };
};
