// On a node whose readings the test writes: what the collector makes of pressure, triggers, a lapped kernel log, a clock
// that is set, and cgroup trees that this machine does not have.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, type TestContext, test } from "vitest";
import {
  kernelLog,
  manifestOf,
  readSegments,
  recordingIn,
  sealedBundle,
  sumsHold,
  text,
  ticksIn,
  ticksOf,
  unpack,
} from "./bundle.ts";
import { collect, eachShell, type Running, shells, until, uptime } from "./collector.ts";
import { folderOf, meminfo, psi, remove, type StandInNode, standInNode } from "./places.ts";

/** A node of its own, a spool, and what a test asks of the recording in it. These tests wait most of the time, and run side by side. */
function setUp(context: TestContext) {
  const folder = folderOf(context);
  const spool = join(folder, "spool");
  const node = standInNode(folder);
  const record = (shell: readonly string[], args: readonly string[], env: Record<string, string> = {}): Running => {
    const place = ["--root", node.root, "--no-chroot", "--no-cgroup", "--no-marks", "--spool", spool];
    return collect(shell, [...place, "--duration", "0", "-q", ...args], { env });
  };
  const logText = (): string => {
    const path = join(recordingIn(spool), "collector.log");
    return recordingIn(spool) !== "" && existsSync(path) ? text(path) : "";
  };
  const ticks = (tier: string) => ticksIn(spool, tier);
  const seal = (running: Running): Promise<string> => sealedBundle(running, join(folder, "unpacked"));
  return { folder, spool, node, record, logText, ticks, seal };
}

describe.concurrent.each(eachShell)("on a node under %s", (_name, shell) => {
  test("pressure makes the fast tier more frequent, and triggers seal a bundle each", async (context) => {
    const { folder, spool, node, record, logText, ticks, seal } = setUp(context);
    node.write("var/log/kubelet.log", "I1124 01:13:37.1 1 eviction_manager.go:376] quiet\n");
    const running = record(shell, ["--ring", "10m", "--trigger", "psi=20,available<500M,eviction", "--after", "1"]);
    await until("ticks without pressure", () => ticks("fast").length >= 2);
    expect(logText()).not.toContain("pressure:");
    // one after the other: what comes true within an aftermath belongs to it
    const sealed = async (reason: RegExp, change: () => void) => {
      const before = readdirSync(spool).filter((name) => name.endsWith(".tgz"));
      change();
      const added = () => readdirSync(spool).filter((name) => name.endsWith(".tgz") && !before.includes(name));
      await until(`the bundle of ${reason}`, () => added().length > 0, 60_000);
      const bundle = unpack(join(spool, added()[0] ?? ""), join(folder, `sealed-${before.length}`));
      expect(sumsHold(bundle)).toMatchObject({ ok: true });
      expect(manifestOf(bundle).reason).toMatch(reason);
    };
    await sealed(/^trigger: psi 42$/, () => node.write("proc/pressure/memory", psi(42)));
    expect(logText()).toMatch(/pressure: memory some avg10 42 %, available 8000000 kB\n/);
    // a busy machine may make a tick so slow that it backs off: then it says so
    expect(logText()).toMatch(/fast tier every (200|400|800) ms/);
    node.write("proc/pressure/memory", psi(0));
    await until("the end of the pressure", () => logText().includes("pressure is over"), 60_000);
    await until("the old pace", () => /pressure is over[\s\S]*fast tier every \d{4} ms/.test(logText()));
    await sealed(/^trigger: available 400000 kB$/, () => node.write("proc/meminfo", meminfo(400_000)));
    await sealed(/^trigger: eviction$/, () =>
      writeFileSync(
        join(node.root, "var/log/kubelet.log"),
        'I1124 01:13:38.1 1 eviction_manager.go:376] "Eviction manager: must evict pod(s) to reclaim" resourceName="memory"\n',
        { flag: "a" },
      ),
    );
    const bundle = await seal(running);
    const fast = ticksOf(readSegments(bundle), "fast");
    expect(fast.map((tick) => tick.number)).toEqual(fast.map((_tick, at) => at * 2 + 1));
  });
});

