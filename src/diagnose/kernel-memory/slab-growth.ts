// Kernel caches took the memory. Reclaimable slab can still kill: the OOM decision counts LRU pages only (zone_reclaimable_pages).
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { LEAST_LOSS_BYTES, type Loss, median } from "../inputs/loss.ts";
import { readingsIn, refAt, valueAt } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { list, moved, percent, size } from "../text/format.ts";
import { type CacheGrowth, cacheGrowth, ownerOf } from "./slab-caches.ts";

type Needs = Pick<Inputs, "incidents" | "freeLoss" | "meminfo" | "slabinfo" | "pageSize" | "node">;

const LEAST_GROWTH = 256 * 1024 * 1024;
const PART_SHARE = 0.25;
const INNOCENT_SHARE = 0.1;
const LEVEL_SHARE = 0.1;
const RECLAIMABLE_SHARE = 0.8;

interface Measured {
  readonly loss: Loss;
  readonly before: number;
  readonly slab: number;
  readonly total: number;
  readonly grown: number;
  readonly share: number;
  readonly reclaimable: number | null;
}

const measure = (inputs: Needs, incident: Case): Measured | null => {
  const loss = inputs.freeLoss(incident);
  const { meminfo, node } = inputs;
  if (meminfo === null || loss === null || loss.lostBytes < LEAST_LOSS_BYTES) return null;
  const quiet = readingsIn(meminfo, loss.baseline.fromMs, loss.baseline.toMs).map((r) => meminfo.value(r, "Slab"));
  const before = median(quiet.filter((v) => v !== null));
  const slab = valueAt(meminfo, "Slab", loss.endMs);
  const total = node.memTotalBytes;
  if (before === null || slab === null || total === null) return null;
  const grown = slab - before;
  const reclaimable = valueAt(meminfo, "SReclaimable", loss.endMs);
  return { loss, before, slab, total, grown, share: grown / loss.lostBytes, reclaimable };
};

const factsOf = (inputs: Needs, { loss, before, slab, total, share, reclaimable }: Measured) =>
  [
    fact(
      "Slab",
      `${size(before)} before, ${size(slab)} at the end (${percent(slab / total)} of the node): ${percent(share)} of the ${size(loss.lostBytes)} of free and file pages lost`,
      refAt(inputs.meminfo, "Slab", loss.baseline.toMs),
      refAt(inputs.meminfo, "Slab", loss.endMs),
    ),
    ...(reclaimable === null
      ? []
      : [
          fact(
            "Of it reclaimable",
            `${size(reclaimable)} (${percent(reclaimable / Math.max(1, slab))})`,
            refAt(inputs.meminfo, "SReclaimable", loss.endMs),
          ),
        ]),
  ] as const;

const cachesOf = (caches: readonly CacheGrowth[]) =>
  caches.slice(0, 3).map((c) => {
    const owner = ownerOf(c.name);
    return fact(
      `Cache ${c.name}`,
      `${size(c.bytes)}, grown by ${size(c.grown)}${owner === null ? "" : ` (${owner})`}`,
      c.ref,
    );
  });

const holding = (inputs: Needs, incident: Case, measured: Measured, byGrowth: boolean): Answer => {
  const { loss, slab, grown, share, reclaimable } = measured;
  const all = cacheGrowth(inputs.slabinfo, loss.baseline.toMs, loss.endMs, inputs.pageSize);
  const caches = all.filter((c) => c.grown > 0);
  const top = caches.slice(0, 2).map((c) => c.name);
  const soft = reclaimable !== null && reclaimable / slab >= RECLAIMABLE_SHARE;
  const where =
    top.length === 0 ? "; which of them is not known without /proc/slabinfo" : `, most of it in ${list(top)}`;
  const kind = soft
    ? "Most of it is reclaimable, and the kernel can still kill: its decision counts file and anonymous pages only."
    : "Little of it is reclaimable.";
  return holds({
    incidentId: incident.id,
    explains: "memory",
    share: Math.max(0, Math.min(1, share)),
    role: byGrowth ? "cause" : "contributes",
    explanation: `Kernel caches ${byGrowth ? `took ${size(grown)}` : `hold ${size(slab)}`}${where}. ${kind}`,
    facts: [...factsOf(inputs, measured), ...cachesOf(caches)],
    remedies: top.length === 0 ? [] : [slabRemedy(caches[0], grown)],
  });
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const measured = measure(inputs, incident);
  if (measured === null) return null;
  const { loss, slab, total, grown, share } = measured;
  const byGrowth = grown > LEAST_GROWTH && share > PART_SHARE;
  if (byGrowth || slab > LEVEL_SHARE * total) return holding(inputs, incident, measured, byGrowth);
  const common = { incidentId: incident.id, facts: factsOf(inputs, measured) };
  if (share < INNOCENT_SHARE) {
    const explanation = `Kernel caches ${moved(grown)} while ${size(loss.lostBytes)} was lost: they did not take it.`;
    return refuted({ ...common, explanation });
  }
  const explanation = `Kernel caches make ${percent(share)} of the loss: a small part.`;
  return unknown({ ...common, explanation, wouldDecide: wanted("a longer baseline before the fall", "baseline") });
};

const slabRemedy = (cache: CacheGrowth | undefined, grown: number) => {
  const name = cache?.name ?? "the cache";
  const files = /dentry|inode/.test(name);
  return remedy(
    files
      ? `Limit the pod that fills ${name} (${size(cache?.grown ?? grown)}), or set vm.vfs_cache_pressure to 200`
      : `Find what fills ${name} (${size(cache?.grown ?? grown)})`,
    files
      ? `A memory limit on that pod reclaims its own dentries and inodes, for they are charged to it; vm.vfs_cache_pressure = 200 (sysctl) makes the kernel drop them twice as eagerly. Growth here: ${size(grown)}. Cost: look-ups take CPU again. Check: Slab of /proc/meminfo reaches a plateau.`
      : `${ownerOf(name) ?? "Its name does not tell the owner"}. Until then add the growth of ${size(grown)} to evictionHard memory.available. Check: Slab of /proc/meminfo reaches a plateau.`,
    "slab-growth",
  );
};

export const slabGrowth = defineRule({
  id: "slab-growth",
  group: "kernel-memory",
  title: "Kernel caches took the memory",
  needs: ["incidents", "freeLoss", "meminfo", "slabinfo", "pageSize", "node"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
