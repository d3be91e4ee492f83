// Ticks that take long, and readings that are not what they should be.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { recordingIn, sealedBundle, silentGaps, text, ticksIn } from "./bundle.ts";
import { forkGroup, inside, whyNoPids } from "./cgroups.ts";
import { collect, eachShell, skipUnless, until } from "./collector.ts";
import { folderOf, standInNode } from "./places.ts";

const noPids = skipUnless("a kill while no fork succeeds", whyNoPids());
const options = ["--no-chroot", "--no-cgroup", "--no-marks", "--duration", "0", "--interval", "1"];

describe.concurrent.each(eachShell)("ticks that take long, under %s", (_name, shell) => {
  test("middle ones that are left out are told, and so is that they come less often", async (context) => {
    const folder = folderOf(context);
    const spool = join(folder, "spool");
    const node = standInNode(folder);
    node.write("sys/fs/cgroup/cgroup.controllers", "memory\n");
    node.write("sys/fs/cgroup/memory.current", "1\n");
    const bin = join(folder, "bin");
    mkdirSync(bin);
    // the probe of its options is no reading
    const slow = 'case "$*" in *memory.current*) sleep 2 ;; esac; exec /usr/bin/tail "$@"';
    writeFileSync(join(bin, "tail"), `#!/bin/sh\n${slow}\n`, { mode: 0o755 });
    const env = { PATH: `${bin}:${process.env["PATH"] ?? ""}` };
    const running = collect(shell, ["--root", node.root, "--spool", spool, ...options], { env });
    await until("middle ticks", () => ticksIn(spool, "mid").length >= 4, 60_000);
    const bundle = await sealedBundle(running, join(folder, "unpacked"));
    const log = text(join(bundle, "collector.log"));
    expect(log).toMatch(/^\S+ overrun: mid tick [12]\d{3} ms late, [12] left out$/m);
    expect(log).toMatch(/^\S+ mid tick \d+ took 2\d{3} ms of 1000: every 2000 ms from now on$/m);
    expect(silentGaps(bundle, "mid")).toEqual([]);
    expect(silentGaps(bundle)).toEqual([]);
  });
});

describe.concurrent.each(eachShell)("readings that say nothing, under %s", (_name, shell) => {
  test("trigger nothing, end nothing, and are no error on the terminal", async (context) => {
    const folder = folderOf(context);
    const spool = join(folder, "spool");
    const node = standInNode(folder);
    // before Linux 4.13 vmstat has no oom_kill; the two others are there and cannot be read where memory is short
    node.write("proc/vmstat", "nr_free_pages 250000\n");
    node.write("proc/meminfo", "");
    node.write("proc/pressure/memory", "");
    const triggers = ["--trigger", "oom,psi=20,available<500M", "--after", "1"];
    const running = collect(shell, ["--root", node.root, "--spool", spool, ...options, ...triggers, "-q"]);
    await until("a tick", () => ticksIn(spool, "fast").length >= 2);
    node.write("proc/vmstat", "nr_free_pages 240000\n");
    const before = ticksIn(spool, "fast").length;
    await until("more ticks", () => ticksIn(spool, "fast").length > before + 2);
    const log = text(join(recordingIn(spool), "collector.log"));
    expect(log).not.toMatch(/trigger:|pressure|generation/);
    running.kill("SIGTERM");
    expect(await running.ended).toMatchObject({ code: 0, stderr: "" });
  });
});

test.skipIf(noPids)("a kill while bash tries to fork, which takes 15 s, triggers all the same", async (context) => {
  const folder = folderOf(context);
  const spool = join(folder, "spool");
  const node = standInNode(folder);
  const group = forkGroup(context, folder);
  const triggers = ["--trigger", "oom", "--after", "1", "-q"];
  const shell = inside(group.path, ["bash", "--posix"]);
  const running = collect(shell, ["--root", node.root, "--spool", spool, ...options, ...triggers]);
  await until("ticks", () => ticksIn(spool, "full").length >= 1 && ticksIn(spool, "fast").length >= 3);
  const log = () => text(join(recordingIn(spool), "collector.log"));
  group.forbid();
  // the fast process wants another: that fork fails
  process.kill(Number(/ ticker \w+ pid (\d+)$/m.exec(log())?.[1]), "SIGKILL");
  await until("the first try", () => log().includes("the ticker ended: started anew"));
  node.write("proc/vmstat", "nr_free_pages 250000\noom_kill 3\n");
  await until("its next generation", () => log().includes("fast process: generation 2"), 60_000);
  group.allow();
  await until("the trigger", () => log().includes(" trigger: oom_kill 3; its bundle is sealed in 1 s\n"), 60_000);
  expect(silentGaps(await sealedBundle(running, join(folder, "unpacked")))).toEqual([]);
});
