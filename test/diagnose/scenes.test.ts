// Whole nodes, all rules at once: what an expert would say of each scene holds, in this order, and nothing else does.
import { describe, expect, it } from "vitest";
import type { Inputs } from "../../src/diagnose/inputs/inputs.ts";
import { RULES } from "../../src/diagnose/rules.ts";
import { runRules } from "../../src/diagnose/run.ts";
import type { Finding } from "../../src/model/analysis.ts";
import { contradictions } from "./builders/contradictions.ts";
import { type Body, type PodOf, Scene, type SceneOf, TOTAL } from "./builders/scene.ts";
import { beats, criteriaNotMet, died, eviction, kill, says } from "./builders/story.ts";
import { GIB, MIB, ramp } from "./builders/track.ts";

const web: PodOf = {
  name: "web",
  body: { anon: () => 100 * MIB, activeFile: () => 50 * MIB },
  requestBytes: 160 * MIB,
};
const db: PodOf = { name: "db", body: { anon: () => 300 * MIB, activeFile: () => 100 * MIB }, requestBytes: 420 * MIB };
/** What is left of 3 GiB beside those two, two daemons, the kernel and 60 MiB that the watermarks keep back. */
const ALL = 2177 * MIB;
const takesAll = ramp(60, 0, 119, ALL);
const idle = (body: Body): PodOf => ({ name: "job", body, requestBytes: 64 * MIB });

interface Said {
  readonly holds: readonly string[];
  readonly findings: readonly Finding[];
  readonly of: (id: string) => Finding;
}

const diagnose = (inputs: Inputs): Said => {
  const { findings, problems } = runRules(RULES, inputs);
  expect(problems).toEqual([]);
  expect(contradictions(findings)).toEqual([]);
  const of = (id: string): Finding => {
    const found = findings.find((f) => f.id === id);
    if (found === undefined) throw new Error(`no finding ${id}`);
    return found;
  };
  return { holds: findings.filter((f) => f.verdict === "holds").map((f) => f.id), findings, of };
};

/** The kernel kills pod `victim` in a node-wide shortage at 120 s. */
const killedOn = (given: SceneOf, victim: number): Said => {
  const scene = new Scene(given);
  return diagnose(scene.inputs([scene.incident({ kills: [scene.killed(120, victim)] })]));
};

/** The kubelet evicts the first pod 6 s after its signal has crossed the threshold, and memory is back 3 s later. */
const evictedOn = (
  given: SceneOf,
  signal: "memory.available" | "allocatableMemory.available",
  thresholdBytes: number,
) => {
  const scene = new Scene({ ...given, hardBytes: given.hardBytes ?? thresholdBytes });
  const value = (s: number): number => (signal === "memory.available" ? scene.available(s) : scene.allocatable(s));
  const crossed = Array.from({ length: 200 }, (_, s) => s).find((s) => value(s) < thresholdBytes) ?? 0;
  const evicted = eviction(crossed + 6, {
    signal,
    thresholdBytes,
    observedBytes: value(crossed + 5),
    observedAt: crossed + 5,
    completedAt: crossed + 9,
    pod: scene.pod(0),
  });
  const incident = scene.incident({
    scope: signal === "memory.available" ? "node" : "allocatable",
    outcome: "kubelet-won",
    crossing: { at: crossed, thresholdBytes, signal },
    evictions: [evicted],
  });
  return diagnose(scene.inputs([incident]));
};

describe("scenes add up", () => {
  it("MemFree and all that is counted is MemTotal, and the kernel kills near the marks", () => {
    const scene = new Scene({ pods: [idle({ anon: takesAll }), web, db] });
    const { meminfo } = scene.inputs([]);
    for (const reading of [0, 90, 119]) {
      const of = (field: string): number => meminfo?.value(reading, field) ?? Number.NaN;
      const counted = ["MemFree", "AnonPages", "Cached", "Slab", "PageTables", "Percpu", "VmallocUsed"].map(of);
      expect(counted.reduce((n, v) => n + v, 0)).toBe(TOTAL);
    }
    expect(scene.free(119)).toBe(60 * MIB);
    expect(scene.available(119)).toBe(135 * MIB);
  });
});

