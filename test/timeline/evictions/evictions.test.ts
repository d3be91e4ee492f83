import { describe, expect, test } from "vitest";
import type { Facts } from "../../../src/model/facts.ts";
import type { KubeEvent, PodFact } from "../../../src/model/kubelet.ts";
import { buildClocks } from "../../../src/timeline/clocks/clocks.ts";
import { assembleEvictions } from "../../../src/timeline/evictions/assemble.ts";
import type { AssembledEviction, Place } from "../../../src/timeline/evictions/assembled-eviction.ts";
import { canBe, kubeletOomTold } from "../../../src/timeline/evictions/oom-told.ts";
import { assembleUserspaceKills } from "../../../src/timeline/evictions/userspace-kills.ts";
import { fixturePath } from "../../parse/kubelet/lines-of.ts";
import { factsOf, factsOfFiles, textFact } from "./facts-of.ts";

const placeOf = (facts: Facts): Place => {
  const clocks = buildClocks(facts);
  return (stamps, bootId) => clocks.place(stamps, bootId, "kubelet");
};
const evictionsOf = (facts: Facts): AssembledEviction[] => assembleEvictions(facts, placeOf(facts));
const captured = (...names: string[]): Promise<Facts> => factsOf(names.map(fixturePath));
const log = (...texts: string[]): Promise<Facts> =>
  factsOfFiles(texts.map((text, i) => textFact(`kubelet-${i}.log`, text)));
const iso = (when: { readonly best: number } | null | undefined): string | null =>
  when ? new Date(when.best).toISOString() : null;

/** One line of the manager, `seconds` after 15:40:00. */
const at = (seconds: number, text: string): string =>
  `2026-02-06T${String(15 + Math.floor((40 + seconds / 60) / 60)).padStart(2, "0")}:${String(Math.floor(40 + seconds / 60) % 60).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}.500000+00:00 w1 kubelet[3454]: I0206 ${String(15 + Math.floor((40 + seconds / 60) / 60)).padStart(2, "0")}:${String(Math.floor(40 + seconds / 60) % 60).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}.262283    3454 eviction_manager.go:344] "Eviction manager: ${text}`;
const ATTEMPT = 'attempting to reclaim" resourceName="memory"';
const MUST = 'must evict pod(s) to reclaim" resourceName="memory"';

