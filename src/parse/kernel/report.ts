// A finished draft as an OomReport: units converted once, what is missing named.
import type { OomMemInfo, OomReport } from "../../model/kernel.ts";
import type { Stamp } from "../../model/instant.ts";
import type { SourceRef } from "../../model/evidence.ts";
import { type Bytes, bytes, bytesOfKib, bytesOfPages, kib, pages } from "../../model/units.ts";
import { type Draft, type MemInfoParts, STAGE } from "./draft.ts";
import { killsOf, tasksOf } from "./kills.ts";
import { pageSizeOf } from "./page-size.ts";
import type { ShapeOf } from "./shape.ts";

/** PAGE_COUNTER_MAX is LONG_MAX / PAGE_SIZE pages: 9007199254740988kB with 4 KiB pages, 18014398509481983kB in res_counter's days. */
const UNLIMITED_KIB = 2 ** 52;
/** On 32 bits PAGE_COUNTER_MAX is LONG_MAX pages. */
const UNLIMITED_KIB_32 = 8_589_934_588;

const limitOf = (limitKib: number | null): Bytes | null =>
  limitKib === null || limitKib >= UNLIMITED_KIB || limitKib === UNLIMITED_KIB_32 ? null : bytesOfKib(kib(limitKib));

/**
 * v1 prints memory+swap, v2 swap. Both are given as swap alone: v1's sum minus memory, and its limit minus memory's limit, is what may
 * be swapped; a sum of 0 beside memory in use means that swap is not accounted.
 */
const memcgUsageOf = (draft: Draft): OomReport["memcgUsage"] => {
  const usageOf = (what: ShapeOf<"usage">["what"]) => draft.usages.find(({ shape }) => shape.what === what);
  const [memory, swap, both, kmem] = [usageOf("memory"), usageOf("swap"), usageOf("memory+swap"), usageOf("kmem")];
  const first = memory ?? swap ?? both ?? kmem;
  if (!first) return null;
  const limitBytes = limitOf(memory?.shape.limitKib ?? null);
  const accounted = both && memory && both.shape.usageKib >= memory.shape.usageKib;
  const bothLimit = limitOf(both?.shape.limitKib ?? null);
  const swapLimit = swap
    ? limitOf(swap.shape.limitKib)
    : bothLimit !== null && limitBytes !== null
      ? bytes(Math.max(0, bothLimit - limitBytes))
      : null;
  const swapUsageKib = swap?.shape.usageKib ?? (accounted ? both.shape.usageKib - memory.shape.usageKib : null);
  return {
    usageBytes: memory ? bytesOfKib(kib(memory.shape.usageKib)) : null,
    limitBytes,
    failcnt: memory?.shape.failcnt ?? null,
    swapUsageBytes: swapUsageKib === null ? null : bytesOfKib(kib(swapUsageKib)),
    swapLimitBytes: swapLimit,
    kmemUsageBytes: kmem ? bytesOfKib(kib(kmem.shape.usageKib)) : null,
    from: first.ref,
  };
};

const scaled = (values: Readonly<Record<string, number>>, by: number): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value * by]));

