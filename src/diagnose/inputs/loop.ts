// The kubelet's eviction loop under this pressure, from its own log.
import type { ThresholdsInForce } from "../../model/timeline.ts";
import { loopOf } from "../../timeline/incidents/race.ts";
import { EVICTION_PERIOD_MS, type Loop } from "../../timeline/race/replay.ts";
import type { Case } from "./incident.ts";

export interface Reaction {
  readonly loop: Loop;
  /** How long a pass took: what the log shows beyond the loop's own 10 s; 0 where it shows none. */
  readonly passMs: number;
  /** The kill cut that pass off: it took at least so long. */
  readonly passAtLeast: boolean;
  /** 10 s + duration of the pass + time to kill: from a crossing to freed memory, at worst. */
  readonly wholeMs: number;
}

export const reactionOf = (incident: Pick<Case, "race">, thresholds: ThresholdsInForce): Reaction => {
  const passMs = incident.race?.kubeletPassMs ?? 0;
  const loop = loopOf(thresholds, passMs);
  return {
    loop,
    passMs,
    passAtLeast: incident.race?.kubeletPassAtLeast ?? false,
    wholeMs: EVICTION_PERIOD_MS + passMs + loop.killMs,
  };
};
