// The last seconds before a kill at 120 s, in the counters of reclaim.
import type { Inputs } from "../../../src/diagnose/inputs/inputs.ts";
import { inputs, node, view } from "../builders/inputs.ts";
import { beats, died, incident, kill, memInfo, POD, POD_CGROUP, kernelNote, says } from "../builders/story.ts";
import { at, every, GIB, MIB, ramp, single, track } from "../builders/track.ts";
import type { OomMemInfo } from "../../../src/model/kernel.ts";
import type { StoryUserspaceKill } from "../../../src/model/timeline.ts";
import type { Cases } from "./case.ts";

const killed = kill(120);
const grave = incident({ kills: [killed], from: 60 });
type Values = Record<string, number>;
const PAGES = (bytes: number) => bytes / 4096;

const vmstat = (row: (s: number) => Values) => track("/proc/vmstat", every(0, 150, 1, row));
const psi = (full: number) =>
  track(
    "/proc/pressure/memory",
    every(0, 150, 1, (s) => ({ "full.total": s * full * 1e6, "some.total": s * full * 1e6 })),
  );
/** One zone: min 44 MiB, low 55, high 66; free as given. */
const zones = (free: (s: number) => number, boost = 0) =>
  track(
    "/proc/zoneinfo",
    every(0, 150, 1, (s) => ({
      "Node 0/DMA32.free": PAGES(free(s)),
      "Node 0/DMA32.min": PAGES(44 * MIB),
      "Node 0/DMA32.low": PAGES(55 * MIB),
      "Node 0/DMA32.high": PAGES(66 * MIB),
      "Node 0/DMA32.boost": boost,
      "Node 0/DMA32.managed": PAGES(3 * GIB),
    })),
  );
const meminfo = (free: (s: number) => number, file: number) =>
  track(
    "/proc/meminfo",
    every(0, 150, 1, (s) => ({
      MemFree: free(s),
      "Active(file)": file / 2,
      "Inactive(file)": file / 2,
      SwapFree: 0,
      "Inactive(anon)": 500 * MIB,
    })),
  );
const low = () => 50 * MIB;

const zone = (nodeNumber: number, free: number): OomMemInfo["zones"][number] => ({
  node: nodeNumber,
  name: "Normal",
  values: { free, min: 44 * MIB, low: 55 * MIB, high: 66 * MIB },
  lowmemReserveBytes: [0],
  buddy: null,
});
const fragmented = (buddy: readonly number[], free: number) =>
  kill(120, { order: 3, report: { memInfo: memInfo({ zones: [{ ...zone(0, free), buddy }] }) } });
const one = (o: Partial<Inputs>): Inputs => inputs({ incidents: [grave], ...o });
const swap = node({ swapTotalBytes: GIB });

const throttled = (o: { readonly current: number; readonly events: number; readonly pressure: boolean }) =>
  view(`${POD_CGROUP}/c.scope`, {
    level: "container",
    pod: POD,
    high: single("/c/high", 0, 150, 1, () => 300 * MIB),
    current: single("/c/current", 0, 150, 1, () => o.current),
    events: track(
      "/c/events",
      every(0, 150, 1, (s) => ({ high: s * o.events, max: 0 })),
    ),
    pressure: o.pressure
      ? track(
          "/c/pressure",
          every(0, 150, 1, (s) => ({ "some.total": s * 700_000, "full.total": s * 700_000 })),
        )
      : null,
  });

const unit = (refaults: number, min: number) =>
  view("/system.slice/kubelet.service", {
    current: single("/k/current", 0, 150, 1, () => 90 * MIB),
    min: single("/k/min", 0, 150, 1, () => min),
    stat: track(
      "/k/stat",
      every(0, 150, 1, (s) => ({ workingset_refault_file: s * refaults })),
    ),
  });

const stallFrom = (path: string, from: number) =>
  track(
    path,
    every(0, 150, 0.5, (s) => ({ "full.total": Math.max(0, s - from) * 300_000 })),
  );
const podPressure = (from: number) =>
  view(POD_CGROUP, { level: "pod", pod: POD, pressure: stallFrom("/pod/memory.pressure", from) });
/** Throttled so many µs a second, and so many pages a second reclaimed. */
const cpuPod = (usecPerSec: number, scanned: number) =>
  view(POD_CGROUP, {
    level: "pod",
    pod: POD,
    cpuStat: track(
      "/pod/cpu.stat",
      every(0, 150, 1, (s) => ({ throttled_usec: s * usecPerSec })),
    ),
    stat: track(
      "/pod/stat",
      every(0, 150, 1, (s) => ({ pgscan: s * scanned, workingset_refault_file: 0 })),
    ),
  });
const oomd: StoryUserspaceKill = {
  doc: {
    id: "userspace-1",
    at: killed.doc.at,
    daemon: "systemd-oomd",
    target: "/kubepods.slice",
    reason: "memory pressure",
    evidence: [{ file: "logs/journal", line: 5, endLine: null, text: "Killed /kubepods.slice due to memory pressure" }],
  },
  at: killed.at,
};

