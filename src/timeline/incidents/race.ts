// The race in numbers, each from the captured series and the kubelet's own lines.
import type { Race } from "../../model/analysis.ts";
import { type When, isPlaced } from "../../model/instant.ts";
import type { KubeletEvent } from "../../model/kubelet.ts";
import type { Floor, SignalSample, ThresholdsInForce } from "../../model/timeline.ts";
import type { Placed } from "../kubelet/merged-lines.ts";
import { fallRateAt } from "../race/fall-rate.ts";
import {
  EVICTION_PERIOD_MS,
  LEAD_MS,
  type Loop,
  type ReplayPoint,
  replay,
  requiredThreshold,
  SEARCH_SHARE,
} from "../race/replay.ts";
import { longestPass, type Stall } from "../race/passes.ts";
import { shownBy } from "../race/time-to-free.ts";
import type { Group } from "./form.ts";
import { firstEviction, firstKill } from "./outcome.ts";

export interface RaceInputs {
  readonly group: Group;
  readonly thresholds: ThresholdsInForce;
  readonly signal: readonly SignalSample[];
  readonly crossing: { readonly at: When; readonly thresholdBytes: number } | null;
  readonly kubelet: readonly Placed<KubeletEvent>[];
  readonly floor: Floor | null;
  readonly memTotalBytes: number | null;
}

const EVICTION_LINES: readonly KubeletEvent["kind"][] = [
  "criteria-not-met",
  "attempting-to-reclaim",
  "must-evict",
  "ranked",
  "evicting",
  "evicted",
  "failed-to-evict",
  "critical-not-evicted",
  "waiting-for-cleanup",
  "cleaned-up",
  "cleanup-timed-out",
  "unable-to-evict",
  "no-pods-to-evict",
  "observation",
  "housekeeping",
  "no-resources-starved",
  "summary-failed",
  "reduced-without-evicting",
  "synchronize-failed",
  "no-observation",
];

/** Longest wait between a line in which the kubelet had noticed the pressure and its next eviction-manager line, or the kill. */
export const silenceOf = (
  kubelet: readonly Placed<KubeletEvent>[],
  group: Group,
): { ms: number; from: When; to: When } | null => {
  if (group.axis !== "wall") return null;
  const lines = kubelet.filter(
    ({ event, at }) =>
      EVICTION_LINES.includes(event.kind) && at.best >= group.from - 1000 && at.best <= group.to + 1000,
  );
  const noticed = lines.findIndex(
    ({ event }) => event.kind === "criteria-not-met" || event.kind === "attempting-to-reclaim",
  );
  if (noticed < 0) return null;
  const kill = firstKill(group.kills);
  let longest: { ms: number; from: When; to: When } | null = null;
  const stops = lines.slice(noticed);
  stops.forEach((line, i) => {
    // Waiting for an evicted pod to be cleaned up is no silence of the loop: it is what the manager then does.
    if (line.event.kind === "waiting-for-cleanup") return;
    const next = stops[i + 1]?.at ?? null;
    const killAfter = kill !== null && isPlaced(kill.at) && kill.at.best > line.at.best ? kill.at : null;
    const until = next !== null && (killAfter === null || next.best < killAfter.best) ? next : killAfter;
    if (until === null) return;
    const ms = until.best - line.at.best;
    if (longest === null || ms > longest.ms) longest = { ms, from: line.at, to: until };
  });
  return longest;
};

/**
 * The longest pass under this pressure, up to the kill: what a pass took after it, it took in another machine. Null where the log shows
 * none beyond the loop's own pause.
 */
const passOf = ({ kubelet, group }: RaceInputs): Stall | null => {
  if (group.axis !== "wall") return null;
  const kill = firstKill(group.kills)?.at ?? null;
  const until = kill !== null && isPlaced(kill) ? kill.best : Number.POSITIVE_INFINITY;
  const before = kubelet.filter(({ at }) => at.best <= until);
  return longestPass(before, { from: group.from - 1000, to: group.to + 1000 }, kill);
};

/** Runtime floor of 2 s of SIGTERM for a hard eviction since 1.28 (kuberuntime minimumGracePeriodInSeconds). */
export const KILL_MS = 2000;

export const loopOf = (thresholds: ThresholdsInForce, passMs: number): Loop => ({
  periodMs: EVICTION_PERIOD_MS,
  passMs,
  killMs: KILL_MS,
  hardBytes: thresholds.memoryHardBytes,
  softBytes: thresholds.memorySoftBytes,
  softGraceMs: thresholds.memorySoftGraceMs ?? 0,
});

export const pointsOf = (signal: readonly SignalSample[], fromMs: number, untilMs: number): ReplayPoint[] =>
  signal
    .filter((s) => isPlaced(s.at) && s.at.best >= fromMs && s.at.best <= untilMs)
    .map((s) => ({ ms: s.at.best, available: s.value }));

