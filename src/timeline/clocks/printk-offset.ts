// wall − printk of one boot. journald receives a kernel line after it was printed (a bound from above); the kubelet's TimeOfDeath
// lies 0 to 1 s before the truth; a tick whose oom_kill counter had not moved lies before the kill; the collector's own marks
// bind both within milliseconds. Nothing here is a guess: every bound names its source.
import type { LogFacts } from "../../model/facts.ts";
import type { Stamp } from "../../model/instant.ts";
import type { KilledProcess, OomReport } from "../../model/kernel.ts";
import type { Samples } from "../../model/samples.ts";
import { type Bound, UNBOUND, atLeast, atMost, between, intersect, isEmpty } from "./bounds.ts";

const stampOf = (stamps: readonly Stamp[], clock: Stamp["clock"]): Stamp | undefined =>
  stamps.find((stamp) => stamp.clock === clock);

/** Least (receipt − printk) over all lines that carry both. */
const receiptBound = ({ logs, ofBoot, within }: PrintkInputs): Bound => {
  let least = Number.POSITIVE_INFINITY;
  for (const log of logs) {
    for (const binding of log.bindings) {
      if (!ofBoot(binding.bootId)) continue;
      const printk = stampOf(binding.stamps, "printk");
      const receipt = stampOf(binding.stamps, "receipt");
      if (printk && within(printk.ms) && receipt?.zoned)
        least = Math.min(least, receipt.ms + receipt.resolutionMs - printk.ms);
    }
  }
  return Number.isFinite(least) ? atMost(least, "journald's receipt stamps") : UNBOUND;
};

export const oomReportsOf = (logs: readonly LogFacts[]): OomReport[] =>
  logs.flatMap((log) => log.kernel.filter((event): event is OomReport => event.kind === "oom-report"));

interface PrintkKill {
  readonly kill: KilledProcess;
  readonly printkMs: number;
}

/** Every kill line that carries a printk stamp, once per stamp. */
const killsOf = ({ logs, ofBoot, within }: PrintkInputs): PrintkKill[] => {
  const byKey = new Map<string, PrintkKill>();
  for (const report of oomReportsOf(logs)) {
    if (!ofBoot(report.bootId)) continue;
    for (const kill of report.kills) {
      const printk = stampOf(kill.stamps, "printk");
      if (printk && within(printk.ms) && kill.lineSeen)
        byKey.set(`${kill.pid} ${kill.comm} ${Math.round(printk.ms)}`, { kill, printkMs: printk.ms });
    }
  }
  return [...byKey.values()].toSorted((a, b) => a.printkMs - b.printkMs);
};

/** The kubelet computes TimeOfDeath from the kill line's printk stamp and a boot time of whole seconds: 0 to 1 s early, a constant for one kubelet's life. */
const timeOfDeathBound = (logs: readonly LogFacts[], kills: readonly PrintkKill[], known: Bound): Bound => {
  let bound: Bound = UNBOUND;
  for (const log of logs) {
    for (const event of log.kubelet) {
      if (event.kind !== "sys-oom" || event.timeOfDeath === null) continue;
      const told = event.timeOfDeath.ms;
      const fits = kills.filter(
        ({ kill, printkMs }) =>
          kill.pid === event.victimPid &&
          (event.victimComm === null || kill.comm === event.victimComm) &&
          told - printkMs <= known.high &&
          told + 1000 - printkMs >= known.low,
      );
      const only = fits.length === 1 ? fits[0] : undefined;
      if (only === undefined) continue;
      const next = intersect(
        bound,
        between(told - only.printkMs, told - only.printkMs + 1000, "the kubelet's TimeOfDeath"),
      );
      // Two kubelets' lives have two constants; both hold the truth. An empty intersection means a pid that was used twice: keep the first.
      if (!isEmpty(next)) bound = next;
    }
  }
  return bound;
};

/** The quickest of all marks reached the kernel within this time of reading the clocks: a write of one line. Heuristic. */
const MARK_DELAY_MS = 20;
/** /proc/uptime is printed in hundredths of a second, cut off. */
const UPTIME_RESOLUTION_MS = 10;

/** A mark is read from the clocks first and printed then: each bounds from below, the quickest one from above as well. */
const markBound = ({ logs, ofBoot, within, wallOfUptime }: PrintkInputs): Bound => {
  const from = "the collector's marks in the kernel log";
  let bound: Bound = UNBOUND;
  let width = 0;
  for (const log of logs) {
    for (const event of log.kernel) {
      if (event.kind !== "mark" || !ofBoot(event.bootId)) continue;
      const printk = stampOf(event.stamps, "printk");
      if (!printk || !within(printk.ms)) continue;
      // wall at the reading = uptime + (wall − boot); the line was printed after it.
      const wall = wallOfUptime(event.uptimeSec);
      const ahead = event.uptimeSec * 1000 - printk.ms;
      if (!Number.isFinite(wall.low)) continue;
      bound = intersect(bound, atLeast(ahead + wall.low, from));
      width = wall.high - wall.low;
    }
  }
  if (!Number.isFinite(bound.low)) return bound;
  return intersect(bound, atMost(bound.low + width + UPTIME_RESOLUTION_MS + MARK_DELAY_MS, from));
};

