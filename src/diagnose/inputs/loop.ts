// The kubelet's eviction loop under this pressure, from its own log.
import type { ThresholdsInForce } from "../../model/timeline.ts";
import { loopOf, passDurationOf } from "../../timeline/incidents/race.ts";
import { EVICTION_PERIOD_MS, type Loop } from "../../timeline/race/replay.ts";
import type { Case } from "./incident.ts";

export interface Reaction {
  readonly loop: Loop;
  /** How long a pass took: its longest silence beyond the loop's own 10 s. */
  readonly passMs: number;
  /** 10 s + duration of the pass + time to kill: from a crossing to freed memory, at worst. */
  readonly wholeMs: number;
}

export const reactionOf = (incident: Pick<Case, "race">, thresholds: ThresholdsInForce): Reaction => {
  const passMs = passDurationOf(incident.race?.kubeletSilentMs ?? null);
  const loop = loopOf(thresholds, passMs);
  return { loop, passMs, wholeMs: EVICTION_PERIOD_MS + passMs + loop.killMs };
};
