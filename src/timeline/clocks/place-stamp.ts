// One stamp of a line as an interval on the wall clock: one rule a clock.
import { hoursToMilliseconds } from "date-fns";
import type { ClockKind, Stamp, When } from "../../model/instant.ts";
import { anchorOf, type Bound } from "./bounds.ts";
import { type LocalTime, withYear } from "./local-time.ts";
import { UNPLACED, wallWhen } from "./when.ts";

/** Zones lie between UTC−12 and UTC+14. */
const ZONE_SLACK_MS = hoursToMilliseconds(14);
/** Receipt lag of kernel lines reached 21 s in measured captures; a line that carries nothing but its receipt was made at most this long before. Heuristic. */
const RECEIPT_LAG_MS = 60_000;
/** `dmesg -T` adds a boot time estimated when it ran, from which printk drifts by up to 500 ppm (what NTP may slew); 200 ppm a day where the uptime is unknown. Heuristic. */
const dmesgSlack = (uptimeMs: number | null): number =>
  1000 + (uptimeMs === null ? 2e-4 * hoursToMilliseconds(24) : 5e-4 * uptimeMs);

/** Whose lines are placed: receipt stamps of two speakers share no order. */
export type Speaker = "kernel" | "kubelet" | "other";

/** What binds the clocks of one input. */
export interface Frame {
  /** One name for all ids of a boot. */
  bootKey(bootId: string | null): string;
  /** wall − printk of a boot, at a reading of printk's clock. */
  printkOf(bootId: string | null, printkMs: number): Bound;
  /** wall − boot of a boot, at an uptime in seconds. */
  wallOfUptime(upSec: number, bootId: string | null): Bound;
  /** Greatest uptime that the samples tell; null without any. */
  readonly uptimeMs: number | null;
  readonly local: LocalTime;
  /** Stretches of wall time that were shown twice, for the clock was stepped back by so much. */
  readonly replays: readonly { readonly from: number; readonly to: number; readonly byMs: number }[];
  /** Something in the input names its zone. */
  readonly hasZoned: boolean;
  /** Local stamps without a zone stand beside zoned ones that nothing binds to them. */
  readonly zoneUnknown: boolean;
}

type Rule = (stamp: Stamp, frame: Frame, bootId: string | null, speaker: Speaker) => When;

const within = (stamp: Stamp, before: number, after: number, clock: string, anchor: string): When =>
  wallWhen(stamp.ms - before, stamp.ms + after + stamp.resolutionMs, clock, stamp.ms, stamp.resolutionMs, anchor);

const unplaced = (stamp: Stamp, clock: string): When => ({
  ...UNPLACED,
  clock,
  reading: stamp.ms,
  readingUncertainty: stamp.resolutionMs,
});

const sinceBoot = (stamp: Stamp, offset: Bound, clock: string, resolutionMs: number): When => ({
  ...wallWhen(
    stamp.ms + offset.low,
    stamp.ms + resolutionMs + offset.high,
    clock,
    stamp.ms,
    stamp.resolutionMs,
    anchorOf(offset),
  ),
  bootSec: stamp.ms / 1000,
});

const zoneSlack = (stamp: Stamp, { hasZoned }: Frame): number => (stamp.zoned || !hasZoned ? 0 : ZONE_SLACK_MS);

/** A yearless local stamp with year and zone; null where nothing names a year. */
const localStamp = (stamp: Stamp, { local }: Frame): Stamp | null => {
  if (local.nearMs === null) return null;
  const zone = local.zoneMs ?? 0;
  return { ...stamp, ms: withYear(stamp.ms, local.nearMs - zone) + zone };
};

/** Of a reading that the wall clock showed twice, nobody knows which of the two it was. */
const shownTwice = (when: When, { replays }: Frame): When => {
  const byMs = replays.reduce(
    (most, { from, to, byMs: by }) => (when.latest >= from && when.earliest <= to ? most + by : most),
    0,
  );
  if (byMs === 0) return when;
  const { earliest, latest, clock, reading, readingUncertainty, anchor } = when;
  const why = `${anchor ?? "its own clock"}, which was stepped back and showed this time twice`;
  return wallWhen(earliest - byMs, latest + byMs, clock, reading, readingUncertainty + byMs, why);
};