const memInfoOf = (parts: MemInfoParts, pageSize: Bytes): OomMemInfo => {
  const tailOf = (what: keyof MemInfoParts["tail"]): number | null => {
    const count = parts.tail[what];
    return count === undefined ? null : bytesOfPages(pages(count), pageSize);
  };
  return {
    total: scaled(parts.totals, pageSize),
    nodes: parts.nodes.map(({ node, kib: values }) => ({ node, values: scaled(values, 1024) })),
    zones: parts.zones.map(({ zone, lowmem, buddy }) => ({
      node: zone.node,
      name: zone.name,
      values: scaled(zone.kib, 1024),
      lowmemReserveBytes: lowmem.map((count) => count * pageSize),
      buddy: buddy?.counts ?? null,
    })),
    ramBytes: tailOf("ram"),
    reservedBytes: tailOf("reserved"),
    highMemBytes: tailOf("highMem"),
    cmaReservedBytes: tailOf("cmaReserved"),
    hwpoisonedBytes: tailOf("hwpoisoned"),
    pagecacheBytes: tailOf("pagecache"),
    swapCacheBytes: tailOf("swapCache"),
    totalSwapBytes: parts.totalSwapKib === null ? null : parts.totalSwapKib * 1024,
    freeSwapBytes: parts.freeSwapKib === null ? null : parts.freeSwapKib * 1024,
    hugepages: parts.hugepages.map(({ node, total, free, surplus, sizeKib }) => ({
      node,
      total,
      free,
      surplus,
      sizeBytes: sizeKib * 1024,
    })),
    unreclaimableSlab: parts.slab.map(({ name, usedKib, totalKib }) => ({
      name,
      usedBytes: usedKib * 1024,
      totalBytes: totalKib * 1024,
    })),
    from: parts.from,
  };
};

/** What only a memory cgroup's report has. A cut path is still a path. */
const isOfMemcg = (draft: Draft): boolean =>
  draft.taskIn !== null ||
  draft.usages.length > 0 ||
  draft.stats.length > 0 ||
  draft.frames.has("memcg") ||
  draft.kill?.shape.of === "memcg" ||
  draft.killed.some(({ shape }) => shape.of === "memcg") ||
  (draft.summary?.shape.text.includes(",oom_memcg=") ?? false);

const isOfMachine = (draft: Draft): boolean =>
  (draft.summary?.shape.global ?? false) ||
  (draft.invoked !== null && draft.memInfo !== null) ||
  draft.sysrq ||
  draft.noKillable ||
  draft.panic !== null ||
  draft.frames.has("page-allocator") ||
  draft.kill?.shape.of === "global" ||
  draft.killed.some(({ shape }) => shape.of === "global");

/** `constraint=` comes last: it says NONE for memory cgroups in 5.0–5.2 (fixed by 432b1de0de02). */
const scopeOf = (draft: Draft): OomReport["scope"] => {
  const constraint = draft.summary?.shape.constraint;
  if (isOfMemcg(draft) || constraint === "CONSTRAINT_MEMCG") return "memcg";
  if (constraint === "CONSTRAINT_CPUSET") return "cpuset";
  if (constraint === "CONSTRAINT_MEMORY_POLICY") return "memory-policy";
  return isOfMachine(draft) || constraint === "CONSTRAINT_NONE" ? "global" : null;
};

/** A header alone is no listing. */
const isListed = (parts: MemInfoParts | null): boolean =>
  parts !== null && (Object.keys(parts.totals).length > 0 || parts.zones.length > 0);

const missingOf = (draft: Draft, scope: OomReport["scope"], kills: number): string[] => {
  const ended = draft.noKillable || draft.ignored || draft.panic !== null;
  const modern = draft.killed.some(({ shape }) => shape.pageTablesPrinted !== null); // 5.4 and newer, which all print a summary
  return [
    draft.invoked ? null : "invoked",
    scope === "memcg" && draft.usages.length === 0 ? "memcg-usage" : null,
    scope !== "memcg" && !isListed(draft.memInfo) ? "mem-info" : null,
    draft.rows.length === 0 && !(draft.tableFrom && draft.noKillable) ? "tasks" : null,
    modern && !draft.summary ? "summary" : null,
    kills === 0 && !ended ? "kill" : null,
    kills > 0 && draft.killed.length === 0 ? "kill-line" : null,
  ].filter((part): part is string => part !== null);
};

/** The chosen victim always stands in the table; what comes after the table shows that it was not cut off. */
const isTableComplete = (draft: Draft): boolean => {
  const victim = draft.killed[0]?.shape.pid ?? draft.summary?.shape.pid;
  const named =
    victim === undefined || victim === null ? draft.noKillable : draft.rows.some(({ shape }) => shape.pid === victim);
  return named && draft.stage > STAGE.table && !draft.lossInside && !draft.rowsLost;
};

