// Does a source reach over an instant? Silence is only silence where somebody listened.
import type { Facts, LogFacts } from "../../model/facts.ts";
import { type When, isPlaced } from "../../model/instant.ts";
import { pieceOf } from "../../model/log.ts";
import type { SampledFile } from "../../model/samples.ts";
import type { TickAt } from "../available/signals.ts";
import type { Clocks } from "../clocks/clocks.ts";
import { sampledSpan } from "./sampled-span.ts";
import type { Beat } from "../kubelet/merged-lines.ts";

/** The kubelet's own log reaches past the instant: its lines stand before and after it. */
export const kubeletLogCovers = (beats: readonly Beat[], at: When): boolean => {
  const [first] = beats;
  const last = beats.at(-1);
  return first !== undefined && last !== undefined && isPlaced(at) && first.ms <= at.earliest && last.ms >= at.latest;
};

/** Events of the API were captured after the instant, and some are older: they would hold an EvictionThresholdMet or Evicted of that time (kept for an hour). */
export const eventsCover = (facts: Facts, clocks: Clocks, at: When): boolean => {
  if (!isPlaced(at)) return false;
  const times = facts.events
    .flatMap((event) => [...event.first, ...event.last])
    .map((stamp) => clocks.place([stamp], null, "kubelet"))
    .filter(isPlaced);
  return times.some((t) => t.latest <= at.earliest) && times.some((t) => t.earliest >= at.latest);
};

/** Kernel lines stand before `fromMs` and after `toMs`, and none is known to be lost between. */
export const kernelLogCovers = (facts: Facts, clocks: Clocks, fromMs: number, toMs: number): boolean =>
  facts.logs.some((log) => {
    const kernel = log.coverage.find((c) => c.ident === "kernel");
    if (!kernel) return false;
    const bootId = log.kernel[0]?.bootId ?? null;
    const first = clocks.place(kernel.first, bootId, "kernel");
    const last = clocks.place(kernel.last, bootId, "kernel");
    const gap = log.kernel.some((event) => {
      if (event.kind !== "lost") return false;
      const at = clocks.place(event.stamps, event.bootId, "kernel");
      return !isPlaced(at) || (at.latest >= fromMs && at.earliest <= toMs);
    });
    // A quiet kernel prints nothing: that its log was read later is what its last line cannot tell.
    const readOn = !goesOnElsewhere(facts, log) && readAfter(facts, clocks, toMs);
    const reaches = isPlaced(last) && (last.latest >= toMs || readOn || othersReach(log, clocks, toMs));
    return !gap && isPlaced(first) && first.earliest <= fromMs && reaches;
  });

/** The reader that wrote it died, and another wrote the next file. */
const goesOnElsewhere = ({ logs }: Facts, log: LogFacts): boolean => {
  const piece = pieceOf(log.path);
  if (piece === null) return false;
  return logs.some((other) => {
    const next = pieceOf(other.path);
    return next?.series === piece.series && next.number > piece.number;
  });
};

/** journald receives all speakers' lines, late by 21 s in a measured capture: what it received of others so long afterwards, it has the kernel's of before. */
const RECEIVED_LATE_MS = 21_000;

/** One file of several speakers reaches as far as the last of them. */
const othersReach = (log: LogFacts, clocks: Clocks, ms: number): boolean =>
  log.coverage.some(({ ident, last }) => {
    const at = clocks.place(last, null, ident === "kernel" ? "kernel" : "other");
    return isPlaced(at) && at.latest >= ms + RECEIVED_LATE_MS;
  });

/** The capture itself went on past the instant, so a log read at its end holds what was printed until then. */
const readAfter = (facts: Facts, clocks: Clocks, ms: number): boolean =>
  (sampledSpan(facts.samples, clocks.tick)?.to ?? Number.NEGATIVE_INFINITY) >= ms;

/** A counter that stood still over the whole stretch: null where it was not read before and after it. */
export const counterUnmoved = (
  file: SampledFile | undefined,
  field: string,
  tickAt: TickAt,
  fromMs: number,
  toMs: number,
): boolean | null => {
  const column = file?.column(field) ?? null;
  if (!file || !column) return null;
  let before: number | null = null;
  let after: number | null = null;
  for (let i = 0; i < file.length; i++) {
    const value = column[i];
    const at = tickAt(file.tickOf(i));
    if (value === undefined || Number.isNaN(value) || !isPlaced(at)) continue;
    if (at.earliest <= fromMs) before = value;
    if (at.earliest >= toMs && after === null) after = value;
  }
  return before === null || after === null ? null : before === after;
};
