// What others tell of a kill or an eviction is later than it; what the samples add; and what nobody would have told is not denied.
import { describe, expect, it } from "vitest";
import {
  CONTAINER,
  config,
  type Counters,
  evicted,
  fall,
  type Files,
  HARD_300,
  kernelJournal,
  kill,
  klogTime,
  kmsg,
  kubelet,
  mark,
  POD,
  quiet,
  reclaim,
  sawOom,
  spans,
  T0,
  ticks,
  timelineOf,
} from "./scene.ts";

const KUBEPODS = "/kubepods.slice";
const UID = "11111111-2222-3333-4444-555555555555";
const utc = (s: number): string => `${new Date(T0 + s * 1000).toISOString().slice(0, 19)}Z`;
const list = (kind: string, items: readonly object[]): string =>
  JSON.stringify({ apiVersion: "v1", kind: `${kind}List`, items: items.map((item) => ({ kind, ...item })) });
const event = (reason: string, kind: string, name: string, message: string, s: number) => ({
  metadata: { name: `${name}.${s}`, namespace: "default" },
  involvedObject: { kind, name, namespace: kind === "Pod" ? "batch" : undefined },
  reason,
  message,
  firstTimestamp: utc(s),
  lastTimestamp: utc(s),
  count: 1,
  type: "Warning",
});
const events = (...items: readonly object[]): Files => ({ "api/events.json": list("Event", items) });
const systemOom = (s: number) =>
  event("SystemOOM", "Node", "worker-1", "System OOM encountered, victim process: memhog, pid: 77", s);
const podEnded = (status: { state: object } | { lastState: object }): Files => {
  const containerStatuses = [{ name: "etl", restartCount: "lastState" in status ? 1 : 0, ...status }];
  const metadata = { name: "etl-0", namespace: "batch", uid: UID };
  const spec = { containers: [{ name: "etl" }] };
  return { "api/pods.json": list("Pod", [{ metadata, spec, status: { phase: "Running", containerStatuses } }]) };
};

describe("told afterwards", () => {
  it("a SystemOOM event is made after the kill: its second is no instant of the kill's, and no order within a minute", async () => {
    const { kills, verdict } = await timelineOf({
      ...HARD_300,
      ...events(systemOom(56), event("NodeReady", "Node", "worker-1", "ready", -500)),
      ...kubelet(reclaim(50)),
    });
    expect(spans(kills[0]?.at, 42.01)).toBe(true);
    expect(verdict.outcome).toBe("undetermined");
  });

  it("a container's end stands after its kill: 10 s in a measured capture", async () => {
    const terminated = { reason: "OOMKilled", exitCode: 137, startedAt: utc(-60), finishedAt: utc(52) };
    const { kills } = await timelineOf(podEnded({ lastState: { terminated } }));
    expect(kills.map(({ doc }) => doc.knownFrom)).toEqual(["status"]);
    expect(spans(kills[0]?.at, 42.01)).toBe(true);
  });

  it("stamps without year and zone stand on their own day, give or take the zones", async () => {
    const line = (s: number, text: string): string => `I${klogTime(s)}     410 eviction_manager.go:381] ${text}\n`;
    const { evictions } = await timelineOf({
      ...ticks(-20, 120, fall()),
      "kubelet.log": [quiet(-5), ...reclaim(50), quiet(200)].map(([s, text]) => line(s, text)).join(""),
    });
    expect(spans(evictions[0]?.at, 50)).toBe(true);
    expect(evictions[0]?.at.best).toBeCloseTo(T0 + 50_000, -1);
  });
});

/** Counters of the victim's cgroups, moved at 42.01 s by one kill. */
const counted = (limit: boolean) => (s: number) => {
  const after: Counters = { oomKill: 1, oom: limit ? 1 : 0 };
  return Object.fromEntries(
    [KUBEPODS, POD, CONTAINER].map((path) => [path, s <= 42 ? {} : path === CONTAINER ? { oomKill: 1 } : after]),
  );
};
const film = (limit: boolean): Files =>
  ticks(-60, 120, fall(), { oomKill: (s) => Number(s > 42), events: counted(limit) });

