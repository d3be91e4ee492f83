// memory.available in the kubelet's arithmetic when the kernel killed: from the OOM report alone where it can be, else from meminfo of
// the tick in which the kill fell, else from the last reading proven earlier.
import { isPlaced } from "../../model/instant.ts";
import type { SampledFile, Samples } from "../../model/samples.ts";
import type { Floor, SignalSample, StoryKill } from "../../model/timeline.ts";
import type { TickAt } from "../available/signals.ts";
import { availableOfMeminfo, floorOfReport, meminfoBeforeKill } from "../ledger/floor.ts";
import { signalEvidence } from "./signal-evidence.ts";

const MEMINFO_FIELDS = ["MemTotal", "AnonPages", "Cached", "Buffers", "Inactive(file)"] as const;

const fromReport = (kill: StoryKill): Floor | null => {
  const info = kill.report?.memInfo ?? null;
  const bytes = info === null ? null : floorOfReport(info);
  return info === null || bytes === null ? null : { killId: kill.doc.id, bytes, how: "oom-report", from: [info.from] };
};

const inTick = (kill: StoryKill, samples: Samples, tickAt: TickAt): Floor | null => {
  const meminfo: SampledFile | null = samples.files.get("/proc/meminfo") ?? null;
  if (meminfo === null || !isPlaced(kill.at)) return null;
  for (let i = meminfo.length - 1; i >= 0; i--) {
    const at = tickAt(meminfo.tickOf(i));
    if (!isPlaced(at) || at.earliest > kill.at.latest) continue;
    if (at.latest < kill.at.earliest) return null;
    const reading = meminfoBeforeKill(samples, meminfo.tickOf(i));
    const bytes = reading < 0 ? null : availableOfMeminfo(meminfo, reading);
    if (bytes === null) continue;
    return {
      killId: kill.doc.id,
      bytes,
      how: "meminfo-in-tick",
      from: MEMINFO_FIELDS.map((field) => meminfo.ref(reading, field)),
    };
  }
  return null;
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

export const floorsOf = (
  kills: readonly StoryKill[],
  available: readonly SignalSample[],
  samples: Samples,
  tickAt: TickAt,
): Floor[] =>
  kills
    .filter((kill) => kill.doc.scope === "node")
    .flatMap((kill) => fromReport(kill) ?? inTick(kill, samples, tickAt) ?? fromTicks(kill, available, samples) ?? []);
