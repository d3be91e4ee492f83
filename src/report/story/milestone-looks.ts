// How each milestone of the race looks: its lane, its shape, its words on the chart and in the table.
import type { MilestoneKind, Scope } from "../../model/analysis.ts";

export const LANES = ["pressure", "kubelet", "kernel", "userspace", "pods"] as const;
export type Lane = (typeof LANES)[number];
export type Shape =
  | "cross"
  | "diamond"
  | "diamond-hollow"
  | "triangle"
  | "triangle-hollow"
  | "ring"
  | "square"
  | "tick";

export interface MilestoneLook {
  readonly lane: Lane;
  readonly shape: Shape;
  readonly label: string;
  readonly text: string;
}

const look = (lane: Lane, shape: Shape, label: string, text: string): MilestoneLook => ({ lane, shape, label, text });

const LOOKS: Readonly<Record<Exclude<MilestoneKind, "threshold-crossed" | "memory-recovered">, MilestoneLook>> = {
  "pressure-began": look("pressure", "triangle", "pressure", "Tasks began to wait for memory."),
  "direct-reclaim-began": look("pressure", "triangle", "direct reclaim", "Tasks began to reclaim memory themselves."),
  "kubelet-noticed": look("kubelet", "diamond-hollow", "noticed", "The kubelet noticed the shortage."),
  "kubelet-ranked": look("kubelet", "diamond-hollow", "ranked", "The kubelet ranked the pods for eviction."),
  "kubelet-evicted": look("kubelet", "diamond", "evicts", "The kubelet began to evict."),
  "kubelet-saw-oom": look("kubelet", "diamond-hollow", "saw the kill", "The kubelet learnt of the kernel's kill."),
  "kernel-invoked-oom": look("kernel", "tick", "invoked", "The kernel's OOM killer was invoked."),
  "kernel-killed": look("kernel", "cross", "killed", "The kernel killed."),
  "kernel-reaped": look("kernel", "tick", "reaped", "The kernel's oom_reaper freed the victim's memory."),
  "node-rebooted": look("pods", "ring", "reboot", "The node rebooted."),
};

/** The signal that eviction watches at a scope (pkg/kubelet/eviction/api/types.go); both carry one threshold. */
const signalOf = (scope: Scope): string =>
  scope === "allocatable" ? "allocatableMemory.available" : "memory.available";

/** `threshold`: in words, where the document has it. `crossed`: that the incident holds a crossing; without one nothing is "again". */
export function milestoneLook(
  kind: MilestoneKind,
  threshold: string | null,
  scope: Scope,
  crossed: boolean,
): MilestoneLook {
  if (kind === "memory-recovered") {
    return look("pressure", "triangle-hollow", "recovered", recoveryText(scope, crossed));
  }
  if (kind !== "threshold-crossed") return LOOKS[kind];
  const below = threshold === null ? "below the threshold" : `below ${threshold}`;
  return look("pressure", "triangle", below, `${signalOf(scope)} fell ${below}.`);
}

/** One pod's pressure ends without a threshold. */
const recoveryText = (scope: Scope, crossed: boolean): string =>
  scope === "node" || scope === "allocatable"
    ? `${signalOf(scope)} was over every threshold${crossed ? " again" : ""}.`
    : "The pressure had ended.";
