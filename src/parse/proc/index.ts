// Formats of /proc, one line each.
import type { Format } from "../samples/format.ts";
import { buddyinfo } from "./buddyinfo.ts";
import { meminfo } from "./meminfo.ts";
import { loadavg, sockstat, stat, swaps, sysctl, uptime } from "./plain.ts";
import { pressure } from "./pressure.ts";
import { slabinfo } from "./slabinfo.ts";
import { vmstat } from "./vmstat.ts";
import { zoneinfo } from "./zoneinfo.ts";

export const procFormats: readonly Format[] = [
  meminfo,
  vmstat,
  pressure,
  slabinfo,
  zoneinfo,
  buddyinfo,
  uptime,
  loadavg,
  swaps,
  sockstat,
  stat,
  sysctl,
];

/** Known and passed over: free pages by migration type; rules of fragmentation need no more than buddyinfo's sums of them. */
export const DROPPED_PROC: ReadonlySet<string> = new Set(["/proc/pagetypeinfo"]);
