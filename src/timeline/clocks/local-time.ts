// Stamps without year and zone (klog headers, RFC 3164, journald's short forms): both are inferred from lines that carry such a
// stamp beside one whose zone is known, else from the rest of the input; what stays unknown is said.
import { closestIndexTo, minutesToMilliseconds } from "date-fns";
import type { LogFacts } from "../../model/facts.ts";
import type { Stamp } from "../../model/instant.ts";

const QUARTER_HOUR = minutesToMilliseconds(15);
/** A line reaches journald within this time even on a stalled node; receipt lag reached 21 s in measured captures. */
const MOST_RECEIPT_LAG = minutesToMilliseconds(2);

export interface LocalTime {
  /** UTC − local in ms, where it is known. */
  readonly zoneMs: number | null;
  /** Epoch ms near which the year is chosen; null where nothing in the input names a year. */
  readonly nearMs: number | null;
}

const Y2000 = Date.UTC(2000, 0, 1);

/** Readings of yearless stamps count from 2000-01-01; moves them to the year that brings them nearest to `nearMs` (a log seldom outlives half a year). */
export const withYear = (readingMs: number, nearMs: number): number => {
  const date = new Date(Y2000 + readingMs);
  const nearYear = new Date(nearMs).getUTCFullYear();
  const fraction = readingMs - Math.floor(readingMs / 1000) * 1000;
  const inYear = (year: number): number =>
    Date.UTC(
      year,
      date.getUTCMonth(),
      date.getUTCDate(),
      date.getUTCHours(),
      date.getUTCMinutes(),
      date.getUTCSeconds(),
    ) + fraction;
  const candidates = [nearYear - 1, nearYear, nearYear + 1].map(inYear);
  return candidates[closestIndexTo(nearMs, candidates) ?? 1] ?? Number.NaN;
};

const isYearless = (stamp: Stamp): boolean => stamp.clock === "klog" || stamp.clock === "rfc3164";
const isZonedWall = (stamp: Stamp): boolean => stamp.zoned && (stamp.clock === "receipt" || stamp.clock === "realtime");

/** The zone from a line that carries its local time and its zoned receipt: receipt comes 0 to 2 minutes after. */
const zoneFromPair = (local: Stamp, zoned: Stamp): number | null => {
  const there = withYear(local.ms, zoned.ms);
  const difference = zoned.ms + zoned.resolutionMs - there;
  const zone = Math.floor(difference / QUARTER_HOUR) * QUARTER_HOUR;
  const lag = difference - zone;
  if (lag <= MOST_RECEIPT_LAG) return zone;
  // Receipt slightly before the header's time: a stamp with whole seconds.
  return QUARTER_HOUR - lag <= 1000 ? zone + QUARTER_HOUR : null;
};

/** The zone from a line that syslog stamped with its local time and whose maker (containerd, JSON of the kubelet) wrote a zoned time into it before. */
const zoneFromMaker = (local: Stamp, made: Stamp): number | null => {
  const there = withYear(local.ms, made.ms);
  const zone = Math.ceil((made.ms - local.resolutionMs - there) / QUARTER_HOUR) * QUARTER_HOUR;
  return there + zone - made.ms <= MOST_RECEIPT_LAG ? zone : null;
};

/** The kubelet tells of a kernel's kill after it: seconds, and under pressure minutes. */
const MOST_TELLING_LAG = minutesToMilliseconds(10);

/** The zone from "Got sys oom event", whose TimeOfDeath is in UTC: the line came after it. */
const zoneFromDeath = (local: Stamp, death: Stamp): number | null => {
  const there = withYear(local.ms, death.ms);
  const zone = Math.ceil((death.ms - there) / QUARTER_HOUR) * QUARTER_HOUR;
  return there + zone - death.ms <= MOST_TELLING_LAG ? zone : null;
};

/** Any TimeOfDeath: it names the year, too. */
const deathsOf = (logs: readonly LogFacts[]): { readonly local: Stamp | undefined; readonly death: Stamp }[] =>
  logs.flatMap((log) =>
    log.kubelet.flatMap((event) =>
      event.kind === "sys-oom" && event.timeOfDeath !== null
        ? [{ local: event.stamps.find((stamp) => stamp.clock === "klog"), death: event.timeOfDeath }]
        : [],
    ),
  );

const zoneOfLogs = (logs: readonly LogFacts[]): number | null => {
  const votes = new Map<number, number>();
  for (const log of logs) {
    const carriers = [...log.kubelet, ...log.system, ...log.bindings, ...log.kubeletBeats];
    for (const { stamps } of carriers) {
      const local = stamps.find((stamp) => stamp.clock === "klog");
      const zoned = stamps.find(isZonedWall);
      if (!local || !zoned) continue;
      const zone = zoneFromPair(local, zoned);
      if (zone !== null) votes.set(zone, (votes.get(zone) ?? 0) + 1);
    }
  }
  if (votes.size === 0)
    for (const { stamps } of logs.flatMap((log) => [...log.system, ...log.kubelet])) {
      const local = stamps.find((stamp) => stamp.clock === "rfc3164");
      const made = stamps.find((stamp) => stamp.zoned && stamp.clock === "realtime");
      const zone = local === undefined || made === undefined ? null : zoneFromMaker(local, made);
      if (zone !== null) votes.set(zone, (votes.get(zone) ?? 0) + 1);
    }
  if (votes.size === 0)
    for (const { local, death } of deathsOf(logs)) {
      const zone = local === undefined ? null : zoneFromDeath(local, death);
      if (zone !== null) votes.set(zone, (votes.get(zone) ?? 0) + 1);
    }
  let best: number | null = null;
  let most = 0;
  for (const [zone, count] of votes) if (count > most) [best, most] = [zone, count];
  return best;
};

/** `hintMs`: any zoned instant of the input (ticks, API objects, file times). */
export const localTimeOf = (logs: readonly LogFacts[], hintMs: number | null): LocalTime => {
  let nearMs = hintMs ?? deathsOf(logs)[0]?.death.ms ?? null;
  if (nearMs === null) {
    for (const log of logs) {
      // a container's log (CRI, docker) names no speaker that coverage could be of; its lines are dated all the same
      const lines = [...log.kubelet, ...log.system].map(({ stamps }) => stamps);
      for (const carrier of [...log.coverage.flatMap((c) => [c.first, c.last]), ...lines]) {
        const dated = carrier.find(
          (stamp) =>
            !isYearless(stamp) &&
            stamp.clock !== "printk" &&
            stamp.clock !== "boot" &&
            stamp.clock !== "receipt-monotonic",
        );
        if (dated) nearMs = dated.ms;
      }
    }
  }
  return { zoneMs: zoneOfLogs(logs), nearMs };
};
