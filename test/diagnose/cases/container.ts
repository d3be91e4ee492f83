// A pod with a limit of 256 MiB that dies at it; lives of about 90 s.
import type { Inputs } from "../../../src/diagnose/inputs/inputs.ts";
import { inputs, view } from "../builders/inputs.ts";
import {
  CONTAINER_CGROUP,
  container as containerFact,
  died,
  incident,
  kill,
  line,
  podFact,
  POD,
  POD_CGROUP,
  says,
} from "../builders/story.ts";
import { every, MIB, ramp, single, track } from "../builders/track.ts";
import { bytes } from "../../../src/model/units.ts";
import type { StoryKill } from "../../../src/model/timeline.ts";
import type { Cases } from "./case.ts";

const LIMIT = 256 * MIB;

/** The kernel's report of a kill at the limit, with what the cgroup held in anon and cache. */
const atLimit = (
  seconds: number,
  o: {
    readonly anon?: number;
    readonly file?: number;
    readonly stack?: number;
    readonly group?: boolean;
    readonly pids?: readonly number[];
    readonly comm?: string;
    readonly stats?: boolean;
  } = {},
): StoryKill => {
  const anon = o.anon ?? 250 * MIB;
  return kill(seconds, {
    scope: "pod",
    limitedCgroup: POD_CGROUP,
    limitBytes: LIMIT,
    ...(o.pids === undefined ? {} : { pids: o.pids }),
    ...(o.comm === undefined ? {} : { comm: o.comm }),
    report: {
      scope: "memcg",
      groupKillOf: o.group === true ? CONTAINER_CGROUP : null,
      memcgUsage:
        o.stats === false
          ? null
          : {
              usageBytes: bytes(LIMIT),
              limitBytes: bytes(LIMIT),
              failcnt: 10,
              swapUsageBytes: null,
              swapLimitBytes: null,
              kmemUsageBytes: null,
              from: line("memory: usage 262144kB, limit 262144kB, failcnt 10", 650),
            },
      memcgStats:
        o.stats === false
          ? []
          : [
              {
                path: POD_CGROUP,
                stats: {
                  anon,
                  inactive_file: o.file ?? 0,
                  active_file: 0,
                  slab_reclaimable: 0,
                  kernel_stack: o.stack ?? 49_152,
                  pagetables: 634_880,
                },
                from: line("Memory cgroup stats for", 651),
              },
            ],
    },
  });
};

const podView = (held: (s: number) => number, to = 300, step = 1) =>
  view(POD_CGROUP, {
    level: "pod",
    pod: POD,
    current: single("/pod/memory.current", 0, to, step, held),
    max: single("/pod/memory.max", 0, to, step, () => LIMIT),
    stat: track(
      "/pod/memory.stat",
      every(0, to, step, (s) => ({ anon: held(s), inactive_file: 0, active_file: 0, slab_reclaimable: 0 })),
    ),
  });

/** Grows evenly to the limit in 90 s, dies, and again. */
const leaking = podView((s) => ramp(0, 10 * MIB, 90, 250 * MIB)(s % 100));
/** 240 MiB within 4 of 90 s. */
const bursting = podView((s) => ramp(60, 10 * MIB, 64, 250 * MIB)(s % 100));
/** Uneven: slow at first, then quick, over a third of the time. */
const uneven = podView((s) => (s % 100 < 40 ? 10 * MIB : ramp(40, 10 * MIB, 75, 250 * MIB)(s % 100)));
const flat = podView((s) => (90 + (s % 3)) * MIB);

const withHeap = (setting: string, maximum: number) =>
  podFact({
    containers: [{ ...containerFact(null, LIMIT), heap: { runtime: "JVM", setting, bytes: maximum, percent: null } }],
  });

const two = [atLimit(95), atLimit(195)];
const pod = (kills: readonly StoryKill[], o: Partial<Inputs> = {}): Inputs =>
  inputs({ incidents: [incident({ scope: "pod", outcome: "no-race", kills, from: 0, to: 300 })], ...o });