const ownWall: Rule = (stamp, frame) => shownTwice(within(stamp, 0, 0, "wall", "its own wall clock"), frame);

const RULES: Readonly<Record<ClockKind, Rule>> = {
  printk: (stamp, frame, bootId) =>
    sinceBoot(stamp, frame.printkOf(bootId, stamp.ms), `printk@${frame.bootKey(bootId)}`, 0),
  boot: (stamp, frame, bootId) =>
    sinceBoot(stamp, frame.wallOfUptime(stamp.ms / 1000, bootId), `boot@${frame.bootKey(bootId)}`, stamp.resolutionMs),
  realtime: ownWall,
  api: ownWall,
  klog: (stamp, frame) => {
    const placed = localStamp(stamp, frame);
    if (placed === null) return unplaced(stamp, "local");
    const slack = frame.zoneUnknown ? ZONE_SLACK_MS : 0;
    const anchor =
      frame.local.zoneMs === null
        ? "year from the rest of the input, zone not named"
        : "year and zone from lines that carry both";
    return shownTwice(within(placed, slack, slack, frame.zoneUnknown ? "local" : "wall", anchor), frame);
  },
  rfc3164: (stamp, frame, _bootId, speaker) => {
    const placed = localStamp(stamp, frame);
    const clock = `receipt:${speaker}`;
    if (placed === null) return unplaced(stamp, clock);
    const slack = frame.zoneUnknown ? ZONE_SLACK_MS : 0;
    return within(placed, slack + RECEIPT_LAG_MS, slack, clock, "receipt by syslog; made up to 60 s before");
  },
  receipt: (stamp, frame, _bootId, speaker) => {
    const slack = zoneSlack(stamp, frame);
    return within(
      stamp,
      slack + RECEIPT_LAG_MS,
      slack,
      `receipt:${speaker}`,
      "receipt by journald; made up to 60 s before",
    );
  },
  "dmesg-wall": (stamp, frame, bootId) => {
    const slack = dmesgSlack(frame.uptimeMs) + zoneSlack(stamp, frame);
    return within(stamp, slack, slack, `dmesg-wall@${frame.bootKey(bootId)}`, "dmesg's estimate of the boot time");
  },
  "time-of-death": (stamp) =>
    within({ ...stamp, resolutionMs: 1000 }, 0, 0, "time-of-death", "the kubelet's TimeOfDeath, 0 to 1 s early"),
  // When a table was printed no line of it tells; its name stands in the place of a boot's.
  age: (stamp, _frame, table) => unplaced(stamp, `age@${table ?? "unknown table"}`),
  "receipt-monotonic": (stamp, _frame, _bootId, speaker) => unplaced(stamp, `receipt-monotonic:${speaker}`),
};

/** How well each clock orders and places: the first that a line carries gives its reading. */
const PREFERENCE: readonly ClockKind[] = [
  "printk",
  "realtime",
  "klog",
  "boot",
  "api",
  "dmesg-wall",
  "receipt",
  "rfc3164",
  "receipt-monotonic",
  "age",
  "time-of-death",
];

/** All stamps of a line: the clock that orders best gives the reading, the others only narrow, and never contradict it. */
export const placeStamps = (frame: Frame, stamps: readonly Stamp[], bootId: string | null, speaker: Speaker): When => {
  const [first, ...rest] = stamps
    .toSorted((a, b) => PREFERENCE.indexOf(a.clock) - PREFERENCE.indexOf(b.clock))
    .map((stamp) => RULES[stamp.clock](stamp, frame, bootId, speaker));
  if (first === undefined) return UNPLACED;
  return rest.reduce((result, when) => {
    const earliest = Math.max(result.earliest, when.earliest);
    const latest = Math.min(result.latest, when.latest);
    if (earliest > latest || (earliest === result.earliest && latest === result.latest)) return result;
    const { clock, reading, readingUncertainty, bootSec } = result;
    return { ...wallWhen(earliest, latest, clock, reading, readingUncertainty, result.anchor ?? when.anchor), bootSec };
  }, first);
};
