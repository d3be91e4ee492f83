// How long tasks must have slept for memory.high: a lower bound, for the reclaim before the sleep stalls as well.
// mm/memcontrol.c calculate_overage(), calculate_high_delay(), mem_cgroup_handle_over_high().

export interface OverHigh {
  readonly usageBytes: number;
  readonly highBytes: number;
  /** Growth of "high" in memory.events over `seconds`. */
  readonly highEvents: number;
  readonly seconds: number;
}

export interface HighThrottle {
  /** usage/high − 1. */
  readonly overage: number;
  /** One sleep at the nominal batch. */
  readonly sleepSec: number;
  readonly sleepsPerSec: number;
  /** Share of the time asleep, at least. */
  readonly stalledShare: number;
}

/** MEMCG_CHARGE_BATCH: pages charged at once. */
const BATCH = 64;
/** MAX_RECLAIM_RETRIES: up to 17 fruitless attempts before one sleep, each a "high" event. */
const ATTEMPTS = 17;
/** MEMCG_MAX_HIGH_DELAY_JIFFIES: 2 s. */
const MOST_SLEEP_SEC = 2;
/** Up to 10 ms nobody sleeps (HZ/100): 64 × overage² reaches it at 1.25 %. */
const LEAST_SLEEP_SEC = 0.01;

/** Null where it is not over its high limit by enough to sleep. */
export const highThrottle = ({ usageBytes, highBytes, highEvents, seconds }: OverHigh): HighThrottle | null => {
  const overage = usageBytes / highBytes - 1;
  const sleepSec = Math.min(MOST_SLEEP_SEC, BATCH * overage * overage);
  if (!(overage > 0) || !(seconds > 0) || sleepSec <= LEAST_SLEEP_SEC) return null;
  const sleepsPerSec = highEvents / ATTEMPTS / seconds;
  return { overage, sleepSec, sleepsPerSec, stalledShare: Math.min(1, sleepsPerSec * sleepSec) };
};
