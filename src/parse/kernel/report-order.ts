// In what order the parts of a report stand, and what does not belong to the one that is open.
import { readingOf, type Stamp } from "../../model/instant.ts";
import { type Draft, STAGE } from "./draft.ts";
import type { Shape, ShapeKind } from "./shape.ts";

/** Members of a group are killed one after the other; a kill that comes later than this (slow consoles included) is another's. */
const GROUP_KILL_MAX_MS = 30_000;
/** Where each kind of line stands in a report; kinds that are not listed belong to no report. */
export const STAGE_OF: Partial<Record<ShapeKind, number>> = {
  "task-in": STAGE.taskIn,
  usage: STAGE.usage,
  stats: STAGE.stats,
  stat: STAGE.stats,
  "mem-info": STAGE.memInfo,
  totals: STAGE.memInfo,
  node: STAGE.memInfo,
  zone: STAGE.memInfo,
  lowmem: STAGE.memInfo,
  buddy: STAGE.memInfo,
  hugepages: STAGE.memInfo,
  tail: STAGE.memInfo,
  "swap-tail": STAGE.memInfo,
  "slab-header": STAGE.slab,
  "slab-row": STAGE.slab,
  tasks: STAGE.table,
  columns: STAGE.table,
  row: STAGE.table,
  summary: STAGE.summary,
};

/** Kinds with which a report whose head is lost may begin; others have no meaning of their own. */
export const OPENS: ReadonlySet<ShapeKind> = new Set([
  "task-in",
  "usage",
  "stats",
  "mem-info",
  "totals",
  "node",
  "zone",
  "tasks",
  "columns",
  "row",
  "summary",
]);

const kernelMs = (stamps: readonly Stamp[]): number | null => {
  const stamp = stamps[0];
  return stamp && stamp.clock !== "rfc3164" ? stamp.ms : null;
};

/** There is only one of these in a report. */
export const isSecond = (draft: Draft, shape: Shape): boolean => {
  switch (shape.kind) {
    case "task-in":
      return draft.taskIn !== null;
    case "usage":
      return draft.usages.some((usage) => usage.shape.what === shape.what);
    case "mem-info":
      return draft.memInfo !== null;
    case "columns":
      return draft.rows.length > 0;
    case "summary":
      return draft.summary !== null;
    case "kill":
      return draft.kill !== null;
    case "killed":
      return draft.killed.length > 0;
    default:
      return false;
  }
};

/** A failed allocation on another CPU prints the same listing, amid the report that is open. */
export const isForeignListing = (draft: Draft, kind: ShapeKind): boolean =>
  draft.invoked !== null &&
  draft.stage < STAGE.killed &&
  (draft.stage > STAGE.slab || (kind === "mem-info" && draft.memInfo !== null));

/** CPUs' clocks differ by a tick at most (kernel/sched/clock.c); a kill that is older than the report's first line ended another one. */
const CPUS_APART_MS = 10;

/** A ring that was pasted twice, or a boot without its first lines: the clock fell back amid a report that was cut. */
export const isOlder = ({ invoked }: Draft, stamps: readonly Stamp[]): boolean => {
  const [begun, at] = [invoked && readingOf(invoked.stamps, "printk"), readingOf(stamps, "printk")];
  return begun !== null && at !== null && at < begun - CPUS_APART_MS;
};

export const isGroupMember = (draft: Draft, stamps: readonly Stamp[]): boolean => {
  if (!draft.group) return false;
  const [from, to] = [kernelMs(draft.group.stamps), kernelMs(stamps)];
  return from === null || to === null || Math.abs(to - from) <= GROUP_KILL_MAX_MS;
};
