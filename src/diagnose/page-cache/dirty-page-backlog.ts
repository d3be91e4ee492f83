// Reclaim waited for the disk: what could be dropped had to be written first.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { deltaOf, refAt, stallShare, valueAt } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { percent, size, span } from "../text/format.ts";

type Needs = Pick<Inputs, "incidents" | "meminfo" | "vmstat" | "psiMemory" | "psiIo" | "pageSize">;

const HALF = 0.5;
const INNOCENT = 0.1;
const LAST_MS = 20_000;

const VMSCAN = ["nr_vmscan_immediate_reclaim", "nr_vmscan_write"] as const;

const measure = ({ meminfo, vmstat, psiIo, psiMemory, pageSize }: Needs, toMs: number) => {
  const at = (field: string) => valueAt(meminfo, field, toMs - 1);
  const [dirty, writeback, inactive, active] = [at("Dirty"), at("Writeback"), at("Inactive(file)"), at("Active(file)")];
  if (dirty === null || writeback === null || inactive === null || active === null) return null;
  const fromMs = toMs - LAST_MS;
  const written = deltaOf(vmstat, "nr_written", fromMs, toMs);
  return {
    waiting: dirty + writeback,
    inactive,
    file: inactive + active,
    /** Reclaim met pages that had to be written; null where no such counter was captured. */
    met: VMSCAN.map((f) => deltaOf(vmstat, f, fromMs, toMs)).reduce<number | null>(
      (n, d) => (d === null ? n : (n ?? 0) + d),
      null,
    ),
    io: stallShare(psiIo, "full", fromMs, toMs),
    memory: stallShare(psiMemory, "full", fromMs, toMs),
    bytesPerSec: written === null ? null : (written * pageSize * 1000) / LAST_MS,
  };
};

const dirtyLimits = (bytesPerSec: number | null) => {
  if (bytesPerSec === null || bytesPerSec <= 0) return [];
  const mib = (seconds: number) => Math.round((bytesPerSec * seconds) / 2 ** 20);
  return [
    remedy(
      `Set vm.dirty_background_bytes to ${mib(2)} MiB and vm.dirty_bytes to ${mib(5)} MiB`,
      `sysctl: the disk wrote ${size(bytesPerSec)} a second here; × 2 s and × 5 s. Cost: writers wait sooner. Check: Dirty of /proc/meminfo stays below.`,
      "dirty-page-backlog",
    ),
  ];
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const { endMs: toMs } = incident;
  const measured = toMs === null ? null : measure(inputs, toMs);
  if (toMs === null || measured === null) return null;
  const { waiting, inactive, file, met, io, memory, bytesPerSec } = measured;
  const refs = ["Dirty", "Writeback", "Inactive(file)"].map((field) => refAt(inputs.meminfo, field, toMs - 1));
  const facts = [
    fact("Dirty and under writeback", `${size(waiting)} of ${size(file)} of file pages`, ...refs),
  ] as const;
  const common = { incidentId: incident.id, facts };
  if (waiting < INNOCENT * file) {
    const explanation = `Little had to be written before it could be dropped: ${size(waiting)} of ${size(file)}.`;
    return refuted({ ...common, explanation });
  }
  if (met === 0) {
    const explanation = `${size(waiting)} had to be written before it could be dropped, but reclaim met none of it in the last ${span(LAST_MS)}.`;
    const counted = VMSCAN.map((field) => refAt(inputs.vmstat, field, toMs));
    return refuted({
      ...common,
      explanation,
      facts: [...facts, fact("Pages to be written that reclaim met", "0", ...counted)],
    });
  }
  if (waiting <= HALF * inactive || met === null || io === null || memory === null || io < memory) {
    const explanation = `${size(waiting)} had to be written before it could be dropped; whether reclaim waited for it is open.`;
    const wouldDecide = wanted(
      "/proc/pressure/io and nr_vmscan_immediate_reclaim of /proc/vmstat through the last 20 s",
      "pressure",
      "node-memory",
    );
    return unknown({ ...common, explanation, wouldDecide });
  }
  return holds({
    ...common,
    explains: "time",
    share: io,
    role: "contributes",
    explanation: `Reclaim waited for the disk: ${size(waiting)} of dirty pages stood against ${size(inactive)} of inactive file pages, and everything stood still for I/O ${percent(io)} of the time, for memory ${percent(memory)}.`,
    facts: [...facts, fact("Full stall for I/O", percent(io), refAt(inputs.psiIo, "full.total", toMs))],
    remedies: dirtyLimits(bytesPerSec),
  });
};

export const dirtyPageBacklog = defineRule({
  id: "dirty-page-backlog",
  group: "page-cache",
  title: "Reclaim waited for dirty pages to be written",
  needs: ["incidents", "meminfo", "vmstat", "psiMemory", "psiIo", "pageSize"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