export const reclaim: Readonly<Record<string, Cases>> = {
  "kswapd-outrun": {
    holds: () =>
      one({
        vmstat: vmstat((s) => ({ allocstall_normal: s * 50, pgscan_kswapd: s * 1000, pgsteal_kswapd: s * 100 })),
        zoneinfo: zones(low),
        meminfo: meminfo(low, 500 * MIB),
      }),
    refuted: () =>
      one({
        vmstat: vmstat((s) => ({ allocstall_normal: 0, pgscan_kswapd: s * 1000, pgsteal_kswapd: s * 900 })),
        zoneinfo: zones(low),
        meminfo: meminfo(low, 500 * MIB),
      }),
    unknown: () => one({ vmstat: vmstat((s) => ({ allocstall_normal: s * 50 })) }),
  },
  "direct-reclaim-storm": {
    holds: () => one({ vmstat: vmstat((s) => ({ allocstall_normal: s * 50 })), psiMemory: psi(0.5) }),
    refuted: () => one({ vmstat: vmstat(() => ({ allocstall_normal: 0 })) }),
    unknown: () => one({ vmstat: vmstat((s) => ({ allocstall_normal: s })) }),
  },
  "refault-thrash": {
    holds: () =>
      one({
        vmstat: vmstat((s) => ({
          allocstall_normal: s,
          pgscan_kswapd: s * 1000,
          workingset_refault_file: s * 2000,
          workingset_restore_file: s * 200,
          workingset_refault_anon: 0,
          workingset_restore_anon: 0,
        })),
        psiMemory: psi(0.5),
        zoneinfo: zones(low),
        meminfo: meminfo(low, 80 * MIB),
      }),
    refuted: () =>
      one({
        vmstat: vmstat((s) => ({
          allocstall_normal: 0,
          pgscan_kswapd: 0,
          workingset_refault_file: s * 2000,
          workingset_restore_file: s * 200,
        })),
      }),
    unknown: () =>
      one({
        vmstat: vmstat((s) => ({
          allocstall_normal: s,
          pgscan_kswapd: s * 1000,
          workingset_refault_file: s * 2000,
          workingset_restore_file: s * 200,
        })),
      }),
  },
  "watermark-low": {
    // 60 MiB at 100 s, 40 MiB a second later: 20 MiB through a gap of 11.
    holds: () =>
      one({
        vmstat: vmstat((s) => ({ allocstall_normal: s })),
        zoneinfo: zones(low),
        meminfo: meminfo((s) => (s <= 100 ? 60 * MIB : 40 * MIB), 800 * MIB),
      }),
    refuted: () =>
      one({
        vmstat: vmstat((s) => ({ allocstall_normal: s })),
        zoneinfo: zones(low),
        meminfo: meminfo(ramp(60, 65 * MIB, 120, 45 * MIB), 800 * MIB),
      }),
    unknown: () => one({ vmstat: vmstat((s) => ({ allocstall_normal: s })) }),
  },
  "watermark-boosted": {
    holds: () => one({ zoneinfo: zones(low, 5000) }),
    refuted: () => one({ zoneinfo: zones(low, 0) }),
    unknown: () => one({ vmstat: vmstat(() => ({ allocstall_normal: 0 })) }),
  },
  "zone-or-numa-imbalance": {
    holds: () =>
      inputs({
        incidents: [
          incident({
            kills: [
              kill(120, {
                constraint: "cpuset",
                report: { memInfo: memInfo({ zones: [zone(0, 40 * MIB), zone(1, GIB)] }) },
              }),
            ],
          }),
        ],
      }),
    refuted: () =>
      inputs({
        incidents: [
          incident({
            kills: [
              kill(120, {
                constraint: "cpuset",
                report: { memInfo: memInfo({ zones: [zone(0, 40 * MIB), zone(1, 42 * MIB)] }) },
              }),
            ],
          }),
        ],
      }),
    unknown: () => inputs({ incidents: [incident({ kills: [kill(120, { constraint: "cpuset", report: {} })] })] }),
  },
  "high-order-fragmentation": {
    // 25,000 single pages: no block of eight.
    holds: () => inputs({ incidents: [incident({ kills: [fragmented([25_000, 0, 0, 0], 25_000 * 4096)] })] }),
    refuted: () => inputs({ incidents: [incident({ kills: [fragmented([100, 20, 5, 3], 40 * MIB)] })] }),
    unknown: () => inputs({ incidents: [incident({ kills: [kill(120, { order: 3, report: {} })] })] }),
  },
  "swap-full": {
    holds: () => one({ node: swap, meminfo: meminfo(low, 80 * MIB) }),
    refuted: () =>
      one({
        node: swap,
        meminfo: track(
          "/proc/meminfo",
          every(0, 150, 1, () => ({ SwapFree: GIB / 2 })),
        ),
      }),
    unknown: () => one({ node: swap }),
  },
  "swap-thrash": {
    holds: () =>
      one({
        node: swap,
        vmstat: vmstat((s) => ({ pswpin: s * 500, pswpout: s * 500, workingset_restore_anon: s * 100 })),
        psiMemory: psi(0.4),
      }),
    refuted: () =>
      one({
        node: swap,
        vmstat: vmstat(() => ({ pswpin: 0, pswpout: 0, workingset_restore_anon: 0 })),
        psiMemory: psi(0.4),
      }),
    unknown: () => one({ node: swap, vmstat: vmstat((s) => ({ pswpin: s * 500, pswpout: s * 500 })) }),
  },
  "min-ttl-kill": {
    holds: () =>
      inputs({
        incidents: [incident({ kills: [kill(120, { invoker: "kswapd0" })] })],
        minTtl: single("/sys/kernel/mm/lru_gen/min_ttl_ms", 0, 0, 1, () => 1000),
      }),
    refuted: () =>
      inputs({
        incidents: [incident({ kills: [kill(120, { invoker: "kswapd0" })] })],
        minTtl: single("/sys/kernel/mm/lru_gen/min_ttl_ms", 0, 0, 1, () => 0),
      }),
    unknown: () => inputs({ incidents: [incident({ kills: [kill(120, { invoker: "kswapd0" })] })] }),
  },
  "memory-high-throttling": {
    holds: () => inputs({ cgroups: [throttled({ current: 310 * MIB, events: 200, pressure: true })] }),
    refuted: () => inputs({ cgroups: [throttled({ current: 200 * MIB, events: 0, pressure: true })] }),
    unknown: () => inputs({ cgroups: [throttled({ current: 310 * MIB, events: 200, pressure: false })] }),
  },
  "protection-missing": {
    holds: () => one({ cgroups: [unit(400, 0)] }),
    refuted: () => one({ cgroups: [unit(1, 0)] }),
    unknown: () => one({ cgroups: [{ ...unit(400, 0), min: null }] }),
  },
  "protection-overcommitted": {
    holds: () =>
      one({
        cgroups: [
          view("/kubepods.slice", { level: "kubepods", min: single("/kubepods/min", 0, 0, 1, () => 2.8 * GIB) }),
        ],
      }),
    refuted: () =>
      one({
        cgroups: [view("/kubepods.slice", { level: "kubepods", min: single("/kubepods/min", 0, 0, 1, () => 0) })],
      }),
    unknown: () =>
      one({
        cgroups: [
          view("/kubepods.slice", { level: "kubepods", current: single("/kubepods/current", 0, 150, 1, () => GIB) }),
        ],
      }),
  },
  "first-stalled": {
    holds: () => one({ psiMemory: stallFrom("/proc/pressure/memory", 110), cgroups: [podPressure(80)] }),
    unknown: () => one({ psiMemory: stallFrom("/proc/pressure/memory", 80), cgroups: [podPressure(80)] }),
    refuted: () => one({ psiMemory: psi(0.01), cgroups: [podPressure(500)] }),
  },
  "cpu-throttled-pressure": {
    holds: () =>
      one({
        cgroups: [{ ...cpuPod(600_000, 0), pressure: psi(0.3) }],
      }),
    refuted: () => one({ cgroups: [{ ...cpuPod(100_000, 0), pressure: psi(0.3) }] }),
    unknown: () => one({ cgroups: [view(POD_CGROUP, { level: "pod", pod: POD, pressure: psi(0.3) })] }),
  },
  "userspace-killer": {
    holds: () => inputs({ userspaceKills: [oomd] }),
    refuted: () => one({}),
    // Exit code 137, and nobody who says that he did it.
    unknown: () =>
      inputs({
        incidents: [incident({ outcome: "pressure-only" })],
        kubelet: { lines: [died(120, 137)], beats: [] },
      }),
  },
  "panic-or-watchdog": {
    holds: () => one({ kernelLines: [kernelNote(119, "hung-task")] }),
    refuted: () => one({ bootIds: ["boot-1"] }),
    unknown: () => one({ bootIds: ["boot-1", "boot-2"] }),
  },
  aftermath: {
    holds: () =>
      inputs({
        incidents: [
          incident({
            kills: [killed],
            consequences: [
              {
                kind: "node-not-ready",
                at: {
                  unixMs: at(140),
                  uncertaintyMs: 1,
                  utc: "2026-11-24T01:02:20Z",
                  bootSec: null,
                  clock: "wall",
                  anchor: null,
                },
                pod: null,
                evidence: [{ file: "logs/kubelet", line: 9, endLine: null, text: "Node became not ready" }],
              },
            ],
          }),
        ],
      }),
    refuted: () => one({ kubelet: { lines: [says(10, "no-resources-starved")], beats: beats(0, 200, 10) } }),
    unknown: () => one({ kubelet: { lines: [says(10, "no-resources-starved")], beats: beats(0, 110, 10) } }),
  },
};
