import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { filesBelow, isOneMember, manifestOf, readSegments, sumsHold, text, ticksOf, unpack } from "./bundle.ts";
import { collect, eachShell, sorted, until, uptime } from "./collector.ts";
import { folderOf } from "./places.ts";

let folder: string;
beforeEach((context) => {
  folder = folderOf(context);
});

const signalOf = ([name]: readonly string[]): NodeJS.Signals =>
  name === "bash" ? "SIGTERM" : name === "dash" ? "SIGHUP" : "SIGINT";

describe.each(eachShell)("one shot under %s", (_name, shell) => {
  test("writes a sealed bundle of every tier", async () => {
    const before = uptime();
    const run = await collect(shell, [
      "--duration",
      "7",
      "--spool",
      join(folder, "spool"),
      "-o",
      join(folder, "out.tgz"),
    ]).ended;
    expect(run.stderr).toMatch(/^Recording to .*\nSealing…\nNext: memforensics analyze out\.tgz\n$/);
    expect(run).toMatchObject({ code: 0, stdout: `${join(folder, "out.tgz")}\n` });
    expect(statSync(join(folder, "out.tgz")).mode & 0o077).toBe(0);
    // the spool is gone once it is packed, and so is the lock
    expect(filesBelow(join(folder, "spool"))).toEqual(["last"]);

    const bundle = unpack(join(folder, "out.tgz"), folder);
    expect(bundle).toMatch(new RegExp(`/${hostname()}-\\d{8}T\\d{6}Z$`));
    const manifest = manifestOf(bundle);
    expect(manifest).toMatchObject({
      format: 1,
      state: "sealed",
      host: hostname(),
      reason: "duration",
      generations: 1,
      interval: 5,
    });
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    expect(manifest.boot).toBe(boot);
    expect(manifest.started.uptime).toBeGreaterThanOrEqual(before);

    expect(sumsHold(bundle)).toMatchObject({ ok: true });
    const summed = readFileSync(join(bundle, "SHA256SUMS"), "utf8")
      .trim()
      .split("\n")
      .map((line) => line.slice(66));
    expect(sorted(summed)).toEqual(sorted(filesBelow(bundle).filter((name) => name !== "SHA256SUMS")));

    // by content: tar stores a file of /proc or of a cgroup as empty, one of /sys padded with NULs to a page
    for (const name of filesBelow(join(bundle, "node"))) {
      const content = readFileSync(join(bundle, "node", name));
      expect([name, content.length > 0, content.includes(0)]).toEqual([name, true, false]);
    }
    // a shell's own read gets nothing of these
    expect(text(join(bundle, "node/start/proc/sys/vm/overcommit_memory"))).toMatch(/^[012]\n$/);

    const segments = readSegments(bundle);
    for (const segment of segments)
      expect(segment.header).toMatch(
        new RegExp(`^@@ memforensics 1 tier=${segment.tier} segment=\\d+ boot=${boot} interval=\\d+$`),
      );
    const fast = ticksOf(segments, "fast");
    expect(fast.length).toBeGreaterThanOrEqual(6);
    for (const tick of fast) {
      expect(tick.files.get("/proc/meminfo")).toMatch(/^MemTotal: +\d+ kB\n[\s\S]*\nDirectMap\w+: +\d+ kB$/);
      expect(tick.files.get("/proc/vmstat")).toMatch(/^nr_free_pages \d+\n[\s\S]*^oom_kill \d+$/m);
      expect(tick.endUp).not.toBeNull();
    }
    expect(ticksOf(segments, "mid").length).toBeGreaterThanOrEqual(2);
    const full = ticksOf(segments, "full");
    expect(full.length).toBeGreaterThanOrEqual(2);
    expect(full[0]?.files.get(`/proc/${process.pid}/stat`)).toMatch(new RegExp(`^${process.pid} \\(`));
    expect(full[0]?.files.get("/proc/zoneinfo")).toMatch(/^Node 0, zone/);
    const numbers = segments.flatMap((segment) => segment.ticks.map((tick) => tick.number));
    expect(new Set(numbers).size).toBe(numbers.length);

    // what it costs, of each of its processes, at the start and at the end
    const log = text(join(bundle, "collector.log"));
    for (const name of ["fast", "worker", "ticker"])
      expect(
        log.match(
          new RegExp(
            `^[\\d.]+ cost: ${name} user \\d+ system \\d+ children user \\d+ system \\d+ \\(clock ticks\\), resident [1-9]\\d* pages$`,
            "gm",
          ),
        )?.length,
      ).toBeGreaterThanOrEqual(2);

    const readings = text(join(bundle, "clock.tsv")).trim().split("\n");
    expect(readings[0]).toBe("#uptime\tmonotonic\trealtime\tboot_offset\tkmsg_seq\tboot_id");
    expect(readings.length).toBeGreaterThanOrEqual(3);
    expect(readings.at(-1)).toMatch(new RegExp(`^[\\d.]+\\t(\\d+|-)\\t\\d{19}\\t(\\d+|-)\\t(\\d+|-)\\t${boot}$`));
  });

  test("the index describes every closed file as it stands", async () => {
    const run = await collect(shell, ["--duration=3", "--spool", folder, "--keep"]).ended;
    const bundle = run.stdout.trim().replace(/\.tgz$/, "");
    const [head, ...rows] = text(join(bundle, "index.tsv")).trim().split("\n");
    expect(head).toBe("#file\tbytes\tcksum\tfirst_up\tlast_up\trecords\tgen");
    const files = rows.map((row) => row.split("\t"));
    expect(sorted(files.map(([name = ""]) => name))).toEqual(
      sorted(filesBelow(bundle).filter((name) => /^(ticks|logs)\//.test(name))),
    );
    for (const [name = "", bytes, sum, first, last, records] of files) {
      const printed = execFileSync("cksum", [name], { cwd: bundle, encoding: "utf8" });
      expect(printed).toBe(`${sum} ${bytes} ${name}\n`);
      expect([name, isOneMember(join(bundle, name))]).toEqual([name, true]);
      expect(Number(first)).toBeLessThanOrEqual(Number(last));
      expect(Number(records)).toBeGreaterThan(0);
    }
  });

  // bash runs its EXIT trap on a signal, dash and busybox ash do not
  test(`${signalOf(shell)} ends it and still makes the bundle`, async () => {
    const running = collect(shell, ["--spool", folder]);
    await until("the first tick", () => filesBelow(folder).some((name) => name.endsWith(".full")));
    running.kill(signalOf(shell));
    const run = await running.ended;
    expect(run.code).toBe(0);
    const bundle = unpack(run.stdout.trim(), folder);
    expect(manifestOf(bundle)).toMatchObject({
      state: "sealed",
      reason: "signal",
    });
    expect(sumsHold(bundle).ok).toBe(true);
  });
});
