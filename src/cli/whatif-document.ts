// The answer of `whatif` as plain JSON; its text is drawn from it.
import type { Evidence, Instant, Outcome, Scope } from "../model/analysis.ts";
import type { SourceRef } from "../model/evidence.ts";
import type { StoryIncident, Timeline } from "../model/timeline.ts";
import { toEvidence } from "../timeline/document/instant.ts";
import { firstEviction, firstKill } from "../timeline/incidents/outcome.ts";
import type { Judged, Range } from "../timeline/race/judge.ts";
import type { Met } from "../timeline/race/play.ts";
import { type Watch, type WhatIfSettings, watchOf } from "../timeline/race/settings.ts";
import { type Replayed, type WhatIf, fieldOf } from "../timeline/race/what-if.ts";
import { signalEvidence } from "../timeline/story/signal-evidence.ts";
import { type Ground, groundsOf, sentenceOf, whyNot } from "./whatif-words.ts";

export interface WhatIfDocument {
  readonly tool: { readonly name: string; readonly version: string };
  readonly source: string;
  readonly settings: Watch;
  /** Null where it is not known. */
  readonly inForce: Watch | null;
  readonly incidents: readonly WhatIfIncident[];
}

export interface WhatIfIncident {
  readonly id: string;
  readonly scope: Scope;
  readonly happened: {
    readonly outcome: Outcome;
    readonly sentence: string;
    readonly marginMs: number | null;
    readonly marginUncertaintyMs: number | null;
    readonly killedAt: Instant | null;
    readonly reactedAt: Instant | null;
    readonly evidence: readonly Evidence[];
  };
  /** Null where it cannot be replayed; `whyNot` then says why. */
  readonly replay: ReplayDocument | null;
  readonly whyNot: string | null;
}

export interface ReplayDocument {
  readonly outcome: Outcome;
  readonly sentence: string;
  /** Courses of the kubelet's loop by what they come to. */
  readonly courses: Judged["courses"];
  /** Reaction minus kill: negative means that the kubelet acts first. */
  readonly marginMs: Range | null;
  readonly actsAtUnixMs: Range | null;
  readonly coursesThatNeverAct: number;
  /** What the course in the middle reads when it acts. */
  readonly reads: (Omit<Met, "tick"> & { readonly evidence: readonly Evidence[] }) | null;
  readonly sweep: readonly {
    readonly thresholdBytes: number;
    readonly outcome: Outcome;
    readonly courses: Judged["courses"];
    readonly marginMs: Range | null;
    readonly coursesThatNeverAct: number;
  }[];
  /** Hard threshold by itself, with the passes as the log tells them (or as asked). */
  readonly smallestWinningBytes: number | null;
  /** The same whatever the loop's phase: what the report recommends. */
  readonly smallestInEveryPhaseBytes: number | null;
  /** The kill cut off the pass with which that was played: it is a lower bound. */
  readonly smallestInEveryPhaseAtLeast: boolean;
  readonly grounds: readonly Ground[];
}

export const watchDocument = (timeline: Timeline, settings: WhatIfSettings): Watch =>
  watchOf(timeline.thresholds, settings, fieldOf(timeline).machine);

const happenedOf = (incident: StoryIncident): WhatIfIncident["happened"] => {
  const { outcome, sentence, marginMs, marginUncertaintyMs } = incident.doc;
  const kill = firstKill(incident.kills);
  const eviction = firstEviction(incident.evictions);
  return {
    outcome,
    sentence,
    marginMs,
    marginUncertaintyMs,
    killedAt: kill === null ? null : kill.doc.at,
    reactedAt: eviction === null ? null : eviction.doc.at,
    evidence: [...(kill?.doc.evidence.slice(0, 1) ?? []), ...(eviction?.doc.evidence.slice(0, 1) ?? [])],
  };
};

const readsOf = (timeline: Timeline, met: Met | null): ReplayDocument["reads"] => {
  if (met === null) return null;
  const { tick, ...said } = met;
  const refs: SourceRef[] = signalEvidence(timeline.samples, met.signal, tick);
  return { ...said, evidence: refs.map(toEvidence) };
};

const replayOf = (timeline: Timeline, settings: WhatIfSettings, replayed: Replayed): ReplayDocument => {
  const { judged, incident } = replayed;
  return {
    outcome: judged.outcome,
    sentence: sentenceOf(replayed),
    courses: judged.courses,
    marginMs: judged.marginMs,
    actsAtUnixMs: judged.actsAt,
    coursesThatNeverAct: judged.neverActs,
    reads: readsOf(timeline, judged.typical),
    sweep: replayed.sweep.map((swept) => ({
      thresholdBytes: swept.thresholdBytes,
      outcome: swept.judged.outcome,
      courses: swept.judged.courses,
      marginMs: swept.judged.marginMs,
      coursesThatNeverAct: swept.judged.neverActs,
    })),
    smallestWinningBytes: replayed.smallestWinningBytes,
    smallestInEveryPhaseBytes:
      settings.passMs === undefined ? (incident.race?.requiredThresholdBytes ?? null) : replayed.smallestWinningBytes,
    smallestInEveryPhaseAtLeast: settings.passMs === undefined && (incident.race?.kubeletPassAtLeast ?? false),
    grounds: groundsOf(replayed, settings, timeline.thresholds),
  };
};

export const incidentsOf = (
  timeline: Timeline,
  settings: WhatIfSettings,
  answers: readonly WhatIf[],
): WhatIfIncident[] =>
  answers.map((answer) => ({
    id: answer.incident.doc.id,
    scope: answer.incident.doc.scope,
    happened: happenedOf(answer.incident),
    replay: answer.replayed ? replayOf(timeline, settings, answer) : null,
    whyNot: answer.replayed ? null : whyNot(answer.why),
  }));