describe("captures", () => {
  test("c1: five forms of one log, events, pods before deletion: one eviction, on the kubelet's own clock", async () => {
    const facts = await captured(
      "c1-both.kubelet.cat.log",
      "c1-both.kubelet.short-iso-precise.log",
      "c1-both.kubelet.journal.json",
      "c1-both.kubelet.short.log",
      "c1-both.events.json",
      "c1-both.pods.json",
      "c1-both.kubelet-pods.json",
      "c1-both.kubelet-config.yaml",
      "c1-both.kubelet-configz.json",
    );
    const evictions = evictionsOf(facts);
    expect(evictions).toMatchObject([
      {
        resource: "memory",
        signal: null,
        kind: "soft",
        thresholdBytes: 700 * 2 ** 20,
        observedBytes: 205_434_880,
        pods: [{ namespace: "monitoring", name: "prometheus-0", uid: "fc413370-f876-4780-add7-58d3deb701c9" }],
        killFailed: false,
        gracePeriodSec: 30,
        failed: false,
        trigger: "node-pressure",
        knownFrom: "log",
        rounds: 1,
      },
    ]);
    const [eviction] = evictions;
    expect(iso(eviction?.at)).toBe("2026-11-24T01:19:15.230Z");
    expect(iso(eviction?.rankedAt)).toBe("2026-11-24T01:19:15.428Z");
    expect(iso(eviction?.killReturnedAt)).toBe("2026-11-24T01:19:49.809Z");
    expect(iso(eviction?.completedAt)).toBe("2026-11-24T01:19:57.923Z");
    expect(eviction?.ranked.map((pod) => pod.name)).toEqual([
      "prometheus-0",
      "cleanup-28xq7",
      "api-7d9c8b6f5-x2x4k",
      "stubborn-0",
    ]);
    // each line once, though four files hold it; a form that shows the message
    expect(eviction?.events.map((event) => event.kind)).toEqual([
      "attempting-to-reclaim",
      "must-evict",
      "ranked",
      "killing-container",
      "evicted",
      "waiting-for-cleanup",
      "cleaned-up",
    ]);
    for (const ref of eviction?.from.filter((r) => r.file.includes("kubelet.")) ?? [])
      expect(ref.text).toMatch(/eviction_manager|Killing container/);
  });

  test("b: 'failed to evict' on the way to success", async () => {
    const [eviction, ...more] = evictionsOf(
      await captured("b-eviction-wins.kubelet.short-iso-precise.log", "b-eviction-wins.events.json"),
    );
    expect(more).toEqual([]);
    expect(eviction).toMatchObject({
      thresholdBytes: 314_572_800,
      observedBytes: 290_713_600,
      killFailed: true,
      failed: false,
      killReturnedAt: null,
      timedOutAt: null,
      pods: [{ name: "leaky-etl-0" }],
    });
    expect(iso(eviction?.completedAt)).toBe("2026-11-24T01:45:14.239Z");
  });

  test("b3: never cleaned up; without the log, the events alone still tell of it, to the second", async () => {
    const [eviction] = evictionsOf(
      await captured("b3-eviction.kubelet.short-iso-precise.log", "b3-eviction.events.json"),
    );
    expect(eviction).toMatchObject({
      completedAt: null,
      killFailed: true,
      failed: false,
      observedBytes: 227_172_352,
      pods: [{ uid: "5ee626ff-0d53-433e-8acc-29ad1e29b74a" }],
    });
    expect(iso(eviction?.timedOutAt)).toBe("2026-11-24T01:17:05.757Z");
    const [told, ...more] = evictionsOf(await captured("b3-eviction.events.json"));
    expect(more).toEqual([]);
    expect(told).toMatchObject({
      knownFrom: "event",
      resource: "memory",
      kind: null,
      pods: [{ name: "leaky-5f6d8c7b9-abcde" }],
    });
    expect(told?.at.earliest).toBeLessThanOrEqual(Date.parse("2026-11-24T01:15:58.753Z"));
    expect(told?.at.latest).toBeGreaterThanOrEqual(Date.parse("2026-11-24T01:15:58.753Z"));
  });

  test("a3 and its like: no eviction at all", async () => {
    expect(evictionsOf(await captured("a3-global-oom.kubelet-json-logging.log", "d1-oom-loop.pods.json"))).toEqual([]);
  });
});

