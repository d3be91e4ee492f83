// An interval on the wall clock as the document says it: best estimate, half-width, and only as many digits as that bears.
import type { Evidence, Instant } from "../../model/analysis.ts";
import type { SourceRef } from "../../model/evidence.ts";
import type { When } from "../../model/instant.ts";

/** Digits after the second that an uncertainty of so many ms bears. */
const digitsFor = (uncertaintyMs: number): 0 | 1 | 2 | 3 => {
  if (uncertaintyMs >= 500) return 0;
  if (uncertaintyMs >= 50) return 1;
  return uncertaintyMs >= 5 ? 2 : 3;
};

export const utcOf = (unixMs: number, uncertaintyMs: number): string => {
  const digits = digitsFor(uncertaintyMs);
  const step = 10 ** (3 - digits);
  const rounded = new Date(Math.round(unixMs / step) * step);
  if (Number.isNaN(rounded.getTime())) return "";
  const iso = rounded.toISOString();
  return digits === 0 ? `${iso.slice(0, 19)}Z` : `${iso.slice(0, 20 + digits)}Z`;
};

const round = (n: number): number => Math.round(n * 1000) / 1000;

export const toInstant = (when: When): Instant => {
  const placed = Number.isFinite(when.earliest) && Number.isFinite(when.latest);
  // Rounded up: never narrower than what the clocks leave open.
  const uncertaintyMs = placed ? Math.ceil(((when.latest - when.earliest) / 2) * 1000) / 1000 : 0;
  const unixMs = placed ? round((when.earliest + when.latest) / 2) : null;
  return {
    unixMs,
    uncertaintyMs: Math.max(placed ? uncertaintyMs : when.readingUncertainty / 2, 0.001),
    utc: unixMs === null ? null : utcOf(unixMs, uncertaintyMs) || null,
    bootSec: when.bootSec === null ? null : Math.round(when.bootSec * 1e6) / 1e6,
    clock: when.clock,
    anchor: when.anchor,
  };
};

export const toEvidence = (ref: SourceRef): Evidence => ({
  file: ref.file,
  line: ref.line,
  endLine: ref.endLine ?? null,
  text: ref.text,
});
