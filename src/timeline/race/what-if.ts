// What would have been first with other thresholds: each incident of the node replayed with them on what was captured.
import { isPlaced } from "../../model/instant.ts";
import type { StoryIncident, Timeline } from "../../model/timeline.ts";
import { parseQuantity } from "../../parse/kube/quantity.ts";
import { type Contender, type Field, contenderOf } from "./contender.ts";
import { type Judged, judge } from "./judge.ts";
import { type Watch, type WhatIfSettings, watchOf } from "./settings.ts";
import { type SweptThreshold, type Sweeper, smallestThatWins, sweep } from "./sweep.ts";

/** Why an incident cannot be replayed. */
export type NotReplayed = "at-a-limit" | "pressure-only" | "kernel-clock-unbound" | "no-samples" | "thresholds-unknown";

export interface Replayed {
  readonly incident: StoryIncident;
  readonly watch: Watch;
  readonly contender: Contender;
  readonly judged: Judged;
  readonly sweep: readonly SweptThreshold[];
  /** Hard threshold; null where none up to half of the machine's memory wins in every course. */
  readonly smallestWinningBytes: number | null;
}

export type WhatIf =
  | (Replayed & { readonly replayed: true })
  | { readonly replayed: false; readonly incident: StoryIncident; readonly why: NotReplayed };

export const fieldOf = (timeline: Timeline): Field => {
  const { thresholds, available, allocatable, kubeletLines, kubeletBeats, node } = timeline;
  const system = thresholds.config?.systemReservedMemory ?? null;
  return {
    thresholds,
    machine: {
      memTotalBytes: node.memTotalBytes,
      kubepodsLimitBytes: allocatable?.limitBytes ?? null,
      systemReservedBytes: system === null ? 0 : (parseQuantity(system) ?? 0),
    },
    available: available?.samples ?? [],
    allocatable: allocatable?.samples ?? [],
    kubelet: kubeletLines,
    kubeletBeats,
  };
};

/** Fewer samples than this before the end tell of no fall. */
const FEWEST_SAMPLES = 5;

const notReplayed = (field: Field, incident: StoryIncident, settings: WhatIfSettings): NotReplayed | null => {
  const { scope } = incident.doc;
  if (scope !== "node" && scope !== "allocatable") return "at-a-limit";
  if (incident.kills.length + incident.evictions.length + incident.userspaceKills.length === 0) return "pressure-only";
  if (!isPlaced(incident.from)) return "kernel-clock-unbound";
  if (!field.thresholds.known && settings.hard === undefined) return "thresholds-unknown";
  const within = field.available.filter(({ at }) => at.best <= incident.to.best);
  return within.length < FEWEST_SAMPLES ? "no-samples" : null;
};

export const replayIncident = (
  field: Field,
  incident: StoryIncident,
  settings: WhatIfSettings,
  beforeMs: number,
): WhatIf => {
  const why = notReplayed(field, incident, settings);
  if (why !== null) return { replayed: false, incident, why };
  const { thresholds, machine } = field;
  const contender = contenderOf(field, incident, beforeMs, settings.passMs);
  const watch = watchOf(thresholds, settings, machine);
  const options = { maxPodGraceSec: thresholds.config?.evictionMaxPodGracePeriodSec ?? null };
  const sweeper: Sweeper = { contender, thresholds, settings, machine, options };
  const smallest = smallestThatWins(sweeper);
  return {
    replayed: true,
    incident,
    watch,
    contender,
    judged: judge(contender, watch, options),
    sweep: sweep(sweeper, [watch.hardBytes, thresholds.memoryHardBytes, smallest]),
    smallestWinningBytes: smallest,
  };
};

/** An earlier run of pressure ended here: what came before it is another race. */
const endOfEarlier = (incidents: readonly StoryIncident[], incident: StoryIncident): number =>
  incidents.reduce((latest, { doc, to, from }) => {
    const nodes = doc.scope === "node" || doc.scope === "allocatable";
    const earlier = nodes && isPlaced(to) && from.best < incident.from.best && to.best <= incident.from.best;
    return earlier ? Math.max(latest, to.best) : latest;
  }, Number.NEGATIVE_INFINITY);

/** Every incident of the bundle, in its order. Pure. */
export const whatIf = (timeline: Timeline, settings: WhatIfSettings): WhatIf[] => {
  const field = fieldOf(timeline);
  return timeline.incidents.map((incident) =>
    replayIncident(field, incident, settings, endOfEarlier(timeline.incidents, incident)),
  );
};
