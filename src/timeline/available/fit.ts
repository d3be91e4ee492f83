// Which signal, in which variant, had the value that the kubelet printed, and when: the value acted on was read before the action,
// so of all the moments at which a variant passed through it the last one before the action counts, and of all variants the one that
// needs the shortest way from reading to acting.
import { type When, isPlaced } from "../../model/instant.ts";
import { epochMs } from "../../model/units.ts";
import type { VariantSeries } from "./memory-available.ts";

export interface Fit {
  readonly series: VariantSeries;
  /** When the value was read: between these two samples. */
  readonly observedAt: When;
  /** From that reading to the action, best estimate. */
  readonly lagMs: number;
}

/** A pass of the eviction manager took 43 s in a measured capture; values older than this are no fit. Heuristic. */
const MOST_LAG_MS = 180_000;
/** A sample this near to the printed value is a reading of it: ticks are not atomic. Heuristic share of the value. */
const NEAR = 0.01;
/**
 * Two samples that enclose the value are a reading of it only where memory crept from one to the other: a jump (a process that was
 * killed) passes through every value in no time, and that a pass read just then is far less likely than that it read the creep. Heuristic.
 */
const MOST_JUMP = 0.25;

const isReading = (bytes: number, value: number, next: number | null): boolean => {
  if (Math.abs(value - bytes) <= NEAR * bytes) return true;
  if (next === null || Math.abs(next - value) > MOST_JUMP * bytes) return false;
  return bytes >= Math.min(value, next) && bytes <= Math.max(value, next);
};

/** Readings of the value this near to each other are one stretch in which it was read. Heuristic. */
const STRETCH_MS = 5000;

interface Stretch {
  readonly from: When;
  readonly to: When;
  readonly nearest: When;
  readonly distance: number;
}

/** The last stretch before the action in which the series stood at the value; its best estimate is the nearest sample. */
const lastPassage = (series: VariantSeries, bytes: number, action: When): Fit | null => {
  const { samples } = series;
  let stretch: Stretch | null = null;
  for (let i = samples.length - 1; i >= 0; i--) {
    const here = samples[i];
    if (!here || here.at.earliest > action.latest) continue;
    if (action.best - here.at.best > MOST_LAG_MS) break;
    if (stretch !== null && stretch.from.best - here.at.best > STRETCH_MS) break;
    const next = samples[i + 1] ?? null;
    if (!isReading(bytes, here.value, next?.value ?? null)) continue;
    const distance = Math.abs(here.value - bytes);
    if (stretch === null) stretch = { from: here.at, to: next?.at ?? here.at, nearest: here.at, distance };
    else if (distance < stretch.distance) stretch = { from: here.at, to: stretch.to, nearest: here.at, distance };
    else stretch = { from: here.at, to: stretch.to, nearest: stretch.nearest, distance: stretch.distance };
  }
  if (stretch === null) return null;
  const earliest = Math.min(stretch.from.earliest, action.latest);
  const latest = Math.min(stretch.to.latest, action.latest);
  const best = epochMs(Math.min(stretch.nearest.best, action.best));
  const observedAt: When = {
    ...stretch.from,
    earliest: epochMs(earliest),
    latest: epochMs(latest),
    best,
    reading: earliest,
    readingUncertainty: latest - earliest,
  };
  return { series, observedAt, lagMs: action.best - best };
};

/** Null where no variant ever had that value before the action. */
export const fitObservation = (variants: readonly VariantSeries[], bytes: number, action: When): Fit | null => {
  if (!isPlaced(action)) return null;
  const fits = variants.map((series) => lastPassage(series, bytes, action)).filter((fit) => fit !== null);
  return fits.toSorted((a, b) => a.lagMs - b.lagMs)[0] ?? null;
};