export const container: Readonly<Record<string, Cases>> = {
  "limit-below-working-set": {
    holds: () => pod(two, { cgroups: [uneven] }),
    refuted: () =>
      pod([atLimit(95, { anon: 100 * MIB, file: 150 * MIB }), atLimit(195, { anon: 100 * MIB, file: 150 * MIB })], {
        cgroups: [uneven],
      }),
    unknown: () => pod([atLimit(95)], { cgroups: [uneven] }),
  },
  "steady-leak": {
    holds: () => pod(two, { cgroups: [leaking] }),
    refuted: () => pod(two, { cgroups: [flat] }),
    unknown: () => pod(two, { cgroups: [uneven] }),
  },
  "allocation-burst": {
    holds: () => pod(two, { cgroups: [bursting] }),
    refuted: () => pod(two, { cgroups: [leaking] }),
    unknown: () => pod([atLimit(95)], { cgroups: [podView(ramp(0, 10 * MIB, 90, 250 * MIB), 300, 20)] }),
  },
  // The limit is 256 MiB; 250 MiB were anonymous at the kill.
  "runtime-heap-mismatch": {
    holds: () => pod([atLimit(95, { comm: "java" })], { podFacts: [withHeap("-Xmx", 512 * MIB)] }),
    refuted: () => pod([atLimit(95, { comm: "java" })], { podFacts: [withHeap("-Xmx", 128 * MIB)] }),
    unknown: () => pod([atLimit(95, { comm: "java" })]),
  },
  "thread-or-map-overhead": {
    holds: () => pod([atLimit(95, { stack: 60 * MIB })]),
    refuted: () => pod([atLimit(95)]),
    unknown: () => pod([atLimit(95, { stack: 12 * MIB })]),
  },
  "group-kill": {
    holds: () => pod([atLimit(95, { group: true, pids: [10, 11] })]),
    refuted: () => pod([atLimit(95, { group: true, pids: [10] })]),
    // Three died at once; of the kernel's report only the last lines are left.
    unknown: () =>
      pod([kill(95, { scope: "pod", limitedCgroup: POD_CGROUP, limitBytes: LIMIT, pids: [10, 11, 12], report: null })]),
  },
  "half-alive": {
    holds: () =>
      pod([atLimit(95)], {
        cgroups: [
          view(CONTAINER_CGROUP, {
            level: "container",
            pod: POD,
            current: single("/c/memory.current", 0, 300, 1, () => 40 * MIB),
          }),
        ],
        kubelet: { lines: [says(10, "no-resources-starved")], beats: [] },
      }),
    refuted: () => pod([atLimit(95)], { kubelet: { lines: [died(97)], beats: [] } }),
    unknown: () => pod([atLimit(95)]),
  },
  "restart-loop": {
    holds: () => pod([atLimit(95), atLimit(195), atLimit(295)]),
    refuted: () => pod(two, { podFacts: [podFact({ containers: [containerFact(null, LIMIT, 2)] })] }),
    unknown: () => pod(two),
  },
  "pod-limit-reached": {
    // Two containers of 60 MiB each with limits of 200 MiB; 136 MiB are charged to the pod itself.
    holds: () =>
      pod([atLimit(95)], {
        cgroups: ["a", "b"].map((name) =>
          view(`${POD_CGROUP}/cri-containerd-${name.repeat(64)}.scope`, {
            level: "container",
            pod: { ...POD, container: name },
            current: single("/c/current", 0, 300, 1, () => 60 * MIB),
            max: single("/c/max", 0, 300, 1, () => 200 * MIB),
            stat: track(
              "/c/stat",
              every(0, 300, 1, () => ({ inactive_file: 0, active_file: 0 })),
            ),
          }),
        ),
      }),
    refuted: () => pod([atLimit(95)], { podFacts: [podFact({ containers: [containerFact(null, LIMIT)] })] }),
    unknown: () => pod([atLimit(95)]),
  },
  "high-would-have": {
    holds: () => pod(two, { cgroups: [uneven], podFacts: [podFact({ containers: [containerFact(64 * MIB, LIMIT)] })] }),
    unknown: () =>
      pod([atLimit(95)], {
        cgroups: [podView(ramp(0, 10 * MIB, 90, 100 * MIB))],
        podFacts: [podFact({ containers: [containerFact(64 * MIB, LIMIT)] })],
      }),
    refuted: () => pod(two, { cgroups: [uneven], podFacts: [podFact({ containers: [containerFact(LIMIT, LIMIT)] })] }),
  },
};
