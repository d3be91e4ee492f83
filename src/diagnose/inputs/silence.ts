// How long the kubelet's whole log was silent within a window, and how long it usually is.
import type { KubeletView } from "./inputs.ts";
import type { Window } from "./incident.ts";
import { median } from "./loss.ts";

type Beat = KubeletView["beats"][number];

export interface Silence {
  readonly ms: number;
  readonly from: Beat;
  readonly to: Beat;
  /** Median of its gaps before the window, ms. */
  readonly usualMs: number;
  /** Far longer than usual: the process itself stood still. */
  readonly shown: boolean;
}

/** Its lines come in bursts: gaps under a second say nothing. Heuristic. */
const LEAST_GAP_MS = 1000;
const GAP_FACTOR = 3;
/** A quiet kubelet may say nothing for 10 to 20 s. Heuristic. */
export const LEAST_SILENCE_MS = 25_000;
/** Its lines must reach over this many gaps to have an ordinary one. */
const LEAST_GAPS = 10;

export const silenceIn = (kubelet: KubeletView | null, window: Window): Silence | null => {
  const beats = kubelet?.beats ?? [];
  const gaps = beats.flatMap((beat, i) => {
    const before = beats[i - 1];
    return before !== undefined && beat.ms - before.ms >= LEAST_GAP_MS
      ? [{ from: before, ms: beat.ms - before.ms, to: beat }]
      : [];
  });
  const quiet = gaps.filter((g) => g.to.ms <= window.fromMs);
  const usualMs = median(quiet.map((g) => g.ms));
  const within = gaps.filter((g) => g.to.ms >= window.fromMs && g.from.ms <= window.toMs);
  const longest = within.reduce<(typeof gaps)[number] | null>((a, b) => (a === null || b.ms > a.ms ? b : a), null);
  if (usualMs === null || quiet.length < LEAST_GAPS || longest === null) return null;
  return { ...longest, usualMs, shown: longest.ms > Math.max(GAP_FACTOR * usualMs, LEAST_SILENCE_MS) };
};
