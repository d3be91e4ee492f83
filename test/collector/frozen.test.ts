// A disk that hangs for some seconds: frozen (fsfreeze), every write to it waits until it is thawed, and cannot be interrupted.
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSegments, sealedBundle, silentGaps, text, ticksIn, ticksOf } from "./bundle.ts";
import { collect, eachShell, has, skipUnless, sleep, until } from "./collector.ts";
import { folderOf, makeDisk, whyNoDisk } from "./places.ts";

const noFreeze = skipUnless("a disk that hangs", whyNoDisk() ?? (has("fsfreeze") ? null : "no fsfreeze"));
const HUNG_MS = 6_000;

describe.concurrent.each(eachShell)("on a disk that hangs, under %s", (_name, shell) => {
  test.skipIf(noFreeze)("recording goes on after it, the gap is written down, and nothing is torn", async (context) => {
    const folder = folderOf(context);
    const disk = makeDisk(folder, 24);
    context.onTestFinished(() => {
      spawnSync("fsfreeze", ["-u", disk.path]);
      disk.remove();
    });
    const spool = join(disk.path, "spool");
    const options = ["--spool", spool, "--no-marks", "--interval", "1", "--duration", "0", "-q"];
    const running = collect(shell, [...options, "-o", join(folder, "out.tgz")]);
    await until("middle ticks", () => ticksIn(spool, "mid").length >= 2);
    execFileSync("fsfreeze", ["-f", disk.path]);
    await sleep(HUNG_MS);
    const during = ticksIn(spool, "fast").length;
    execFileSync("fsfreeze", ["-u", disk.path]);
    await until("fast ticks after it", () => ticksIn(spool, "fast").length > during + 2);
    const last = ticksIn(spool, "mid").length;
    await until("middle ticks after it", () => ticksIn(spool, "mid").length > last + 1);

    const bundle = await sealedBundle(running, join(folder, "unpacked"));
    expect(silentGaps(bundle)).toEqual([]);
    const late = [
      ...text(join(bundle, "collector.log")).matchAll(/ overrun: (\w+) tick (\d+) ms late, \d+ left out$/gm),
    ];
    for (const tier of ["fast", "mid"])
      expect(Math.max(...late.filter((line) => line[1] === tier).map((line) => Number(line[2])))).toBeGreaterThan(
        HUNG_MS / 2,
      );
    const segments = readSegments(bundle);
    for (const segment of segments) for (const tick of segment.ticks) expect(tick.endUp).not.toBeNull();
    const fast = ticksOf(segments, "fast");
    expect(fast.map((tick) => tick.number)).toEqual(fast.map((_tick, at) => at * 2 + 1));
    for (const tick of fast) expect(tick.files.get("/proc/vmstat")).toMatch(/^oom_kill \d+$/m);
  });
});