/** A reading of /proc/vmstat's oom_kill that had not moved was made before the kill's line was printed. */
const counterBound = (
  samples: Samples,
  kills: readonly PrintkKill[],
  known: Bound,
  tickStart: (tick: number) => number,
): Bound => {
  const file = samples.files.get("/proc/vmstat");
  const column = file?.column("oom_kill") ?? null;
  if (!file || !column || !Number.isFinite(known.low) || !Number.isFinite(known.high)) return UNBOUND;
  let bound: Bound = UNBOUND;
  const rises: { before: number; after: number }[] = [];
  for (let i = 1; i < file.length; i++) {
    if ((column[i] ?? 0) > (column[i - 1] ?? 0)) rises.push({ before: i - 1, after: i });
  }
  for (const { printkMs } of kills) {
    const low = printkMs + known.low;
    const high = printkMs + known.high;
    const near = rises.filter((rise) => {
      const from = tickStart(file.tickOf(rise.before));
      const next = rise.after + 1 < file.length ? tickStart(file.tickOf(rise.after + 1)) : Number.POSITIVE_INFINITY;
      return from <= high && next >= low;
    });
    const only = near.length === 1 ? near[0] : undefined;
    if (only)
      bound = intersect(
        bound,
        atLeast(tickStart(file.tickOf(only.before)) - printkMs, "the last sample whose oom_kill counter had not moved"),
      );
  }
  return bound;
};

/** printk counts from boot as /proc/uptime does, up to a start offset of 1 s and a drift of 500 ppm (what NTP may slew). Heuristic: used where nothing better bounds it. */
const DRIFT_SHARE = 5e-4;
const DRIFT_START_MS = 1000;
const bootBound = (wallOfUptime: PrintkInputs["wallOfUptime"], uptimeMs: number): Bound => {
  const wall = wallOfUptime(uptimeMs / 1000);
  const slack = DRIFT_START_MS + uptimeMs * DRIFT_SHARE;
  return between(
    wall.low - slack,
    wall.high + slack,
    "the samples' uptime, from which printk drifts by 500 ppm at most",
  );
};

/** journald reads the wall and the monotonic clock together; printk's clock began with the monotonic one and stands still in a sleep as it does. */
const monotonicBound = ({ logs, ofBoot, within }: PrintkInputs): Bound => {
  let [least, most, latest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const log of logs) {
    for (const { stamps, bootId } of log.bindings) {
      const monotonic = stampOf(stamps, "receipt-monotonic");
      const receipt = stampOf(stamps, "receipt");
      if (!ofBoot(bootId) || !monotonic || !receipt?.zoned || !within(monotonic.ms)) continue;
      least = Math.min(least, receipt.ms - monotonic.ms);
      most = Math.max(most, receipt.ms - monotonic.ms);
      latest = Math.max(latest, monotonic.ms);
    }
  }
  if (least > most) return UNBOUND;
  const slack = DRIFT_START_MS + latest * DRIFT_SHARE;
  const from = "journald's monotonic stamps, from which printk drifts by 500 ppm at most";
  return between(least - slack, most + slack, from);
};

export interface PrintkInputs {
  /** Greatest uptime that the samples reach within it, in ms. */
  readonly uptimeMs: number;
  /** Readings of printk's clock for which one offset holds: between two steps of the wall clock, two sleeps of the machine. */
  readonly within: (printkMs: number) => boolean;
  /** One offset holds for the whole boot. */
  readonly steady: boolean;
  /** The machine slept: printk stood still meanwhile, the boot clock did not. */
  readonly slept: boolean;
  readonly logs: readonly LogFacts[];
  readonly samples: Samples;
  readonly ofBoot: (bootId: string | null) => boolean;
  /** wall − boot at an uptime (seconds). */
  readonly wallOfUptime: (upSec: number) => Bound;
  /** Earliest wall time (ms) at which a tick's files can have been read. */
  readonly tickStart: (tick: number) => number;
}

export const printkOffsetOf = (inputs: PrintkInputs): Bound => {
  const { logs, samples, wallOfUptime, tickStart, steady, slept } = inputs;
  const kills = killsOf(inputs);
  let bound = intersect(receiptBound(inputs), markBound(inputs));
  const narrow = (next: Bound): void => {
    const both = intersect(bound, next);
    if (!isEmpty(both)) bound = both;
  };
  const drift = slept ? UNBOUND : bootBound(wallOfUptime, inputs.uptimeMs);
  const loose = intersect(bound, drift);
  // The boot time that the kubelet adds is that of its start: a step makes it another's.
  if (steady) narrow(timeOfDeathBound(logs, kills, isEmpty(loose) ? bound : loose));
  narrow(counterBound(samples, kills, isEmpty(loose) ? bound : intersect(bound, drift), tickStart));
  if (!Number.isFinite(bound.low) || !Number.isFinite(bound.high)) narrow(drift);
  if (!Number.isFinite(bound.low) || !Number.isFinite(bound.high)) narrow(monotonicBound(inputs));
  return bound;
};
