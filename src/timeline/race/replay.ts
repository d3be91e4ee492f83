// A replay of the kubelet's eviction loop on the captured series: what would have been first at another threshold. The loop
// sleeps 10 s between passes (pkg/kubelet/kubelet.go evictionMonitoringPeriod) and each pass takes a while; when it stood in
// its cycle is unknown, so all phases are played and the share of those in which the kubelet wins is the answer.

export interface ReplayPoint {
  /** Wall clock, ms. */
  readonly ms: number;
  /** memory.available (or the allocatable one) in bytes. */
  readonly available: number;
}

export interface Loop {
  /** evictionMonitoringPeriod. */
  readonly periodMs: number;
  /** From reading the value to acting on it, under this pressure. */
  readonly passMs: number;
  /** From acting to the memory being free: grace and the kill itself. */
  readonly killMs: number;
  readonly hardBytes: number | null;
  readonly softBytes: number | null;
  readonly softGraceMs: number;
}

export interface PhaseResult {
  /** When the eviction would have freed memory; null: never before the series ends. */
  readonly freedMs: number | null;
  /** When it would have acted. */
  readonly actedMs: number | null;
}

/** pkg/kubelet/kubelet.go: 10 s between passes. */
export const EVICTION_PERIOD_MS = 10_000;
/** Phases of the loop that are played. */
export const PHASES = 20;

/** The value in force at `ms`: the last sample at or before it (samples are not interpolated). */
const valueAt = (series: readonly ReplayPoint[], ms: number): number | null => {
  let low = 0;
  let high = series.length - 1;
  if (high < 0 || (series[0]?.ms ?? Number.POSITIVE_INFINITY) > ms) return null;
  while (low < high) {
    const mid = (low + high + 1) >> 1;
    if ((series[mid]?.ms ?? 0) <= ms) low = mid;
    else high = mid - 1;
  }
  return series[low]?.available ?? null;
};

/** One phase: the first pass reads at `firstPassMs`, then every period plus pass. */
export const replayPhase = (
  series: readonly ReplayPoint[],
  loop: Loop,
  firstPassMs: number,
  untilMs: number,
): PhaseResult => {
  let softSince: number | null = null;
  for (let readAt = firstPassMs; readAt <= untilMs; readAt += loop.periodMs + loop.passMs) {
    const value = valueAt(series, readAt);
    if (value === null) continue;
    const actAt = readAt + loop.passMs;
    if (loop.hardBytes !== null && value < loop.hardBytes) return { actedMs: actAt, freedMs: actAt + loop.killMs };
    if (loop.softBytes !== null && value < loop.softBytes) {
      softSince ??= actAt;
      if (actAt - softSince >= loop.softGraceMs) return { actedMs: actAt, freedMs: actAt + loop.killMs };
    } else {
      softSince = null;
    }
  }
  return { actedMs: null, freedMs: null };
};

export interface ReplayResult {
  /** Share of the phases in which memory would have been freed before the kill. */
  readonly winShare: number;
  /** Acting minus kill (negative: the kubelet is first), least and greatest over the phases that act; null where none does. */
  readonly marginMs: { readonly least: number; readonly greatest: number } | null;
}

/** All phases of the loop against a kill at `killMs`. The series begins where this run of pressure does: an earlier one is another incident. */
export const replay = (series: readonly ReplayPoint[], loop: Loop, killMs: number): ReplayResult => {
  const cycle = loop.periodMs + loop.passMs;
  const begin = Math.max(series[0]?.ms ?? killMs, killMs - 600_000);
  let wins = 0;
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (let phase = 0; phase < PHASES; phase++) {
    const { actedMs, freedMs } = replayPhase(series, loop, begin + (cycle * phase) / PHASES, killMs + cycle);
    if (freedMs !== null && freedMs < killMs) wins++;
    if (actedMs !== null) {
      least = Math.min(least, actedMs - killMs);
      greatest = Math.max(greatest, actedMs - killMs);
    }
  }
  return { winShare: wins / PHASES, marginMs: Number.isFinite(least) ? { least, greatest } : null };
};

/** The search for a threshold that wins ends at half of the machine, and goes by such steps: a higher one is no remedy. Heuristic. */
export const SEARCH_SHARE = 0.5;
export const SEARCH_STEP_BYTES = 16 * 1024 * 1024;
/** How long before a run of pressure the replay begins: what came before it is another incident. Heuristic. */
export const LEAD_MS = 20_000;

/** The least hard threshold (in steps of 16 MiB) at which every phase frees memory before the kill; null where none up to `mostBytes` does. */
export const requiredThreshold = (
  series: readonly ReplayPoint[],
  loop: Loop,
  killMs: number,
  mostBytes: number,
): number | null => {
  for (let bytes = SEARCH_STEP_BYTES; bytes <= mostBytes; bytes += SEARCH_STEP_BYTES) {
    const only = { ...loop, hardBytes: bytes, softBytes: null };
    if (replay(series, only, killMs).winShare === 1) return bytes;
  }
  return null;
};
