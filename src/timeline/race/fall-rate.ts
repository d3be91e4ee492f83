// How fast memory.available fell where it crossed the threshold: least squares over 20 s around the crossing (verdict.md), and the
// Theil–Sen slope with its upper bound for remedies (reference of the rules).
import type { ReplayPoint } from "./replay.ts";

const AROUND_MS = 10_000;

/** Bytes per second, positive while memory falls; null with fewer than three samples in the window. */
export const fallRateAt = (series: readonly ReplayPoint[], crossingMs: number): number | null => {
  const near = series.filter((p) => Math.abs(p.ms - crossingMs) <= AROUND_MS);
  if (near.length < 3) return null;
  const meanX = near.reduce((sum, p) => sum + p.ms, 0) / near.length;
  const meanY = near.reduce((sum, p) => sum + p.available, 0) / near.length;
  let covariance = 0;
  let variance = 0;
  for (const p of near) {
    covariance += (p.ms - meanX) * (p.available - meanY);
    variance += (p.ms - meanX) ** 2;
  }
  return variance === 0 ? null : (-covariance / variance) * 1000;
};
