import { spawnSync } from "node:child_process";
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { beforeEach, describe, expect, test } from "vitest";
import {
  filesBelow,
  isOneMember,
  kernelLog,
  manifestOf,
  readSegments,
  recordingIn,
  silentGaps,
  sumsHold,
  ticksIn,
  ticksOf,
  unpack,
} from "./bundle.ts";
import { collect, collector, eachShell, sleep, until } from "./collector.ts";
import { folderOf, pidsIn } from "./places.ts";

let folder: string;
let spool: string;
beforeEach((context) => {
  folder = folderOf(context);
  spool = join(folder, "spool");
});

/** The collector's processes, as its manifest names them, but for the readers of logs: those outlive a kill of the rest. */
function ownPids(recording: string): number[] {
  const { self } = manifestOf(recording) as { self: { pids: number[] } };
  return self.pids.filter((pid) => !["", "cat"].includes(commandLine(pid).split("\0")[0] ?? ""));
}

/** The process whose command line holds a text; a child of it that is about to run something else has the same one. */
function pidOf(part: string): number | undefined {
  const found = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/cmdline`))
    .map(Number)
    .filter((pid) => commandLine(pid).includes(part));
  return found.find((pid) => !found.includes(parentOf(pid)));
}

/** NaN for one that has ended meanwhile. */
function parentOf(pid: number): number {
  const { stdout } = spawnSync("cat", [`/proc/${pid}/stat`], { encoding: "utf8" });
  return Number(/\) \S (\d+) /.exec(stdout)?.[1]);
}

/** Empty for one that has ended meanwhile. */
function commandLine(pid: number): string {
  return spawnSync("cat", [`/proc/${pid}/cmdline`], { encoding: "utf8" }).stdout;
}

const run = (shell: readonly string[], ...args: string[]) => collect(shell, args).ended;

describe.each(eachShell)("under %s", (_name, shell) => {
  test("start, status, a second start, stop", async () => {
    expect(await run(shell, "status", "--spool", spool)).toMatchObject({ code: 3 });
    const started = await run(shell, "start", "--spool", spool);
    expect(started.code).toBe(0);
    const recording = started.stdout.trim();
    expect(existsSync(join(recording, "manifest.json"))).toBe(true);
    expect(manifestOf(recording)).toMatchObject({ state: "open" });

    // it is no part of the terminal that it was started from: nor has it that open, or the start would not have ended
    const [pid = ""] = readFileSync(join(spool, "lock/owner"), "utf8").split(" ");
    expect(readFileSync(`/proc/${pid}/stat`, "utf8")).toMatch(new RegExp(`\\) \\S \\d+ ${pid} ${pid} 0 `));

    const status = await run(shell, "status", "--spool", spool);
    expect(status.code).toBe(0);
    expect(status.stdout).toContain(`spool ${recording}`);

    const second = await run(shell, "start", "--spool", spool);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain("a collector is recording already");

    const stopped = await run(shell, "stop", "--spool", spool, "-o", join(folder, "out.tgz"));
    expect(stopped).toMatchObject({ code: 0, stdout: `${join(folder, "out.tgz")}\n` });
    const bundle = unpack(join(folder, "out.tgz"), folder);
    expect(manifestOf(bundle)).toMatchObject({
      state: "sealed",
      reason: "signal",
    });
    expect(sumsHold(bundle).ok).toBe(true);
    await until("its processes' end", () => pidsIn(folder).length === 0, 5_000);
  });

  test("killed, it leaves a spool that pack makes a bundle of", async () => {
    const started = await run(shell, "start", "--spool", spool);
    const recording = started.stdout.trim();
    await until("three fast ticks", () => ticksOf(readSegments(recording), "fast").length >= 3);
    for (const pid of ownPids(recording)) process.kill(pid, "SIGKILL");
    await sleep(300);
    const before = ticksOf(readSegments(recording), "fast");

    expect((await run(shell, "status", "--spool", spool)).stdout).toContain(`left behind: ${recording}`);
    const packed = await run(shell, "pack", recording);
    expect(packed.code).toBe(0);
    const bundle = unpack(packed.stdout.trim(), folder);
    expect(sumsHold(bundle).ok).toBe(true);
    expect(ticksOf(readSegments(bundle), "fast")).toEqual(before);
    expect(kernelLog(bundle)).toContain("memforensics: mark 1 ");
    const manifest = manifestOf(bundle);
    expect(manifest).toMatchObject({ state: "sealed", reason: "packed after a crash" });
    expect(existsSync(join(bundle, ".run"))).toBe(false);
    // the readers that outlived it are ended, and the dead one's lock does not keep another out
    await until("its readers' end", () => pidsIn(folder).length === 0, 5_000);
    const again = await run(shell, "--duration", "1", "--spool", spool, "-q");
    expect(again.code).toBe(0);
  });
});

test("the lock that a killed one left holds nobody up, nor does one whose process number was given anew", async () => {
  const recording = (await run(["sh"], "start", "--spool", spool)).stdout.trim();
  await until("ticks", () => ticksOf(readSegments(recording), "fast").length >= 1);
  for (const pid of ownPids(recording)) process.kill(pid, "SIGKILL");
  const next = await run(["sh"], "--duration", "1", "--spool", spool);
  expect(next.code).toBe(0);
  expect(next.stderr).toContain(
    `A collector that was here has died; its spool is ${recording} (sh collect.sh pack SPOOL)\n`,
  );
  expect(existsSync(join(spool, "lock"))).toBe(false);
  mkdirSync(join(spool, "lock"));
  // this process lives, and began at another time
  writeFileSync(join(spool, "lock/owner"), `${process.pid} 1 ${recording}\n`);
  expect(await run(["sh"], "status", "--spool", spool)).toMatchObject({ code: 3 });
  expect(await run(["sh"], "--duration", "1", "--spool", spool)).toMatchObject({ code: 0 });
});

test("killed while it compressed: what it had begun is made anew, and nothing is appended to it", async () => {
  const running = collect(["sh"], ["--spool", spool, "--duration", "0", "-q"]);
  await until("ticks", () => ticksIn(spool, "fast").length >= 2);
  running.destroy();
  await running.ended;
  const recording = recordingIn(spool);
  const plain = join(recording, "ticks/000001.fast");
  const content = readFileSync(plain);
  for (const part of [gzipSync(content), gzipSync(content).subarray(0, 100)]) {
    writeFileSync(plain, content);
    writeFileSync(`${plain}.gz`, part);
    const out = join(folder, "out.tgz");
    expect(await run(["sh"], "pack", recording, "-o", out)).toMatchObject({ code: 0 });
    const bundle = unpack(out, join(folder, `of-${part.length}`));
    expect(sumsHold(bundle).ok).toBe(true);
    expect(existsSync(join(bundle, "ticks/000001.fast"))).toBe(false);
    expect(isOneMember(join(bundle, "ticks/000001.fast.gz"))).toBe(true);
    expect(gunzipSync(readFileSync(join(bundle, "ticks/000001.fast.gz"))).equals(content)).toBe(true);
  }
});

describe.each(eachShell)("the two processes under %s", (_name, shell) => {
  test("when the fast one is killed, the worker seals what there is", async () => {
    const recording = (await run(shell, "start", "--spool", spool)).stdout.trim();
    await until("two fast ticks", () => ticksOf(readSegments(recording), "fast").length >= 2);
    const [pid] = readFileSync(join(spool, "lock/owner"), "utf8").split(" ");
    process.kill(Number(pid), "SIGKILL");
    await until("the bundle", () => existsSync(`${recording}.tgz`));
    const bundle = unpack(`${recording}.tgz`, folder);
    expect(manifestOf(bundle)).toMatchObject({
      state: "sealed",
      reason: "the fast process was killed",
    });
    expect(sumsHold(bundle).ok).toBe(true);
    await until("its processes' end", () => pidsIn(folder).length === 0, 5_000);
    expect(existsSync(join(spool, "lock"))).toBe(false);
  });

  test("when the worker is killed, another takes over and no fast tick is lost", async () => {
    const recording = (await run(shell, "start", "--spool", spool, "--interval", "1")).stdout.trim();
    await until("a middle tick", () => ticksOf(readSegments(recording), "mid").length >= 1);
    const worker = pidOf(`_worker\0${recording}\0`);
    expect(worker).toBeGreaterThan(1);
    process.kill(worker ?? Number.NaN, "SIGKILL");
    await until("middle ticks of the next one", () =>
      ticksOf(readSegments(recording), "mid").some((tick) => tick.number > 100_000),
    );
    const stopped = await run(shell, "stop", "--spool", spool);
    const bundle = unpack(stopped.stdout.trim(), folder);
    expect(sumsHold(bundle).ok).toBe(true);
    expect(silentGaps(bundle)).toEqual([]);
  });

  test("a worker that hangs for long holds up no fast tick, and is back when it can", async () => {
    const recording = (await run(shell, "start", "--spool", spool, "--interval", "1")).stdout.trim();
    await until("a middle tick", () => ticksOf(readSegments(recording), "mid").length >= 1);
    const worker = pidOf(`_worker\0${recording}\0`) ?? Number.NaN;
    process.kill(worker, "SIGSTOP");
    // as after an hour: thousands of messages that it has not read, and no room for more
    writeFileSync(join(recording, ".run/heard"), "-5000\n");
    const fifo = openSync(join(recording, ".run/work"), constants.O_WRONLY | constants.O_NONBLOCK);
    const messages = "tick 0 1 1\n".repeat(1000);
    expect(() => {
      for (let tries = 0; tries < 100; tries += 1) writeSync(fifo, messages);
    }).toThrow("EAGAIN");
    closeSync(fifo);
    const before = ticksOf(readSegments(recording), "fast").length;
    await until("fast ticks all the same", () => ticksOf(readSegments(recording), "fast").length > before + 4, 10_000);
    const slow = ticksOf(readSegments(recording), "mid").length;
    process.kill(worker, "SIGCONT");
    await until("middle ticks again", () => ticksOf(readSegments(recording), "mid").length > slow + 2);
    const stopped = await run(shell, "stop", "--spool", spool);
    const bundle = unpack(stopped.stdout.trim(), folder);
    expect(sumsHold(bundle).ok).toBe(true);
    expect(silentGaps(bundle)).toEqual([]);
  });
});

test("a wrong option is exit 2 and a hint; help names every verb", async () => {
  expect(await run(["sh"], "--no-such")).toMatchObject({ code: 2, stdout: "" });
  expect((await run(["sh"], "--interval", "x")).stderr).toContain("not a time: x");
  expect((await run(["sh"], "frobnicate")).stderr).toMatch(/unknown verb: frobnicate\nTry: /);
  const help = await run(["sh"], "--help");
  expect(help.code).toBe(0);
  for (const verb of ["start", "stop", "status", "pack"]) expect(help.stdout).toContain(`collect.sh ${verb}`);
});

test.each(eachShell)("piped into %s it says what to do, and leaves nothing behind", (_name, shell) => {
  const [program = "sh", ...first] = shell;
  // no script of ours
  writeFileSync(join(folder, program), "echo wrong\nexit\n");
  for (const args of [[], ["start"]]) {
    const piped = spawnSync(program, [...first, "-s", "--", ...args, "--spool", spool], {
      input: readFileSync(collector),
      cwd: folder,
      encoding: "utf8",
    });
    expect(piped).toMatchObject({
      status: 1,
      stdout: "",
      stderr: "collect.sh: cannot read this script as a file: save it, then run: sh collect.sh\n",
    });
    expect(filesBelow(folder)).toEqual([program]);
  }
});

test("no builtin that ends dash when its file cannot be opened opens one, but by command", () => {
  const special = /(?<=^|[\s;{(&|!'])(?:command )?(?:exec|:|\.|eval|set|trap|unset|shift|export) [^;|&#]*[<>]/g;
  // a loop of bash's or busybox's own, and a command substitution
  const other = /^TICK_LOOP=|set -- \$\(cksum </;
  const code = readFileSync(collector, "utf8")
    .split("\n")
    .filter((line) => !/^\s*#/.test(line) && !other.test(line));
  const opening = code.flatMap((line) => line.match(special) ?? []);
  expect(opening.length).toBeGreaterThan(8);
  expect(opening.filter((part) => !part.startsWith("command "))).toEqual([]);
});

test("a copy of the script that was cut off does nothing", async () => {
  const script = readFileSync(collector, "utf8");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "cut.sh"), script.slice(0, script.lastIndexOf("main ")));
  const ended = await collect(["sh"], ["--spool", spool], { script: join(folder, "cut.sh") }).ended;
  expect(ended).toMatchObject({ code: 0, stdout: "" });
  expect(filesBelow(folder)).toEqual(["cut.sh"]);
});
