// Reclaim waited for the disk: what could be dropped had to be written first.
import { type Answer, fact, holds, refuted, remedy, unknown } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { deltaOf, readingAt, refAt, stallShare, valueAt } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { percent, size } from "../text/format.ts";

type Needs = Pick<Inputs, "incidents" | "meminfo" | "vmstat" | "psiMemory" | "psiIo" | "pageSize">;

const HALF = 0.5;
const INNOCENT = 0.1;
const LAST_MS = 20_000;

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const toMs = incident.killMs ?? incident.window?.toMs ?? null;
  const { meminfo } = inputs;
  if (toMs === null || meminfo === null) return null;
  const at = (field: string) => valueAt(meminfo, field, toMs - 1);
  const [dirty, writeback, inactive, active] = [at("Dirty"), at("Writeback"), at("Inactive(file)"), at("Active(file)")];
  if (dirty === null || writeback === null || inactive === null || active === null) return null;
  const waiting = dirty + writeback;
  const incidentId = incident.id;
  const level = fact(
    "Dirty and under writeback",
    `${size(waiting)} of ${size(inactive + active)} of file pages`,
    refAt(meminfo, "Dirty", toMs - 1),
    refAt(meminfo, "Writeback", toMs - 1),
    refAt(meminfo, "Inactive(file)", toMs - 1),
  );
  if (waiting < INNOCENT * (inactive + active))
    return refuted({
      incidentId,
      explanation: `Little had to be written before it could be dropped: ${size(waiting)} of ${size(inactive + active)}.`,
      facts: [level],
    });
  const fromMs = toMs - LAST_MS;
  const vmscan = ["nr_vmscan_immediate_reclaim", "nr_vmscan_write"]
    .map((f) => deltaOf(inputs.vmstat, f, fromMs, toMs))
    .filter((d) => d !== null);
  const io = stallShare(inputs.psiIo, "full", fromMs, toMs);
  const memory = stallShare(inputs.psiMemory, "full", fromMs, toMs);
  if (
    waiting <= HALF * inactive ||
    vmscan.length === 0 ||
    io === null ||
    memory === null ||
    io < memory ||
    vmscan.every((d) => d === 0)
  )
    return unknown({
      incidentId,
      explanation: `${size(waiting)} had to be written before it could be dropped; whether reclaim waited for it is open.`,
      facts: [level],
      wouldDecide: "/proc/pressure/io and nr_vmscan_immediate_reclaim of /proc/vmstat through the last 20 s",
    });
  const written = deltaOf(inputs.vmstat, "nr_written", fromMs, toMs);
  const bytesPerSec = written === null ? null : (written * inputs.pageSize * 1000) / LAST_MS;
  return holds({
    incidentId,
    explains: "time",
    share: io,
    role: "contributes",
    explanation: `Reclaim waited for the disk: ${size(waiting)} of dirty pages stood against ${size(inactive)} of inactive file pages, and everything stood still for I/O ${percent(io)} of the time, for memory ${percent(memory)}.`,
    facts: [
      level,
      fact(
        "Full stall for I/O",
        percent(io),
        inputs.psiIo?.ref(Math.max(0, readingAt(inputs.psiIo, toMs)), "full.total"),
      ),
    ],
    remedies:
      bytesPerSec === null || bytesPerSec <= 0
        ? []
        : [
            remedy(
              `Set vm.dirty_background_bytes to ${Math.round((bytesPerSec * 2) / 2 ** 20)} MiB and vm.dirty_bytes to ${Math.round((bytesPerSec * 5) / 2 ** 20)} MiB`,
              `sysctl: the disk wrote ${size(bytesPerSec)} a second here; × 2 s and × 5 s. Cost: writers wait sooner. Check: Dirty of /proc/meminfo stays below.`,
              "dirty-page-backlog",
            ),
          ],
  });
};

export const dirtyPageBacklog = defineRule({
  id: "dirty-page-backlog",
  group: "page-cache",
  title: "Reclaim waited for dirty pages to be written",
  needs: ["incidents", "meminfo", "vmstat", "psiMemory", "psiIo", "pageSize"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
