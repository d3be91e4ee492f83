// What the node is: from its own files first, then the API's Node object, then what the log says.
import type { Analysis } from "../../model/analysis.ts";
import type { Facts } from "../../model/facts.ts";
import type { NodeDetail } from "../../model/kubelet.ts";
import type { ThresholdsInForce } from "../../model/timeline.ts";
import { epochMs } from "../../model/units.ts";
import { parseQuantity } from "../../parse/kube/quantity.ts";
import { oomReportsOf } from "../clocks/printk-offset.ts";
import { anchorOf, middle } from "../clocks/bounds.ts";
import type { Clocks } from "../clocks/clocks.ts";
import { toInstant } from "../document/instant.ts";

const detail = (facts: Facts, key: NodeDetail["key"]): string | null =>
  facts.details.find((d) => d.key === key)?.fact.value ?? null;

/** Last value of a field of meminfo, or null. */
const meminfo = (facts: Facts, field: string): number | null => {
  const file = facts.samples.files.get("/proc/meminfo");
  const column = file?.column(field) ?? null;
  if (!file || !column) return null;
  for (let i = file.length - 1; i >= 0; i--) {
    const value = column[i];
    if (value !== undefined && Number.isFinite(value)) return value;
  }
  return null;
};

/** Without /proc/meminfo: RAM minus reserved of a global OOM report; the API's capacity is MemTotal too. */
export const memTotalOf = (facts: Facts): number | null => {
  const own = meminfo(facts, "MemTotal");
  if (own !== null) return own;
  for (const report of oomReportsOf(facts.logs)) {
    const info = report.memInfo;
    if (info !== null && info.ramBytes !== null && info.reservedBytes !== null)
      return info.ramBytes - info.reservedBytes;
  }
  return facts.nodes.find((n) => n.capacityMemoryBytes !== null)?.capacityMemoryBytes ?? null;
};

const swapTotalOf = (facts: Facts): number | null =>
  meminfo(facts, "SwapTotal") ??
  oomReportsOf(facts.logs).find((r) => r.memInfo?.totalSwapBytes !== undefined && r.memInfo.totalSwapBytes !== null)
    ?.memInfo?.totalSwapBytes ??
  null;

const hostnameOf = (facts: Facts): string | null => {
  const own = detail(facts, "hostname");
  if (own !== null) return own;
  const hosts = facts.logs
    .flatMap((log) => [...log.kubelet, ...log.kernel].map((event) => event.host))
    .filter((host) => host !== null);
  return hosts[0] ?? facts.nodes[0]?.name ?? null;
};

export const cgroupVersionOf = (facts: Facts): 1 | 2 | null => {
  // A hybrid machine has an empty v2 tree beside v1's memory controller: the version is that of the memory files.
  const withMemory = facts.samples.cgroups.filter(
    (dir) =>
      dir.version === 1 ||
      facts.samples.files.has(`${dir.dir}/memory.stat`) ||
      facts.samples.files.has(`${dir.dir}/memory.current`),
  );
  if (withMemory.some((dir) => dir.version === 1)) return 1;
  if (withMemory.length > 0) return 2;
  return null;
};

const reservedOf = (thresholds: ThresholdsInForce): Analysis["node"]["reserved"] => {
  const { config } = thresholds;
  if (config === null) return null;
  const bytesOf = (text: string | null): number | null => (text === null ? null : parseQuantity(text));
  return {
    kubeBytes: bytesOf(config.kubeReservedMemory),
    systemBytes: bytesOf(config.systemReservedMemory),
    enforced: [...(config.enforceNodeAllocatable ?? ["pods"])],
  };
};

const memoryQosOf = (thresholds: ThresholdsInForce): "on" | "off" | "unknown" => {
  const gate = thresholds.config?.memoryQoS ?? null;
  if (gate === true) return "on";
  // The gate is off by default in every release up to 1.36.
  return thresholds.config === null ? "unknown" : "off";
};

const bootedAt = (facts: Facts, clocks: Clocks): Analysis["node"]["bootedAt"] => {
  const bound = clocks.wallMinusBoot?.stretches.at(-1)?.bound;
  if (bound !== undefined && Number.isFinite(bound.low) && Number.isFinite(bound.high)) {
    const read = clocks.place([{ clock: "realtime", ms: middle(bound), resolutionMs: 0, zoned: true }], null, "other");
    return toInstant({ ...read, earliest: epochMs(bound.low), latest: epochMs(bound.high), anchor: anchorOf(bound) });
  }
  const btime = detail(facts, "bootTimeSec");
  return btime === null
    ? null
    : toInstant(
        clocks.place([{ clock: "api", ms: Number(btime) * 1000, resolutionMs: 1000, zoned: true }], null, "other"),
      );
};

export const kubeletVersionOf = (facts: Facts): string | null => {
  const told = detail(facts, "kubeletVersion") ?? facts.nodes[0]?.kubeletVersion ?? null;
  if (told !== null) return told;
  const started = facts.logs
    .flatMap((log) => log.kubelet)
    .find((event) => event.kind === "started" && event.version !== null);
  return started?.kind === "started" ? started.version : null;
};

export const nodeOf = (facts: Facts, clocks: Clocks, thresholds: ThresholdsInForce): Analysis["node"] => {
  const node = facts.nodes[0];
  const cpus = detail(facts, "cpus");
  const release = oomReportsOf(facts.logs).find((r) => r.kernelRelease !== null)?.kernelRelease ?? null;
  return {
    hostname: hostnameOf(facts),
    kernelRelease: detail(facts, "kernelRelease") ?? node?.kernelRelease ?? release,
    osName: detail(facts, "osName") ?? node?.osImage ?? null,
    kubeletVersion: kubeletVersionOf(facts),
    containerRuntime: detail(facts, "containerRuntime") ?? node?.containerRuntime ?? null,
    cgroupVersion: cgroupVersionOf(facts),
    memTotalBytes: memTotalOf(facts),
    swapTotalBytes: swapTotalOf(facts),
    cpus: cpus === null ? null : Number(cpus),
    bootedAt: bootedAt(facts, clocks),
    eviction:
      thresholds.known && thresholds.source !== null
        ? { hard: [...thresholds.hard], soft: [...thresholds.soft], source: thresholds.source }
        : null,
    reserved: reservedOf(thresholds),
    memoryQoS: memoryQosOf(thresholds),
  };
};
