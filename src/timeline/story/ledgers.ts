// Who used the memory at the crossing and at the first kill of each grave incident; the remainder is named.
import type { Ledger } from "../../model/analysis.ts";
import { type When, isPlaced } from "../../model/instant.ts";
import type { Samples } from "../../model/samples.ts";
import type { StoryIncident } from "../../model/timeline.ts";
import type { TickAt } from "../available/signals.ts";
import { toEvidence, toInstant } from "../document/instant.ts";
import { firstKill } from "../incidents/outcome.ts";
import { growthOf } from "../ledger/growth.ts";
import { partsAt } from "../ledger/parts.ts";
import type { KnownPod } from "../pods/pod-memory.ts";

const FIELDS = ["MemTotal", "MemFree", "AnonPages", "Cached", "Buffers", "Slab", "PageTables"] as const;

/** So many parts of parts are listed, and none below this: the rest is noise. Heuristic. */
const MOST_WITHIN = 16;
const LEAST_BYTES = 1024 * 1024;
/** Without an earlier moment of the incident, growth is told since so long before. Heuristic. */
const BASELINE_MS = 60_000;

interface Film {
  readonly samples: Samples;
  readonly tickAt: TickAt;
  readonly pods: readonly KnownPod[];
}

const ledgerAt = (
  incidentId: string,
  moment: Ledger["moment"],
  tick: number,
  since: number | null,
  { samples, tickAt, pods }: Film,
): Ledger | null => {
  const meminfo = samples.files.get("/proc/meminfo");
  const reading = meminfo?.readingAtOrBefore(tick) ?? -1;
  const now = partsAt(samples, pods, tick);
  if (!meminfo || reading < 0 || now === null) return null;
  const then = since === null || since >= tick ? null : partsAt(samples, pods, since);
  return {
    incidentId,
    moment,
    at: toInstant(tickAt(tick)),
    totalBytes: now.totalBytes,
    parts: [...now.parts],
    unaccountedBytes: now.unaccountedBytes,
    within: now.within
      .filter(({ bytes }) => bytes >= LEAST_BYTES)
      .toSorted((a, b) => b.bytes - a.bytes)
      .slice(0, MOST_WITHIN),
    ...(then === null || since === null
      ? {}
      : { growth: { since: toInstant(tickAt(since)), parts: growthOf(then, now, LEAST_BYTES) } }),
    evidence: FIELDS.filter((field) => meminfo.column(field) !== null).map((field) =>
      toEvidence(meminfo.ref(reading, field)),
    ),
  };
};

/** The last tick so long before another, else the first one of the film. */
const baselineOf = ({ samples, tickAt }: Film, tick: number): number | null => {
  const at = tickAt(tick);
  const meminfo = samples.files.get("/proc/meminfo");
  if (!meminfo || !isPlaced(at)) return null;
  let found: number | null = null;
  for (let i = 0; i < meminfo.length; i++) {
    const other = meminfo.tickOf(i);
    const when = tickAt(other);
    if (
      !isPlaced(when) ||
      samples.ticks[other]?.tier === "once" ||
      samples.ticks[other]?.bootId !== samples.ticks[tick]?.bootId
    )
      continue;
    if (found === null || when.best <= at.best - BASELINE_MS) found = other;
    else break;
  }
  return found;
};

/** "At the kill" means the last reading proven earlier. */
const tickBefore = (samples: Samples, tickAt: TickAt, at: When): number => {
  const meminfo = samples.files.get("/proc/meminfo");
  if (!meminfo || !isPlaced(at)) return -1;
  for (let i = meminfo.length - 1; i >= 0; i--)
    if (tickAt(meminfo.tickOf(i)).latest <= at.earliest) return meminfo.tickOf(i);
  return -1;
};

export const ledgersOf = (
  incidents: readonly StoryIncident[],
  samples: Samples,
  tickAt: TickAt,
  pods: readonly KnownPod[],
): Ledger[] => {
  const film: Film = { samples, tickAt, pods };
  return incidents.flatMap((incident): Ledger[] => {
    const kill = firstKill(incident.kills);
    if (incident.doc.scope !== "node" && incident.doc.scope !== "allocatable") return [];
    const crossed = incident.crossing?.tick ?? null;
    const killed = kill === null ? -1 : tickBefore(samples, tickAt, kill.at);
    const { id } = incident.doc;
    const atCrossing = crossed === null ? null : ledgerAt(id, "crossing", crossed, baselineOf(film, crossed), film);
    const since = crossed !== null && crossed < killed ? crossed : baselineOf(film, killed);
    const atKill = killed < 0 ? null : ledgerAt(id, "kill", killed, since, film);
    return [atCrossing, atKill].filter((ledger) => ledger !== null);
  });
};