test.concurrent("memory that falls fast is pressure too, and under it everything is read three times as often", async (context) => {
  const { node, record, logText, ticks, seal } = setUp(context);
  const running = record(shells[0] ?? ["sh"], []);
  await until("ticks without pressure", () => ticks("fast").length >= 3 && ticks("full").length === 1);
  // in a second more than a thirtieth of what is left
  node.write("proc/meminfo", meminfo(5_000_000));
  await until("pressure", () => logText().includes("pressure: memory some avg10 0 %, available 5000000 kB\n"));
  node.write("proc/pressure/memory", psi(42));
  await until("full ticks under it", () => ticks("full").length >= 4, 60_000);
  const ups = ticks("full").map((tick) => tick.up);
  const began = Number(/^([\d.]+) pressure:/m.exec(logText())?.[1]);
  expect((ups[1] ?? Infinity) - began).toBeLessThan(5);
  expect((ups[3] ?? Infinity) - (ups[1] ?? 0)).toBeGreaterThan(15);
  expect((ups[3] ?? Infinity) - (ups[1] ?? 0)).toBeLessThan(30);
  await seal(running);
});

describe.concurrent("the kernel log", () => {
  const records = (from: number, to: number): string =>
    Array.from(
      { length: to - from + 1 },
      (_none, at) => `6,${from + at},${(from + at) * 1000},-;line ${from + at}\n`,
    ).join("");

  test("a reader that ends is started anew, and a jump in the sequence is written down as a gap", async (context) => {
    const { node, record, logText, seal } = setUp(context);
    node.write("dev/kmsg", records(1, 40));
    const running = record(shells[0] ?? ["sh"], ["--interval", "1"]);
    await until("a second reader", () => logText().includes("the reader of /dev/kmsg ended"));
    // the ring has been overwritten meanwhile
    node.write("dev/kmsg", records(61, 70));
    await until("the gap", () => logText().includes("gap:"), 60_000);
    const bundle = await seal(running);
    expect(text(join(bundle, "collector.log")).match(/gap: .*/g)).toEqual([
      "gap: the kernel log's records 41 to 60 were overwritten before they could be read",
    ]);
    const read = readdirSync(join(bundle, "logs")).filter((name) => name.startsWith("kmsg"));
    // each of them is the whole ring: they come less and less often
    expect(read.length).toBeLessThan(8);
    const numbers = [...kernelLog(bundle).matchAll(/^6,(\d+),/gm)].map((line) => Number(line[1]));
    expect(Math.min(...numbers)).toBe(1);
    expect(Math.max(...numbers)).toBe(70);
  });

  test("what came after a reader had ended is in the bundle, and in that of a recorder that goes on", async (context) => {
    const { folder, spool, node, record, logText, seal } = setUp(context);
    node.write("dev/kmsg", records(1, 40));
    const shell = shells[0] ?? ["sh"];
    const running = record(shell, ["--interval", "1"]);
    // from here on it waits ten seconds before it starts another
    await until("a second reader", () => logText().includes("the reader of /dev/kmsg ended"));
    node.write("dev/kmsg", records(1, 50));
    const snapshot = await collect(shell, ["snapshot", "--spool", spool, "-q"]).ended;
    expect(snapshot.code).toBe(0);
    expect(kernelLog(unpack(snapshot.stdout.trim(), join(folder, "snapshot")))).toContain("\n6,50,50000,-;line 50\n");
    node.write("dev/kmsg", records(1, 60));
    expect(kernelLog(await seal(running))).toContain("\n6,60,60000,-;line 60\n");
  });
});

