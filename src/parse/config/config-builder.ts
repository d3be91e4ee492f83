// One KubeletConfig from whatever source names its keys: file, drop-in, configz or flags. Absent keys stay null.
import type { SourceRef } from "../../model/evidence.ts";
import type { KubeletConfig } from "../../model/kubelet.ts";
import { parseGoDuration } from "../kube/times.ts";

/** A key's value as the source has it, and where. `entries` of a map or list have places of their own. */
export interface ConfigValue {
  readonly ref: SourceRef;
  readonly scalar: string | null;
  readonly map: ReadonlyMap<string, { readonly value: string; readonly ref: SourceRef }> | null;
  readonly list: readonly string[] | null;
}

/** By the config file's key, dotted where nested: "evictionHard", "memorySwap.swapBehavior", "logging.verbosity". */
export type ConfigValues = ReadonlyMap<string, ConfigValue>;

/** The keys that a memory incident needs; nothing else of the config is kept. */
export const CONFIG_KEYS: readonly string[] = [
  "evictionHard",
  "evictionSoft",
  "evictionSoftGracePeriod",
  "evictionMinimumReclaim",
  "mergeDefaultEvictionSettings",
  "evictionMaxPodGracePeriod",
  "evictionPressureTransitionPeriod",
  "kubeReserved",
  "systemReserved",
  "enforceNodeAllocatable",
  "featureGates",
  "memoryThrottlingFactor",
  "memoryReservationPolicy",
  "cgroupDriver",
  "cgroupRoot",
  "failSwapOn",
  "memorySwap.swapBehavior",
  "singleProcessOOMKill",
  "logging.verbosity",
  "logging.format",
];

export const kubeletConfigOf = (
  source: KubeletConfig["source"],
  values: ConfigValues,
  from: KubeletConfig["from"],
): KubeletConfig => {
  const refs: Record<string, SourceRef> = {};
  for (const [key, value] of values) {
    refs[key] = value.ref;
    for (const [name, entry] of value.map ?? []) refs[`${key}.${name}`] = entry.ref;
  }
  const map = (key: string): Readonly<Record<string, string>> | null => {
    const entries = values.get(key)?.map;
    return entries === null || entries === undefined
      ? null
      : Object.fromEntries([...entries].map(([name, entry]) => [name, entry.value]));
  };
  const text = (key: string): string | null => values.get(key)?.scalar || null;
  const number = (key: string): number | null => {
    const scalar = text(key);
    return scalar !== null && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(scalar) ? Number(scalar) : null;
  };
  const flag = (key: string): boolean | null => booleanOf(text(key));
  const period = text("evictionPressureTransitionPeriod");
  return {
    source,
    evictionHard: map("evictionHard"),
    evictionSoft: map("evictionSoft"),
    evictionSoftGracePeriod: map("evictionSoftGracePeriod"),
    evictionMinimumReclaim: map("evictionMinimumReclaim"),
    mergeDefaultEvictionSettings: flag("mergeDefaultEvictionSettings"),
    evictionMaxPodGracePeriodSec: number("evictionMaxPodGracePeriod"),
    evictionPressureTransitionPeriodMs: period === null ? null : parseGoDuration(period),
    kubeReservedMemory: map("kubeReserved")?.["memory"] ?? null,
    systemReservedMemory: map("systemReserved")?.["memory"] ?? null,
    enforceNodeAllocatable: values.get("enforceNodeAllocatable")?.list ?? null,
    memoryQoS: booleanOf(map("featureGates")?.["MemoryQoS"] ?? null),
    memoryThrottlingFactor: number("memoryThrottlingFactor"),
    memoryReservationPolicy: text("memoryReservationPolicy"),
    cgroupDriver: text("cgroupDriver"),
    cgroupRoot: text("cgroupRoot"),
    failSwapOn: flag("failSwapOn"),
    swapBehavior: text("memorySwap.swapBehavior"),
    singleProcessOomKill: flag("singleProcessOOMKill"),
    verbosity: number("logging.verbosity"),
    loggingFormat: text("logging.format"),
    refs,
    from,
  };
};

const booleanOf = (text: string | null): boolean | null => (text === "true" ? true : text === "false" ? false : null);