describe("rounds of the log", () => {
  test("retries on one pod are one eviction until it is cleaned up; afterwards the name is another pod's", async () => {
    const evictions = evictionsOf(
      await log(
        [
          at(0, ATTEMPT),
          at(0, MUST),
          at(10, 'pod failed to evict" err="timeout waiting to kill pod" pod="ns/a-0"'),
          at(10, 'pods evicted, waiting for pod to be cleaned up" pods=["ns/a-0"]'),
          at(40, 'timed out waiting for pods to be cleaned up" pods=["ns/a-0"]'),
          at(41, ATTEMPT),
          at(41, MUST),
          at(42, 'pod is evicted successfully" pod="ns/a-0"'),
          at(42, 'pods evicted, waiting for pod to be cleaned up" pods=["ns/a-0"]'),
          at(50, 'pods successfully cleaned up" pods=["ns/a-0"]'),
          at(300, ATTEMPT),
          at(300, MUST),
          at(301, 'pod is evicted successfully" pod="ns/a-0"'),
        ].join("\n"),
      ),
    );
    expect(evictions).toMatchObject([
      { rounds: 2, killFailed: true, failed: false, pods: [{ namespace: "ns", name: "a-0" }] },
      { rounds: 1, completedAt: null, pods: [{ name: "a-0" }] },
    ]);
    expect(iso(evictions[0]?.at)).toBe("2026-02-06T15:40:00.262Z");
    expect(iso(evictions[0]?.completedAt)).toBe("2026-02-06T15:40:50.262Z");
  });

  test("a round that is known to have evicted nothing, one that is not, and one of which only critical pods are told", async () => {
    const evictions = evictionsOf(
      await log(
        [
          at(0, ATTEMPT),
          at(0, MUST),
          at(0, 'unable to evict any pods from the node"'),
          at(10, ATTEMPT),
          at(10, MUST),
          at(10, 'pods ranked for eviction" pods=["kube-system/etcd"]'),
          at(10, 'cannot evict a critical pod" pod="kube-system/etcd"'),
          at(20, ATTEMPT),
          at(20, MUST),
          at(20, 'pods ranked for eviction" pods=["ns/a","ns/b"]'),
        ].join("\n"),
      ),
    );
    expect(evictions.map((e) => [e.failed, e.pods.length, e.refused.length])).toEqual([
      [true, 0, 0],
      [true, 0, 1],
      [false, 0, 0],
    ]);
  });

  test("ranked pods are not evicted ones, and another pod's deletion is not this round's", async () => {
    const [eviction] = evictionsOf(
      await log(
        [
          at(0, ATTEMPT),
          at(0, 'pods ranked for eviction" pods=["ns/a","ns/b"]'),
          `I0206 15:40:01.262283    3454 kuberuntime_container.go:1] "Killing container with a grace period" pod="ns/b" podUID="5ee626ff-0d53-433e-8acc-29ad1e29b74a" containerName="c" containerID="containerd://${"b".repeat(64)}" gracePeriod=30`,
          `I0206 15:40:01.262283    3454 kuberuntime_container.go:1] "Killing container with a grace period" pod="ns/a" podUID="7b41b030-f209-4b8a-8708-1641ec41f561" containerName="c" containerID="containerd://${"a".repeat(64)}" gracePeriod=1`,
        ].join("\n"),
      ),
    );
    expect(eviction).toMatchObject({
      pods: [{ name: "a", uid: "7b41b030-f209-4b8a-8708-1641ec41f561" }],
      gracePeriodSec: 1,
    });
  });

  test("the same log in two files without any time counts each round once; two rounds in one file are two", async () => {
    const round =
      "eviction_manager.go:344] eviction manager: attempting to reclaim memory\neviction_manager.go:351] eviction manager: eviction thresholds have been met, but no pods are active to evict";
    const two = `${round}\n${round}`.replaceAll("eviction_manager", "... eviction_manager");
    expect(evictionsOf(await log(two, two)).map((e) => e.failed)).toEqual([true, true]);
  });

  test("a log read newest first tells the same", async () => {
    const lines = [
      at(0, ATTEMPT),
      at(1, MUST),
      at(2, 'pods ranked for eviction" pods=["ns/a"]'),
      at(3, 'pod is evicted successfully" pod="ns/a"'),
    ];
    const forward = evictionsOf(await log(lines.join("\n")));
    const backward = evictionsOf(await log(lines.toReversed().join("\n")));
    expect(backward.map((e) => [iso(e.at), e.pods])).toEqual(forward.map((e) => [iso(e.at), e.pods]));
    expect(forward).toHaveLength(1);
  });

  test("nodes of one file are told apart", async () => {
    const a = [at(0, ATTEMPT), at(2, 'pod is evicted successfully" pod="ns/a"')];
    const b = [at(1, ATTEMPT), at(3, 'pod is evicted successfully" pod="ns/b"')].map((line) =>
      line.replace(" w1 ", " w2 "),
    );
    const evictions = evictionsOf(await log([a[0], b[0], a[1], b[1]].join("\n")));
    expect(evictions.map((e) => e.pods.map((p) => p.name))).toEqual([["a"], ["b"]]);
  });
});

const event = (more: Partial<KubeEvent>): KubeEvent => ({
  reason: "Evicted",
  type: "Warning",
  component: "kubelet",
  host: null,
  object: { kind: "Pod", namespace: "ns", name: "a", uid: null },
  message: "The node was low on resource: memory. ",
  first: [],
  last: [],
  count: 1,
  annotations: {},
  from: [{ file: "events", line: 1, text: "x" }],
  ...more,
});

