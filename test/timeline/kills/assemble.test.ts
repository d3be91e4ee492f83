import { describe, expect, it } from "vitest";
import type { LogFacts } from "../../../src/model/facts.ts";
import { assembleKills } from "../../../src/timeline/kills/assemble.ts";
import { caseNamed, cases } from "../../parse/kernel/cases.ts";
import { readBytes, readText } from "../../parse/kernel/read-log.ts";
import { unplaced } from "./unplaced.ts";

const assemble = (...logs: LogFacts[]) => assembleKills(logs, unplaced);
const read = async (name: string, path = `${name}.log`): Promise<LogFacts> =>
  (await readBytes(caseNamed(name).log, path)).facts;
const readLines = async (path: string, ...lines: string[]): Promise<LogFacts> =>
  (await readText(lines.join("\n"), path)).facts;
const kill = (stamp: string, pid: number, comm: string, kib = 4): string =>
  `${stamp}Out of memory: Killed process ${pid} (${comm}) total-vm:${kib}kB, anon-rss:${kib}kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:4kB oom_score_adj:0`;

describe("one event in many files", () => {
  it("counts once, in whatever order the files come, and the form with the kernel's clock speaks", async () => {
    const names = cases
      .map(({ name }) => name.replace(/\.txt$/, ""))
      .filter((name) => name.startsWith("capture-excerpt-"));
    const logs = await Promise.all(names.map((name) => read(name)));
    for (const order of [logs, logs.toReversed()]) {
      const kills = assemble(...order);
      expect(kills).toHaveLength(1);
      const [one] = kills;
      expect(one).toMatchObject({
        scope: "node",
        constraint: "none",
        count: 1,
        complete: true,
        knownFrom: "report",
        trigger: { comm: "grep", pid: 1150, gfpMask: "0x140dca", order: 0, oomScoreAdj: -999 },
        victims: [{ pid: 1031, comm: "memhog", uid: 0, anonRssBytes: 2_285_824 * 1024, oomScoreAdj: 915 }],
        bootId: "d61b4d34930049f4a9d04718d14e7116",
        host: "worker-1",
      });
      expect(one?.at.bootSec).toBeCloseTo(535.386823, 6);
      expect(one?.invokedAt?.bootSec).toBeCloseTo(535.240334, 6);
      expect(one?.reapedAt?.bootSec).toBeCloseTo(540.774197, 6);
      expect(one?.files).toHaveLength(names.length);
      expect(one?.files[0]).toBe("capture-excerpt-journal-export.log"); // the only excerpt that has the listing of memory
      expect(new Set(one?.evidence.map(({ file }) => file))).toEqual(new Set(["capture-excerpt-journal-export.log"]));
      // the union of all clocks, each at its finest: with-unit has whole seconds, short-precise microseconds
      expect(one?.stamps.map(({ clock, resolutionMs }) => `${clock} ${resolutionMs}`).toSorted()).toEqual([
        "dmesg-wall 0.001",
        "printk 0.001",
        "receipt 0.001",
        "receipt-monotonic 0.001",
        "rfc3164 0.001",
      ]);
    }
  });

  it("is told by the plainest form with the kernel's clock where all have the same to say", async () => {
    const forms = ["console", "journal-with-unit", "dmesg-T", "journal-json", "dmesg-x", "journal-short-monotonic"];
    const [one] = assemble(...(await Promise.all(forms.map((form) => read(`capture-excerpt-${form}`, form)))));
    // a console is recorded by another machine, receipt clocks come last
    expect(one?.files.slice(0, 3)).toEqual(["dmesg-x", "journal-json", "console"]);
  });

  it("a file that lost part of it adds what it has, and the whole one speaks", async () => {
    const whole = await read("capture-memcg-group-kmsg", "kmsg");
    const tail = await readLines(
      "syslog",
      "Nov 24 01:18:24 worker-1 kernel: Memory cgroup out of memory: Killed process 1014 (java) total-vm:107496kB, anon-rss:104960kB, file-rss:584kB, shmem-rss:0kB, UID:0 pgtables:240kB oom_score_adj:958",
      "Nov 24 01:18:24 worker-1 kernel: Memory cgroup out of memory: Killed process 1028 (java) total-vm:158696kB, anon-rss:155904kB, file-rss:444kB, shmem-rss:0kB, UID:0 pgtables:340kB oom_score_adj:958",
    );
    for (const logs of [
      [whole, tail],
      [tail, whole],
    ]) {
      const kills = assemble(...logs);
      expect(kills).toHaveLength(1);
      expect(kills[0]).toMatchObject({
        count: 2,
        scope: "pod",
        constraint: "memcg",
        files: ["kmsg", "syslog"],
        usageBytes: 2 ** 28,
        limitBytes: 2 ** 28,
      });
      expect(kills[0]?.victims.map(({ pid }) => pid)).toEqual([1028, 1014]);
      expect(kills[0]?.stamps.map(({ clock }) => clock)).toEqual(["printk", "rfc3164"]);
      expect(kills[0]?.reports).toHaveLength(3);
      expect(kills[0]?.victimsAt.map(({ bootSec }) => bootSec)).toEqual([598.691216, 598.697828]);
      expect(kills[0]?.limitedCgroup).toMatch(/-pod321460f7_1149_42c9_b5c1_9ed4ffea99cd\.slice$/);
    }
  });

  it("is not merged by its words where the kernel's clock or the boot forbids it", async () => {
    const bootA = await readLines("a.log", kill("[  100.000000] ", 7, "w"));
    const later = await readLines("b.log", kill("[  900.000000] ", 7, "w"));
    expect(assemble(bootA, later)).toHaveLength(2);
    const json = (boot: string) =>
      JSON.stringify({
        _BOOT_ID: boot.repeat(32),
        _TRANSPORT: "kernel",
        SYSLOG_IDENTIFIER: "kernel",
        _SOURCE_MONOTONIC_TIMESTAMP: "100000000",
        MESSAGE: kill("", 7, "w"),
      });
    expect(assemble(await readLines("a.json", json("a")), await readLines("b.json", json("b")))).toHaveLength(2);
    expect(assemble(await readLines("a.json", json("a")), bootA)).toHaveLength(1);
    expect(assemble(bootA, await readLines("c.log", kill("Nov 24 01:00:00 n1 kernel: ", 7, "w")))).toHaveLength(1);
    expect(assemble(bootA, await readLines("c.log", kill("[  100.000000] ", 7, "w", 5)))).toHaveLength(2); // other sizes
    expect(
      assemble(
        await readLines("a", kill("Nov 24 01:00:00 n1 kernel: ", 7, "w")),
        await readLines("b", kill("Nov 24 01:00:00 n2 kernel: ", 7, "w")),
      ),
    ).toHaveLength(2);
    expect(
      assemble(
        await readLines("a", kill("Nov 24 01:00:00 n1 kernel: ", 7, "w")),
        await readLines("b", kill("Nov 24 01:00:00 n1.example.org kernel: ", 7, "w")),
      ),
    ).toHaveLength(1);
  });

  it("reports without a victim are matched in the order in which they stand", async () => {
    const invoked = (stamp: string): string =>
      `${stamp}java invoked oom-killer: gfp_mask=0xd0, order=0, oom_score_adj=5`;
    const withClock = await readLines("kmsg", invoked("[  100.000000] "), invoked("[  200.000000] "));
    const without = await readLines(
      "syslog",
      invoked("Nov 24 01:00:00 n kernel: "),
      invoked("Nov 24 01:00:00 n kernel: ").replace("java", "perl"),
      invoked("Nov 24 01:09:00 n kernel: "),
    );
    const kills = assemble(withClock, without);
    expect(kills.map(({ trigger, files }) => [trigger.comm, files.join()])).toEqual([
      ["java", "kmsg,syslog"],
      ["java", "kmsg,syslog"],
      ["perl", "syslog"],
    ]);
    expect(kills.every(({ count, victims }) => count === 0 && victims.length === 0)).toBe(true);
  });
});