describe("what the samples add", () => {
  it("to the kubelet's word of a kill: the cgroup, and with it the pod", async () => {
    const { kills } = await timelineOf({ ...film(false), ...HARD_300, ...kubelet([sawOom(55, 77, 41.4)]) });
    const [found] = kills;
    expect(kills.length).toBe(1);
    expect([found?.doc.knownFrom, found?.doc.scope, found?.doc.victimCgroup]).toEqual(["event", "node", CONTAINER]);
    expect(found?.doc.pod?.uid).toBe(UID);
  });

  it("to an event's second: between which two readings of the counter the kill lies", async () => {
    const { kills, verdict } = await timelineOf({
      ...film(false),
      ...HARD_300,
      ...events(systemOom(56)),
      ...kubelet(reclaim(50)),
    });
    expect(spans(kills[0]?.at, 42.01)).toBe(true);
    expect((kills[0]?.at.latest ?? 0) - (kills[0]?.at.earliest ?? 0)).toBeLessThan(3000);
    // The reaction at 50 s is now after it.
    expect(verdict.outcome).toBe("kernel-won");
  });

  it("to a container's status: whose limit was hit", async () => {
    const terminated = { reason: "OOMKilled", exitCode: 137, finishedAt: utc(44) };
    const { kills, verdict } = await timelineOf({ ...film(true), ...podEnded({ state: { terminated } }) });
    expect(kills.map(({ doc }) => [doc.knownFrom, doc.scope, doc.limitedCgroup])).toEqual([["status", "pod", POD]]);
    expect(verdict.outcome).toBe("no-race");
  });

  it("a kill that lies outside of the film is not moved into it", async () => {
    const { kills } = await timelineOf({ ...film(false), ...events(systemOom(400)) });
    const told = kills.find(({ doc }) => doc.knownFrom === "event");
    expect(spans(told?.at, 400)).toBe(true);
    expect(told?.doc.victimCgroup).toBeNull();
  });

  it("which signal an eviction acted on whose value stands nowhere: the one that alone was under its threshold", async () => {
    const lines = kubelet([...reclaim(40), ...evicted(43)]);
    const pods = (bytes: number): Files =>
      Object.fromEntries(
        Object.entries(ticks(-60, 120, () => 2000)).map(([path, text]) => [
          path,
          path.endsWith("/cgroups")
            ? `${text}==> /sys/fs/cgroup${KUBEPODS}/memory.current <==\n${bytes}\n==> /sys/fs/cgroup${KUBEPODS}/memory.max <==\n${3072 * 2 ** 20}\n==> /sys/fs/cgroup${KUBEPODS}/memory.stat <==\ninactive_file 0\n`
            : text,
        ]),
      );
    const signals = async (files: Files): Promise<unknown> =>
      (await timelineOf({ ...files, ...HARD_300, ...lines })).evictions.map(({ doc }) => doc.signal);
    expect(await signals(pods(2900 * 2 ** 20))).toEqual(["allocatableMemory.available"]);
    expect(await signals(pods(2000 * 2 ** 20))).toEqual(["memory"]);
  });
});

