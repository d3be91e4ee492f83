// What the kernel's log says, in the units in which it says it converted once to bytes; absent is null.
import type { SourceRef } from "./evidence.ts";
import type { Stamp } from "./instant.ts";
import type { Bytes } from "./units.ts";

interface KernelEventBase {
  /** Stamps of the line that this event is about (for an OOM report: its first line). */
  readonly stamps: readonly Stamp[];
  readonly bootId: string | null;
  readonly host: string | null;
  readonly from: readonly [SourceRef, ...SourceRef[]];
}

export type KernelEvent = OomReport | ReaperLine | CollectorMark | KernelBoot | LostRecords | KernelNote;

/** One run of the OOM killer as the log tells it, any part of which may be missing: "invoked" … kill lines. */
export interface OomReport extends KernelEventBase {
  readonly kind: "oom-report";
  readonly invoked: {
    readonly comm: string;
    readonly pid: number | null;
    readonly gfpMask: string | null;
    readonly gfpFlags: string | null;
    readonly order: number | null;
    readonly oomScoreAdj: number | null;
    readonly stamps: readonly Stamp[];
    readonly from: SourceRef;
  } | null;
  /** The printed token: "CONSTRAINT_MEMCG". Open-ended; lies for memcg kills in 5.0–5.2. */
  readonly constraint: string | null;
  /** From global_oom, oom_memcg=, "Task in … limit of", "Memory cgroup out of memory", the trace; null where the text does not say. */
  readonly scope: "global" | "memcg" | "cpuset" | "memory-policy" | null;
  readonly oomMemcg: string | null;
  readonly taskMemcg: string | null;
  readonly cpuset: string | null;
  readonly summary: {
    readonly comm: string;
    readonly pid: number;
    readonly uid: number | null;
    readonly stamps: readonly Stamp[];
    readonly from: SourceRef;
  } | null;
  readonly memcgUsage: {
    readonly usageBytes: Bytes | null;
    readonly limitBytes: Bytes | null; // null: unlimited or not printed
    readonly failcnt: number | null;
    readonly swapUsageBytes: Bytes | null;
    readonly swapLimitBytes: Bytes | null;
    readonly kmemUsageBytes: Bytes | null;
    readonly from: SourceRef;
  } | null;
  /** "Memory cgroup stats for PATH": bytes by name; the limited cgroup first. */
  readonly memcgStats: readonly {
    readonly path: string;
    readonly stats: Readonly<Record<string, number>>;
    readonly from: SourceRef;
  }[];
  readonly memInfo: OomMemInfo | null;
  readonly tasks: { readonly rows: readonly OomTask[]; readonly complete: boolean; readonly from: SourceRef } | null;
  /** Each process once, however often it was printed. */
  readonly kills: readonly KilledProcess[];
  /** "Tasks in PATH are going to be killed due to memory.oom.group set". */
  readonly groupKillOf: string | null;
  readonly reaped: readonly {
    readonly pid: number;
    readonly comm: string;
    readonly stamps: readonly Stamp[];
    readonly from: SourceRef;
  }[];
  readonly sysrq: boolean;
  readonly noKillable: boolean;
  readonly panic: string | null;
  readonly kernelRelease: string | null;
  readonly pageSize: { readonly bytes: Bytes; readonly proven: boolean };
  /** Names of the parts that a report of this kind has and this one lacks: "invoked", "tasks", "mem-info", "kill" … */
  readonly missing: readonly string[];
  /** False where a part is known to be lost (overwritten, cut, rate-limited). */
  readonly complete: boolean;
}

export interface KilledProcess {
  readonly pid: number;
  readonly comm: string;
  readonly uid: number | null;
  readonly totalVmBytes: Bytes | null;
  readonly anonRssBytes: Bytes | null;
  readonly fileRssBytes: Bytes | null;
  readonly shmemRssBytes: Bytes | null;
  readonly pageTablesBytes: Bytes | null;
  readonly oomScoreAdj: number | null;
  /** Printed by "Kill process … score" up to 5.0. */
  readonly score: number | null;
  /** False: the kill line itself is lost, the kill is known from the reaper or the next report. */
  readonly lineSeen: boolean;
  readonly stamps: readonly Stamp[];
  readonly from: SourceRef;
}

export interface OomTask {
  readonly pid: number;
  readonly tgid: number;
  readonly uid: number;
  readonly comm: string;
  readonly totalVmBytes: Bytes;
  readonly rssBytes: Bytes;
  readonly rssAnonBytes: Bytes | null;
  readonly rssFileBytes: Bytes | null;
  readonly rssShmemBytes: Bytes | null;
  readonly pageTablesBytes: Bytes | null;
  readonly swapBytes: Bytes | null;
  readonly oomScoreAdj: number | null;
  readonly from: SourceRef;
}

/** The Mem-Info block of a global report. All in bytes; keys as printed. */
export interface OomMemInfo {
  /** The first block, machine-wide: "active_anon", "free", "slab_reclaimable" … */
  readonly total: Readonly<Record<string, number>>;
  readonly nodes: readonly { readonly node: number; readonly values: Readonly<Record<string, number>> }[];
  readonly zones: readonly {
    readonly node: number | null;
    readonly name: string;
    readonly values: Readonly<Record<string, number>>;
    readonly lowmemReserveBytes: readonly number[];
    /** Free blocks by order, index = order. */
    readonly buddy: readonly number[] | null;
  }[];
  /** Tail of the block: null where not printed. */
  readonly ramBytes: number | null;
  readonly reservedBytes: number | null;
  readonly highMemBytes: number | null;
  readonly cmaReservedBytes: number | null;
  readonly hwpoisonedBytes: number | null;
  readonly pagecacheBytes: number | null;
  readonly swapCacheBytes: number | null;
  readonly totalSwapBytes: number | null;
  readonly freeSwapBytes: number | null;
  readonly hugepages: readonly {
    readonly node: number | null;
    readonly total: number;
    readonly free: number;
    readonly surplus: number;
    readonly sizeBytes: number;
  }[];
  /** "Unreclaimable slab info": bytes used and total by cache. */
  readonly unreclaimableSlab: readonly {
    readonly name: string;
    readonly usedBytes: number;
    readonly totalBytes: number;
  }[];
  readonly from: SourceRef;
}

/** A reaper line whose event is not in this file (or came later). */
export interface ReaperLine extends KernelEventBase {
  readonly kind: "reaped";
  readonly pid: number;
  readonly comm: string;
}

/** `memforensics: mark <n> uptime <s> real <s>`: binds printk to boot time and wall clock. */
export interface CollectorMark extends KernelEventBase {
  readonly kind: "mark";
  readonly number: number;
  readonly uptimeSec: number;
  readonly realSec: number | null;
}

/** "Linux version …" at the start of a boot. */
export interface KernelBoot extends KernelEventBase {
  readonly kind: "boot";
  readonly release: string;
}

/** Records known to be lost: sequence gap, "printk messages dropped", "Missed N kernel messages", "callbacks suppressed". */
export interface LostRecords extends KernelEventBase {
  readonly kind: "lost";
  /** At least this many. */
  readonly count: number;
  readonly what: "records" | "oom-reports";
}

export interface KernelNote extends KernelEventBase {
  readonly kind:
    | "alloc-failure"
    | "alloc-stall"
    | "hung-task"
    | "soft-lockup"
    | "workqueue-lockup"
    | "panic"
    | "sysrq-oom"
    | "no-killable"
    | "callbacks-suppressed"
    | "other";
  readonly comm: string | null;
  readonly pid: number | null;
  readonly summary: string;
}
