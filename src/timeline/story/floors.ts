// memory.available in the kubelet's arithmetic when the kernel killed: from the OOM report alone where it can be, else from meminfo of
// the tick in which the kill fell, else from the last reading proven earlier.
import { isPlaced } from "../../model/instant.ts";
import type { SampledFile, Samples } from "../../model/samples.ts";
import type { Floor, RootUsage, SignalSample, StoryKill } from "../../model/timeline.ts";
import type { TickAt } from "../available/signals.ts";
import { availableOfMeminfo, floorOfReport, freeOfMeminfo, freeOfReport, meminfoBeforeKill } from "../ledger/floor.ts";
import { signalEvidence } from "./signal-evidence.ts";

const OF = {
  "anon-and-file": {
    report: floorOfReport,
    meminfo: availableOfMeminfo,
    fields: ["MemTotal", "AnonPages", "Cached", "Buffers", "Inactive(file)"],
  },
  "all-but-free": { report: freeOfReport, meminfo: freeOfMeminfo, fields: ["MemFree", "Inactive(file)"] },
} as const;

const fromReport = (kill: StoryKill, usage: RootUsage): Floor | null => {
  const info = kill.report?.memInfo ?? null;
  const bytes = info === null ? null : OF[usage.counts].report(info);
  return info === null || bytes === null
    ? null
    : { killId: kill.doc.id, bytes, how: "oom-report", usage, from: [info.from] };
};

const inTick = (kill: StoryKill, usage: RootUsage, samples: Samples, tickAt: TickAt): Floor | null => {
  const meminfo: SampledFile | null = samples.files.get("/proc/meminfo") ?? null;
  if (meminfo === null || !isPlaced(kill.at)) return null;
  for (let i = meminfo.length - 1; i >= 0; i--) {
    const at = tickAt(meminfo.tickOf(i));
    if (!isPlaced(at) || at.earliest > kill.at.latest) continue;
    if (at.latest < kill.at.earliest) return null;
    const reading = meminfoBeforeKill(samples, meminfo.tickOf(i));
    const bytes = reading < 0 ? null : OF[usage.counts].meminfo(meminfo, reading);
    if (bytes === null) continue;
    return {
      killId: kill.doc.id,
      bytes,
      how: "meminfo-in-tick",
      usage,
      from: OF[usage.counts].fields.map((field) => meminfo.ref(reading, field)),
    };
  }
  return null;
};

const fromTicks = (
  kill: StoryKill,
  usage: RootUsage,
  available: readonly SignalSample[],
  samples: Samples,
): Floor | null => {
  if (!isPlaced(kill.at)) return null;
  const last = available.findLast((sample) => sample.at.latest <= kill.at.earliest);
  return last
    ? {
        killId: kill.doc.id,
        bytes: last.value,
        how: "last-tick",
        usage,
        from: signalEvidence(samples, "memory.available", last.tick),
      }
    : null;
};

export const floorsOf = (
  kills: readonly StoryKill[],
  usage: RootUsage,
  available: readonly SignalSample[],
  samples: Samples,
  tickAt: TickAt,
): Floor[] =>
  kills
    .filter((kill) => kill.doc.scope === "node")
    .flatMap(
      (kill) =>
        fromReport(kill, usage) ??
        inTick(kill, usage, samples, tickAt) ??
        fromTicks(kill, usage, available, samples) ??
        [],
    );