describe("what nobody would have told", () => {
  it("memory under the threshold and no word of the kubelet: whether it evicted is not known", async () => {
    const { verdict } = await timelineOf({ ...ticks(-60, 120, fall()), ...HARD_300, ...kmsg([mark(1), mark(110)]) });
    expect(verdict.outcome).toBe("undetermined");
  });

  it("with the kubelet's log through it nothing was evicted", async () => {
    const { verdict } = await timelineOf({
      ...ticks(-60, 120, fall()),
      ...HARD_300,
      ...kmsg([mark(1), mark(110)]),
      ...kubelet([]),
    });
    expect([verdict.outcome, verdict.confidence]).toEqual(["pressure-only", "high"]);
  });

  it("logs alone tell of no pressure, and do not deny it", async () => {
    const { verdict } = await timelineOf({ ...config("evictionHard:\n  memory.available: 300Mi"), ...kmsg([mark(1)]) });
    expect([verdict.outcome, verdict.confidence]).toEqual(["none", "medium"]);
    expect(verdict.sentence).toContain("without samples");
  });

  it("a journal of all speakers that goes on past the eviction has no kill of the kernel: the kubelet won", async () => {
    const all = [...reclaim(40), ...evicted(43)];
    const journal = kubelet(all)["journal-kubelet.short-iso-precise"] ?? "";
    const first = `${new Date(T0 - 20_000).toISOString().slice(0, 23)}000+00:00 worker-1 kernel: quiet\n`;
    const { verdict } = await timelineOf({ ...HARD_300, "journal-all.short-iso-precise": first + journal });
    expect(verdict.outcome).toBe("kubelet-won");
    const { verdict: alone } = await timelineOf({ ...HARD_300, "journal-kubelet.short-iso-precise": journal });
    expect(alone.outcome).toBe("undetermined");
  });
});

describe("a journal in JSON without samples", () => {
  it("binds the kernel's clock from below as well: both clocks of journald began together", async () => {
    const { kills } = await timelineOf({
      "journal-kernel.json": kernelJournal([[1, "quiet"], ...kill(42, 77), [100, "quiet"]], {
        lagS: (s) => (s > 40 && s < 60 ? 20 : 0.3),
      }),
    });
    expect(spans(kills[0]?.at, 42.01)).toBe(true);
    expect((kills[0]?.at.latest ?? 0) - (kills[0]?.at.earliest ?? 0)).toBeLessThan(2000);
  });
});

describe("kubectl's ages", () => {
  const table = (oom: string, evictedAgo: string): Files => ({
    ...HARD_300,
    "events.txt": [
      "LAST SEEN   TYPE      REASON      OBJECT          MESSAGE",
      `${oom.padEnd(12)}Warning   SystemOOM   node/worker-1   System OOM encountered, victim process: memhog, pid: 77`,
      `${evictedAgo.padEnd(12)}Warning   Evicted     pod/leaky-0     The node was low on resource: memory. Threshold quantity: 300Mi, available: 283900Ki. `,
      "",
    ].join("\n"),
  });
  const judged = async (oom: string, evictedAgo: string) => {
    const { verdict, incidents } = await timelineOf(table(oom, evictedAgo));
    return [verdict.outcome, incidents.length];
  };

  it("order what stands further apart than they are cut and events are late", async () => {
    const { verdict } = await timelineOf(table("9m50s", "8m"));
    expect(verdict.outcome).toBe("kernel-won");
    // 590 to 651 s ago against 480 to 540 s ago.
    expect(Math.abs((verdict.marginMs ?? 0) - 110_500)).toBeLessThan(1000);
    expect(verdict.marginUncertaintyMs).toBeGreaterThan(60_000);
    // 360 to 480 s ago against 590.
    expect(await judged("6m", "9m50s")).toEqual(["kernel-won-mid-eviction", 1]);
  });

  it("order nothing nearer than that: the same hour, the same minute, a minute after", async () => {
    expect(await judged("13h", "13h")).toEqual(["undetermined", 1]);
    expect(await judged("7m", "7m")).toEqual(["undetermined", 1]);
    expect(await judged("7m30s", "7m")).toEqual(["undetermined", 1]);
  });

  it("hours apart are two incidents, and neither is on the wall", async () => {
    const { incidents, kills } = await timelineOf(table("13h", "5m12s"));
    expect(incidents.length).toBe(2);
    expect(kills[0]?.doc.at.unixMs).toBeNull();
  });

  it("of two tables share no clock", async () => {
    const files = table("9m50s", "<unknown>");
    const other = table("<unknown>", "8m")["events.txt"] ?? "";
    const { verdict } = await timelineOf({
      ...files,
      "later.txt": other.replace(/^.{0,20}Warning   SystemOOM.{1,200}$/m, ""),
    });
    expect(verdict.outcome).toBe("undetermined");
  });
});