describe("what is no node-pressure eviction, and what is", () => {
  const none = async (more: { events?: KubeEvent[]; pods?: PodFact[] }): Promise<AssembledEviction[]> =>
    evictionsOf({ ...(await log("")), ...more });

  test.each([
    ["refused", event({ message: "The node had condition: [MemoryPressure]. " })],
    [
      "by the VPA",
      event({ reason: "EvictedByVPA", message: "Pod was evicted by VPA Updater to apply resource recommendation." }),
    ],
    [
      "by the descheduler",
      event({ component: "sigs.k8s.io/descheduler", message: "pod eviction from w1 node by sigs.k8s.io/descheduler" }),
    ],
    ["by a taint", event({ reason: "TaintManagerEviction", message: "Marking for deletion Pod ns/a" })],
    ["preempted", event({ reason: "Preempting", message: "Preempted in order to admit critical pod" })],
  ])("%s", async (_name, e) => {
    expect(await none({ events: [e] })).toEqual([]);
  });

  test("EvictionThresholdMet joins the eviction of its time; alone it is a round without a pod", async () => {
    const stamp = (text: string): KubeEvent["first"] => [
      { clock: "api", ms: Date.parse(text), resolutionMs: 1000, zoned: true },
    ];
    const met = event({
      reason: "EvictionThresholdMet",
      object: { kind: "Node", namespace: null, name: "w", uid: null },
      message: "Attempting to reclaim memory",
      count: 4,
      from: [{ file: "events", line: 2, text: "y" }],
    });
    const evicted = event({ first: stamp("2026-01-01T00:10:00Z"), last: stamp("2026-01-01T00:10:00Z") });
    const joined = await none({
      events: [evicted, { ...met, first: stamp("2026-01-01T00:00:00Z"), last: stamp("2026-01-01T00:10:01Z") }],
    });
    expect(joined).toMatchObject([{ pods: [{ name: "a" }], from: [{ line: 1 }, { line: 2 }] }]);
    const apart = await none({
      events: [evicted, { ...met, first: stamp("2026-01-01T00:00:00Z"), last: stamp("2026-01-01T00:05:00Z") }],
    });
    expect(apart.map((e) => [e.pods.length, e.rounds, e.failed])).toEqual([
      [0, 4, false],
      [1, 1, false],
    ]);
    expect(await none({ events: [met] })).toMatchObject([
      { pods: [], resource: "memory", signal: null, rounds: 4, failed: false, completedAt: null },
    ]);
  });

  test("the signal only where the resource is one alone", async () => {
    const signals = await Promise.all(
      ["memory", "nodefs", "imagefs", "ephemeral-storage", "inodes", "pids"].map((r) =>
        none({ events: [event({ message: `The node was low on resource: ${r}. ` })] }),
      ),
    );
    expect(signals.map(([e]) => [e?.resource, e?.signal])).toEqual([
      ["memory", null],
      ["nodefs", "nodefs.available"],
      ["imagefs", "imagefs.available"],
      ["ephemeral-storage", null],
      ["inodes", null],
      ["pids", "pid.available"],
    ]);
  });

  test("a pod's own limit on local storage is marked as such", async () => {
    expect(
      await none({ events: [event({ message: 'Usage of EmptyDir volume "c" exceeds the limit "10Mi". ' })] }),
    ).toMatchObject([{ trigger: "pod-limit", resource: "ephemeral-storage" }]);
  });

  test("one event in two lists, and a pod's two witnesses, are one", async () => {
    const first: KubeEvent["first"] = [{ clock: "api", ms: 1_767_225_600_000, resolutionMs: 1000, zoned: true }];
    const e = event({ first, last: first });
    expect(await none({ events: [e, { ...e, from: [{ file: "other", line: 9, text: "z" }] }] })).toHaveLength(1);
  });

  test("terminated by the kubelet for a shutdown is no eviction, for pressure it is, with the pod still running", async () => {
    const { pods } = await captured("c1-both.pods.json");
    const pod = pods.find((p) => p.name === "prometheus-0");
    if (pod?.disruption === null || pod?.disruption === undefined) throw new Error("the fixture has no disruption");
    const running: PodFact = { ...pod, phase: "Running", reason: null, message: null };
    expect(await none({ pods: [running] })).toMatchObject([{ knownFrom: "status", thresholdBytes: 734_003_200 }]);
    expect(
      await none({
        pods: [
          {
            ...running,
            disruption: { ...pod.disruption, message: "Pod was terminated in response to imminent node shutdown." },
          },
        ],
      }),
    ).toEqual([]);
  });

  test("the pod's start is not the eviction's time", async () => {
    const { pods } = await captured("c1-both.pods.json");
    const pod = pods.find((p) => p.name === "prometheus-0");
    if (pod === undefined) throw new Error("the fixture has no such pod");
    const [eviction] = await none({ pods: [{ ...pod, disruption: null }] });
    expect(Number.isFinite(eviction?.at.best)).toBe(false);
  });
});

