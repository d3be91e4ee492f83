// When the passes of the eviction manager were: where its own lines tell, and in all ways that they leave open elsewhere. A pass that
// finds nothing says nothing at the usual verbosity, so most passes are never heard of; the loop's rule joins those that are: the next
// pass begins 10 s after the last one ended (pkg/kubelet/kubelet.go evictionMonitoringPeriod, eviction_manager.go Start).
import type { SourceRef } from "../../model/evidence.ts";
import { type When, isPlaced } from "../../model/instant.ts";
import type { KubeletEvent } from "../../model/kubelet.ts";
import type { PlacedEvent, StoryEviction } from "../../model/timeline.ts";
import { EVICTION_PERIOD_MS } from "./replay.ts";

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A pass that the log tells of: the line stands at its end. */
export interface HeardPass {
  readonly actAt: number;
  /** A threshold was met in it, in grace or not. */
  readonly notices: boolean;
  /** When it read memory.available, where that is known. */
  readonly readAt: number | null;
  readonly ref: SourceRef;
}

/** Lines that every pass which gets so far prints at its end, each once for a signal. */
const OF_A_PASS: readonly KubeletEvent["kind"][] = [
  "attempting-to-reclaim",
  "criteria-not-met",
  "no-resources-starved",
  "summary-failed",
];
/** Lines of one pass lie this near to each other at the most. Heuristic. */
const ONE_PASS_MS = 2000;
/** A decision and the line that tells of it. */
const SAME_MS = 1500;

export const heardPasses = (
  lines: readonly PlacedEvent<KubeletEvent>[],
  evictions: readonly StoryEviction[],
  span: Span,
): HeardPass[] => {
  const heard: HeardPass[] = [];
  for (const { event, at } of lines) {
    if (!OF_A_PASS.includes(event.kind) || !isPlaced(at) || at.best < span.from || at.best > span.to) continue;
    const last = heard.at(-1);
    if (last !== undefined && at.best - last.actAt < ONE_PASS_MS) continue;
    const decided = evictions.find((e) => isPlaced(e.at) && Math.abs(e.at.best - at.best) < SAME_MS);
    const observed = decided?.observedAt ?? null;
    const nodes = decided?.doc.signal === "memory.available";
    const readAt = nodes && observed !== null && isPlaced(observed) ? (observed.best as number) : null;
    const notices = decided !== undefined || (event.kind === "criteria-not-met" && /memory/.test(event.signal ?? ""));
    heard.push({ actAt: at.best, notices, readAt, ref: event.from[0] });
  }
  return heard;
};

/** An eviction that only an event tells of is no line of a pass, but it was decided in one. */
export const withDecided = (heard: readonly HeardPass[], evictions: readonly StoryEviction[]): HeardPass[] => {
  const missing = evictions.flatMap((eviction): HeardPass[] => {
    const { at, doc } = eviction;
    const [evidence] = doc.evidence;
    if (!isPlaced(at) || evidence === undefined || at.latest - at.earliest > SAME_MS) return [];
    if (heard.some((pass) => Math.abs(pass.actAt - at.best) < SAME_MS)) return [];
    const { file, line, text } = evidence;
    return [{ actAt: at.best, notices: true, readAt: null, ref: { file, line, text } }];
  });
  return [...heard, ...missing].toSorted((a, b) => a.actAt - b.actAt);
};

/** waitForPodsCleanup polls for at most 30 s before the next pass begins (eviction_manager.go podCleanupTimeout). */
const CLEANUP_MS = 30_000;

export interface Stall {
  readonly ms: number;
  /** What is played: one that nothing ended in this incident is not over before it is. */
  readonly playedMs: number;
  /** No later line of the manager ends it: it lasted so long at least. */
  readonly atLeast: boolean;
  readonly from: SourceRef;
}

/**
 * The longest pass that the log shows: what a silence is longer than the loop's own sleep, or its wait for a pod's clean-up. One that
 * nothing ends before the kill lasted until then at least.
 */
export const longestPass = (
  lines: readonly PlacedEvent<KubeletEvent>[],
  span: Span,
  kill: When | null,
): Stall | null => {
  const own = lines.filter(
    ({ event, at }) => isPlaced(at) && at.best >= span.from && at.best <= span.to && STATIONS.includes(event.kind),
  );
  return own.reduce((longest: Stall | null, { event, at }, i): Stall | null => {
    if (!STALLS.includes(event.kind)) return longest;
    const next = own[i + 1]?.at.best ?? null;
    const until = next ?? (kill !== null && kill.best > at.best ? kill.best : null);
    const due = at.best + (event.kind === "waiting-for-cleanup" ? CLEANUP_MS : EVICTION_PERIOD_MS);
    if (until === null || until <= due || (longest !== null && until - due <= longest.ms)) return longest;
    const playedMs = (next ?? span.to + 1) - due;
    return { ms: until - due, playedMs, atLeast: next === null, from: event.from[0] };
  }, null);
};

/** Between these the manager is at work; after those of STALLS the next sign is due within a known time. */
const STALLS: readonly KubeletEvent["kind"][] = ["criteria-not-met", "waiting-for-cleanup"];
const STATIONS: readonly KubeletEvent["kind"][] = [
  ...OF_A_PASS,
  "evicted",
  "failed-to-evict",
  "waiting-for-cleanup",
  "cleaned-up",
  "cleanup-timed-out",
];
