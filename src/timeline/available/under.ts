// Which of two signals can have been acted on where the text says "memory" and no value: the one that was under its threshold before.
import { type When, isPlaced } from "../../model/instant.ts";
import type { SignalSample } from "../../model/timeline.ts";
import type { VariantSeries } from "./memory-available.ts";

/** A pass of the eviction manager took 53 s in a measured capture: so old may the value be that it acts on. Heuristic. */
const PASS_MS = 60_000;
/** Samples farther apart than this may hide a dip between them. Heuristic: the loop's own pause. */
const GAP_MS = 10_000;

/** Null where the samples do not reach over the time in which the value was read. */
const wasUnder = (samples: readonly SignalSample[], thresholdBytes: number | null, action: When): boolean | null => {
  if (thresholdBytes === null) return false;
  const before = samples.filter(({ at }) => at.best >= action.earliest - PASS_MS && at.earliest <= action.latest);
  if (before.some(({ value }) => value < thresholdBytes)) return true;
  const first = before[0];
  const last = before.at(-1);
  if (first === undefined || last === undefined) return null;
  const reaches = first.at.best <= action.earliest - PASS_MS + GAP_MS && last.at.best >= action.latest - GAP_MS;
  const dense = before.every(({ at }, i) => i === 0 || at.best - (before[i - 1]?.at.best ?? at.best) <= GAP_MS);
  return reaches && dense ? false : null;
};

/** Null where both were, or neither, or the samples do not tell. */
export const signalUnder = (
  variants: readonly VariantSeries[],
  thresholds: { readonly nodeBytes: number | null; readonly allocatableBytes: number | null },
  action: When,
): VariantSeries["signal"] | null => {
  if (!isPlaced(action)) return null;
  const node = variants.find(({ signal }) => signal === "memory.available");
  const pods = variants.find(({ signal }) => signal === "allocatableMemory.available");
  if (node === undefined || pods === undefined) return null;
  const nodeUnder = wasUnder(node.samples, thresholds.nodeBytes, action);
  const podsUnder = wasUnder(pods.samples, thresholds.allocatableBytes, action);
  if (nodeUnder === true && podsUnder === false) return "memory.available";
  return podsUnder === true && nodeUnder === false ? "allocatableMemory.available" : null;
};