describe("the node runs out", () => {
  it("one pod without a limit takes it, and the threshold lies below the floor", () => {
    const { holds, of } = killedOn({ pods: [idle({ anon: takesAll }), web, db] }, 0);
    expect(holds).toEqual(["threshold-below-floor", "node-overcommitted", "reservation-too-small"]);
    expect(of("threshold-below-floor").explanation).not.toContain("outside that arithmetic");
    expect(of("node-overcommitted").explanation).toContain("100 % of that is ns/job");
    expect(of("culprit-outside-pods").verdict).toBe("refuted");
    expect(of("page-cache-counted-as-used").verdict).toBe("refuted");
    expect(of("slab-growth").verdict).toBe("refuted");
  });

  it("several pods take it together: requests, not one pod's limit", () => {
    const part = ramp(60, 0, 119, ALL / 4);
    const pods = ["a", "b", "c", "d"].map((name) => ({ ...idle({ anon: part }), name }));
    const { holds, of } = killedOn({ pods: [...pods, web, db] }, 0);
    expect(holds).toEqual(["threshold-below-floor", "node-overcommitted", "reservation-too-small"]);
    expect(of("node-overcommitted").explanation).toContain("The most over: ns/a, ns/b and ns/c.");
    // 95th percentile of 0 … 544 MiB over 120 s: 489 × 1.15 = 562 MiB, in steps of 64 MiB.
    expect(of("node-overcommitted").remediation[0]?.action).toBe("Give ns/a a request of 576Mi");
  });

  it("a daemon takes it: the pods and the reservation are innocent", () => {
    const backup = {
      cgroup: "/system.slice/backup.service",
      body: { anon: (s: number) => 20 * MIB + takesAll(s) * 0.99 },
    };
    const { holds, of } = killedOn({ pods: [web, db], units: [backup], reservedBytes: 300 * MIB }, 1);
    expect(holds).toEqual(["threshold-below-floor", "culprit-outside-pods"]);
    expect(of("culprit-outside-pods").explanation).toContain("/system.slice/backup.service");
    expect(of("culprit-outside-pods").remediation[0]?.action).toBe("Limit backup.service: MemoryMax=64M");
    expect(of("reservation-too-small").verdict).toBe("refuted");
    expect(of("node-overcommitted").verdict).toBe("refuted");
  });

  it("kernel caches that no pod is charged for take it: the floor is only the frame", () => {
    const { holds, of } = killedOn(
      { pods: [web, db], kernelSlab: takesAll, hardBytes: 300 * MIB, reservedBytes: 300 * MIB },
      1,
    );
    expect(holds).toEqual(["kernel-memory-unseen", "slab-growth", "threshold-below-floor"]);
    expect(of("slab-growth").remediation[0]?.action).toBe("Set vm.vfs_cache_pressure to 200: dentry grew by 2.13 GiB");
    expect(of("kernel-memory-unseen").remediation).toEqual([]);
    expect(of("threshold-below-floor").explanation).toContain("without it the threshold would have been crossed");
    expect(of("page-cache-counted-as-used").explanation).toContain("there is no loss that page cache could explain");
  });

  it("what no counter owns takes it", () => {
    const { holds, of } = killedOn(
      { pods: [web, db], hidden: takesAll, hardBytes: 300 * MIB, reservedBytes: 300 * MIB },
      1,
    );
    expect(holds).toEqual(["unaccounted-memory", "culprit-outside-pods", "threshold-below-floor"]);
    // memory.available did not fall by it: what was lost is of free and file pages
    expect(of("culprit-outside-pods").facts[1]?.value).toMatch(/ of free and file pages$/);
    expect(of("slab-growth").verdict).toBe("refuted");
    expect(of("kernel-memory-unseen").verdict).toBe("refuted");
  });

  it("the soft threshold's grace still ran", () => {
    const soft = { softBytes: 900 * MIB, softGraceMs: 90_000 };
    const kubelet = {
      lines: [says(10, "no-resources-starved"), criteriaNotMet(98, 900 * MIB, 90_000)],
      beats: beats(0, 200, 3),
    };
    const scene = new Scene({
      ...soft,
      hardBytes: 100 * MIB,
      pods: [idle({ anon: takesAll }), web, db],
      kubelet,
    });
    const crossing = { at: 96, thresholdBytes: 900 * MIB };
    const race = { fallRateBytesPerSec: 37 * MIB };
    const { holds, of } = diagnose(scene.inputs([scene.incident({ kills: [scene.killed(120, 0)], crossing, race })]));
    expect(holds).toEqual([
      "threshold-below-floor",
      "soft-grace-too-long",
      "node-overcommitted",
      "reservation-too-small",
    ]);
    // (900 − 100) MiB ÷ 37 MiB/s − 12 s = 9.6 s.
    expect(of("soft-grace-too-long").remediation[0]?.action).toBe(
      "Lower evictionSoftGracePeriod memory.available to 9s",
    );
  });
});

