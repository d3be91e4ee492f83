// An interval on the wall clock, from its bounds and the reading that gave them.
import type { When } from "../../model/instant.ts";
import { epochMs } from "../../model/units.ts";

export const wallWhen = (
  earliest: number,
  latest: number,
  clock: string,
  reading: number,
  readingUncertainty: number,
  anchor: string | null,
): When => ({
  earliest: epochMs(earliest),
  latest: epochMs(latest),
  best: epochMs(Number.isFinite(earliest) && Number.isFinite(latest) ? (earliest + latest) / 2 : Number.NaN),
  clock,
  reading,
  readingUncertainty,
  anchor,
  bootSec: null,
});

export const UNPLACED: When = wallWhen(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, "none", Number.NaN, 0, null);

/** What somebody tells of afterwards: it was done when it was told, or up to `mostMs` before. */
export const upToBefore = (told: When, mostMs: number, anchor: string): When => ({
  ...wallWhen(
    told.earliest - mostMs,
    told.latest,
    told.clock,
    told.reading - mostMs,
    told.readingUncertainty + mostMs,
    anchor,
  ),
  bootSec: told.bootSec,
});