/** The tasks may be left out by oom_dump_tasks=0: that is no loss. */
const isComplete = (draft: Draft, missing: readonly string[]): boolean =>
  !draft.lossInside && !draft.rowsLost && missing.every((part) => part === "tasks");

const evidenceOf = (draft: Draft): readonly [SourceRef, ...SourceRef[]] => {
  const [first, ...rest] = draft.refs;
  return first ? [first, ...rest] : [draft.stats[0]?.from ?? draft.tableFrom ?? draft.first.ref];
};

const stampsOf = (draft: Draft): readonly Stamp[] => (draft.invoked ? draft.invoked.stamps : draft.first.stamps);

const invokedOf = (draft: Draft): OomReport["invoked"] => {
  if (!draft.invoked) return null;
  const { shape, stamps, ref } = draft.invoked;
  const { comm, gfpMask, gfpFlags, order, oomScoreAdj } = shape;
  return { comm, pid: draft.ident?.shape.pid ?? null, gfpMask, gfpFlags, order, oomScoreAdj, stamps, from: ref };
};

const summaryOf = (draft: Draft): OomReport["summary"] => {
  if (!draft.summary) return null;
  const { shape, stamps, ref } = draft.summary;
  return shape.pid === null || shape.comm === null
    ? null
    : { comm: shape.comm, pid: shape.pid, uid: shape.uid, stamps, from: ref };
};

/** v1's one line a group: the limited one first; the group of a killed task is else the last word on it. */
const statsOf = (draft: Draft, limited: string | null): OomReport["memcgStats"] => [
  ...draft.stats.filter(({ path }) => path === limited),
  ...draft.stats.filter(({ path }) => path !== limited),
];

/** Since 5.3 the block of stats is the limited group's alone; one-liners before that were each descendant's. */
const blockPathOf = (draft: Draft): string | null => {
  const [only, another] = draft.stats;
  return only && !another && only.stats["anon"] !== undefined ? only.path : null;
};

export const reportOf = (draft: Draft): OomReport => {
  const pageSize = pageSizeOf(draft);
  const tasks = tasksOf(draft, pageSize.bytes);
  const kills = killsOf(draft, tasks);
  const scope = scopeOf(draft);
  const summary = draft.summary?.shape;
  const oomMemcg = summary?.oomMemcg ?? draft.taskIn?.shape.limit ?? blockPathOf(draft);
  const missing = missingOf(draft, scope, kills.length);
  return {
    kind: "oom-report",
    stamps: stampsOf(draft),
    bootId: draft.first.bootId,
    host: draft.first.host,
    from: evidenceOf(draft),
    invoked: invokedOf(draft),
    constraint: summary?.constraint ?? null,
    scope,
    oomMemcg,
    taskMemcg: summary?.taskMemcg ?? draft.taskIn?.shape.task ?? null,
    cpuset: summary?.cpuset ?? draft.cpuset,
    summary: summaryOf(draft),
    memcgUsage: memcgUsageOf(draft),
    memcgStats: statsOf(draft, oomMemcg),
    memInfo: draft.memInfo ? memInfoOf(draft.memInfo, pageSize.bytes) : null,
    tasks: draft.tableFrom ? { rows: tasks, complete: isTableComplete(draft), from: draft.tableFrom } : null,
    kills,
    groupKillOf: draft.group?.shape.path ?? null,
    reaped: draft.reaped.map(({ shape, stamps, ref }) => ({ pid: shape.pid, comm: shape.comm, stamps, from: ref })),
    sysrq: draft.sysrq,
    noKillable: draft.noKillable,
    panic: draft.panic,
    kernelRelease: draft.ident?.shape.release ?? null,
    pageSize,
    missing,
    complete: isComplete(draft, missing),
  };
};
