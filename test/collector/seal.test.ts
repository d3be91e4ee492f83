// A bundle that is sealed while its recorder goes on, by a process whose forks fail: it is tried again, and never half made.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, type TestContext, test } from "vitest";
import { manifestOf, recordingIn, sealedBundle, sumsHold, text, ticksIn, unpack } from "./bundle.ts";
import { forkGroup, inside, whyNoPids } from "./cgroups.ts";
import { collect, collector, eachShell, skipUnless, until } from "./collector.ts";
import { folderOf, psi, remove, scratch, standInNode } from "./places.ts";

const noPids = skipUnless("a seal whose forks fail", whyNoPids());

/** A node, and a crictl that takes a second for its pods and says that it was asked: that is the moment for forks to begin to fail. */
function setUp(context: TestContext) {
  const folder = folderOf(context);
  const spool = join(folder, "spool");
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const asked = join(folder, "asked");
  writeFileSync(join(bin, "crictl"), `#!/bin/sh\n[ "$1" != pods ] || { echo >>${asked}; sleep 1; }\n`, { mode: 0o755 });
  const env = { PATH: `${bin}:${process.env["PATH"] ?? ""}` };
  const node = standInNode(folder);
  const times = () => (existsSync(asked) ? readFileSync(asked, "utf8").length : 0);
  const place = ["--root", node.root, "--no-chroot", "--no-cgroup", "--no-marks", "--spool", spool];
  const log = () => text(join(recordingIn(spool), "collector.log"));
  const sealed = (why: string) => new RegExp(`sealed (\\S+) \\(${why}\\)$`, "m").exec(log())?.[1];
  /** the bundle that was sealed for a reason, unpacked */
  const bundleOf = async (why: string): Promise<string> => {
    await until(`the bundle of ${why}`, () => sealed(why) !== undefined, 90_000);
    return unpack(sealed(why) ?? "", join(folder, "sealed"));
  };
  return { folder, spool, node, env, times, place, log, bundleOf };
}

describe.concurrent.each(eachShell)("whose forks fail, under %s", (_name, shell) => {
  test.skipIf(noPids)(
    "the bundle of a trigger is made when they succeed again, and the log says so",
    async (context) => {
      const { folder, spool, node, env, times, place, log, bundleOf } = setUp(context);
      const group = forkGroup(context, folder);
      const options = ["--duration", "0", "--interval", "1", "--trigger", "psi=20", "--after", "1", "-q"];
      const running = collect(inside(group.path, shell), [...place, ...options], { env });
      await until("what it asks at its start", () => times() === 1 && ticksIn(spool, "full").length >= 1);
      node.write("proc/pressure/memory", psi(42));
      await until("what the sealing process asks", () => times() === 2);
      const [pid] = readFileSync(join(recordingIn(spool), ".run/seal"), "utf8").split(" ");
      group.forbid();
      await until("the end of that process", () => !existsSync(`/proc/${pid}`) || isZombie(Number(pid)), 60_000);
      expect(readdirSync(spool).filter((name) => name.endsWith(".tgz"))).toEqual([]);
      group.allow();
      const bundle = await bundleOf("trigger: psi 42");
      expect(log()).toMatch(/^\S+ trigger: psi 42: its bundle could not be made; tried again$/m);
      expect(sumsHold(bundle)).toMatchObject({ ok: true });
      expect(manifestOf(bundle)).toMatchObject({ state: "sealed", reason: "trigger: psi 42" });
      // what the first one had begun is gone
      expect(readdirSync(spool).filter((name) => /^\.|\.part/.test(name))).toEqual([]);
      await sealedBundle(running, join(folder, "all"));
    },
  );

  test.skipIf(noPids)("a snapshot is left to the recorder", async (context) => {
    const { folder, spool, env, times, place, bundleOf } = setUp(context);
    const group = forkGroup(context, join(folder, "none"));
    const running = collect(shell, [...place, "--duration", "0", "-q"], { env });
    await until("what it asks at its start", () => times() === 1 && ticksIn(spool, "full").length >= 1);
    const asking = collect(inside(group.path, shell), ["snapshot", "--spool", spool], { env });
    await until("what the snapshot asks", () => times() === 2);
    group.forbid();
    const asked = await asking.ended;
    expect(asked).toMatchObject({ code: 1, stdout: "" });
    expect(asked.stderr).toContain(
      `collect.sh: forks fail: the recorder makes the bundle when they succeed, in ${spool}; ${recordingIn(spool)}/collector.log says when\n`,
    );
    const bundle = await bundleOf("snapshot");
    expect(sumsHold(bundle)).toMatchObject({ ok: true });
    expect(manifestOf(bundle)).toMatchObject({ state: "sealed", reason: "snapshot" });
    await sealedBundle(running, join(folder, "all"));
  });
});

function isZombie(pid: number): boolean {
  return /^State:\tZ/m.test(text(`/proc/${pid}/status`));
}

test.each(eachShell)(
  "packed where tar cannot be started, there is no bundle rather than an empty one, under %s",
  (_name, shell) => {
    const folder = scratch();
    // a fork that fails ends the shell in which it was tried: here the one at the head of the pipe
    const script = '. "$1/functions.sh"; tar() { exit 2; }; D=$1/spool QUIET=1 GZIP_CMD=gzip; pack_to "$1/out.tgz"';
    mkdirSync(join(folder, "spool"));
    writeFileSync(join(folder, "spool/manifest.json"), "{}\n");
    const lines = readFileSync(collector, "utf8").trimEnd().split("\n");
    writeFileSync(join(folder, "functions.sh"), lines.slice(0, -1).join("\n"));
    const [program = "sh", ...first] = shell;
    const run = spawnSync(program, [...first, "-c", script, program, folder]);
    expect(run.status).toBe(2);
    expect(readdirSync(folder).filter((name) => name.startsWith("out"))).toEqual([]);
    remove(folder);
  },
);
