// What the kubelet would watch for: the thresholds in force, or others in their place, read as the kubelet reads them.
import type { ThresholdsInForce } from "../../model/timeline.ts";
import { parseQuantity } from "../../parse/kube/quantity.ts";

/** A quantity, or a share of the signal's own capacity: MemTotal for memory.available, the limit of kubepods for its allocatable twin. */
export type ThresholdValue =
  | { readonly kind: "bytes"; readonly bytes: number }
  | { readonly kind: "share"; readonly share: number };

/** Left out: as in force. Null: none. */
export interface WhatIfSettings {
  readonly hard?: ThresholdValue | null | undefined;
  readonly soft?: ThresholdValue | null | undefined;
  readonly softGraceMs?: number | undefined;
  readonly minimumReclaim?: ThresholdValue | undefined;
  /** How long one pass of the eviction manager takes; left out: as the log shows it. */
  readonly passMs?: number | undefined;
  /** systemReserved.memory: moves the limit of kubepods. */
  readonly systemReservedBytes?: number | undefined;
}

/**
 * "1Gi", "10%" (pkg/kubelet/eviction/helpers.go parseThresholdStatement): 0 % and 100 % remove a threshold (null), a quantity of nothing
 * or less and more than 100 % are refused (undefined), as is what is neither. Percentages are float32 there.
 */
export const thresholdValueOf = (text: string): ThresholdValue | null | undefined => {
  const percent = /^(\d{1,5}(?:\.\d{1,10})?)%$/.exec(text.trim());
  if (percent) {
    const share = Number(percent[1]) / 100;
    if (share > 1) return undefined;
    return share === 0 || share === 1 ? null : { kind: "share", share: Math.fround(share) };
  }
  const bytes = parseQuantity(text);
  return bytes !== null && bytes > 0 ? { kind: "bytes", bytes } : undefined;
};

export const bytesOf = (value: ThresholdValue, capacityBytes: number | null): number | null => {
  if (value.kind === "bytes") return value.bytes;
  return capacityBytes === null ? null : Math.trunc(capacityBytes * value.share);
};

/** The thresholds in bytes that one replay watches. */
export interface Watch {
  readonly hardBytes: number | null;
  /** Of allocatableMemory.available: made from the hard one only (addAllocatableThresholds). */
  readonly allocatableBytes: number | null;
  readonly softBytes: number | null;
  readonly softGraceMs: number;
  readonly minimumReclaimBytes: number;
  /** Added to each captured value of allocatableMemory.available: another limit of kubepods. */
  readonly allocatableShiftBytes: number;
}

export interface Machine {
  readonly memTotalBytes: number | null;
  readonly kubepodsLimitBytes: number | null;
  /** systemReserved.memory in force; 0 where the configuration names none. */
  readonly systemReservedBytes: number;
}

const inForce = (list: ThresholdsInForce["hard"], bytes: number | null): ThresholdValue | null => {
  const told = list.find((t) => t.signal === "memory.available");
  const value = told === undefined ? null : (thresholdValueOf(told.value) ?? null);
  return value ?? (bytes === null ? null : { kind: "bytes", bytes });
};

export const watchOf = (thresholds: ThresholdsInForce, settings: WhatIfSettings, machine: Machine): Watch => {
  const hard = settings.hard === undefined ? inForce(thresholds.hard, thresholds.memoryHardBytes) : settings.hard;
  const soft = settings.soft === undefined ? inForce(thresholds.soft, thresholds.memorySoftBytes) : settings.soft;
  const shift =
    settings.systemReservedBytes === undefined ? 0 : machine.systemReservedBytes - settings.systemReservedBytes;
  const limit = machine.kubepodsLimitBytes === null ? null : machine.kubepodsLimitBytes + shift;
  // Thresholds that were absent make no allocatable signal; one that is set now does, where pods' allocatable is enforced.
  const enforced = thresholds.config?.enforceNodeAllocatable ?? null;
  const twin = settings.hard === undefined ? thresholds.allocatable : enforced === null || enforced.includes("pods");
  const reclaim = settings.minimumReclaim;
  return {
    hardBytes: hard === null ? null : bytesOf(hard, machine.memTotalBytes),
    allocatableBytes: hard === null || !twin || limit === null ? null : bytesOf(hard, limit),
    softBytes: soft === null ? null : bytesOf(soft, machine.memTotalBytes),
    softGraceMs: settings.softGraceMs ?? thresholds.memorySoftGraceMs ?? 0,
    minimumReclaimBytes:
      reclaim === undefined ? thresholds.minimumReclaimBytes : (bytesOf(reclaim, machine.memTotalBytes) ?? 0),
    allocatableShiftBytes: shift,
  };
};

export const watchesNothing = (watch: Watch): boolean => watch.hardBytes === null && watch.softBytes === null;
