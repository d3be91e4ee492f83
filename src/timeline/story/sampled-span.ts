// Between which instants the film runs. Files that were read once, before or after it, are no part of it.
import { isPlaced } from "../../model/instant.ts";
import type { Samples } from "../../model/samples.ts";
import type { TickAt } from "../available/signals.ts";
import type { Span } from "../incidents/spans.ts";

export const sampledSpan = (samples: Samples, tickAt: TickAt): Span | null => {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  samples.ticks.forEach((tick, i) => {
    const at = tickAt(i);
    if (tick.tier === "once" || !isPlaced(at)) return;
    from = Math.min(from, at.best);
    to = Math.max(to, at.best);
  });
  return from <= to ? { from, to } : null;
};
