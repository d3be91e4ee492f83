import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { bundleWith, kernelLog, manifestOf, readSegments, sumsHold, text, ticksOf, unpack } from "./bundle.ts";
import { exhaust, makePod, whyNoOom } from "./cgroups.ts";
import { collect, eachShell, shells, skipUnless, until, uptime } from "./collector.ts";
import { folderOf, remove } from "./places.ts";

const unable = skipUnless("a trigger by a real kill", whyNoOom());

let folder: string;
let spool: string;
beforeEach((context) => {
  folder = folderOf(context);
  spool = join(folder, "spool");
});

describe.each(eachShell)("the flight recorder under %s", (_name, shell) => {
  test.skipIf(unable)("forgets what is older than the ring, and seals a bundle when the kernel kills", async () => {
    const started = await collect(shell, [
      "start",
      "--ring",
      "10",
      "--trigger",
      "oom",
      "--after",
      "2",
      "--interval",
      "1",
      "--spool",
      spool,
    ]).ended;
    const recording = started.stdout.trim();
    const pod = makePod(32 * 1024 * 1024);
    try {
      await until(
        "the ring's first loss",
        () => !readdirSync(join(recording, "ticks")).some((name) => name.startsWith("000001.fast")),
        60_000,
      );
      // the index speaks of what is there
      const rows = text(join(recording, "index.tsv"))
        .trim()
        .split("\n")
        .slice(1)
        .map((row) => row.split("\t")[0] ?? "");
      expect(rows.filter((name) => name.startsWith("ticks/000001.fast"))).toEqual([]);

      const { pid } = await exhaust(pod);
      const bundle = () => bundleWith(spool, `Killed process ${pid} (tail)`);
      await until("the trigger's bundle", () => bundle() !== "", 60_000);
      const packed = unpack(bundle(), folder);
      expect(sumsHold(packed)).toMatchObject({ ok: true });
      const manifest = manifestOf(packed);
      expect(manifest.state).toBe("sealed");
      expect(manifest.reason).toMatch(/^trigger: oom_kill \d+/);
      expect(kernelLog(packed)).toContain(`Killed process ${pid} (tail)`);
      const kills = ticksOf(readSegments(packed), "fast").map((tick) =>
        Number(/^oom_kill (\d+)$/m.exec(tick.files.get("/proc/vmstat") ?? "")?.[1]),
      );
      expect((kills.at(-1) ?? 0) - (kills[0] ?? 0)).toBeGreaterThanOrEqual(1);

      // it goes on, and gives more when asked
      const more = await collect(shell, ["snapshot", "--spool", spool, "-o", join(folder, "snapshot.tgz")]).ended;
      expect(more).toMatchObject({ code: 0, stdout: `${join(folder, "snapshot.tgz")}\n` });
      remove(packed);
      const later = unpack(join(folder, "snapshot.tgz"), folder);
      expect(sumsHold(later)).toMatchObject({ ok: true });
      expect(manifestOf(later)).toMatchObject({
        state: "sealed",
        reason: "snapshot",
      });
      expect(readdirSync(spool).filter((name) => name.startsWith("."))).toEqual([]);
    } finally {
      const stopped = await collect(shell, ["stop", "--spool", spool]).ended;
      await pod.remove();
      expect(existsSync(stopped.stdout.trim())).toBe(true);
    }
  });
});

test("the flight recorder forgets the oldest where it grows beyond its size, whatever its age", async () => {
  const [shell = ["sh"]] = shells;
  const args = ["start", "--ring", "40", "--max-size", "10K", "--interval", "1", "--spool", spool];
  const recording = (await collect(shell, args).ended).stdout.trim();
  try {
    const here = (name: string) => readdirSync(join(recording, "ticks")).some((each) => each.startsWith(name));
    await until("its first segment", () => here("000001.fast"));
    const first = uptime();
    await until("the loss of that", () => !here("000001.fast"), 60_000);
    // by age it would be there still
    expect(uptime()).toBeLessThan(first + 40);
    const rows = () =>
      text(join(recording, "index.tsv"))
        .trim()
        .split("\n")
        .slice(1)
        .map((row) => row.split("\t"));
    await until("an index of what is there", () => rows().every(([name = ""]) => existsSync(join(recording, name))));
    await until(
      "no more than that on disk",
      () => rows().reduce((sum, [, bytes]) => sum + Number(bytes), 0) <= 10 * 1024,
    );
  } finally {
    await collect(shell, ["stop", "--spool", spool]).ended;
  }
});

test("a trigger that is none is exit 2", async () => {
  for (const trigger of ["never", "psi=", "psi=x", "available<much"]) {
    const run = await collect(["sh"], ["start", "--trigger", trigger, "--spool", spool]).ended;
    expect(run).toMatchObject({ code: 2, stdout: "" });
  }
  expect(existsSync(spool)).toBe(false);
});
