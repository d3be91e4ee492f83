// How long tasks must have slept for memory.high: a lower bound, for the reclaim before the sleep stalls as well.
// mm/memcontrol.c calculate_overage(), calculate_high_delay(), mem_cgroup_handle_over_high().

/** One reading of a cgroup that has a high limit. */
export interface HighReading {
  readonly ms: number;
  readonly usageBytes: number;
  readonly highBytes: number;
  /** "high" of memory.events. */
  readonly highEvents: number;
}

/** MEMCG_CHARGE_BATCH: pages charged at once. */
const BATCH = 64;
/** MAX_RECLAIM_RETRIES: up to 17 fruitless attempts before one sleep, each a "high" event. */
const ATTEMPTS = 17;
/** MEMCG_MAX_HIGH_DELAY_JIFFIES: 2 s. */
const MOST_SLEEP_SEC = 2;
/** Up to 10 ms nobody sleeps (HZ/100): 64 × overage² reaches it at 1.25 %. */
const LEAST_SLEEP_SEC = 0.01;

/** Sleep of one batch at this overage (usage/high − 1); 0 where it is too short to be slept. */
export const sleepOf = (overage: number): number => {
  const seconds = overage > 0 ? Math.min(MOST_SLEEP_SEC, BATCH * overage * overage) : 0;
  return seconds <= LEAST_SLEEP_SEC ? 0 : seconds;
};

const overageOf = ({ usageBytes, highBytes }: HighReading): number => usageBytes / highBytes - 1;

/** Share of the time asleep, at least: between two readings by the lesser overage of both. Null without two readings. */
export const stalledAtHigh = (readings: readonly HighReading[]): number | null => {
  const [first] = readings;
  const last = readings.at(-1);
  if (first === undefined || last === undefined || last.ms <= first.ms) return null;
  const slept = readings.reduce((seconds, reading, i) => {
    const before = readings[i - 1];
    if (before === undefined) return seconds;
    const sleeps = Math.max(0, reading.highEvents - before.highEvents) / ATTEMPTS;
    return seconds + sleeps * sleepOf(Math.min(overageOf(before), overageOf(reading)));
  }, 0);
  return Math.min(1, (slept * 1000) / (last.ms - first.ms));
};
