// Which memory thresholds the kubelet really had. Setting any evictionHard key drops every default (unless
// mergeDefaultEvictionSettings, 1.33+), so a configuration that lists only disk keys has no memory eviction at all
// (pkg/kubelet/eviction/defaults_linux.go, cmd/kubelet/app/server.go).
import type { Threshold } from "../../model/analysis.ts";
import type { SourceRef } from "../../model/evidence.ts";
import type { Facts } from "../../model/facts.ts";
import type { KubeletConfig } from "../../model/kubelet.ts";
import type { ThresholdsInForce } from "../../model/timeline.ts";
import { configOfFlagLines } from "../../parse/config/flags.ts";
import { parseQuantity } from "../../parse/kube/quantity.ts";

/** pkg/kubelet/eviction/defaults_linux.go DefaultEvictionHard. */
export const DEFAULT_MEMORY_AVAILABLE = "100Mi";

const MEMORY = "memory.available";

/** "300Mi" or "5%" of the capacity; null where it is removed (0 %, 100 %) or cannot be read. Percentages are float32 in the kubelet. */
export const thresholdBytesOf = (value: string, capacityBytes: number | null): number | null => {
  const percent = /^(\d{1,3}(?:\.\d{1,10})?)%$/.exec(value.trim());
  if (percent) {
    const share = Number(percent[1]);
    if (share <= 0 || share >= 100 || capacityBytes === null) return null;
    return Math.trunc(capacityBytes * Math.fround(share / 100));
  }
  const quantity = parseQuantity(value);
  return quantity !== null && quantity > 0 ? quantity : null;
};

/** "1m30s", "5s" (time.ParseDuration). Null where it is none. */
export const durationMsOf = (text: string): number | null => {
  const units: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, us: 1e-3, µs: 1e-3, ns: 1e-6 };
  let total = 0;
  let rest = text.trim();
  if (rest === "0") return 0;
  while (rest !== "") {
    const part = /^(\d{1,12}(?:\.\d{1,9})?)(ns|us|µs|ms|h|m|s)/.exec(rest);
    if (!part) return null;
    total += Number(part[1]) * (units[part[2] ?? ""] ?? 0);
    rest = rest.slice(part[0].length);
  }
  return text.trim() === "" ? null : total;
};

/** configz is the effective truth; flags override the file. */
const rank = { configz: 0, flags: 1, config: 2 } as const;

const overlay = (configs: readonly KubeletConfig[]): KubeletConfig | null => {
  const ordered = configs.toSorted((a, b) => rank[a.source] - rank[b.source]);
  const [best] = ordered;
  if (!best) return null;
  if (best.source === "configz") return best;
  const pick = <K extends keyof KubeletConfig>(key: K): KubeletConfig[K] =>
    ordered.find((c) => c[key] !== null)?.[key] ?? best[key];
  return {
    ...best,
    evictionHard: pick("evictionHard"),
    evictionSoft: pick("evictionSoft"),
    evictionSoftGracePeriod: pick("evictionSoftGracePeriod"),
    evictionMinimumReclaim: pick("evictionMinimumReclaim"),
    mergeDefaultEvictionSettings: pick("mergeDefaultEvictionSettings"),
    kubeReservedMemory: pick("kubeReservedMemory"),
    systemReservedMemory: pick("systemReservedMemory"),
    enforceNodeAllocatable: pick("enforceNodeAllocatable"),
    memoryQoS: pick("memoryQoS"),
    memoryThrottlingFactor: pick("memoryThrottlingFactor"),
    refs: Object.assign({}, ...ordered.toReversed().map((c) => c.refs)) as Record<string, SourceRef>,
    from: best.from,
  };
};

const thresholdList = (
  values: Readonly<Record<string, string>>,
  grace: Readonly<Record<string, string>> | null,
  capacity: number | null,
): Threshold[] =>
  Object.entries(values)
    .map(([signal, value]) => ({
      signal,
      value,
      bytes: signal === MEMORY ? thresholdBytesOf(value, capacity) : value.endsWith("%") ? null : parseQuantity(value),
      gracePeriodMs: grace?.[signal] === undefined ? null : durationMsOf(grace[signal]),
    }))
    .toSorted((a, b) => Number(b.signal === MEMORY) - Number(a.signal === MEMORY) || (a.signal < b.signal ? -1 : 1));