describe("what is known of an event", () => {
  it("a paste of dmesg and one of the journal in one text tell one event, with a victim and without", async () => {
    const invoked = "java invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=958";
    const ident = "CPU: 0 PID: 77 Comm: java Not tainted 6.1.0 #1";
    const twoPastes = (...lines: string[]) =>
      readLines(
        "paste.txt",
        ...lines.map((line) => `[  100.000001] ${line}`),
        ...lines.map((line) => `Nov 24 01:18:22 worker-1 kernel: ${line}`),
      );
    expect(assemble(await twoPastes(invoked, ident))).toMatchObject([{ victims: [], trigger: { pid: 77 } }]);
    expect(assemble(await twoPastes(invoked, ident, kill("", 78, "java")))).toMatchObject([{ victims: [{ pid: 78 }] }]);
    // one source that tells the same words twice tells of two events
    const twice = await readLines(
      "paste.txt",
      ...["[  100.000001] ", "[  200.000001] "].flatMap((stamp) => [stamp + invoked, stamp + ident]),
    );
    expect(assemble(twice)).toHaveLength(2);
  });

  it("a ring pasted twice that ends amid a report: the kill above it is not that report's", async () => {
    const ring = [
      kill("[  412.501003] ", 537, "login", 860),
      "[  412.514220] systemd invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0",
      "[  412.514901] CPU: 0 PID: 1 Comm: systemd Not tainted 5.4.0 #12",
      "[  412.526333] Mem-Info:",
      "[  412.547016] 524158 pages RAM",
    ];
    const told = assemble(await readLines("ring.txt", ...ring, ...ring));
    expect(told.map(({ trigger, victims }) => [trigger.comm, ...victims.map(({ pid }) => pid)])).toEqual([
      [null, 537],
      ["systemd"],
    ]);
    // a CPU's clock may be behind another's by a tick
    const behind = assemble(await readLines("ring.txt", ...ring.slice(1), kill("[  412.506000] ", 540, "bash")));
    expect(behind.map(({ trigger, victims }) => [trigger.comm, victims[0]?.pid])).toEqual([["systemd", 540]]);
  });

  it.each(["kernel", "Kernel", "KERNEL", "klogd"])("the kernel that a syslog calls %s", async (name) => {
    const lines = [
      `Nov 24 01:18:21 worker-1 ${name}: usb 1-1: reset high-speed USB device`,
      kill(`Nov 24 01:18:22 worker-1 ${name}: `, 537, "login", 860),
    ];
    expect(assemble(await readLines("messages", ...lines))).toMatchObject([
      { host: "worker-1", victims: [{ pid: 537, comm: "login", anonRssBytes: 860 * 1024 }] },
    ]);
  });

  it("a kill that only the reaper tells", async () => {
    const kills = assemble(await read("rate-limited-storm"));
    expect(kills.map(({ knownFrom, victims }) => `${knownFrom} ${victims.map(({ pid }) => pid).join()}`)).toEqual([
      "kill-line 9001",
      "kill-line 9002",
      "kill-line 9003",
      "reaper 9004",
    ]);
    expect(kills[3]).toMatchObject({
      scope: null,
      constraint: null,
      count: 1,
      complete: false,
      reports: [],
      victims: [{ comm: "w4", anonRssBytes: null }],
    });
    expect(kills[3]?.evidence).toMatchObject([
      { line: 6, text: expect.stringContaining("oom_reaper: reaped process 9004 (w4)") },
    ]);
  });

  it("the reaper's word in one file is the kill's of another", async () => {
    const kills = assemble(
      await readLines(
        "a",
        "[  105.000000] oom_reaper: reaped process 7 (w), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB",
      ),
      await readLines("b", kill("[  100.000000] ", 7, "w")),
    );
    expect(kills).toMatchObject([
      { knownFrom: "kill-line", at: { bootSec: 100 }, reapedAt: { bootSec: 105 }, files: ["b", "a"] },
    ]);
  });

  it("a task that was killed and is not named is one process all the same", async () => {
    const kills = assemble(
      await readLines(
        "x",
        "[四 3月 18 18:47:12 2021] Task in /kubepods/pod1/a killed as a result of limit of /kubepods",
      ),
    );
    expect(kills).toMatchObject([
      {
        victims: [],
        count: 1,
        scope: "allocatable",
        constraint: "memcg",
        limitedCgroup: "/kubepods",
        victimCgroup: "/kubepods/pod1/a",
      },
    ]);
  });

  const pod = "3759885e-2d2e-45f6-a100-a1230831cbac";
  it.each([
    ["/kubepods.slice", "allocatable"],
    ["/kubepods", "allocatable"],
    [`/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${pod.replaceAll("-", "_")}.slice`, "pod"],
    [`/kubepods/pod${pod}`, "pod"],
    ["/kubepods.slice/kubepods-burstable.slice", "pod"],
    [`/kubepods/burstable/pod${pod}/${"a".repeat(64)}`, "container"],
    [`/kubepods/burstable/pod${pod}/${"a".repeat(64)}/inner/deep`, "container"],
    [
      `/docker/${"b".repeat(64)}/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod${pod.replaceAll("-", "_")}.slice`,
      "pod",
    ],
    ["/system.slice/docker.service", "system"],
    [`/docker/${"b".repeat(64)}`, "system"],
  ])("the limit of %s is %s's", async (path, scope) => {
    const [event] = assemble(
      await readLines(
        "x",
        `[    1.000000] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=${path},task_memcg=${path},task=a,pid=1,uid=0`,
      ),
    );
    expect(event).toMatchObject({ scope, constraint: "memcg", victims: [{ pid: 1, comm: "a" }] });
  });

  it("cpuset and memory policy are the node's, a bare kill line is nobody's", async () => {
    expect(assemble(await read("cpuset-and-mempolicy")).map(({ scope, constraint }) => [scope, constraint])).toEqual([
      ["node", "cpuset"],
      ["node", "memory-policy"],
    ]);
    const [bare] = assemble(
      await readLines("x", "[    1.000000] Killed process 5 (a) total-vm:4kB, anon-rss:4kB, file-rss:0kB"),
    );
    expect(bare).toMatchObject({ scope: null, constraint: null, knownFrom: "kill-line", complete: false });
  });

  it("CONSTRAINT_NONE of a memory cgroup is not believed", async () => {
    expect(assemble(await read("memcg-5.1-constraint-lies"))).toMatchObject([
      { constraint: "memcg", scope: "system", limitedCgroup: "/foo" },
    ]);
  });

  it("the same pid in two boots of one file is two kills", async () => {
    expect(assemble(await read("two-boots-one-pid")).map(({ victims, at }) => [victims[0]?.pid, at.bootSec])).toEqual([
      [555, 9000.000001],
      [555, 88.000001],
    ]);
  });
});
