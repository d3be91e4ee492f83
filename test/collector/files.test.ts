// How it writes its files: for its own eyes, through nobody's links, and to the disk before it removes what they stand for.
import { execFileSync } from "node:child_process";
import { chmodSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { filesBelow, manifestOf, recordingIn, sumsHold, ticksIn, unpack } from "./bundle.ts";
import { collect, eachShell, has, shells, skipUnless, until } from "./collector.ts";
import { folderOf } from "./places.ts";

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** A folder like /tmp, in which links to a file that must stay as it is have these names. */
function sharedFolder(folder: string, names: readonly string[]) {
  const shared = join(folder, "shared");
  const target = join(folder, "of-somebody-else");
  mkdirSync(shared);
  chmodSync(shared, 0o1777);
  writeFileSync(target, "as it was\n");
  const plant = (...more: string[]): void => {
    for (const name of more) symlinkSync(target, join(shared, name));
  };
  plant(...names);
  return { shared, target: () => readFileSync(target, "utf8"), plant };
}

describe.concurrent.each(eachShell)("in a folder where everybody may write, under %s", (_name, shell) => {
  test("it records in one of its own, writes through no link, and what it writes is for it alone", async (context) => {
    const folder = folderOf(context);
    const { shared, target } = sharedFolder(folder, ["last", "triggered", "lock"]);
    const spool = join(shared, "memforensics");
    const running = collect(shell, ["--spool", shared, "--duration", "0", "--no-marks", "-q"]);
    await until("ticks", () => ticksIn(spool, "full").length >= 1);
    const recording = recordingIn(spool);
    const folders = [spool, recording, ...["ticks", "logs", "node", ".run"].map((name) => join(recording, name))];
    expect(folders.map(modeOf)).toEqual(folders.map(() => "700"));
    const files = filesBelow(recording).filter((name) => lstatSync(join(recording, name)).isFile());
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter((name) => modeOf(join(recording, name)) !== "600")).toEqual([]);
    // every verb finds it there
    expect((await collect(shell, ["status", "--spool", shared]).ended).stdout).toContain(`spool ${recording}\n`);
    running.kill("SIGTERM");
    const run = await running.ended;
    expect(run).toMatchObject({ code: 0, stdout: `${recording}.tgz\n` });
    expect(modeOf(run.stdout.trim())).toBe("600");
    expect(target()).toBe("as it was\n");
  });

  test("a bundle that is put there replaces a link, and is built through none", async (context) => {
    const folder = folderOf(context);
    const { shared, target, plant } = sharedFolder(folder, ["out.tgz"]);
    const [spool, out] = [join(folder, "spool"), join(shared, "out.tgz")];
    const running = collect(shell, ["--spool", spool, "--duration", "0", "--no-marks", "-q", "-o", out]);
    await until("its worker", () => ticksIn(spool, "full").length >= 1);
    // it is built under a name with the number of the process that builds it
    const { pids } = manifestOf(recordingIn(spool)).self;
    for (const pid of pids) plant(`out.tgz.${pid}.part`, `out.tgz.${pid}.part.tar`);
    running.kill("SIGTERM");
    expect(await running.ended).toMatchObject({ code: 0, stdout: `${out}\n` });
    expect(target()).toBe("as it was\n");
    expect(lstatSync(out).isFile()).toBe(true);
    expect(sumsHold(unpack(out, join(folder, "unpacked")))).toMatchObject({ ok: true });
  });
});

test("one that is another's, or a link, is not taken for its own", async (context) => {
  const folder = folderOf(context);
  const { shared } = sharedFolder(folder, []);
  mkdirSync(join(folder, "elsewhere"));
  symlinkSync(join(folder, "elsewhere"), join(shared, "memforensics"));
  const run = await collect(["sh"], ["--spool", shared, "--duration", "1"]).ended;
  expect(run).toMatchObject({
    code: 1,
    stdout: "",
    stderr: `collect.sh: ${shared}/memforensics is another's, or a link. Give another directory: --spool DIR\n`,
  });
  expect(filesBelow(folder).filter((name) => name.startsWith("elsewhere"))).toEqual([]);
});

test("what the API says is put there through no link either", async (context) => {
  const folder = folderOf(context);
  const { shared, target } = sharedFolder(folder, ["api.tgz"]);
  const bin = join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "kubectl"), '#!/bin/sh\necho \'{"kind":"List","items":[]}\'\n', { mode: 0o755 });
  const out = join(shared, "api.tgz");
  const env = { PATH: `${bin}:${process.env["PATH"] ?? ""}` };
  expect(await collect(["sh"], ["api", "node-1", "-o", out], { env }).ended).toMatchObject({ code: 0 });
  expect(target()).toBe("as it was\n");
  expect(execFileSync("tar", ["-tzf", out], { encoding: "utf8" })).toContain("node-1-api/node/end/api/pods.json\n");
});

const noSync = skipUnless("files that are written out to the disk", has("sync") ? null : "no sync");
test.skipIf(noSync)("no file is removed before the one that stands for it is on the disk", async (context) => {
  const folder = folderOf(context);
  const spool = join(folder, "spool");
  const bin = join(folder, "bin");
  const asked = join(folder, "asked");
  mkdirSync(bin);
  // what it is asked for, and what is there at that moment: the folder is the recording for a segment
  const sync = `#!/bin/sh\n[ "$1" = -d ] || exit 1\necho "$2:" $(ls ticks logs "$(dirname "$2")" 2>/dev/null) >>${asked}\nexec /bin/sync "$@"\n`;
  writeFileSync(join(bin, "sync"), sync, { mode: 0o755 });
  const env = { PATH: `${bin}:${process.env["PATH"] ?? ""}` };
  const run = await collect(shells[0] ?? ["sh"], ["--duration", "3", "--spool", spool, "-q"], { env }).ended;
  const bundle = unpack(run.stdout.trim(), folder);
  const closed = filesBelow(bundle).filter((name) => /^(ticks|logs)\/.*\.gz$/.test(name));
  expect(closed.length).toBeGreaterThanOrEqual(4);
  const lines = readFileSync(asked, "utf8").trim().split("\n");
  const segments = lines.filter((line) => line.startsWith(".run/part.gz: "));
  const there = segments.map((line) => new Set(line.split(" ")));
  // of each closed file there was a moment at which it was written out, with the plain one still there and none under its name
  for (const name of closed.map((each) => each.replace(/.*\//, "")))
    expect([name, there.some((names) => names.has(name.replace(".gz", "")) && !names.has(name))]).toEqual([name, true]);
  expect(segments).toHaveLength(closed.length);
  // and of the bundle, with the recording beside it
  const last = lines.at(-1) ?? "";
  expect(last).toMatch(/\.tgz\.\d+\.part: /);
  expect(last.split(" ")).toContain(run.stdout.trim().replace(/.*\/|\.tgz$/g, ""));
});
