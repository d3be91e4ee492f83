// The main job on whole, real incidents: who won, by how much, with which evidence.
import { existsSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { Analysis, OomKill } from "../src/model/analysis.ts";
import { analysed } from "./analysed.ts";

const FOLDER = "../shared/captures";
const present = existsSync(FOLDER);
if (!present) console.warn(`SKIPPED: ${FOLDER} is not here, so the whole captures are not analysed`);
if (!present && process.env["CI"]) throw new Error(`${FOLDER} is demanded in CI`);

const capture = (name: string): Promise<Analysis> => analysed(`${FOLDER}/${name}.tgz`);

const pids = (kills: readonly OomKill[]): number[] => kills.flatMap((kill) => kill.victims.map((victim) => victim.pid));
const podOf = (kill: OomKill | undefined): string => `${kill?.pod?.namespace}/${kill?.pod?.name}`;
const MIB = 2 ** 20;

describe.skipIf(!present)("a3: global OOM, the kubelet logs JSON", () => {
  let a: Analysis;
  beforeAll(async () => {
    a = await capture("a3-global-oom-json-6.12");
  });

  it("kernel-won at node scope, the kubelet never acted", () => {
    expect([
      a.verdict.outcome,
      a.incidents.find((i) => i.id === a.verdict.incidentId)?.scope,
      a.verdict.marginMs,
    ]).toEqual(["kernel-won", "node", null]);
  });

  it("one victim, counted once although its group kill prints it twice, with pod, container and QoS", () => {
    expect(pids(a.oomKills)).toEqual([982]);
    expect([podOf(a.oomKills[0]), a.oomKills[0]?.pod?.container, a.oomKills[0]?.qosClass]).toEqual([
      "batch/etl-worker-6b8f7c9d4-zq9wz",
      "etl",
      "Burstable",
    ]);
    expect(a.oomKills[0]?.victims[0]).toMatchObject({
      comm: "memhog",
      anonRssBytes: 2_285_440 * 1024,
      oomScoreAdj: 915,
    });
  });

  it("the kill's instant contains the truth and is known to less than a second", () => {
    const at = a.oomKills[0]?.at;
    expect(Math.abs((at?.unixMs ?? 0) - 1_795_484_309_622)).toBeLessThanOrEqual((at?.uncertaintyMs ?? 0) + 100);
    expect(at?.uncertaintyMs).toBeLessThanOrEqual(1000);
  });

  it("the floor from the OOM report alone is 158.0 MiB", () => {
    expect((a.incidents.find((i) => i.id === a.verdict.incidentId)?.race?.floorBytes ?? 0) / MIB).toBeCloseTo(158.0, 1);
  });

  it("nothing was evicted", () => {
    expect(a.evictions).toEqual([]);
  });
});

describe.skipIf(!present)("b: the kubelet evicts in time", () => {
  let a: Analysis;
  beforeAll(async () => {
    a = await capture("b-eviction-wins-6.12");
  });

  it("kubelet-won, by the allocatable signal that really fired", () => {
    expect(a.verdict.outcome).toBe("kubelet-won");
    expect(a.oomKills).toEqual([]);
    expect(a.evictions.map((e) => [e.signal, e.kind, e.thresholdBytes, e.observedBytes])).toEqual([
      ["allocatableMemory.available", "hard", 300 * MIB, 283_900 * 1024],
    ]);
    expect(a.incidents.find((i) => i.id === a.verdict.incidentId)?.scope).toBe("allocatable");
  });

  it("the evicted pod, and that it was evicted although the log says that it failed on the way", () => {
    expect(a.evictions.flatMap((e) => e.pods.map((p) => `${p.namespace}/${p.name}`))).toEqual(["batch/leaky-etl-0"]);
    expect([a.evictions[0]?.failed, a.evictions[0]?.completedAt?.utc]).toEqual([false, "2026-11-24T01:45:14.240Z"]);
    expect(a.evictions[0]?.at.utc).toBe("2026-11-24T01:44:57.217Z");
  });
});

describe.skipIf(!present)("b3: decided a minute before, too slow to stop the container", () => {
  let a: Analysis;
  beforeAll(async () => {
    a = await capture("b3-eviction-6.12");
  });

  it("kernel-won-mid-eviction, 59.7 s after the decision", () => {
    expect(a.verdict.outcome).toBe("kernel-won-mid-eviction");
    expect(Math.abs((a.verdict.marginMs ?? 0) + 59_688)).toBeLessThanOrEqual(
      (a.verdict.marginUncertaintyMs ?? 0) + 100,
    );
    expect(a.verdict.marginUncertaintyMs).toBeLessThanOrEqual(1500);
  });

  it("the kernel killed the pod that the kubelet had chosen", () => {
    expect(pids(a.oomKills)).toEqual([1059]);
    expect(podOf(a.oomKills[0])).toBe("batch/leaky-5f6d8c7b9-abcde");
    expect(a.evictions.map((e) => [e.signal, e.thresholdBytes, e.observedBytes, e.pods.map((p) => p.name)])).toEqual([
      ["memory.available", 300 * MIB, 221_848 * 1024, ["leaky-5f6d8c7b9-abcde"]],
    ]);
  });
});

describe.skipIf(!present)("c1: two kills, then an eviction of an innocent pod", () => {
  let a: Analysis;
  beforeAll(async () => {
    a = await capture("c1-both-6.12");
  });

  it("kernel-won by 20.8 s, in the second of two incidents", () => {
    expect([a.verdict.outcome, a.verdict.incidentId]).toEqual(["kernel-won", a.incidents[1]?.id]);
    expect(Math.abs((a.verdict.marginMs ?? 0) - 20_776)).toBeLessThanOrEqual(
      (a.verdict.marginUncertaintyMs ?? 0) + 100,
    );
    expect(
      a.incidents
        .filter((i) => i.oomKillIds.length + i.evictionIds.length > 0)
        .map((i) => [i.outcome, i.oomKillIds.length, i.evictionIds.length]),
    ).toEqual([
      ["kernel-won", 1, 0],
      ["kernel-won", 1, 1],
    ]);
  });

  it("both kills on the kernel's own clock: journald's receipt puts the first one 6 s late", () => {
    expect(pids(a.oomKills)).toEqual([1031, 1262]);
    for (const [i, truth] of [1_795_482_956_961, 1_795_483_134_454].entries()) {
      const at = a.oomKills[i]?.at;
      expect(Math.abs((at?.unixMs ?? 0) - truth)).toBeLessThanOrEqual((at?.uncertaintyMs ?? 0) + 100);
      expect(at?.uncertaintyMs).toBeLessThanOrEqual(1000);
    }
  });

  it("the milestones of the second incident stand in true order", () => {
    const kinds = a.incidents[1]?.milestones.map((m) => m.kind) ?? [];
    const order = [
      "threshold-crossed",
      "kubelet-noticed",
      "kernel-invoked-oom",
      "kernel-killed",
      "kubelet-saw-oom",
      "kubelet-ranked",
      "kubelet-evicted",
    ];
    expect(order.filter((kind) => kinds.includes(kind as (typeof kinds)[number]))).toEqual(order);
    expect(kinds.filter((kind) => order.includes(kind))).toEqual(order);
    expect(a.incidents[1]?.milestones.find((m) => m.kind === "kubelet-noticed")?.at.utc).toBe(
      "2026-11-24T01:18:12.374Z",
    );
  });

  it("silence, fall, floor: 42 s, about 20 MiB/s, 159 and 158 MiB", () => {
    const [first, second] = a.incidents;
    expect((first?.race?.kubeletSilentMs ?? 0) / 1000).toBeCloseTo(42.3, 0);
    expect((first?.race?.fallRateBytesPerSec ?? 0) / MIB).toBeCloseTo(20, 0);
    expect((first?.race?.floorBytes ?? 0) / MIB).toBeCloseTo(158.6, 1);
    expect((second?.race?.floorBytes ?? 0) / MIB).toBeCloseTo(158.5, 1);
  });

  it("the eviction hit prometheus, on 200620Ki, for a soft threshold of 700Mi", () => {
    expect(
      a.evictions.map((e) => [
        e.signal,
        e.kind,
        e.thresholdBytes,
        e.observedBytes,
        e.pods.map((p) => `${p.namespace}/${p.name}`),
      ]),
    ).toEqual([["memory.available", "soft", 700 * MIB, 200_620 * 1024, ["monitoring/prometheus-0"]]]);
    expect(a.incidents[1]?.consequences.some((c) => c.kind === "late-eviction" && c.pod?.name === "prometheus-0")).toBe(
      true,
    );
  });

  it("kills that the serial console tells of after the capture are said, not counted", () => {
    expect(a.diagnostics.filter((d) => d.code === "kills-after-capture").map((d) => [d.file, d.severity])).toEqual([
      ["console.log", "info"],
    ]);
  });
});

describe.skipIf(!present)("d1: a container dies at its limit again and again", () => {
  let a: Analysis;
  beforeAll(async () => {
    a = await capture("d1-container-oom-loop-6.12");
  });

  it("no-race at the pod's limit: the kernel names the pod's slice", () => {
    const incident = a.incidents.find((i) => i.id === a.verdict.incidentId);
    expect([a.verdict.outcome, incident?.scope, incident?.oomKillIds.length]).toEqual(["no-race", "pod", 3]);
    expect(a.oomKills.map((kill) => kill.limitBytes)).toEqual([256 * MIB, 256 * MIB, 256 * MIB]);
  });

  it("every kill once although memory.oom.group prints the chosen victim twice", () => {
    expect(a.oomKills.map((kill) => [kill.count, kill.victims.map((v) => v.pid)])).toEqual([
      [2, [1028, 1014]],
      [2, [1088, 1074]],
      [2, [1144, 1157]],
    ]);
    expect(new Set(a.oomKills.map(podOf))).toEqual(new Set(["payments/ledger-6d5f4c8b7-kk2pl"]));
  });

  it("the victim choice is verified from the dump", () => {
    expect(a.oomKills.map((kill) => [kill.badness?.rank, kill.badness?.agrees])).toEqual([
      [1, true],
      [1, true],
      [1, true],
    ]);
  });
});

describe.skipIf(!present)("h1: throttled at memory.high", () => {
  it("pressure-only, no kill invented", async () => {
    const a = await capture("h1-memoryhigh-throttle-6.12");
    expect([a.verdict.outcome, a.oomKills.length, a.evictions.length]).toEqual(["pressure-only", 0, 0]);
    expect(a.node.memoryQoS).toBe("on");
  });
});
