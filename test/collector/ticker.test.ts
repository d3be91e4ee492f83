// The process that paces the recorder: dead for minutes while no fork succeeds, and told to end more than once.
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { manifestOf, recordingIn, sealedBundle, silentGaps, sumsHold, text, ticksIn, unpack } from "./bundle.ts";
import { forkGroup, inside, whyNoPids } from "./cgroups.ts";
import { collect, eachShell, skipUnless, sleep, until } from "./collector.ts";
import { folderOf, hastyNode } from "./places.ts";

const noPids = skipUnless("a ticker that dies while no fork succeeds", whyNoPids());

/** The recorder's log in a spool folder, and the pids of the tickers that it names. */
const logIn = (spool: string): string => text(join(recordingIn(spool), "collector.log"));
const tickersIn = (spool: string): number[] =>
  [...logIn(spool).matchAll(/ ticker \w+ pid (\d+)$/gm)].map((line) => Number(line[1]));

describe.concurrent.each(eachShell)("a ticker that dies while no fork succeeds, under %s", (_name, shell) => {
  test.skipIf(noPids)("the recorder goes on for minutes, and has another ticker when one does", async (context) => {
    const folder = folderOf(context);
    const spool = join(folder, "spool");
    const group = forkGroup(context, folder);
    const { node, clock } = hastyNode(context, folder);
    const place = ["--root", node.root, "--no-chroot", "--no-cgroup", "--no-marks", "--spool", spool];
    const recorder = collect(inside(group.path, shell), [...place, "--duration", "0", "-q"]);
    const fast = () => ticksIn(spool, "fast");
    await until("ticks", () => fast().length >= 3);

    group.forbid();
    const [first = 0] = tickersIn(spool);
    process.kill(first, "SIGKILL");
    const dead = clock();
    await until("four minutes by that clock", () => clock() > dead + 240, 60_000);
    const tried = [...logIn(spool).matchAll(/^([\d.]+) the ticker ended: started anew$/gm)].map((line) =>
      Number(line[1]),
    );
    // without end, and never twice within ten seconds; one that fails takes bash 15 s by any other clock
    expect(tried.length).toBeGreaterThanOrEqual(shell[0] === "bash" ? 2 : 3);
    for (const [at, when] of tried.slice(1).entries()) expect(when - (tried[at] ?? 0)).toBeGreaterThanOrEqual(10);
    if (shell[0] !== "bash") expect(fast().at(-1)?.up).toBeGreaterThan(dead + 200);
    expect(logIn(spool)).not.toContain("stopping");

    group.allow();
    await until("another ticker", () => tickersIn(spool).some((pid) => pid !== first), 60_000);
    const before = fast().length;
    await until("ticks with it", () => fast().length > before + 3);
    const bundle = await sealedBundle(recorder, join(folder, "unpacked"));
    expect(silentGaps(bundle)).toEqual([]);
    const tickers = [...text(join(bundle, "collector.log")).matchAll(/ ticker \w+ pid (\d+)$/gm)];
    expect(manifestOf(bundle).self.pids).toEqual(expect.arrayContaining(tickers.map((line) => Number(line[1]))));
  });
});

describe.concurrent.each(eachShell)("told to end, under %s", (_name, shell) => {
  test("again and again while it seals: the bundle is made and named all the same", async (context) => {
    const folder = folderOf(context);
    const spool = join(folder, "spool");
    const out = join(folder, "out.tgz");
    const running = collect(shell, ["--spool", spool, "--no-marks", "--duration", "0", "-o", out]);
    await until("ticks", () => ticksIn(spool, "mid").length >= 1);
    const again = setInterval(() => running.kill("SIGINT"), 5);
    const run = await running.ended;
    clearInterval(again);
    expect(run).toMatchObject({ code: 0, stdout: `${out}\n` });
    expect(run.stderr).toMatch(/^Recording to .*\nSealing…\nNext: memforensics analyze out\.tgz\n$/);
    expect(sumsHold(unpack(out, folder))).toMatchObject({ ok: true });
  });

  test("by a terminal that is closed, which tells each of its processes: the bundle is made all the same", async (context) => {
    const folder = folderOf(context);
    const spool = join(folder, "spool");
    const out = join(folder, "out.tgz");
    const running = collect(shell, ["--spool", spool, "--no-marks", "--duration", "0", "-o", out]);
    await until("ticks", () => ticksIn(spool, "mid").length >= 1);
    // once is enough to end it; the others find what packs the bundle
    const again = setInterval(() => process.kill(-running.pid, "SIGHUP"), 50);
    const run = await running.ended;
    clearInterval(again);
    expect(run).toMatchObject({ code: 0, stdout: `${out}\n` });
    expect(run.stderr).not.toContain("could not be packed");
    expect(sumsHold(unpack(out, folder))).toMatchObject({ ok: true });
  });

  test.skipIf(noPids)("while the ticker is dead and no fork succeeds: it seals when one does", async (context) => {
    const folder = folderOf(context);
    const spool = join(folder, "spool");
    const group = forkGroup(context, folder);
    const options = ["--spool", spool, "--no-cgroup", "--no-marks", "--duration", "0", "-q"];
    const running = collect(inside(group.path, shell), options);
    await until("ticks", () => ticksIn(spool, "mid").length >= 1);
    group.forbid();
    process.kill(tickersIn(spool)[0] ?? Number.NaN, "SIGKILL");
    running.kill("SIGTERM");
    await sleep(4_000);
    group.allow();
    expect(silentGaps(await sealedBundle(running, folder))).toEqual([]);
  });
});
