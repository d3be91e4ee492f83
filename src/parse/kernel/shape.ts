// What one kernel line says, by its shape alone. Numbers are as printed, in the unit that is printed.

interface ShapeBase {
  /** How many fields were recognised: of two ways to join a wrapped line the one that makes more sense wins. */
  readonly weight: number;
  /** Nothing more is expected on this line. */
  readonly complete: boolean;
}

export type Shape = ShapeBase &
  (
    | InvokedShape
    | CpusetShape
    | IdentShape
    | FrameShape
    | TaskInShape
    | UsageShape
    | StatsShape
    | { readonly kind: "stat"; readonly name: string; readonly value: number }
    | MemInfoShape
    | TableShape
    | SummaryShape
    | { readonly kind: "summary-tail"; readonly text: string }
    | KillShape
    | { readonly kind: "group"; readonly path: string }
    | {
        readonly kind: "reaped";
        readonly pid: number;
        readonly comm: string;
        /** False: "unable to reap", which tells of the kill alone. */
        readonly freed: boolean;
      }
    | { readonly kind: "no-killable" }
    | { readonly kind: "request-ignored" }
    | { readonly kind: "panic"; readonly text: string; readonly ofMemory: boolean }
    | { readonly kind: "sysrq-oom" }
    | { readonly kind: "lost"; readonly count: number; readonly what: "records" | "oom-reports" }
    | { readonly kind: "mark"; readonly number: number; readonly uptimeSec: number; readonly realSec: number | null }
    | { readonly kind: "boot"; readonly release: string }
    | NoteShape
  );

export type ShapeKind = Shape["kind"];
export type ShapeOf<K extends ShapeKind> = Extract<Shape, { readonly kind: K }>;

interface InvokedShape {
  readonly kind: "invoked";
  readonly comm: string;
  readonly gfpMask: string | null;
  readonly gfpFlags: string | null;
  readonly order: number | null;
  readonly oomScoreAdj: number | null;
}

interface CpusetShape {
  readonly kind: "cpuset";
  readonly comm: string;
  readonly cpuset: string;
}

/** "CPU: 1 UID: 0 PID: 1014 Comm: java Not tainted 6.12.117 #1" */
interface IdentShape {
  readonly kind: "ident";
  readonly pid: number;
  readonly comm: string;
  readonly release: string | null;
}

interface FrameShape {
  readonly kind: "frame";
  readonly of: "dump" | "memcg" | "page-allocator" | "page-fault" | "sysrq";
}

interface TaskInShape {
  readonly kind: "task-in";
  readonly task: string | null;
  readonly limit: string;
}

interface UsageShape {
  readonly kind: "usage";
  readonly what: "memory" | "memory+swap" | "swap" | "kmem";
  readonly usageKib: number;
  readonly limitKib: number;
  readonly failcnt: number;
}

interface StatsShape {
  readonly kind: "stats";
  readonly path: string;
  /** In bytes; empty where the block's own lines follow. */
  readonly stats: Readonly<Record<string, number>>;
}

/** Counts of pages at a listing's end. */
export type MemInfoTail = "ram" | "reserved" | "pagecache" | "swapCache" | "highMem" | "cmaReserved" | "hwpoisoned";

export type MemInfoShape =
  | { readonly kind: "mem-info" }
  | { readonly kind: "totals"; readonly pages: Readonly<Record<string, number>> }
  | { readonly kind: "node"; readonly node: number; readonly kib: Readonly<Record<string, number>> }
  | {
      readonly kind: "zone";
      readonly node: number | null;
      readonly name: string;
      readonly kib: Readonly<Record<string, number>>;
    }
  | { readonly kind: "lowmem"; readonly pages: readonly number[] }
  | {
      readonly kind: "buddy";
      readonly node: number | null;
      readonly name: string;
      readonly counts: readonly number[];
      readonly orderZeroKib: number;
    }
  | {
      readonly kind: "hugepages";
      readonly node: number | null;
      readonly total: number;
      readonly free: number;
      readonly surplus: number;
      readonly sizeKib: number;
    }
  | { readonly kind: "tail"; readonly what: MemInfoTail; readonly pages: number }
  | { readonly kind: "swap-tail"; readonly what: "free" | "total"; readonly kib: number }
  | { readonly kind: "slab-header" }
  | { readonly kind: "slab-row"; readonly name: string; readonly usedKib: number; readonly totalKib: number };

export type TableShape =
  | { readonly kind: "tasks" }
  | { readonly kind: "columns"; readonly columns: readonly string[] }
  | {
      readonly kind: "row";
      readonly pid: number;
      readonly columns: readonly string[];
      readonly values: readonly number[];
      readonly comm: string;
    };

export interface SummaryShape {
  readonly kind: "summary";
  readonly text: string;
  readonly constraint: string | null;
  readonly cpuset: string | null;
  readonly oomMemcg: string | null;
  readonly global: boolean;
  readonly taskMemcg: string | null;
  readonly comm: string | null;
  readonly pid: number | null;
  readonly uid: number | null;
}

export type KillMessage = "global" | "memcg" | null;
export type KillShape =
  | {
      readonly kind: "kill";
      readonly of: KillMessage;
      readonly pid: number;
      readonly comm: string;
      readonly score: number | null;
      readonly sharing: boolean;
    }
  | {
      readonly kind: "killed";
      readonly of: KillMessage;
      readonly pid: number;
      readonly comm: string;
      readonly uid: number | null;
      readonly totalVmKib: number | null;
      readonly anonRssKib: number | null;
      readonly fileRssKib: number | null;
      readonly shmemRssKib: number | null;
      /** As printed: 5.4.0–5.4.8 print bytes and say kB. */
      readonly pageTablesPrinted: number | null;
      readonly oomScoreAdj: number | null;
    };

interface NoteShape {
  readonly kind: "note";
  readonly note: "alloc-failure" | "alloc-stall" | "hung-task" | "soft-lockup" | "workqueue-lockup";
  readonly comm: string | null;
  readonly pid: number | null;
}