describe.concurrent("a poor node", () => {
  test("with --since, older records of the ring are left out, with the lines that belong to them", async (context) => {
    const { node, record, ticks, seal } = setUp(context);
    const stamps = [-400, -61, -50, -10].map((ago) => Math.round((uptime() + ago) * 1e6));
    const lines = stamps.map((stamp, at) => `6,${at},${stamp},-;line ${at}\n SUBSYSTEM=of ${at}\n`);
    node.write("dev/kmsg", lines.join(""));
    const running = record(shells[0] ?? ["sh"], ["--since", "1m"]);
    await until("ticks", () => ticks("full").length >= 1);
    const bundle = await seal(running);
    const read = kernelLog(bundle);
    expect(read.startsWith(lines.slice(2).join(""))).toBe(true);
    expect(read).not.toMatch(/line [01]|of [01]/);
    expect(text(join(bundle, "index.tsv"))).toMatch(/^logs\/kmsg\.000001\.gz\t\d+\t\d+\t[\d.]+\t[\d.]+\t4\t/m);
  });

  test("without /dev/kmsg dmesg is asked, and again at the end", async (context) => {
    const { folder, record, ticks, logText, seal } = setUp(context);
    const bin = join(folder, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "dmesg"), `#!/bin/sh\necho "[1.0] so far" >>${folder}/ring\ncat ${folder}/ring\n`, {
      mode: 0o755,
    });
    const running = record(shells[0] ?? ["sh"], [], { PATH: `${bin}:${process.env["PATH"] ?? ""}` });
    await until("ticks", () => ticks("full").length >= 1);
    expect(logText()).toContain("/dev/kmsg cannot be read: dmesg instead\n");
    writeFileSync(join(folder, "ring"), "[2.0] since then\n", { flag: "a" });
    const bundle = await seal(running);
    expect(text(join(bundle, "logs/dmesg.gz"))).toContain("[2.0] since then\n[1.0] so far\n");
    expect(manifestOf(bundle).missing).toContain("/dev/kmsg");
  });

  test.for(eachShell)("without PSI, slabinfo and zoneinfo, under %s", async ([_name, shell], context) => {
    const { node, record, ticks, seal } = setUp(context);
    const absent = ["proc/pressure", "proc/slabinfo", "proc/zoneinfo"];
    remove(...absent.map((path) => join(node.root, path)));
    const running = record(shell, ["--trigger", "psi=20"]);
    await until("ticks", () => ticks("fast").length >= 3 && ticks("full").length >= 1);
    const bundle = await seal(running);
    expect(manifestOf(bundle).missing).toEqual(
      expect.arrayContaining(["/proc/pressure/memory", "/proc/slabinfo", "/proc/zoneinfo"]),
    );
    const segments = readSegments(bundle);
    for (const tier of ["fast", "full"])
      for (const tick of ticksOf(segments, tier)) {
        expect(tick.endUp).not.toBeNull();
        // the stand-in has no processes
        if (tier === "fast") expect(tick.vanished).toBe(0);
        expect(tick.files.get("/proc/meminfo")).toMatch(/^MemTotal:/);
        expect([...tick.files.keys()].filter((name) => absent.some((path) => name.startsWith(`/${path}`)))).toEqual([]);
      }
  });

  test("each file that a kubelet or what it is part of may log to is followed", async (context) => {
    const { node, record, ticks, seal } = setUp(context);
    const logs = [
      "log/kubelet.log",
      "log/kubelet/kubelet.log",
      "lib/rancher/rke2/agent/logs/kubelet.log",
      "log/k3s.log",
      "log/k3s-agent.log",
    ];
    for (const path of logs) node.write(`var/${path}`, `I1124 01:13:37.1 1 main.go:1] of ${path}\n`);
    const running = record(shells[0] ?? ["sh"], []);
    await until("ticks", () => ticks("full").length >= 1);
    const read = text(join(await seal(running), "logs/kubelet.000001.gz"));
    for (const path of logs) expect(read).toContain(`of ${path}\n`);
  });
});

test.concurrent("a clock that is set back changes no tick, and stands in the clock readings", async (context) => {
  const { folder, record, ticks, seal } = setUp(context);
  const bin = join(folder, "bin");
  mkdirSync(bin);
  // an hour back, once the file is there
  const date = 'real=$(/bin/date +%s); [ ! -e "$STEP" ] || real=$((real - 3600)); exec /bin/date -d "@$real" "$@"';
  writeFileSync(join(bin, "date"), `#!/bin/sh\n${date}\n`, { mode: 0o755 });
  const step = join(folder, "step");
  const running = record(["dash"], ["--interval", "1"], { PATH: `${bin}:${process.env["PATH"] ?? ""}`, STEP: step });
  await until("two middle ticks", () => ticks("fast").length >= 3);
  writeFileSync(step, "");
  const before = ticks("fast").length;
  await until("ticks after it", () => ticks("fast").length >= before + 3);
  const bundle = await seal(running);
  const reals = text(join(bundle, "clock.tsv"))
    .trim()
    .split("\n")
    .slice(1)
    .map((row) => row.split("\t").map(Number));
  const [first = [], last = []] = [reals[0], reals.at(-1)];
  expect((last[0] ?? 0) - (first[0] ?? 0)).toBeGreaterThan(0);
  const stepped = ((last[2] ?? 0) - (first[2] ?? 0)) / 1e9;
  expect(stepped).toBeLessThan(-3000);
  const fast = ticksOf(readSegments(bundle), "fast");
  expect(fast.map((tick) => tick.number)).toEqual(fast.map((_tick, at) => at * 2 + 1));
  for (const [at, tick] of fast.slice(1).entries()) expect(tick.up).toBeGreaterThan(fast[at]?.up ?? 0);
});

