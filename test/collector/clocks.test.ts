// What it reads of a node's clocks, how it binds them, and what it does by them once in half a minute or a minute.
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { manifestOf, readSegments, sealedBundle, text, ticksIn, ticksOf } from "./bundle.ts";
import { collect, has, shells, skipUnless, until } from "./collector.ts";
import { folderOf, hastyNode, standInNode } from "./places.ts";

const options = ["--no-chroot", "--no-cgroup", "--duration", "0", "-q"];
const clockRows = (bundle: string): string[][] =>
  text(join(bundle, "clock.tsv"))
    .trim()
    .split("\n")
    .slice(1)
    .map((row) => row.split("\t"));

/** The head of /proc/timer_list: clock 0 is monotonic, 1 real time, 2 boot time, 3 TAI. */
const timerList = (now: string, offsets: readonly string[]): string =>
  [
    "Timer List Version: v0.10",
    "HRTIMER_MAX_CLOCK_BASES: 8",
    `now at ${now} nsecs`,
    "",
    "cpu: 0",
    ...offsets.flatMap((offset, at) => [
      ` clock ${at}:`,
      "  .base:       00000000a5a5a5a5",
      `  .index:      ${at}`,
      "  .resolution: 1 nsecs",
      `  .offset:     ${offset} nsecs`,
      "active timers:",
      " #0: <0000000000000000>, tick_nohz_handler, S:01",
      " # expires at 36336000000000-36336000000000 nsecs [in 294906133 to 294906133 nsecs]",
    ]),
    "",
  ].join("\n");

describe.concurrent("clocks", () => {
  test("all of them are read at once where /proc/timer_list can be read", async (context) => {
    const folder = folderOf(context);
    const spool = join(folder, "spool");
    const node = standInNode(folder);
    // 2.5 s of suspension
    const offsets = ["0", "1795484163598000000", "2500000000", "1795484200598000000"];
    node.write("proc/timer_list", timerList("81234567890123", offsets));
    const running = collect(shells[0] ?? ["sh"], ["--root", node.root, "--spool", spool, "--no-marks", ...options]);
    await until("ticks", () => ticksIn(spool, "full").length >= 1);
    const bundle = await sealedBundle(running, join(folder, "unpacked"));
    const rows = clockRows(bundle);
    expect(rows.length).toBeGreaterThanOrEqual(2);
    for (const [, ...clocks] of rows)
      expect(clocks.slice(0, 3)).toEqual(["81234567890123", "1795565398165890123", "2500000000"]);
    expect(text(join(bundle, "manifest.json"))).toMatch(
      /"started": \{"uptime": [\d.]+, "real": 1795565398\.165890123\}/,
    );
    expect(manifestOf(bundle).missing).not.toContain("/proc/timer_list");
  });

  const noBusybox = skipUnless("a date that prints a literal %N", has("busybox") && has("dash") ? null : "no busybox");
  test.skipIf(noBusybox)("whole seconds where neither that nor date has more", async (context) => {
    const folder = folderOf(context);
    const spool = join(folder, "spool");
    const node = standInNode(folder);
    const bin = join(folder, "bin");
    mkdirSync(bin);
    symlinkSync(existsSync("/usr/bin/busybox") ? "/usr/bin/busybox" : "/bin/busybox", join(bin, "date"));
    const env = { PATH: `${bin}:${process.env["PATH"] ?? ""}` };
    const args = ["--root", node.root, "--spool", spool, "--no-marks", "--interval", "1", ...options];
    const running = collect(["dash"], args, { env });
    await until("ticks", () => ticksIn(spool, "full").length >= 1);
    const bundle = await sealedBundle(running, join(folder, "unpacked"));
    const full = ticksOf(readSegments(bundle), "full");
    expect(full.length).toBeGreaterThanOrEqual(2);
    for (const tick of full) {
      expect(tick.endUp).not.toBeNull();
      expect(tick.real).toMatch(/^\d{10}$/);
      expect(Math.abs(Number(tick.real) - Date.now() / 1000)).toBeLessThan(60);
    }
    for (const row of clockRows(bundle))
      expect(row.slice(1, 4)).toEqual(["-", expect.stringMatching(/^\d{10}0{9}$/), "-"]);
    expect(manifestOf(bundle).missing).toContain("/proc/timer_list");
  });

  test("the kernel log is marked once a minute, and everything is read every half minute", async (context) => {
    const folder = folderOf(context);
    const spool = join(folder, "spool");
    const { node } = hastyNode(context, folder);
    const running = collect(shells[0] ?? ["sh"], ["--root", node.root, "--spool", spool, ...options]);
    // a file here, which holds the last mark
    const kmsg = join(node.root, "dev/kmsg");
    const marks = new Map<number, number>();
    await until("four marks", () => {
      const mark = /^<6>memforensics: mark (\d+) uptime ([\d.]+) real \d{10}\.\d{9}\n$/.exec(
        existsSync(kmsg) ? text(kmsg) : "",
      );
      if (mark !== null) marks.set(Number(mark[1]), Number(mark[2]));
      return marks.size >= 4;
    });
    const ups = ticksIn(spool, "full").map((tick) => tick.up);
    const bundle = await sealedBundle(running, join(folder, "unpacked"));
    expect([...marks.keys()]).toEqual([1, 2, 3, 4]);
    const gaps = (times: readonly number[]) => times.slice(1).map((time, at) => time - (times[at] ?? 0));
    // a second of a busy machine is ten here
    for (const gap of gaps([...marks.values()])) expect(gap).toBeGreaterThanOrEqual(60);
    expect(middle(gaps([...marks.values()]))).toBeLessThan(80);
    expect(Math.abs(middle(gaps(ups)) - 30)).toBeLessThan(10);
    // and once at the end
    expect(manifestOf(bundle).marks).toBeGreaterThanOrEqual(5);
    expect(clockRows(bundle).length).toBe(manifestOf(bundle).marks);
  });
});

const middle = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