describe("the kubelet evicts", () => {
  const grows = (s: number): number => (s > 125 ? 0 : ramp(40, 0, 119, ALL)(s));

  it("in time, and nothing is wrong but the growth and the packing", () => {
    const { holds, of } = evictedOn({ pods: [idle({ anon: grows }), web, db] }, "memory.available", 300 * MIB);
    expect(holds).toEqual(["steady-leak", "node-overcommitted", "reservation-too-small"]);
    expect(of("stale-observation-eviction").verdict).toBe("refuted");
    expect(of("eviction-freed-too-little").verdict).toBe("refuted");
    expect(of("eviction-blocked").verdict).toBe("refuted");
    expect(of("page-cache-counted-as-used").verdict).toBe("refuted");
  });

  it("for page cache that the kernel would have dropped at once", () => {
    const reader = idle({ anon: () => 30 * MIB, activeFile: grows });
    const { holds, of } = evictedOn({ pods: [reader, web, db] }, "memory.available", 300 * MIB);
    expect(holds).toEqual(["page-cache-counted-as-used", "reservation-too-small"]);
    expect(of("page-cache-counted-as-used").remediation[0]?.action).toMatch(/^Limit the memory of ns\/job to \d+Mi/);
    expect(of("node-overcommitted").verdict).toBe("refuted");
  });

  it("not for page cache where tasks stand still for memory", () => {
    const reader = idle({ anon: () => 30 * MIB, activeFile: grows });
    const { holds } = evictedOn({ pods: [reader, web, db], full: () => 0.4 }, "memory.available", 300 * MIB);
    expect(holds).toEqual(["reservation-too-small"]);
  });

  it("for files in memory that no process owns", () => {
    const scratch = idle({ anon: () => 30 * MIB, shmem: grows });
    const { holds, of } = evictedOn({ pods: [scratch, web, db] }, "memory.available", 300 * MIB);
    expect(holds).toEqual(["tmpfs-charged-to-pod", "node-overcommitted", "reservation-too-small"]);
    expect(of("steady-leak").verdict).toBe("refuted");
    expect(of("page-cache-counted-as-used").verdict).toBe("refuted");
  });

  it("not for files where a process maps its shared memory", () => {
    const shared = { ...idle({ anon: () => 30 * MIB, shmem: grows }), mappedShmem: grows };
    const { holds } = evictedOn({ pods: [shared, web, db] }, "memory.available", 300 * MIB);
    expect(holds).toEqual(["node-overcommitted", "reservation-too-small"]);
  });

  it("for dentries that a crawler is charged for", () => {
    const crawler = idle({ anon: () => 30 * MIB, inactiveFile: () => 40 * MIB, slab: grows });
    const given = { pods: [crawler, web, db], reservedBytes: 400 * MIB };
    const { holds, of } = evictedOn(given, "allocatableMemory.available", 300 * MIB);
    expect(holds).toEqual(["slab-growth", "kubepods-exhausted"]);
    expect(of("slab-growth").explanation).toContain("ns/job is charged for");
    expect(of("slab-growth").remediation[0]?.action).toMatch(/^Limit the memory of ns\/job to \d+Mi: it fills dentry$/);
    expect(of("kubepods-exhausted").remediation).toEqual([]);
    expect(of("kernel-memory-unseen").verdict).toBe("refuted");
  });

  it("a pod too small to help, and the kernel kills", () => {
    const scene = new Scene({ hardBytes: 300 * MIB, pods: [web, idle({ anon: ramp(60, 0, 140, ALL) }), db] });
    const evicted = eviction(132, { thresholdBytes: 300 * MIB, completedAt: 136, pod: scene.pod(0) });
    const { holds } = diagnose(
      scene.inputs([
        scene.incident({
          outcome: "eviction-insufficient",
          kills: [scene.killed(142, 1)],
          evictions: [evicted],
          crossing: { at: 131, thresholdBytes: 300 * MIB },
          race: { fallRateBytesPerSec: 27 * MIB },
        }),
      ]),
    );
    expect(holds).toEqual(["steady-leak", "eviction-freed-too-little", "node-overcommitted", "reservation-too-small"]);
  });
});