const fromConfig = (config: KubeletConfig, capacity: number | null): ThresholdsInForce => {
  const configured = config.evictionHard;
  // An empty map is set, not absent: it removes every threshold.
  const isDefault = configured === null;
  const merged = config.mergeDefaultEvictionSettings === true && configured !== null && !(MEMORY in configured);
  const values: Record<string, string> =
    isDefault || merged ? { [MEMORY]: DEFAULT_MEMORY_AVAILABLE, ...configured } : configured;
  const hard = thresholdList(values, null, capacity);
  const soft = thresholdList(config.evictionSoft ?? {}, config.evictionSoftGracePeriod, capacity);
  const memoryHard = hard.find((t) => t.signal === MEMORY)?.bytes ?? null;
  const memorySoft = soft.find((t) => t.signal === MEMORY) ?? null;
  const keys = [
    `evictionHard.${MEMORY}`,
    `evictionSoft.${MEMORY}`,
    `evictionSoftGracePeriod.${MEMORY}`,
    "evictionHard",
  ];
  const refs = keys.flatMap((key) => (config.refs[key] ? [config.refs[key]] : []));
  const reclaim = config.evictionMinimumReclaim?.[MEMORY];
  return {
    known: true,
    source: isDefault ? "default" : "config",
    hard,
    soft,
    memoryHardBytes: memoryHard,
    memorySoftBytes: memorySoft?.bytes ?? null,
    memorySoftGraceMs: memorySoft?.gracePeriodMs ?? null,
    allocatable:
      memoryHard !== null && (config.enforceNodeAllocatable === null || config.enforceNodeAllocatable.includes("pods")),
    minimumReclaimBytes: reclaim === undefined ? 0 : (thresholdBytesOf(reclaim, capacity) ?? 0),
    config,
    refs: refs.length > 0 ? refs : [config.from[0]],
  };
};

/** Where no configuration was captured, what the kubelet's own lines name is in force; that they name none proves nothing. */
const fromLog = (
  facts: Facts,
  told: readonly { readonly bytes: number; readonly ref: SourceRef }[],
): ThresholdsInForce => {
  const refs: SourceRef[] = [];
  let hard: number | null = null;
  let soft: number | null = null;
  let grace: number | null = null;
  for (const log of facts.logs) {
    for (const event of log.kubelet) {
      if (event.kind === "criteria-not-met" && event.thresholdBytes !== null && /memory/.test(event.signal ?? "")) {
        soft = event.thresholdBytes;
        grace = event.gracePeriodMs;
        refs.push(event.from[0]);
      } else if (event.kind === "observation" && event.thresholdBytes !== null && /memory/.test(event.signal ?? "")) {
        hard = event.thresholdBytes;
        refs.push(event.from[0]);
      }
    }
  }
  for (const { bytes, ref } of told) {
    if (bytes === soft) continue;
    hard = bytes;
    refs.push(ref);
  }
  const known = hard !== null || soft !== null;
  const threshold = (bytes: number, gracePeriodMs: number | null): Threshold => ({
    signal: MEMORY,
    value: `${bytes / 1024}Ki`,
    bytes,
    gracePeriodMs,
  });
  return {
    known,
    source: known ? "log" : null,
    hard: hard === null ? [] : [threshold(hard, null)],
    soft: soft === null ? [] : [threshold(soft, grace)],
    memoryHardBytes: hard,
    memorySoftBytes: soft,
    memorySoftGraceMs: grace,
    allocatable: hard !== null,
    minimumReclaimBytes: 0,
    config: null,
    refs: refs.slice(0, 4),
  };
};

/** `told`: threshold quantities that Evicted messages name. */
export const thresholdsInForce = (
  facts: Facts,
  capacityBytes: number | null,
  told: readonly { readonly bytes: number; readonly ref: SourceRef }[],
): ThresholdsInForce => {
  const flagLines = configOfFlagLines(facts.logs.flatMap((log) => log.kubelet));
  const configs = flagLines === null ? facts.configs : [...facts.configs, flagLines];
  // Flags that set nothing of eviction say nothing of it by themselves: the configuration file may.
  const telling = configs.some((c) => c.source !== "flags" || c.evictionHard !== null);
  const config = telling ? overlay(configs) : null;
  return config === null ? fromLog(facts, told) : fromConfig(config, capacityBytes);
};
