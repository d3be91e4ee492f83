// What followed a kill, each told once; and a storm of kills, which is one incident with a count.
import { describe, expect, it } from "vitest";
import {
  CONTAINER,
  evicted,
  fall,
  type Files,
  HARD_300,
  iso,
  kill,
  kmsg,
  kubelet,
  type Line,
  mark,
  POD,
  reclaim,
  ticks,
  timelineOf,
} from "./scene.ts";

const ID = "ab".repeat(32);
const SANDBOX = "cd".repeat(32);
const UID = "11111111-2222-3333-4444-555555555555";
const pleg = (s: number, what: string, id: string): Line => [
  s,
  `"SyncLoop (PLEG): event for pod" pod="batch/leaky-0" event={"ID":"${UID}","Type":"${what}","Data":"${id}"}`,
];
const nodeEvent = (s: number, event: string): Line => [
  s,
  `"Recording event message for node" node="worker-1" event="${event}"`,
];
const exited = (s: number, id: string, code: number): string =>
  `${iso(s)} worker-1 containerd[347]: time="${iso(s)}" level=info msg="received container exit event container_id:\\"${id}\\"  id:\\"${id}\\"  pid:77  exit_status:${code}  exited_at:{seconds:1}"\n`;
const film = ticks(-20, 120, fall());
const withTasks = (files: Files): Files =>
  Object.fromEntries(
    Object.entries(files).flatMap(([path, text]): [string, string][] =>
      path.endsWith("/uptime")
        ? [
            [path, text],
            [
              path.replace("/uptime", "/pids"),
              `pid\tppid\tstate\tcomm\toom_score\toom_score_adj\tVmRSS\tRssAnon\tRssFile\tRssShmem\tVmSwap\tThreads\tcgroup\n70\t1\tS\tpause\t2\t-998\t44\t40\t4\t0\t0\t1\t${POD}/cri-containerd-${SANDBOX}.scope\n77\t70\tR\tmemhog\t900\t915\t4\t4\t0\t0\t0\t1\t${CONTAINER}\n`,
            ],
          ]
        : [[path, text]],
    ),
  );

