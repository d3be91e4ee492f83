// Held by drivers, GPU, RDMA, packet rings or raw page allocations: no counter of /proc/meminfo has it.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { type Loss, median } from "../inputs/loss.ts";
import { type Track, readingsIn } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { list, moved, percent, quantity, roundedUp, size } from "../text/format.ts";
import { isPlaced } from "../../model/instant.ts";

type Needs = Pick<Inputs, "incidents" | "kills" | "freeLoss" | "meminfo">;

const LEAST_BYTES = 256 * 1024 * 1024;
const LEAST_SHARE = 0.03;
const LEAST_TICKS = 3;
/** While a big process exits, a tick's counters do not add up. */
const NEAR_EXIT_MS = 30_000;

/** Parts of the ledger; VmallocUsed holds vmapped stacks, so KernelStack is not added beside it. */
const PARTS = [
  "MemFree",
  "AnonPages",
  "Cached",
  "Buffers",
  "SwapCached",
  "Slab",
  "PageTables",
  "SecPageTables",
  "Percpu",
  "VmallocUsed",
  "Hugetlb",
  "Zswap",
  "Balloon",
];
const NEEDED = ["MemTotal", "MemFree", "AnonPages", "Cached", "Buffers", "Slab", "PageTables"];

/** MemTotal less everything that is counted; null where a part that every kernel prints is missing. */
export const unaccountedAt = (meminfo: Track, reading: number): number | null => {
  if (NEEDED.some((field) => meminfo.value(reading, field) === null)) return null;
  return PARTS.reduce(
    (left, field) => left - (meminfo.value(reading, field) ?? 0),
    meminfo.value(reading, "MemTotal") ?? 0,
  );
};

interface Measured {
  readonly loss: Loss;
  readonly before: number;
  readonly now: number;
  readonly total: number;
  readonly samples: number;
  readonly last: number;
}

const BEFORE_END_MS = 15_000;

const measure = (inputs: Needs, incident: Case): Measured | null => {
  const { meminfo } = inputs;
  const loss = inputs.freeLoss(incident);
  const { endMs: toMs } = incident;
  if (meminfo === null || loss === null || toMs === null) return null;
  const exits = inputs.kills.filter((k) => isPlaced(k.at)).map((k) => k.at.best as number);
  const calm = (ms: number): boolean => !exits.some((exit) => ms >= exit && ms - exit < NEAR_EXIT_MS);
  const series = (from: number, to: number): { readonly r: number; readonly bytes: number }[] =>
    readingsIn(meminfo, from, to).flatMap((r) => {
      const bytes = calm(meminfo.ms(r)) ? unaccountedAt(meminfo, r) : null;
      return bytes === null ? [] : [{ r, bytes }];
    });
  const before = median(series(loss.baseline.fromMs, loss.baseline.toMs).map((p) => p.bytes));
  const late = series(toMs - BEFORE_END_MS, toMs);
  const now = median(late.map((p) => p.bytes));
  const last = late.at(-1)?.r;
  if (before === null || now === null || last === undefined || late.length < LEAST_TICKS) return null;
  return { loss, before, now, total: meminfo.value(last, "MemTotal") ?? 0, samples: late.length, last };
};

/** Fields that every kernel prints are not there: a cut file, or a few of its lines. */
const notMeasured = (incident: Case, meminfo: Track): Answer | null => {
  const last = meminfo.length - 1;
  const missing = NEEDED.filter((field) => meminfo.value(last, field) === null);
  const there = meminfo.fields().find((field) => meminfo.value(last, field) !== null);
  if (missing.length === 0 || there === undefined) return null;
  return unknown({
    incidentId: incident.id,
    explanation: `Whether memory was held that nobody accounts for cannot be computed: ${list(missing)} ${missing.length === 1 ? "is" : "are"} not in /proc/meminfo as captured.`,
    facts: [fact("/proc/meminfo as captured", `${meminfo.fields().length} fields`, meminfo.ref(last, there))],
    wouldDecide: wanted("the whole of /proc/meminfo", "node-memory"),
  });
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const measured = measure(inputs, incident);
  const { meminfo } = inputs;
  if (meminfo === null) return null;
  if (measured === null) return notMeasured(incident, meminfo);
  const { loss, before, now, total, samples, last } = measured;
  const value = `${size(before)} before, ${size(now)} at the end (${percent(now / total)} of the node), median of ${samples} samples`;
  const refs = ["MemTotal", "MemFree", "AnonPages", "Slab"].map((field) => meminfo.ref(last, field));
  const common = {
    incidentId: incident.id,
    facts: [fact("Not accounted for by any counter", value, ...refs)] as const,
  };
  if (now <= Math.max(LEAST_BYTES, LEAST_SHARE * total) || now <= before + LEAST_BYTES) {
    const rest =
      now > 0
        ? `All memory but ${size(now)} has a counted owner, and that rest ${moved(now - before)}`
        : `All memory has a counted owner: the counters come to ${size(-now)} more than MemTotal`;
    return refuted({ ...common, explanation: `${rest}: no hidden owner took it.` });
  }
  return holds({
    ...common,
    explains: "memory",
    share: Math.min(1, (now - before) / Math.max(1, loss.lostBytes)),
    role: "cause",
    confidence: "medium",
    explanation: `${size(now)} was held by no counted owner, ${size(now - before)} more than before: drivers, GPU, RDMA, packet rings or raw page allocations. Its owner is not decidable from /proc.`,
    remedies: [
      remedy(
        `Keep ${quantity(roundedUp(now))} out of the pods' share until its owner is found`,
        `Add it to systemReserved: ${size(now)}, rounded up to 64 MiB. Kernel 6.10 and newer name the owner with CONFIG_MEM_ALLOC_PROFILING (/proc/allocinfo). Cost: fewer pods fit. Check: the unaccounted rest stays flat.`,
        "unaccounted-memory",
      ),
    ],
  });
};

export const unaccountedMemory = defineRule({
  id: "unaccounted-memory",
  group: "blind-spots",
  title: "Memory was held that no counter accounts for",
  needs: ["incidents", "kills", "freeLoss", "meminfo"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
