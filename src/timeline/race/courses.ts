// All courses of passes that the loop's rule allows: the next pass begins 10 s after the last one ended, and how long each took is known
// only where the log tells (pkg/kubelet/eviction/eviction_manager.go Start).
import type { HeardPass, Span } from "./passes.ts";
import type { Course, Pass } from "./play.ts";
import { EVICTION_PERIOD_MS, PHASES } from "./replay.ts";

const GRID_MS: readonly number[] = [0, 500, 1000, 2000, 5000, 10_000, 20_000, 40_000];

/** Durations that are played: from at once to the longest that the log shows. */
export const durationsUpTo = (mostMs: number): number[] => [...GRID_MS.filter((ms) => ms < mostMs), mostMs];

const forward = (after: number, passMs: number, until: number): Pass[] => {
  const passes: Pass[] = [];
  for (let readAt = after + EVICTION_PERIOD_MS; readAt <= until; readAt += EVICTION_PERIOD_MS + passMs)
    passes.push({ readAt, actAt: readAt + passMs });
  return passes;
};

const backward = (readAt: number, passMs: number, from: number): Pass[] => {
  const passes: Pass[] = [];
  for (let actAt = readAt - EVICTION_PERIOD_MS; actAt >= from; actAt -= EVICTION_PERIOD_MS + passMs)
    passes.push({ readAt: actAt - passMs, actAt });
  return passes.toReversed();
};

/** An unheard pass that would end this shortly before one that was heard is that one. Heuristic. */
const PINNED_MS = 5000;

/** How long passes took: those before the first that was heard, that one, those after it. */
export interface Durations {
  readonly beforeMs: number;
  readonly firstMs: number;
  readonly afterMs: number;
}

/** One course that holds every pass that was heard. */
export const courseOf = (heard: readonly HeardPass[], durations: Durations, span: Span): Pass[] => {
  const [first] = heard;
  if (first === undefined) return [];
  const opening = first.readAt ?? first.actAt - durations.firstMs;
  const passes = [...backward(opening, durations.beforeMs, span.from), { readAt: opening, actAt: first.actAt }];
  heard.forEach((pass, i) => {
    const next = heard[i + 1];
    if (next === undefined) {
      passes.push(...forward(pass.actAt, durations.afterMs, span.to));
      return;
    }
    const between = forward(pass.actAt, durations.afterMs, next.actAt);
    passes.push(...between.filter(({ actAt }) => actAt < next.actAt - PINNED_MS));
    const due = (passes.at(-1)?.actAt ?? pass.actAt) + EVICTION_PERIOD_MS;
    passes.push({ readAt: Math.min(next.readAt ?? due, next.actAt), actAt: next.actAt });
  });
  return passes;
};

/** Without a pass that was heard: every phase of the loop. */
const everyPhase = (passMs: number, span: Span): Pass[][] =>
  Array.from({ length: PHASES }, (_, phase) => {
    const cycle = EVICTION_PERIOD_MS + passMs;
    return forward(span.from - EVICTION_PERIOD_MS + (cycle * phase) / PHASES, passMs, span.to);
  });

const allPasses = (heard: readonly HeardPass[], durations: readonly number[], span: Span): Pass[][] => {
  const [first] = heard;
  if (first === undefined) return durations.flatMap((passMs) => everyPhase(passMs, span));
  const opening = first.readAt === null ? durations : durations.slice(0, 1);
  return durations.flatMap((beforeMs) =>
    opening.flatMap((firstMs) => durations.map((afterMs) => courseOf(heard, { beforeMs, firstMs, afterMs }, span))),
  );
};

export const coursesOf = (heard: readonly HeardPass[], durations: readonly number[], span: Span): Course[] =>
  allPasses(heard, durations, span).flatMap((passes): Course[] => [
    { passes, reads: "sample-before" },
    { passes, reads: "sample-after" },
  ]);
