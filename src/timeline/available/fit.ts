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
/** Two samples between which the value lies need not enclose it exactly: ticks are not atomic. Heuristic share of the value. */
const TOLERANCE = 0.01;

const lastPassage = (series: VariantSeries, bytes: number, action: When): Fit | null => {
  const { samples } = series;
  for (let i = samples.length - 1; i >= 0; i--) {
    const here = samples[i];
    if (!here || here.at.earliest > action.latest) continue;
    if (action.best - here.at.best > MOST_LAG_MS) return null;
    const next = samples[i + 1];
    const values = [here.value, ...(next && next.at.earliest <= action.latest ? [next.value] : [])];
    const slack = bytes * TOLERANCE;
    if (bytes < Math.min(...values) - slack || bytes > Math.max(...values) + slack) continue;
    const latest = Math.min(next?.at.latest ?? here.at.latest, action.latest);
    const earliest = Math.min(here.at.earliest, latest);
    const best = epochMs((earliest + latest) / 2);
    const observedAt: When = { ...here.at, earliest: epochMs(earliest), latest: epochMs(latest), best, reading: earliest, readingUncertainty: latest - earliest };
    return { series, observedAt, lagMs: Math.max(0, action.best - best) };
  }
  return null;
};

/** Null where no variant ever had that value before the action. */
export const fitObservation = (variants: readonly VariantSeries[], bytes: number, action: When): Fit | null => {
  if (!isPlaced(action)) return null;
  const fits = variants.map((series) => lastPassage(series, bytes, action)).filter((fit) => fit !== null);
  return fits.toSorted((a, b) => a.lagMs - b.lagMs)[0] ?? null;
};
