// Formats of a cgroup's directory, one line each.
import type { Format } from "../samples/format.ts";
import { counters, memoryStat, single } from "./memory.ts";

export const cgroupFormats: readonly Format[] = [memoryStat, counters, single];

/**
 * Known, large and of no use to any rule: passed over without a look at their lines. The node's CPU and I/O pressure are kept
 * (/proc/pressure); a cgroup's own are not.
 */
export const DROPPED: ReadonlySet<string> = new Set([
  "cgroup.procs",
  "cgroup.threads",
  "cgroup.type",
  "cgroup.controllers",
  "cgroup.subtree_control",
  "cgroup.freeze",
  "cgroup.max.depth",
  "cgroup.max.descendants",
  "cgroup.pressure",
  "cpu.pressure",
  "io.pressure",
  "irq.pressure",
  "cpu.stat.local",
  "io.stat",
  "memory.numa_stat",
  "memory.reclaim",
  "memory.move_charge_at_immigrate",
  "memory.pressure_level",
  "memory.kmem.slabinfo",
  "tasks",
]);