describe.concurrent("cgroup trees", () => {
  const v2Files = {
    "memory.current": "1\n",
    "memory.events": "low 0\noom_kill 0\n",
    "memory.swap.current": "0\n",
    "memory.stat": "anon 1\n",
    "memory.max": "max\n",
  };
  const v1Files = {
    "memory.usage_in_bytes": "1\n",
    "memory.failcnt": "0\n",
    "memory.oom_control": "oom_kill 0\n",
    "memory.stat": "rss 1\n",
    "memory.limit_in_bytes": "9\n",
  };
  const slice =
    "kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod5f0c7e52_93d1.slice/cri-containerd-ab.scope";
  const plant = (node: StandInNode, root: string, files: Record<string, string>, ...groups: string[]) => {
    for (const group of groups)
      for (const at of group.split("/").map((_part, length, all) => all.slice(0, length + 1).join("/")))
        for (const [name, content] of Object.entries(files)) node.write(`${root}/${at}/${name}`, content);
    for (const [name, content] of Object.entries(files)) node.write(`${root}/${name}`, content);
  };
  const cases = [
    ["v2", "sys/fs/cgroup", v2Files, "v2"],
    ["v1 with an empty v2 beside it (hybrid)", "sys/fs/cgroup/memory", v1Files, "hybrid"],
    ["v2 under unified, where v1 has no memory controller", "sys/fs/cgroup/unified", v2Files, "v2"],
  ] as const;

  test.for(cases)("%s", async ([_name, root, files, named], context) => {
    const { node, record, ticks, seal } = setUp(context);
    if (named === "v2") node.write(`${root}/cgroup.controllers`, "cpu memory pids\n");
    else node.write("sys/fs/cgroup/unified/cgroup.controllers", "\n");
    plant(node, root, files, slice, "system.slice/kubelet.service");
    const running = record(shells[0] ?? ["sh"], ["--interval", "1"]);
    await until("a middle and a full tick", () => ticks("mid").length >= 1 && ticks("full").length >= 1);
    const bundle = await seal(running);
    const { cgroup, cgroup_root } = manifestOf(bundle);
    expect({ cgroup, cgroup_root }).toEqual({ cgroup: named, cgroup_root: `/${root}` });
    const segments = readSegments(bundle);
    const [usage] = Object.keys(files);
    const groups = (tier: string) =>
      [...(ticksOf(segments, tier)[0]?.files.keys() ?? [])].filter((name) => name.endsWith(`/${usage}`));
    const chain = slice
      .split("/")
      .map((_part, length, all) => `/${root}/${all.slice(0, length + 1).join("/")}/${usage}`);
    expect(groups("mid")).toEqual(
      expect.arrayContaining([`/${root}/${usage}`, ...chain, `/${root}/system.slice/kubelet.service/${usage}`]),
    );
    // the root's usage is a file with v1 only; what memory.available is made of is in every fast tick
    expect(groups("fast")).toEqual([...(named === "hybrid" ? [`/${root}/${usage}`] : []), ...chain.slice(0, 2)]);
    for (const { files: read } of ticksOf(segments, "fast"))
      expect(read.get(`/${root}/memory.stat`)).toBe(files["memory.stat"].trimEnd());
    expect(ticksOf(segments, "full")[0]?.files.get(`/${root}/${slice}/memory.stat`)).toMatch(/^(anon|rss) 1$/);
  });

  test("one that vanishes between two looks does not take those after it along", async (context) => {
    const { node, record, ticks, seal } = setUp(context);
    const root = "sys/fs/cgroup";
    node.write(`${root}/cgroup.controllers`, "memory\n");
    const pods = ["a", "b", "c"].map((name) => `kubepods/burstable/pod${name}`);
    plant(node, root, v2Files, ...pods);
    const running = record(["busybox", "ash"], ["--interval", "1"]);
    await until("a middle tick", () => ticks("mid").length >= 1);
    remove(join(node.root, root, pods[1] ?? ""));
    await until("a tick without it", () => ticks("mid").some((tick) => (tick.vanished ?? 0) > 0));
    const tick = ticks("mid").find((each) => (each.vanished ?? 0) > 0);
    const current = (pod: string | undefined) => tick?.files.get(`/${root}/${pod}/memory.current`);
    expect(pods.map(current)).toEqual(["1", undefined, "1"]);
    const later = `kubepods/besteffort/podd`;
    plant(node, root, v2Files, later);
    // looked for every thirty seconds
    await until(
      "one that came later",
      () => ticks("mid").some((each) => each.files.has(`/${root}/${later}/memory.current`)),
      60_000,
    );
    const bundle = await seal(running);
    const last = ticksOf(readSegments(bundle), "mid").at(-1);
    expect(last?.vanished).toBe(0);
    expect(
      [...(last?.files.keys() ?? [])]
        .filter((name) => name.endsWith("/memory.current"))
        .map((name) => name.split("/").at(-2)),
    ).toEqual(expect.arrayContaining(["poda", "podc", "podd"]));
  });
});
