// A node of 3 GiB whose memory.available falls from 1500 MiB; the kernel kills at 120 s; floor 160 MiB.
import type { Inputs } from "../../../src/diagnose/inputs/inputs.ts";
import { floor, inputs, sampled, view } from "../builders/inputs.ts";
import {
  beats,
  config,
  criteriaNotMet,
  eviction,
  incident,
  kill,
  says,
  saysOfPod,
  starving,
  thresholds,
  unknownThresholds,
} from "../builders/story.ts";
import { every, GIB, MIB, ramp, single, track } from "../builders/track.ts";
import type { Cases } from "./case.ts";

const killed = kill(120);
const FLOOR = 160 * MIB;
const lines = { lines: [says(10, "no-resources-starved")], beats: beats(0, 200, 10) };
/** Falls evenly to the floor at the kill, from `start` seconds on, and is back 10 s later. */
const falling = (start: number) =>
  sampled(0, 200, (s) => (s > 130 ? 1400 * MIB : ramp(start, 1500 * MIB, 120, FLOOR)(s)));
const base = (o: Partial<Inputs>): Inputs =>
  inputs({ kubelet: lines, floors: [floor(killed.doc.id, FLOOR)], incidents: [incident({ kills: [killed] })], ...o });
const at300 = thresholds({ memoryHardBytes: 300 * MIB });
const evicted = eviction(150, { observedBytes: 250 * MIB, observedAt: 115, completedAt: 155 });