/**
 * An eviction was decided and had freed nothing when the kernel killed: how long one takes under this pressure is not known, so no
 * threshold can be said to win.
 */
const freedNothing = ({ group, signal }: RaceInputs): boolean =>
  shownBy(firstEviction(group.evictions), signal, null, firstKill(group.kills)?.at ?? null)?.how ===
  "not-before-the-kill";

/** Fewer samples before the kill show no fall that could be replayed. */
const LEAST_POINTS = 5;

export const raceOf = (inputs: RaceInputs): Race | null => {
  const { group, crossing, signal, thresholds, floor } = inputs;
  if (group.scope !== "node" && group.scope !== "allocatable") return null;
  const kill = firstKill(group.kills);
  const eviction = firstEviction(group.evictions);
  const crossedMs = crossing === null ? null : crossing.at.best;
  const killMs = kill !== null && isPlaced(kill.at) ? kill.at.best : null;
  const silence = silenceOf(inputs.kubelet, group);
  const pass = passOf(inputs);
  const around = signal.filter((s) => isPlaced(s.at)).map((s) => ({ ms: s.at.best as number, available: s.value }));
  const atCrossing = crossedMs === null ? null : (around.findLast((p) => p.ms <= crossedMs)?.available ?? null);
  const beforeKill = killMs === null ? [] : pointsOf(signal, group.from - LEAD_MS, killMs);
  const required =
    killMs === null || beforeKill.length < LEAST_POINTS || inputs.memTotalBytes === null || freedNothing(inputs)
      ? null
      : requiredThreshold(beforeKill, loopOf(thresholds, pass?.ms ?? 0), killMs, inputs.memTotalBytes * SEARCH_SHARE);
  return {
    fallRateBytesPerSec: crossedMs === null ? null : round(fallRateAt(around, crossedMs)),
    headroomAtCrossingBytes: atCrossing === null ? null : Math.round(atCrossing - (floor?.bytes ?? 0)),
    timeToExhaustionMs: crossedMs === null || killMs === null ? null : round(killMs - crossedMs),
    kubeletReactionMs:
      crossedMs === null || eviction === null || !isPlaced(eviction.at) ? null : round(eviction.at.best - crossedMs),
    kubeletSilentMs: silence === null ? null : round(silence.ms),
    kubeletPassMs: pass === null ? null : round(pass.ms),
    // Cut off by the kill: under that pressure it would have taken longer, and the threshold that wins is then at least so high.
    kubeletPassAtLeast: pass?.atLeast ?? false,
    thresholdBytes: crossing?.thresholdBytes ?? thresholds.memoryHardBytes,
    floorBytes: floor === null ? null : Math.round(floor.bytes),
    requiredThresholdBytes: required,
  };
};

const round = <T extends number | null>(n: T): T => (n === null ? n : Math.round(n * 10) / 10) as T;

/** The kubelet's default threshold (pkg/kubelet/eviction/defaults_linux.go), and its multiples that are played. */
const DEFAULT_BYTES = 100 * 1024 * 1024;
const SWEEP = [1, 1.5, 2, 3, 4, 6, 8, 12];

/** The sweep over thresholds: what would have been first. Kernel kills only; the captured fall is taken as it was. */
export const sweepOf = (
  inputs: RaceInputs,
): {
  thresholdBytes: number;
  outcome: "kernel-won" | "kubelet-won" | "undetermined";
  marginMs: number | null;
  marginUncertaintyMs: number | null;
}[] => {
  const kill = firstKill(inputs.group.kills);
  if (kill === null || !isPlaced(kill.at) || (inputs.group.scope !== "node" && inputs.group.scope !== "allocatable"))
    return [];
  const killMs = kill.at.best;
  const points = pointsOf(inputs.signal, inputs.group.from - LEAD_MS, killMs);
  if (points.length < LEAST_POINTS) return [];
  const loop = loopOf(inputs.thresholds, passOf(inputs)?.ms ?? 0);
  const wins = freedNothing(inputs) ? "undetermined" : "kubelet-won";
  const most = (inputs.memTotalBytes ?? Infinity) * SEARCH_SHARE;
  const swept = SWEEP.map((factor) => DEFAULT_BYTES * factor).filter((bytes) => bytes <= most);
  return swept.map((thresholdBytes) => {
    const { winShare, marginMs } = replay(points, { ...loop, hardBytes: thresholdBytes, softBytes: null }, killMs);
    return {
      thresholdBytes,
      outcome: winShare === 1 ? wins : winShare === 0 ? "kernel-won" : "undetermined",
      marginMs: marginMs === null ? null : round((marginMs.least + marginMs.greatest) / 2),
      marginUncertaintyMs: marginMs === null ? null : Math.max(0.1, round((marginMs.greatest - marginMs.least) / 2)),
    };
  });
};
