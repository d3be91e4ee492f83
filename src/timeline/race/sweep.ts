// Hard thresholds against one incident, and the smallest at which the kubelet would have freed memory first whatever its phase.
import type { Contender } from "./contender.ts";
import { type JudgeOptions, type Judged, judge } from "./judge.ts";
import { SEARCH_SHARE, SEARCH_STEP_BYTES } from "./replay.ts";
import { type Machine, type Watch, type WhatIfSettings, watchOf } from "./settings.ts";
import type { ThresholdsInForce } from "../../model/timeline.ts";

export interface SweptThreshold {
  readonly thresholdBytes: number;
  readonly judged: Judged;
}

export interface Sweeper {
  readonly contender: Contender;
  readonly thresholds: ThresholdsInForce;
  readonly settings: WhatIfSettings;
  readonly machine: Machine;
  readonly options: JudgeOptions;
}

const MIB = 1024 * 1024;
const TABLE: readonly number[] = [100, 200, 300, 400, 600, 800, 1200].map((mib) => mib * MIB);

/** A hard threshold by itself: a soft one beside it would win or lose for it. */
const watchAt = ({ thresholds, settings, machine }: Sweeper, bytes: number): Watch =>
  watchOf(thresholds, { ...settings, hard: { kind: "bytes", bytes }, soft: null }, machine);

const judgedAt = (sweeper: Sweeper, bytes: number): Judged =>
  judge(sweeper.contender, watchAt(sweeper, bytes), sweeper.options);

/** A higher threshold is met no later in any course, so the search may halve; in steps of 16 MiB. */
export const smallestThatWins = (sweeper: Sweeper): number | null => {
  const most = Math.floor(((sweeper.machine.memTotalBytes ?? 0) * SEARCH_SHARE) / SEARCH_STEP_BYTES);
  const wins = (steps: number): boolean => judgedAt(sweeper, steps * SEARCH_STEP_BYTES).outcome === "kubelet-won";
  if (most < 1 || !wins(most)) return null;
  let [loses, winning] = [0, most];
  while (winning - loses > 1) {
    const middle = (winning + loses) >> 1;
    if (wins(middle)) winning = middle;
    else loses = middle;
  }
  return winning * SEARCH_STEP_BYTES;
};

/** A table of thresholds with the asked one, that in force and the smallest that wins among them. */
export const sweep = (sweeper: Sweeper, besides: readonly (number | null)[]): SweptThreshold[] => {
  const most = (sweeper.machine.memTotalBytes ?? 0) * SEARCH_SHARE;
  const all = [...TABLE.filter((bytes) => bytes <= most), ...besides.filter((bytes) => bytes !== null)];
  return [...new Set(all)]
    .toSorted((a, b) => a - b)
    .map((thresholdBytes) => ({ thresholdBytes, judged: judgedAt(sweeper, thresholdBytes) }));
};