describe("what followed a kill", () => {
  it("the container's end with its exit code, its restart, the node's condition once; the sandbox's end is no news", async () => {
    const { incidents } = await timelineOf({
      ...withTasks(film),
      ...HARD_300,
      ...kmsg([mark(1), ...kill(42, 77), mark(60)]),
      ...kubelet([
        pleg(44, "ContainerDied", ID),
        pleg(45, "ContainerDied", SANDBOX),
        nodeEvent(46, "NodeNotReady"),
        nodeEvent(47.5, "NodeNotReady"),
        pleg(50, "ContainerStarted", "ef".repeat(32)),
      ]),
      "journal-containerd.short-iso-precise": exited(42.4, ID, 137),
    });
    const [incident] = incidents;
    expect(incident?.consequences.map(({ kind, exitCode }) => [kind, exitCode])).toEqual([
      ["container-died", 137],
      ["node-not-ready", undefined],
      ["container-restarted", undefined],
    ]);
    expect(incident?.consequences[0]?.evidence.map(({ file }) => file)).toEqual([
      "journal-kubelet.short-iso-precise",
      "journal-containerd.short-iso-precise",
    ]);
  });

  it("the victim was the kubelet itself: it is lost", async () => {
    const killed = kill(42, 410).map(
      ([s, text]): Line => [
        s,
        text.replaceAll("memhog", "kubelet").replace(CONTAINER, "/system.slice/kubelet.service"),
      ],
    );
    const { incidents } = await timelineOf({
      ...film,
      ...HARD_300,
      ...kmsg([mark(1), ...killed, mark(60)]),
      ...kubelet([]),
    });
    expect(incidents[0]?.consequences.map(({ kind }) => kind)).toEqual(["kubelet-lost"]);
  });

  it("a file, a victim, a unit and a resource may be called as any object's own", async () => {
    const killed = kill(42, 410).map(([s, text]): Line => [s, text.replaceAll("memhog", "constructor")]);
    const { incidents, evictions } = await timelineOf({
      constructor: "hello\n",
      toString: "hello\n",
      ...film,
      ...HARD_300,
      ...kmsg([mark(1), ...killed, mark(60)]),
      ...kubelet(reclaim(50, "constructor")),
      "journal-systemd.short-iso-precise": `${iso(43)} worker-1 systemd[1]: constructor.service: Failed with result 'oom-kill'.\n`,
    });
    expect(incidents.map(({ kills }) => kills[0]?.doc.victims[0]?.comm)).toEqual(["constructor"]);
    expect(incidents.flatMap(({ consequences }) => consequences)).toEqual([]);
    expect(evictions.map(({ doc }) => doc.signal)).toEqual([null]);
  });

  it("a unit is lost where it failed, not where the OOM killer took some process of it", async () => {
    const lost = async (said: string) => {
      const { incidents } = await timelineOf({
        ...film,
        ...HARD_300,
        ...kmsg([mark(1), ...kill(42, 77), mark(60)]),
        "journal-systemd.short-iso-precise": `${iso(43)} worker-1 systemd[1]: containerd.service: ${said}\n`,
      });
      return incidents[0]?.consequences.map(({ kind }) => kind);
    };
    expect(await lost("A process of this unit has been killed by the OOM killer.")).toEqual([]);
    expect(await lost("Failed with result 'oom-kill'.")).toEqual(["runtime-lost"]);
  });

  it("a pod of the same name in another namespace is not the one that was hit", async () => {
    const other = pleg(44, "ContainerDied", ID).map((part) =>
      typeof part === "string" ? part.replace("batch/", "web/").replace(UID, UID.replace("1111", "9999")) : part,
    ) as [number, string];
    const { incidents } = await timelineOf({
      ...withTasks(film),
      ...HARD_300,
      ...kmsg([mark(1), ...kill(42, 77), mark(60)]),
      ...kubelet([pleg(43, "ContainerStarted", "ef".repeat(32)), other]),
    });
    expect(incidents[0]?.consequences.map(({ kind }) => kind)).toEqual(["container-restarted"]);
  });

  it("an eviction after memory had come back is a late one, and names whom it hit", async () => {
    const { incidents } = await timelineOf({
      ...film,
      ...HARD_300,
      ...kmsg([mark(1), ...kill(42, 77), mark(60)]),
      ...kubelet([...reclaim(50), ...evicted(55)]),
    });
    const late = incidents.flatMap(({ consequences }) => consequences.filter(({ kind }) => kind === "late-eviction"));
    expect(late.map(({ pod }) => pod?.name)).toEqual(["leaky-0"]);
  });
});

describe("a storm", () => {
  it("of more events than the timeline holds says how many are not listed", async () => {
    const lines = Array.from({ length: 5100 }, (_, i): Line => pleg(i * 0.01, "ContainerDied", ID));
    const { events } = await timelineOf(kubelet(lines));
    expect(events).toHaveLength(5001);
    expect(events.at(-1)).toMatchObject({
      kind: "timeline.further",
      summary: "100 further events from here on, not listed",
      evidence: null,
    });
  });

  it("of 150 kills at one container's limit in two minutes is one incident with a count", async () => {
    const kills = Array.from({ length: 150 }, (_, i) => kill(i * 0.8, 1000 + i, CONTAINER)).flat();
    const {
      incidents,
      verdict,
      kills: told,
    } = await timelineOf({
      ...ticks(-20, 140, () => 3000, { oomKill: (s) => Math.max(0, Math.min(150, Math.floor(s / 0.8))) }),
      ...HARD_300,
      ...kmsg([mark(-5), ...kills, mark(130)]),
      ...kubelet([]),
    });
    expect(told.length).toBe(150);
    expect(incidents.map(({ doc }) => [doc.scope, doc.outcome, doc.oomKillIds.length])).toEqual([
      ["container", "no-race", 150],
    ]);
    expect(verdict.sentence).toContain("killed 150 of its processes in 150 runs");
  });
});