export const race: Readonly<Record<string, Cases>> = {
  "kernel-faster-than-loop": {
    // 1340 MiB in 20 s: 67 MiB/s; 300 MiB are crossed 2 s before the kill.
    holds: () =>
      base({
        thresholds: at300,
        available: falling(100),
        incidents: [
          incident({ kills: [killed], race: { requiredThresholdBytes: 960 * MIB, fallRateBytesPerSec: 67 * MIB } }),
        ],
      }),
    // 1340 MiB in 110 s: 300 MiB are crossed 11.5 s before... with a threshold of 1000 MiB 69 s.
    refuted: () => base({ thresholds: thresholds({ memoryHardBytes: 1000 * MIB }), available: falling(10) }),
    unknown: () => base({ thresholds: at300, available: null }),
  },
  "threshold-below-floor": {
    holds: () => base({ thresholds: thresholds({ memoryHardBytes: 100 * MIB }) }),
    refuted: () => base({ thresholds: at300 }),
    unknown: () => base({ thresholds: unknownThresholds() }),
  },
  "threshold-too-small": {
    // 300 − 160 = 140 MiB of distance; 67 MiB/s × 12 s = 804 MiB needed.
    holds: () =>
      base({
        thresholds: at300,
        available: falling(100),
        incidents: [
          incident({ kills: [killed], race: { fallRateBytesPerSec: 67 * MIB, requiredThresholdBytes: 960 * MIB } }),
        ],
      }),
    refuted: () =>
      base({
        thresholds: thresholds({ memoryHardBytes: 1000 * MIB }),
        available: falling(10),
        incidents: [incident({ kills: [killed], race: { fallRateBytesPerSec: 12 * MIB } })],
      }),
    unknown: () => base({ thresholds: at300, available: falling(100), kubelet: null }),
  },
  "soft-grace-too-long": {
    holds: () =>
      base({
        thresholds: thresholds({ memorySoftBytes: 700 * MIB, memorySoftGraceMs: 90_000 }),
        kubelet: { lines: [criteriaNotMet(80, 700 * MIB, 90_000)], beats: [] },
      }),
    refuted: () =>
      base({
        thresholds: thresholds({ memorySoftBytes: 700 * MIB, memorySoftGraceMs: 5000 }),
        kubelet: { lines: [criteriaNotMet(80, 700 * MIB, 5000)], beats: [] },
      }),
    unknown: () =>
      base({ thresholds: thresholds({ memorySoftBytes: 700 * MIB, memorySoftGraceMs: 5000 }), kubelet: null }),
  },
  "stale-observation-eviction": {
    holds: () =>
      base({
        thresholds: at300,
        available: falling(10),
        incidents: [incident({ kills: [killed], evictions: [evicted] })],
      }),
    refuted: () =>
      base({
        thresholds: at300,
        available: sampled(0, 200, () => 200 * MIB),
        incidents: [incident({ evictions: [evicted] })],
      }),
    unknown: () =>
      base({
        thresholds: at300,
        available: falling(10),
        incidents: [incident({ kills: [killed], evictions: [eviction(150, { observedBytes: null })] })],
      }),
  },
  "eviction-freed-too-little": {
    // Still 200 MiB after the clean-up at 80 s, and the kernel kills 8 s later.
    holds: () =>
      base({
        thresholds: at300,
        available: sampled(0, 200, () => 200 * MIB),
        incidents: [
          incident({
            kills: [kill(88)],
            evictions: [eviction(70, { completedAt: 80 })],
            race: { fallRateBytesPerSec: 20 * MIB },
          }),
        ],
      }),
    refuted: () =>
      base({
        thresholds: at300,
        available: sampled(0, 200, (s) => (s > 82 ? GIB : 200 * MIB)),
        incidents: [incident({ evictions: [eviction(70, { completedAt: 80 })] })],
      }),
    unknown: () =>
      base({
        thresholds: at300,
        available: sampled(0, 78, () => 200 * MIB),
        incidents: [incident({ evictions: [eviction(70, { completedAt: 80 })] })],
      }),
  },
  "eviction-blocked": {
    holds: () =>
      base({
        thresholds: at300,
        available: falling(10),
        incidents: [incident({ kills: [killed], evictions: [eviction(70, { killFailed: true })] })],
        kubelet: { lines: [saysOfPod(80, "failed-to-evict"), saysOfPod(119, "cleanup-timed-out")], beats: [] },
        cgroups: [view("/system.slice/kubelet.service", { current: single("/kubelet", 0, 200, 1, () => 90 * MIB) })],
      }),
    // The call timed out, yet memory was back 5 s after the decision and the kernel killed nothing.
    refuted: () =>
      base({
        thresholds: at300,
        available: sampled(0, 200, (s) => (s >= 75 ? GIB : 200 * MIB)),
        incidents: [incident({ evictions: [eviction(70, { killFailed: true })] })],
        kubelet: { lines: [saysOfPod(80, "failed-to-evict")], beats: [] },
        coverage: {
          from: null,
          to: null,
          ticks: 0,
          medianIntervalMs: null,
          gaps: [],
          sources: { kernelLog: "present" },
        },
      }),
    unknown: () =>
      base({
        thresholds: at300,
        incidents: [incident({ evictions: [eviction(70, { killFailed: true })] })],
        kubelet: { lines: [saysOfPod(80, "failed-to-evict")], beats: [] },
      }),
  },
  "kubelet-starved": {
    // Lines every 3 s until 60 s, then none for 58 s; it cannot renew its lease; its cgroup stands still 40 % of the time.
    holds: () =>
      base({
        incidents: [incident({ kills: [killed], crossing: { at: 65, thresholdBytes: 300 * MIB } })],
        kubelet: {
          lines: [says(10, "no-resources-starved"), starving(125, "lease")],
          beats: [...beats(0, 60, 3), ...beats(118, 200, 3)],
        },
        cgroups: [
          view("/system.slice/kubelet.service", {
            current: single("/kubelet/current", 0, 200, 1, () => 90 * MIB),
            pressure: track(
              "/kubelet/pressure",
              every(0, 200, 1, (s) => ({ "full.total": s * 400_000 })),
            ),
          }),
        ],
      }),
    refuted: () =>
      base({
        incidents: [incident({ kills: [killed], crossing: { at: 65, thresholdBytes: 300 * MIB } })],
        kubelet: { lines: [says(10, "no-resources-starved")], beats: beats(0, 200, 3) },
        psiMemory: track(
          "/proc/pressure/memory",
          every(0, 200, 1, () => ({ "full.total": 0 })),
        ),
        cgroups: [
          view("/system.slice/kubelet.service", {
            pressure: track(
              "/kubelet/pressure",
              every(0, 200, 1, () => ({ "full.total": 0 })),
            ),
          }),
        ],
      }),
    unknown: () =>
      base({
        incidents: [incident({ kills: [killed] })],
        kubelet: { lines: [says(10, "no-resources-starved"), starving(110, "lease")], beats: beats(0, 200, 3) },
      }),
  },
  "eviction-not-enforced": {
    holds: () =>
      base({
        thresholds: thresholds({
          memoryHardBytes: null,
          config: config({ evictionHard: { "nodefs.available": "5%" } }),
          hard: [{ signal: "nodefs.available", value: "5%", bytes: null, gracePeriodMs: null }],
        }),
      }),
    refuted: () => base({ thresholds: at300 }),
    unknown: () => base({ thresholds: unknownThresholds() }),
  },
};