test("the uid of a later incarnation is not the evicted one's", async () => {
  const pod = (started: string): string =>
    `{"kind":"Pod","metadata":{"name":"db-0","namespace":"ns","uid":"7b41b030-f209-4b8a-8708-1641ec41f561"},"spec":{"containers":[{"name":"c"}]},"status":{"startTime":"${started}"}}`;
  const text = [at(0, ATTEMPT), at(3, 'pod is evicted successfully" pod="ns/db-0"')].join("\n");
  const uidAt = async (started: string): Promise<string | null | undefined> =>
    evictionsOf(await factsOfFiles([textFact("kubelet.log", text), textFact("pods.json", pod(started))]))[0]?.pods[0]
      ?.uid;
  expect(await uidAt("2026-02-06T15:00:00Z")).toBe("7b41b030-f209-4b8a-8708-1641ec41f561");
  expect(await uidAt("2026-02-06T15:41:00Z")).toBeNull();
});

describe("hard or soft", () => {
  const kindOf = async (graceSec: number, config: string): Promise<string | null | undefined> => {
    const killing = `I0206 15:40:01.262283    3454 kuberuntime_container.go:1] "Killing container with a grace period" pod="ns/a" podUID="7b41b030-f209-4b8a-8708-1641ec41f561" containerName="c" containerID="containerd://${"a".repeat(64)}" gracePeriod=${graceSec}`;
    const text = [at(0, ATTEMPT), at(0, 'pods ranked for eviction" pods=["ns/a"]'), killing].join("\n");
    return evictionsOf(await factsOfFiles([textFact("kubelet.log", text), textFact("config.yaml", config)]))[0]?.kind;
  };
  const CONFIG =
    "kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\nevictionHard: {memory.available: 100Mi}\n";
  const SOFT = `${CONFIG}evictionSoft: {memory.available: 700Mi}\nevictionMaxPodGracePeriod: 60\n`;

  test("a grace that no hard eviction gives is a soft one's, whatever the configuration", async () => {
    expect(await kindOf(30, "")).toBe("soft");
    expect(await kindOf(30, CONFIG)).toBe("soft");
  });

  test("a hard one's grace decides where soft ones would have more; without a configuration nothing does", async () => {
    expect(await kindOf(2, SOFT)).toBe("hard");
    expect(await kindOf(2, SOFT.replace("60", "1"))).toBeNull();
    expect(await kindOf(2, CONFIG)).toBe("hard");
    expect(await kindOf(2, "")).toBeNull();
  });
});

describe("OOM kills that others tell of", () => {
  test("c1: the kubelet's line, its event, five forms: two kills by pid; systemd's word is no third", async () => {
    const facts = await captured(
      "c1-both.kubelet.short-iso-precise.log",
      "c1-both.kubelet.journal.json",
      "c1-both.kubelet.cat.log",
      "c1-both.events.json",
      "c1-both.system.short-iso-precise.log",
    );
    const told = kubeletOomTold(facts, placeOf(facts));
    expect(told.filter((t) => t.pid !== null).map((t) => [t.pid, t.comm, t.scope, t.source])).toEqual([
      [1031, "memhog", "node", "sys-oom"],
      [1262, "memhog", "node", "sys-oom"],
    ]);
    expect(told.find((t) => t.pid === 1031)?.from.map((ref) => ref.file.includes("events"))).toEqual([
      false,
      true,
      true,
      true,
    ]);
    const units = told.filter((t) => t.pid === null);
    expect(units.map((t) => t.pod?.containerId?.slice(0, 6))).toEqual(["69f5f2", "437564"]);
    // each can be the kernel's kill of its time, and is then no further one
    const [first, second] = told;
    if (first === undefined || second === undefined) throw new Error("two kills expected");
    expect(
      units.map((t) => [
        canBe(t, { at: first.at, pids: [1031], pod: null }),
        canBe(first, { at: second.at, pids: [1262], pod: null }),
      ]),
    ).toEqual([
      [true, false],
      [true, false],
    ]);
  });

  test("d1: runtime, systemd and statuses of one container are one candidate, named by the pod", async () => {
    const facts = await captured("d1-oom-loop.system.short-iso-precise.log", "d1-oom-loop.pods.json");
    const told = kubeletOomTold(facts, placeOf(facts));
    expect(told.every((t) => t.pid === null)).toBe(true);
    expect(new Set(told.map((t) => t.pod?.containerId)).size).toBe(told.length);
    expect(told.find((t) => t.pod?.name !== null)?.pod).toMatchObject({
      namespace: "payments",
      container: expect.any(String),
    });
  });

  test("the kubelet at its start tells again of old kills: one of each", async () => {
    const line = (minute: number): string =>
      `I0206 15:${minute}:31.262283    34${minute} oom_watcher_linux.go:84] "Got sys oom event" event={"Pid":7,"ProcessName":"x","TimeOfDeath":"2026-02-06T15:40:00.5Z","ContainerName":"/","VictimContainerName":"/","Constraint":""}`;
    const facts = await log(`${line(40)}\n${line(55)}`);
    expect(kubeletOomTold(facts, placeOf(facts))).toHaveLength(1);
  });

  test("node-problem-detector joins two kernel lines of old kernels: the second names the victim; comms with brackets", async () => {
    const pids = async (message: string): Promise<unknown> => {
      const facts = { ...(await log("")), events: [event({ reason: "OOMKilling", message })] };
      return kubeletOomTold(facts, placeOf(facts)).map((t) => [t.pid, t.comm, t.scope]);
    };
    expect(
      await pids(
        "Out of memory: Kill process 16700 (stress) score 205 or sacrifice child Killed process 16711 (stress), UID 0, total-vm:826516kB",
      ),
    ).toEqual([[16_711, "stress", null]]);
    expect(
      await pids("Memory cgroup out of memory: Killed process 41907 ((agetty)) total-vm:176776kB, anon-rss:2976kB"),
    ).toEqual([[41_907, "(agetty)", "memcg"]]);
    expect(await pids("Memory cgroup out of memory: Kill process 4481 (stress) score 1994 or sacrifice child")).toEqual(
      [[4481, "stress", "memcg"]],
    );
  });
});

