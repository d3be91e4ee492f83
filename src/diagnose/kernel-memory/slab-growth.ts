// Kernel caches took the memory. Reclaimable slab can still kill: the OOM decision counts LRU pages only (zone_reclaimable_pages).
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type CgroupView, heldAt, nameOf, statAt } from "../inputs/cgroup.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { LEAST_LOSS_BYTES, type Loss, median } from "../inputs/loss.ts";
import { readingsIn, refAt, valueAt } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { list, moved, percent, quantity, roundedUp, size } from "../text/format.ts";
import { type CacheGrowth, cacheGrowth, ownerOf } from "./slab-caches.ts";

type Needs = Pick<Inputs, "incidents" | "freeLoss" | "meminfo" | "slabinfo" | "pageSize" | "node" | "cgroups">;

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
    return fact(`Cache ${c.name}`, `${size(c.bytes)}, ${moved(c.grown)}${owner === null ? "" : ` (${owner})`}`, c.ref);
  });

/** "most of it in dentry": of what grew, or of what is held. */
const whereWords = (top: readonly CacheGrowth[], of: (cache: CacheGrowth) => number, whole: number): string => {
  if (top.length === 0) return "; which of them is not known without /proc/slabinfo";
  const most = top.reduce((n, cache) => n + of(cache), 0) >= whole / 2;
  return `, ${most ? "most of it" : "above all"} in ${list(top.map(({ name }) => name))}`;
};

const reclaimableWords = ({ slab, reclaimable }: Measured, killed: boolean): string => {
  if (reclaimable === null) return "How much of it is reclaimable was not read.";
  if (reclaimable / slab < RECLAIMABLE_SHARE) return `${percent(reclaimable / slab)} of it is reclaimable.`;
  return killed
    ? "Most of it is reclaimable, and the kernel can still kill: its decision counts file and anonymous pages only."
    : "Most of it is reclaimable, and the kubelet counts it as used where it is charged to pods.";
};

const holding = (inputs: Needs, incident: Case, measured: Measured, byGrowth: boolean): Answer => {
  const { loss, slab, grown, share } = measured;
  const middle = (loss.baseline.fromMs + loss.baseline.toMs) / 2;
  const all = cacheGrowth(inputs.slabinfo, middle, loss.endMs, inputs.pageSize);
  const charged = grown > 0 ? chargedTo(inputs.cgroups, middle, loss.endMs, grown) : null;
  const caches = byGrowth ? all.filter((c) => c.grown > 0) : all.toSorted((a, b) => b.bytes - a.bytes);
  const top = caches.slice(0, 2);
  const told = byGrowth
    ? `took ${size(grown)}${whereWords(top, (c) => c.grown, grown)}`
    : `hold ${size(slab)}${whereWords(top, (c) => c.bytes, slab)}`;
  const pod =
    charged === null
      ? ""
      : ` ${charged.name} is charged for ${size(charged.grown)} of ${byGrowth ? "it" : "what they grew by"}.`;
  return holds({
    incidentId: incident.id,
    explains: "memory",
    share: Math.max(0, Math.min(1, share)),
    role: byGrowth ? "cause" : "contributes",
    explanation: `Kernel caches ${told}.${pod} ${reclaimableWords(measured, incident.kills.length > 0)}`,
    facts: [...factsOf(inputs, measured), ...cachesOf(caches), ...(charged === null ? [] : [charged.fact])],
    remedies: top.length === 0 || grown <= 0 ? [] : [slabRemedy(caches[0], grown, charged)],
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

interface Charged {
  readonly name: string;
  readonly grown: number;
  /** What it held beside its slab at the end. */
  readonly otherBytes: number;
  readonly before: number;
  readonly fact: ReturnType<typeof fact>;
}

/** The pod or unit whose charged slab grew most, where that is at least half of the growth. */
const chargedTo = (cgroups: readonly CgroupView[], fromMs: number, toMs: number, grown: number): Charged | null => {
  const [most] = cgroups
    .filter((c) => c.level === "pod" || (c.level === "other" && /\.service$/.test(c.cgroup)))
    .flatMap((view) => {
      const after = statAt(view, "slab", toMs);
      const before = statAt(view, "slab", fromMs) ?? 0;
      return after === null ? [] : [{ view, after, before, more: after - before }];
    })
    .toSorted((a, b) => b.more - a.more);
  if (most === undefined || most.more < CHARGED_SHARE * grown) return null;
  const name = nameOf(most.view.pod) ?? most.view.cgroup;
  return {
    name,
    grown: most.more,
    before: most.before,
    otherBytes: Math.max(
      0,
      (heldAt(most.view, toMs) ?? 0) - (most.after - (statAt(most.view, "slab_reclaimable", toMs) ?? 0)),
    ),
    fact: fact(
      `Slab charged to ${name}`,
      `${size(most.after)}, grown by ${size(most.more)}`,
      refAt(most.view.stat, "slab", fromMs),
      refAt(most.view.stat, "slab", toMs),
    ),
  };
};

/** A limit that leaves room for what it holds beside, and a quarter of the slab. */
const limitCharged = ({ name, grown, before, otherBytes }: Charged, cache: string, page: string) => {
  const limit = roundedUp(otherBytes * 1.2 + before + grown / 4);
  return remedy(
    `Limit the memory of ${name} to ${quantity(limit)}: it fills ${cache}`,
    `Pod spec (a unit's MemoryMax), resources.limits.memory: its slab is charged to it, so its own limit makes the kernel drop it. Memory beside the slab ${size(otherBytes)} × 1.2 + slab before ${size(before)} + a quarter of the ${size(grown)} that it grew by, rounded up to 64 MiB. Beside it vm.vfs_cache_pressure = 200 (sysctl) drops dentries and inodes twice as eagerly on the whole node. Cost: look-ups take CPU again. Check: Slab of /proc/meminfo reaches a plateau.`,
    page,
    { setting: `limit of ${name}`, need: -limit },
  );
};

const slabRemedy = (cache: CacheGrowth | undefined, grown: number, charged: Charged | null) => {
  const name = cache?.name ?? "the cache";
  const page = "slab-growth";
  if (charged !== null) return limitCharged(charged, name, page);
  if (/dentry|inode/.test(name))
    return remedy(
      `Set vm.vfs_cache_pressure to 200: ${name} grew by ${size(cache?.grown ?? grown)}`,
      `sysctl: the kernel then drops dentries and inodes twice as eagerly. No pod or service is charged for most of the ${size(grown)}, so a limit would not bound it: look for what walks the file system outside of them. Cost: look-ups take CPU again. Check: Slab of /proc/meminfo reaches a plateau.`,
      page,
    );
  return remedy(
    `Find what fills ${name} (${size(cache?.grown ?? grown)})`,
    `${ownerOf(name) ?? "Its name does not tell the owner"}. Until then add the growth of ${size(grown)} to evictionHard memory.available. Check: Slab of /proc/meminfo reaches a plateau.`,
    page,
  );
};

const CHARGED_SHARE = 0.5;

export const slabGrowth = defineRule({
  id: "slab-growth",
  group: "kernel-memory",
  title: "Kernel caches took the memory",
  needs: ["incidents", "freeLoss", "meminfo", "slabinfo", "pageSize", "node", "cgroups"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
