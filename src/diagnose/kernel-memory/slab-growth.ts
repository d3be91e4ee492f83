// Kernel caches took the memory. Reclaimable slab can still kill: the OOM decision counts LRU pages only (zone_reclaimable_pages).
import { type Answer, fact, holds, refuted, remedy, unknown } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { LEAST_LOSS_BYTES, median } from "../inputs/loss.ts";
import { readingsIn, refAt, valueAt } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { list, percent, size } from "../text/format.ts";
import { type CacheGrowth, cacheGrowth, ownerOf } from "./slab-caches.ts";

type Needs = Pick<Inputs, "incidents" | "loss" | "meminfo" | "slabinfo" | "pageSize" | "node">;

const LEAST_GROWTH = 256 * 1024 * 1024;
const PART_SHARE = 0.25;
const INNOCENT_SHARE = 0.1;
const LEVEL_SHARE = 0.1;
const RECLAIMABLE_SHARE = 0.8;

const cachesOf = (caches: readonly CacheGrowth[]) =>
  caches
    .slice(0, 3)
    .filter((c) => c.grown > 0)
    .map((c) =>
      fact(
        `Cache ${c.name}`,
        `${size(c.bytes)}, grown by ${size(c.grown)}${ownerOf(c.name) === null ? "" : ` (${ownerOf(c.name) ?? ""})`}`,
        c.ref,
      ),
    );

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const loss = inputs.loss(incident);
  const { meminfo, node } = inputs;
  if (meminfo === null || loss === null) return null;
  const incidentId = incident.id;
  const before = median(
    readingsIn(meminfo, loss.baseline.fromMs, loss.baseline.toMs)
      .map((r) => meminfo.value(r, "Slab"))
      .filter((v) => v !== null),
  );
  const slab = valueAt(meminfo, "Slab", loss.endMs);
  const total = node.memTotalBytes;
  if (before === null || slab === null || total === null || loss.lostBytes < LEAST_LOSS_BYTES) return null;
  const grown = slab - before;
  const share = grown / loss.lostBytes;
  const reclaimable = valueAt(meminfo, "SReclaimable", loss.endMs);
  const facts = [
    fact(
      "Slab",
      `${size(before)} before, ${size(slab)} at the end (${percent(slab / total)} of the node): ${percent(share)} of the ${size(loss.lostBytes)} lost`,
      refAt(meminfo, "Slab", loss.baseline.toMs),
      refAt(meminfo, "Slab", loss.endMs),
    ),
    ...(reclaimable === null
      ? []
      : [
          fact(
            "Of it reclaimable",
            `${size(reclaimable)} (${percent(reclaimable / Math.max(1, slab))})`,
            refAt(meminfo, "SReclaimable", loss.endMs),
          ),
        ]),
  ] as const;
  const holdsByGrowth = grown > LEAST_GROWTH && share > PART_SHARE;
  const holdsByLevel = slab > LEVEL_SHARE * total;
  if (!holdsByGrowth && !holdsByLevel) {
    if (share < INNOCENT_SHARE)
      return refuted({
        incidentId,
        explanation: `Kernel caches grew by ${size(grown)} while ${size(loss.lostBytes)} was lost: they did not take it.`,
        facts,
      });
    return unknown({
      incidentId,
      explanation: `Kernel caches make ${percent(share)} of the loss: a small part.`,
      facts,
      wouldDecide: "a longer baseline before the fall",
    });
  }
  const caches = cacheGrowth(inputs.slabinfo, loss.baseline.toMs, loss.endMs, inputs.pageSize).filter(
    (c) => c.grown > 0,
  );
  const top = caches.slice(0, 2).map((c) => c.name);
  const soft = reclaimable !== null && reclaimable / slab >= RECLAIMABLE_SHARE;
  return holds({
    incidentId,
    explains: "memory",
    share: Math.max(0, Math.min(1, share)),
    role: holdsByGrowth ? "cause" : "contributes",
    explanation: `Kernel caches ${holdsByGrowth ? `took ${size(grown)}` : `hold ${size(slab)}`}${top.length === 0 ? "; which of them is not known without /proc/slabinfo" : `, most of it in ${list(top)}`}. ${soft ? "Most of it is reclaimable, and the kernel can still kill: its decision counts file and anonymous pages only." : "Little of it is reclaimable."}`,
    facts: [...facts, ...cachesOf(caches)],
    remedies: top.length === 0 ? [] : [slabRemedy(caches[0], grown)],
  });
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
  needs: ["incidents", "loss", "meminfo", "slabinfo", "pageSize", "node"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