describe("userspace kills", () => {
  const kills = async (...texts: string[]): Promise<string[]> => {
    const facts = await log(...texts);
    return assembleUserspaceKills(facts, placeOf(facts)).map((k) => `${k.daemon} ${k.target} ${k.from.length}`);
  };
  const early = (time: string, signal: string, pid: number): string =>
    `2026-02-06T${time}+00:00 w earlyoom[454]: sending ${signal} to process ${pid} uid 1000 "x": badness 1, VmRSS 1 MiB`;

  test("SIGTERM then SIGKILL at one process is one; a second process is another; a second form of the log adds none", async () => {
    const text = [
      early("15:40:00.000000", "SIGTERM", 7),
      early("15:40:03.000000", "SIGKILL", 7),
      early("15:40:09.000000", "SIGTERM", 8),
    ].join("\n");
    expect(await kills(text)).toEqual(["earlyoom x 2", "earlyoom x 1"]);
    expect(await kills(text, text)).toHaveLength(2);
  });

  test("systemd's line and systemd-oomd's are one kill, in either order; two kills of one path in one log are two", async () => {
    const oomd = (time: string): string =>
      `2026-02-06T${time}+00:00 w systemd-oomd[854]: Killed /system.slice/a.service due to memory pressure for /system.slice being 50.53% > 50.00% for > 20s with reclaim activity`;
    const unit =
      "2026-02-06T15:40:00.600000+00:00 w systemd[1]: a.service: systemd-oomd killed 12 process(es) in this unit.";
    expect(await kills(`${oomd("15:40:00.500000")}\n${unit}`)).toEqual(["systemd-oomd /system.slice/a.service 2"]);
    expect(await kills(`${unit}\n${oomd("15:40:00.500000")}`)).toEqual(["systemd-oomd /system.slice/a.service 2"]);
    expect(await kills(`${oomd("15:40:00.500000")}\n${oomd("15:40:05.500000")}`)).toHaveLength(2);
  });

  test("a text that was pasted twice tells each kill once; without a stamp the words may be another kill's", async () => {
    const oomd = (time: string, unit: string): string =>
      `${time}w systemd-oomd[854]: Killed /app.slice/${unit} due to memory pressure for /app.slice being 50.53% > 50.00% for > 20s with reclaim activity`;
    const text = `${oomd("Feb 15 17:10:20 ", "a.scope")}\n${oomd("Feb 15 17:10:20 ", "b.scope")}`;
    expect(await kills(`${text}\n${text}`)).toEqual([
      "systemd-oomd /app.slice/a.scope 2",
      "systemd-oomd /app.slice/b.scope 2",
    ]);
    const bare = `${oomd("", "a.scope")}\n${oomd("", "b.scope")}`;
    expect(await kills(`${bare}\n${bare}`)).toHaveLength(4);
  });
});
