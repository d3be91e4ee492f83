// memory.available in the kubelet's arithmetic when the kernel killed: from the OOM report alone where it can be, else from the last
// reading proven earlier.
import { isPlaced } from "../../model/instant.ts";
import type { OomReport } from "../../model/kernel.ts";
import type { Samples } from "../../model/samples.ts";
import type { Floor, SignalSample, StoryKill } from "../../model/timeline.ts";
import { signalEvidence } from "./signal-evidence.ts";

/** RAM − reserved − all LRU lists but inactive_file (floor identity; anon + file variant, no swap). */
const fromReport = (report: OomReport): number | null => {
  const info = report.memInfo;
  if (info === null || info.ramBytes === null || info.reservedBytes === null || (info.totalSwapBytes ?? 0) > 0)
    return null;
  const parts = ["active_anon", "inactive_anon", "isolated_anon", "unevictable", "active_file"].map(
    (name) => info.total[name],
  );
  if (parts.some((part) => part === undefined)) return null;
  return info.ramBytes - info.reservedBytes - parts.reduce((sum: number, part) => sum + (part ?? 0), 0);
};

const fromTicks = (kill: StoryKill, available: readonly SignalSample[], samples: Samples): Floor | null => {
  if (!isPlaced(kill.at)) return null;
  const last = available.findLast((sample) => sample.at.latest <= kill.at.earliest);
  return last
    ? {
        killId: kill.doc.id,
        bytes: last.value,
        how: "last-tick",
        from: signalEvidence(samples, "memory.available", last.tick),
      }
    : null;
};

export const floorsOf = (kills: readonly StoryKill[], available: readonly SignalSample[], samples: Samples): Floor[] =>
  kills.flatMap((kill): Floor[] => {
    if (kill.doc.scope !== "node") return [];
    const told = kill.report === null ? null : fromReport(kill.report);
    if (told !== null && kill.report?.memInfo)
      return [{ killId: kill.doc.id, bytes: told, how: "oom-report", from: [kill.report.memInfo.from] }];
    const ticks = fromTicks(kill, available, samples);
    return ticks === null ? [] : [ticks];
  });
