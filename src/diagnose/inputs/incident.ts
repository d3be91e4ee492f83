// An incident as rules see it: its window, its baseline, and whether eviction was in play at all.
import type { Incident, Outcome, Race, Scope } from "../../model/analysis.ts";
import { isPlaced } from "../../model/instant.ts";
import type { StoryEviction, StoryIncident, StoryKill, StoryUserspaceKill, Timeline } from "../../model/timeline.ts";

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Case {
  readonly id: string;
  readonly scope: Scope;
  readonly outcome: Outcome;
  /** Node or allocatable scope: the kubelet's eviction competes here. */
  readonly contested: boolean;
  readonly kills: readonly StoryKill[];
  readonly evictions: readonly StoryEviction[];
  readonly userspaceKills: readonly StoryUserspaceKill[];
  readonly span: Window | null;
  /** First kill, on the wall clock; null without a kill, or where nothing places it. */
  readonly killMs: number | null;
  readonly crossing: {
    readonly ms: number;
    readonly tick: number;
    readonly signal: string;
    readonly thresholdBytes: number;
  } | null;
  /** From the crossing to the first kill or eviction; without a crossing the 60 s before. */
  readonly window: Window | null;
  /** Where the fall ended: the first kill, else the end of the window. */
  readonly endMs: number | null;
  readonly race: Race | null;
  readonly whatIf: readonly Incident["whatIf"][number][];
  readonly consequences: readonly Incident["consequences"][number][];
}

const WITHOUT_CROSSING_MS = 60_000;

const least = (values: readonly number[]): number | null => (values.length === 0 ? null : Math.min(...values));
const placedMs = (events: readonly { readonly at: StoryKill["at"] }[]): number[] =>
  events.filter((e) => isPlaced(e.at)).map((e) => e.at.best);

const windowOf = (from: number | null, event: number | null, span: Window | null): Window | null => {
  if (event !== null)
    return { fromMs: from !== null && from < event ? from : event - WITHOUT_CROSSING_MS, toMs: event };
  if (span === null) return null;
  return { fromMs: from ?? span.fromMs, toMs: span.toMs };
};

export const caseOf = (incident: StoryIncident): Case => {
  const contested = incident.doc.scope === "node" || incident.doc.scope === "allocatable";
  const span =
    isPlaced(incident.from) && isPlaced(incident.to) ? { fromMs: incident.from.best, toMs: incident.to.best } : null;
  const killMs = least(placedMs(incident.kills));
  const crossing =
    incident.crossing === null
      ? null
      : {
          ms: incident.crossing.at.best,
          tick: incident.crossing.tick,
          signal: incident.crossing.signal,
          thresholdBytes: incident.crossing.thresholdBytes,
        };
  const event = least([
    ...(killMs === null ? [] : [killMs]),
    ...placedMs(incident.evictions),
    ...placedMs(incident.userspaceKills),
  ]);
  const window = windowOf(crossing?.ms ?? null, event, span);
  return {
    id: incident.doc.id,
    scope: incident.doc.scope,
    outcome: incident.doc.outcome,
    contested,
    kills: incident.kills,
    evictions: incident.evictions,
    userspaceKills: incident.userspaceKills,
    span,
    killMs,
    crossing,
    window,
    endMs: killMs ?? window?.toMs ?? null,
    race: incident.race,
    whatIf: incident.doc.whatIf,
    consequences: incident.consequences,
  };
};

export const casesOf = (timeline: Pick<Timeline, "incidents">): readonly Case[] => timeline.incidents.map(caseOf);

/** Something was lost: a process or a pod. */
export const isGrave = (incident: Case): boolean =>
  incident.kills.length + incident.evictions.length + incident.userspaceKills.length > 0;

/** Uids of the pods that the kernel or the kubelet took. */
export const lostUids = ({ kills, evictions }: Case): ReadonlySet<string> =>
  new Set([...kills.map((k) => k.doc.pod), ...evictions.flatMap((e) => e.doc.pods)].flatMap((pod) => pod?.uid ?? []));

/** Incidents in which eviction competes and something died: what the rules of the race speak of. */
export const contestedWithLoss = (incidents: readonly Case[]): readonly Case[] =>
  incidents.filter((i) => i.contested && isGrave(i));
export const contestedWithKill = (incidents: readonly Case[]): readonly Case[] =>
  incidents.filter((i) => i.contested && i.kills.length > 0);
/** Kills at a pod's or a container's own limit. */
export const atLimit = (incidents: readonly Case[]): readonly Case[] =>
  incidents.filter((i) => (i.scope === "pod" || i.scope === "container") && i.kills.length > 0);
