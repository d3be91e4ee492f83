// Names in /proc/vmstat that changed over the kernels: looked for, never asked of a version.
import type { Track } from "../inputs/track.ts";

/** allocstall (≤ 4.7), allocstall_ZONE since: entries of global direct reclaim, never of reclaim at a cgroup's limit. */
export const allocstallFields = (vmstat: Track): readonly string[] =>
  vmstat.fields().filter((f) => /^allocstall(?:_[a-z0-9]{1,12})?$/.test(f));

/** pgscan_kswapd and pgscan_direct, per zone up to 4.7. `what`: "pgscan" | "pgsteal". */
export const scanFields = (vmstat: Track, what: "pgscan" | "pgsteal", who: "kswapd" | "direct"): readonly string[] => {
  const whole = `${what}_${who}`;
  if (vmstat.has(whole)) return [whole];
  return vmstat.fields().filter((f) => f.startsWith(`${whole}_`) && f !== "pgscan_direct_throttle");
};
