// Typed builders of story pieces: they state instants and quantities; everything else is empty as a real input may leave it.
import type { Eviction, OomKill, Scope } from "../../src/model/analysis.ts";
import type { When } from "../../src/model/instant.ts";
import type { KubeletConfig } from "../../src/model/kubelet.ts";
import type { StoryEviction, StoryKill, StoryUserspaceKill, ThresholdsInForce } from "../../src/model/timeline.ts";
import { epochMs } from "../../src/model/units.ts";
import { kubeletConfigOf } from "../../src/parse/config/config-builder.ts";
import { toInstant } from "../../src/timeline/document/instant.ts";

export const T0 = Date.UTC(2026, 10, 24, 1, 15, 0);

/** An instant `ms` after T0, known to ± `half`, on a clock. */
export const when = (ms: number, half = 1, clock = "wall"): When => ({
  earliest: epochMs(T0 + ms - half),
  latest: epochMs(T0 + ms + half),
  best: epochMs(T0 + ms),
  clock,
  reading: clock === "wall" ? T0 + ms - half : ms,
  readingUncertainty: clock === "wall" ? 2 * half : 0.001,
  anchor: "built for a test",
  bootSec: null,
});

export const off = (reading: number, clock = "printk@x"): When => ({
  earliest: epochMs(Number.NEGATIVE_INFINITY),
  latest: epochMs(Number.POSITIVE_INFINITY),
  best: epochMs(Number.NaN),
  clock,
  reading,
  readingUncertainty: 0.001,
  anchor: null,
  bootSec: reading / 1000,
});

let serial = 0;

export const kill = (at: When, scope: Scope | null = "node", limitedCgroup: string | null = null): StoryKill => {
  serial++;
  const doc: OomKill = {
    id: `kill-${serial}`,
    at: toInstant(at),
    constraint: scope === "node" ? "none" : "memcg",
    scope,
    trigger: { comm: "memhog", pid: null, gfpMask: null, order: 0, oomScoreAdj: 0 },
    victims: [
      {
        pid: 1000 + serial,
        comm: "memhog",
        uid: 0,
        totalVmBytes: null,
        anonRssBytes: null,
        fileRssBytes: null,
        shmemRssBytes: null,
        pageTablesBytes: null,
        oomScoreAdj: 915,
      },
    ],
    limitedCgroup,
    victimCgroup: limitedCgroup,
    usageBytes: null,
    limitBytes: null,
    pod: { namespace: "batch", name: "stubborn-0", uid: null, container: null, containerId: null },
    qosClass: "Burstable",
    badness: null,
    knownFrom: "report",
    count: 1,
    complete: true,
    evidence: [],
  };
  return { doc, at, invokedAt: null, reapedAt: null, report: null };
};

export const eviction = (
  at: When,
  options: { completed?: When; finished?: When; observed?: When; signal?: string } = {},
): StoryEviction => {
  serial++;
  const doc: Eviction = {
    id: `eviction-${serial}`,
    at: toInstant(at),
    signal: options.signal ?? "memory.available",
    kind: "hard",
    thresholdBytes: 300 * 2 ** 20,
    observedBytes: null,
    pods: [{ namespace: "batch", name: "leaky-0", uid: null, container: null, containerId: null }],
    completedAt: options.completed ? toInstant(options.completed) : null,
    failed: false,
    evidence: [],
  };
  return {
    doc,
    at,
    rankedAt: null,
    completedAt: options.completed ?? null,
    finishedAt: options.finished ?? options.completed ?? null,
    timedOut: false,
    killFailed: false,
    observedAt: options.observed ?? null,
  };
};

export const userspaceKill = (at: When): StoryUserspaceKill => {
  serial++;
  return {
    doc: {
      id: `userspace-${serial}`,
      at: toInstant(at),
      daemon: "systemd-oomd",
      target: "/system.slice/x.service",
      reason: null,
      evidence: [],
    },
    at,
  };
};

export const thresholds = (hard: number | null, soft: number | null = null): ThresholdsInForce => ({
  known: true,
  source: "config",
  hard: hard === null ? [] : [{ signal: "memory.available", value: String(hard), bytes: hard, gracePeriodMs: null }],
  soft: [],
  memoryHardBytes: hard,
  memorySoftBytes: soft,
  memorySoftGraceMs: null,
  allocatable: hard !== null,
  minimumReclaimBytes: 0,
  config: null,
  refs: [],
});

export const config = (change: Partial<KubeletConfig>): KubeletConfig => ({
  ...kubeletConfigOf("config", new Map(), [
    { file: "kubelet-config.yaml", line: 1, text: "kind: KubeletConfiguration" },
  ]),
  ...change,
});
