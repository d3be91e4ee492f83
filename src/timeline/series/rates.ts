// Counters of /proc/vmstat as rates between ticks.
import type { Series } from "../../model/analysis.ts";
import { isPlaced } from "../../model/instant.ts";
import type { Samples } from "../../model/samples.ts";
import type { TickAt } from "../available/signals.ts";
import { seriesOf } from "./downsample.ts";
import { withGaps } from "./gaps.ts";

interface RateSpec {
  readonly id: string;
  /** Fields of vmstat that are summed: zone suffixes up to 4.7, plain names since 4.8. */
  readonly matches: (field: string) => boolean;
}

const starts = (prefix: string) => (field: string) => field === prefix || field.startsWith(`${prefix}_`);

const SPECS: readonly RateSpec[] = [
  { id: "node.reclaim.kswapd", matches: starts("pgscan_kswapd") },
  {
    id: "node.reclaim.direct",
    matches: (field) => starts("pgscan_direct")(field) && field !== "pgscan_direct_throttle",
  },
  // What of the scanned was freed: their ratio to the scans is the efficiency.
  { id: "node.reclaim.kswapd.freed", matches: starts("pgsteal_kswapd") },
  { id: "node.reclaim.direct.freed", matches: starts("pgsteal_direct") },
  { id: "node.compaction.stall", matches: (field) => field === "compact_stall" },
  { id: "node.reclaim.allocstall", matches: starts("allocstall") },
  {
    id: "node.refault.file",
    matches: (field) => field === "workingset_refault_file" || field === "workingset_refault",
  },
];

const rateSeries = (samples: Samples, tickAt: TickAt, spec: RateSpec): Series | null => {
  const file = samples.files.get("/proc/vmstat");
  const columns =
    file
      ?.fields()
      .filter(spec.matches)
      .map((field) => file.column(field))
      .filter((c) => c !== null) ?? [];
  if (!file || columns.length === 0) return null;
  const points: { ms: number; value: number }[] = [];
  let before: { ms: number; sum: number } | null = null;
  for (let i = 0; i < file.length; i++) {
    const at = tickAt(file.tickOf(i));
    const sum = columns.reduce((total, column) => total + (column[i] ?? Number.NaN), 0);
    if (!isPlaced(at) || !Number.isFinite(sum)) continue;
    // A counter that falls is another boot.
    if (before !== null && at.best > before.ms && sum >= before.sum)
      points.push({ ms: at.best, value: ((sum - before.sum) / (at.best - before.ms)) * 1000 });
    before = { ms: at.best, sum };
  }
  return points.length === 0 ? null : seriesOf(spec.id, "perSec", withGaps(points), "/proc/vmstat");
};

export const rates = (samples: Samples, tickAt: TickAt): Series[] =>
  SPECS.map((spec) => rateSeries(samples, tickAt, spec)).filter((s) => s !== null);