describe("a limit is reached", () => {
  const LIMIT = 256 * MIB;
  const atLimit = (
    given: SceneOf,
    kills: readonly number[],
    scope: "pod" | "container" = "container",
    limit = LIMIT,
  ) => {
    const scene = new Scene({ to: 320, ...given });
    return diagnose(
      scene.inputs([
        scene.incident({
          scope,
          outcome: "no-race",
          from: 0,
          kills: kills.map((s) => scene.killedAt(s, 0, scope, limit)),
        }),
      ]),
    );
  };
  const limited = (body: Body, limitBytes = LIMIT): PodOf => ({ ...idle(body), limitBytes });

  it("by a leak, life after life", () => {
    const pod = limited({ anon: (s) => ramp(0, 4 * MIB, 90, 255 * MIB)(s % 100) });
    const { holds, of } = atLimit({ pods: [pod, web, db] }, [95, 195, 295]);
    expect(holds).toEqual(["steady-leak", "restart-loop", "high-would-have"]);
    expect(of("limit-below-working-set").verdict).toBe("refuted");
  });

  it("by lives that rise unevenly, of one length: a leak as well", () => {
    const pod = limited({ anon: (s) => ramp(0, 4 * MIB, 60, 40 * MIB)(s % 100) + ramp(60, 0, 90, 215 * MIB)(s % 100) });
    const { holds, of } = atLimit({ pods: [pod, web, db] }, [95, 195, 295]);
    expect(holds).toEqual(["steady-leak", "restart-loop", "high-would-have"]);
    expect(of("steady-leak")).toMatchObject({ confidence: "medium" });
  });

  it("by a collected heap whose low points rise", () => {
    // Teeth of 60 MiB every 40 s on lows that rise by 0.6 MiB/s; the limit is met at the end of a tooth.
    const pod = limited({ anon: (s) => (s > 300 ? 0 : Math.min(255, 10 + s * 0.6 + (s % 40) * 1.5) * MIB) });
    const { holds, of } = atLimit({ pods: [pod, web, db] }, [300]);
    expect(holds).toEqual(["steady-leak"]);
    expect(of("steady-leak").explanation).toContain("in its low points, which a collection leaves,");
    // 0.6 MiB/s from the first low to that of the last tooth, at 280 s.
    expect(of("steady-leak").facts[0]?.value).toMatch(/^up and down \d times, its low points by 16\d MiB/);
  });

  it("by a collected heap whose teeth grow and whose low points stay: no leak", () => {
    const pod = limited({ anon: (s) => (s > 300 ? 0 : (60 + ((s % 40) * s) / 60) * MIB) });
    const { holds } = atLimit({ pods: [pod, web, db] }, [300]);
    expect(holds).toEqual([]);
  });

  it("within seconds of its start, every time: it needs more", () => {
    const pod = limited({ anon: (s) => ramp(0, 2 * MIB, 20, 255 * MIB)(s % 100) * (s % 100 > 25 ? 0 : 1) });
    const { holds, of } = atLimit({ pods: [pod, web, db] }, [21, 121, 221]);
    expect(holds).toEqual(["limit-below-working-set", "restart-loop", "high-would-have"]);
    // max(256 + 100, 256 × 1.2) = 356 MiB, in steps of 64 MiB.
    expect(of("limit-below-working-set").remediation[0]?.action).toBe(
      "Raise the memory limit of ns/job to 384Mi, and repeat",
    );
  });

  it("in one burst", () => {
    const pod = limited({ anon: (s) => (s > 121 ? 0 : ramp(112, 60 * MIB, 119, 255 * MIB)(s)) });
    const { holds, of } = atLimit({ pods: [pod, web, db] }, [120]);
    expect(holds).toEqual(["allocation-burst", "high-would-have"]);
    expect(of("limit-below-working-set").verdict).toBe("refuted");
    expect(of("steady-leak").verdict).toBe("refuted");
  });

  it("by files in memory: the limit is not too small for what its processes need", () => {
    const pod = limited({ anon: () => 40 * MIB, shmem: ramp(30, 0, 118, 215 * MIB) });
    const { holds, of } = atLimit({ pods: [pod, web, db] }, [120], "pod");
    expect(holds).toEqual(["tmpfs-charged-to-pod", "high-would-have"]);
    // 215 MiB × 1.25 = 269, in steps of 64 MiB 320; 40 MiB × 1.25 + 320 = 370: 384.
    expect(of("tmpfs-charged-to-pod").remediation[0]?.action).toBe(
      "Set sizeLimit: 320Mi on the memory-backed emptyDir of ns/job, and its limit to 384Mi",
    );
    expect(of("limit-below-working-set").verdict).not.toBe("holds");
    expect(of("steady-leak").verdict).toBe("refuted");
  });

  it("of all pods together, and the kernel kills in kubepods' name", () => {
    const scene = new Scene({
      reservedBytes: GIB,
      pods: [idle({ anon: ramp(30, 50 * MIB, 118, 1440 * MIB) }), web, db],
    });
    const { holds, of } = diagnose(
      scene.inputs([
        scene.incident({ scope: "allocatable", kills: [scene.killedAt(120, 0, "allocatable", TOTAL - GIB)] }),
      ]),
    );
    expect(holds).toEqual(["kernel-faster-than-loop", "kubepods-exhausted", "node-overcommitted"]);
    expect(of("kubepods-exhausted").explanation).toContain("It prints like a pod's fault and is the node's");
  });

  it("of a daemon's own unit: the node's agent, not the node", () => {
    const scene = new Scene({ pods: [web, db] });
    const cgroup = "/system.slice/kubelet.service";
    const agent = kill(120, {
      scope: "system",
      comm: "kubelet",
      pod: null,
      limitedCgroup: cgroup,
      victimCgroup: cgroup,
      limitBytes: 128 * MIB,
      adj: -999,
    });
    const { holds } = diagnose(scene.inputs([scene.incident({ scope: "system", outcome: "no-race", kills: [agent] })]));
    expect(holds).toEqual(["node-agent-killed"]);
  });

  it("one worker dies, its container lives on", () => {
    const pod = limited({ anon: (s) => (s > 120 ? 40 * MIB : ramp(30, 40 * MIB, 118, 255 * MIB)(s)) });
    const scene = new Scene({ to: 320, pods: [pod, web, db] });
    const alone = scene.killedAt(120, 0, "container", LIMIT);
    const kills = [{ ...alone, report: alone.report === null ? null : { ...alone.report, groupKillOf: null } }];
    const lives = scene.inputs([scene.incident({ scope: "container", outcome: "no-race", kills })]);
    expect(diagnose(lives).holds).toEqual(["half-alive", "high-would-have"]);
    const ended = { ...died(123).event, containerId: scene.pod(0).containerId } as ReturnType<typeof died>["event"];
    const kubelet = { lines: [{ ...died(123), event: ended }], beats: beats(0, 200, 3) };
    expect(diagnose({ ...lives, kubelet }).holds).toEqual(["high-would-have"]);
  });
});

describe("slowed, not killed", () => {
  it("by memory.high: nothing critical", () => {
    const job = {
      ...idle({ anon: ramp(0, 100 * MIB, 60, 352 * MIB) }),
      limitBytes: 500 * MIB,
      high: 340 * MIB,
      stalled: (s: number) => (s > 60 ? 0.7 : 0),
      events: (s: number) => ({ high: Math.max(0, s - 60) * 120 }),
    };
    const scene = new Scene({ pods: [job, web, db] });
    const { holds, findings } = diagnose(
      scene.inputs([scene.incident({ scope: "container", outcome: "pressure-only" })]),
    );
    expect(holds).toEqual(["memory-high-throttling", "first-stalled"]);
    expect(findings.filter((f) => f.severity === "critical")).toEqual([]);
  });
});
