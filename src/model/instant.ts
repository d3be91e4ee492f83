// Time is an interval, and order is a claim.
import type { EpochMs } from "./units.ts";

/**
 * The clocks that stamp lines and samples. A reading is always in milliseconds.
 * - `realtime`: the machine's wall clock, read by the process that made the line, zone known (epoch ms).
 * - `receipt`: wall clock when journald or syslog received the line (epoch ms): the line was made earlier, by up to tens of seconds.
 * - `receipt-monotonic`: journald's __MONOTONIC_TIMESTAMP: CLOCK_MONOTONIC when it received the line.
 * - `printk`: the kernel's local clock since boot, stamped when the line was printed.
 * - `boot`: CLOCK_BOOTTIME (/proc/uptime), since boot.
 * - `klog`: klog's header: the process' local wall clock without year and zone; the reading is the ms since
 *   2000-01-01T00:00:00 in an unknown zone, as if the year were 2000.
 * - `rfc3164`: receipt by syslog or journald's short form, local, without year and zone; reading as for klog.
 * - `dmesg-wall`: `dmesg -T` or `--time-format iso`: printk plus an estimated boot time (epoch ms; zone-less ones are read as UTC with zoned=false).
 * - `api`: the API server's or a component's wall clock in an object, whole seconds, truncated (epoch ms).
 * - `age`: kubectl's "13h": how long before the table was printed, cut to the unit that it shows; the reading is minus that (ms), and orders within one table only.
 * - `time-of-death`: the kubelet's TimeOfDeath: printk stamp plus its own estimate of the boot time, 0 to 1 s early (epoch ms).
 */
export type ClockKind =
  | "realtime"
  | "receipt"
  | "receipt-monotonic"
  | "printk"
  | "boot"
  | "klog"
  | "rfc3164"
  | "dmesg-wall"
  | "api"
  | "age"
  | "time-of-death";

/** One reading of one clock, as a line or sample carries it. */
export interface Stamp {
  readonly clock: ClockKind;
  readonly ms: number;
  /** The truth lies in [ms, ms + resolutionMs): 0.001 for microseconds, 1000 for whole seconds. */
  readonly resolutionMs: number;
  /** False where the text names no zone and the reading was taken as UTC. */
  readonly zoned: boolean;
}

/** What one clock read, ms; null where it was not read. */
export const readingOf = (stamps: readonly Stamp[], clock: ClockKind): number | null =>
  stamps.find((stamp) => stamp.clock === clock)?.ms ?? null;

/** An interval on the wall clock in which an instant truly lies, and the reading that put it there. */
export interface When {
  /** -Infinity where nothing bounds it. */
  readonly earliest: EpochMs;
  /** +Infinity where nothing bounds it. */
  readonly latest: EpochMs;
  /** Best estimate; NaN where it cannot be put on the wall clock. */
  readonly best: EpochMs;
  /** Two instants with the same `clock` are ordered by their readings. One clock of one boot: "printk@<boot id or file>". */
  readonly clock: string;
  readonly reading: number;
  /** How precise the reading itself is on its own clock. */
  readonly readingUncertainty: number;
  /** What bound the clock to the wall, in words: "journald's monotonic stamps from above, TimeOfDeath from below". */
  readonly anchor: string | null;
  /** Seconds since boot, where the clock counts from boot. */
  readonly bootSec: number | null;
}

/** The order of two instants: by readings on one clock, by the intervals on two; never a guess. */
export const orderOf = (a: When, b: When): "before" | "after" | "undecided" => {
  if (a.clock === b.clock) {
    if (a.reading + a.readingUncertainty < b.reading) return "before";
    if (b.reading + b.readingUncertainty < a.reading) return "after";
    return "undecided";
  }
  if (a.latest < b.earliest) return "before";
  if (b.latest < a.earliest) return "after";
  return "undecided";
};

/** b − a with its half-width: on one clock what both conversions have in common drops out. Null where either is off the wall. */
export const differenceMs = (a: When, b: When): { ms: number; uncertaintyMs: number } | null => {
  if (a.clock === b.clock) {
    // The truth lies in [reading, reading + readingUncertainty) on either side.
    const ms = b.reading + b.readingUncertainty / 2 - a.reading - a.readingUncertainty / 2;
    return Number.isFinite(ms) ? { ms, uncertaintyMs: (a.readingUncertainty + b.readingUncertainty) / 2 } : null;
  }
  const low = b.earliest - a.latest;
  const high = b.latest - a.earliest;
  if (!Number.isFinite(low) || !Number.isFinite(high)) return null;
  return { ms: (low + high) / 2, uncertaintyMs: (high - low) / 2 };
};

export const isPlaced = (when: When): boolean => Number.isFinite(when.earliest) && Number.isFinite(when.latest);
