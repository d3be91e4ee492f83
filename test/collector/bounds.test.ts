// What a flight recorder keeps has bounds, and there is one recorder at most.
import { appendFileSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { manifestOf, recordingIn, sealedBundle, sumsHold, text, ticksIn, unpack } from "./bundle.ts";
import { forkGroup, inside, makeGroup, removeCgroup, whyNoOom, whyNoPids } from "./cgroups.ts";
import { collect, eachShell, shells, skipUnless, sleep, sorted, until } from "./collector.ts";
import { endWriters, folderOf, hastyNode, psi, standInNode } from "./places.ts";

const [firstShell = ["sh"]] = shells;

test.concurrent("bundles that triggers sealed may take the size given: then the oldest of them goes", async (context) => {
  const folder = folderOf(context);
  const spool = join(folder, "spool");
  const node = standInNode(folder);
  const place = ["--root", node.root, "--no-chroot", "--no-cgroup", "--no-marks", "--spool", spool];
  const ring = ["--ring", "10m", "--max-size", "4K", "--trigger", "psi=20", "--after", "1", "--interval", "1"];
  const running = collect(firstShell, [...place, ...ring, "--duration", "0", "-q"]);
  await until("ticks", () => ticksIn(spool, "full").length >= 1);
  const sealed = () =>
    [...text(join(recordingIn(spool), "collector.log")).matchAll(/sealed (\S+) \(trigger/g)].map(
      (line) => line[1] ?? "",
    );
  for (const times of [1, 2, 3]) {
    node.write("proc/pressure/memory", psi(42));
    await until("a bundle", () => sealed().length === times, 60_000);
    node.write("proc/pressure/memory", psi(0));
    // an edge is seen by a tick on either side of it
    const before = ticksIn(spool, "fast").length;
    await until("calm", () => ticksIn(spool, "fast").length > before + 1);
  }
  const [first = "", second = "", last = ""] = sealed();
  expect([first, second, last].map((bundle) => existsSync(bundle))).toEqual([false, false, true]);
  const log = text(join(recordingIn(spool), "collector.log"));
  for (const gone of [first, second]) expect(log).toContain(`removed ${gone}: bundles of triggers may take 4 kB\n`);
  await sealedBundle(running, join(folder, "unpacked"));
  // that one is nobody's trigger
  expect(readdirSync(spool).filter((name) => name.endsWith(".tgz")).length).toBe(2);
});

test.concurrent("what killed flight recorders left may take the size given: then the oldest goes, never the last", async (context) => {
  const folder = folderOf(context);
  const spool = join(folder, "spool");
  const args = ["--ring", "10m", "--max-size", "4K", "--spool", spool, "--no-marks", "--duration", "0", "-q"];
  const left: string[] = [];
  // in this order: the ticks of the one before are no sign of it
  const isNew = () => !left.includes(recordingIn(spool)) && ticksIn(spool, "full").length >= 1;
  for (const _time of [1, 2, 3]) {
    const running = collect(firstShell, args);
    await until("ticks of it", isNew);
    left.push(recordingIn(spool));
    // names hold the second
    await sleep(1_000);
    running.destroy();
    await running.ended;
    endWriters(spool);
  }
  const last = collect(firstShell, args);
  await until("its ticks", isNew);
  expect(left.map((path) => existsSync(path))).toEqual([false, false, true]);
  const log = text(join(recordingIn(spool), "collector.log"));
  expect(log).toContain(`removed ${left[1]}: what recorders that were killed have left may take 4 kB\n`);
  await sealedBundle(last, join(folder, "unpacked"));
});

test.concurrent("the books of a recorder that has run for days are cut, their head lines stay", async (context) => {
  const folder = folderOf(context);
  const spool = join(folder, "spool");
  // a line that is written just before the shorter one takes its place
  const tools = join(folder, "tools");
  mkdirSync(tools);
  const mv = '#!/bin/sh\ncase $1 in */.run/book) echo "1.00 written meanwhile" >>"$2" ;; esac\nexec /bin/mv "$@"\n';
  writeFileSync(join(tools, "mv"), mv, { mode: 0o755 });
  const args = ["--ring", "10", "--spool", spool, "--no-marks", "--duration", "0", "-q"];
  const running = collect(firstShell, args, { env: { PATH: `${tools}:${process.env["PATH"]}` } });
  await until("ticks", () => ticksIn(spool, "full").length >= 1);
  const books = ["collector.log", "clock.tsv"].map((name) => join(recordingIn(spool), name));
  const heads = books.map((book) => text(book).split("\n")[0]);
  const row = `1.00${"\t-".repeat(5)}\n`;
  for (const book of books) appendFileSync(book, row.repeat(100_000));
  await until("shorter books", () => books.every((book) => statSync(book).size < 600_000));
  expect(books.map((book) => text(book).split("\n")[0])).toEqual(heads);
  expect(text(books[1] ?? "").split("\n")[1]).toBe(row.trimEnd());
  for (const book of books) expect(text(book).match(/^1\.00 written meanwhile$/gm)).toHaveLength(1);
  await sealedBundle(running, join(folder, "unpacked"));
});

describe.concurrent("without a ring", () => {
  test("it ends by itself at the size given, and says so", async (context) => {
    const folder = folderOf(context);
    const { root } = hastyNode(context, folder).node;
    const place = ["--root", root, "--no-chroot", "--no-cgroup", "--no-marks", "--spool", join(folder, "spool")];
    const run = await collect(firstShell, [...place, "--max-size", "4K", "--duration", "0", "-q"]).ended;
    expect(run.code).toBe(0);
    const bundle = unpack(run.stdout.trim(), join(folder, "unpacked"));
    expect(manifestOf(bundle)).toMatchObject({ state: "sealed", reason: "the size of 4 kB is reached" });
    expect(sumsHold(bundle)).toMatchObject({ ok: true });
  });

  test("it ends by itself before its disk is full, and has room for the bundle", async (context) => {
    const folder = folderOf(context);
    const args = ["--spool", join(folder, "spool"), "--no-marks", "--duration", "0", "-q"];
    const run = await collect(firstShell, args, { env: withDisk(folder, 60_000, "99%") }).ended;
    expect(run.code).toBe(0);
    const bundle = unpack(run.stdout.trim(), join(folder, "unpacked"));
    expect(manifestOf(bundle)).toMatchObject({ state: "sealed", reason: "the disk is full: 60000 kB left" });
    expect(sumsHold(bundle)).toMatchObject({ ok: true });
  });

  test("of a large disk that is as full it goes on", async (context) => {
    const folder = folderOf(context);
    const args = ["--spool", join(folder, "spool"), "--no-marks", "--duration", "4", "-q"];
    const run = await collect(firstShell, args, { env: withDisk(folder, 70_000, "99%") }).ended;
    expect(manifestOf(unpack(run.stdout.trim(), join(folder, "unpacked"))).reason).toBe("duration");
  });
});

test.concurrent("a ring on a disk that is nearly full goes on with less", async (context) => {
  const folder = folderOf(context);
  const spool = join(folder, "spool");
  const args = ["--spool", spool, "--no-marks", "--ring", "2000", "--interval", "1", "--duration", "0", "-q"];
  const { root } = hastyNode(context, folder).node;
  const place = ["--root", root, "--no-chroot", "--no-cgroup"];
  const running = collect(firstShell, [...place, ...args], { env: withDisk(folder, 60_000, "97%") });
  const cut = () => [...text(join(recordingIn(spool), "collector.log")).matchAll(/ the ring is cut to (\d+) kB$/gm)];
  await until("ticks", () => ticksIn(spool, "full").length >= 1);
  await until("a ring that was cut", () => cut().some((line) => Number(line[1]) > 0), 90_000);
  await until("the loss of its first segment", () => !existsSync(join(recordingIn(spool), "ticks/000001.fast.gz")));
  const before = ticksIn(spool, "fast").length;
  await until("ticks after that", () => ticksIn(spool, "fast").length > before + 2);
  const bundle = await sealedBundle(running, join(folder, "unpacked"));
  expect(manifestOf(bundle).reason).toBe("signal");
});

/** A PATH with a df of its own. */
function withDisk(folder: string, leftKb: number, used: string): Record<string, string> {
  const bin = join(folder, "df");
  mkdirSync(bin);
  const lines = `Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/x 9999999 9999 ${leftKb} ${used} /\n`;
  writeFileSync(join(bin, "df"), `#!/bin/sh\nprintf '${lines.replaceAll("\n", "\\n").replaceAll("%", "%%")}'\n`, {
    mode: 0o755,
  });
  return { PATH: `${bin}:${process.env["PATH"] ?? ""}` };
}

const noGroups = skipUnless("the limits of the pod that it is started in", whyNoPids() ?? whyNoOom());
test.skipIf(noGroups)(
  "the pod that it is started in neither limits it nor is its end, once it records",
  async (context) => {
    const folder = folderOf(context);
    const spool = join(folder, "spool");
    // runtimes end what is in a container's cgroup of devices, and freeze what is in that of the freezer
    const others = ["cpu", "devices", "freezer", "systemd"].map(makeGroup);
    context.onTestFinished(async () => {
      for (const each of others) await removeCgroup(each);
    });
    // what is registered last is called first: it ends what is in all of them
    const pids = forkGroup(context, folder);
    const shell = [...others, pids.path].reduce((inner, group) => inside(group, inner), firstShell);
    const running = collect(shell, ["--spool", spool, "--no-marks", "--duration", "0", "-q"]);
    await until("ticks", () => ticksIn(spool, "full").length >= 1);
    const { self } = manifestOf(recordingIn(spool));
    for (const pid of self.pids) {
      const groups = text(`/proc/${pid}/cgroup`);
      for (const left of [pids.path, ...others]) expect(groups).not.toContain(basename(left));
      expect(groups).toContain(`:memory:${self.cgroup.replace("/sys/fs/cgroup/memory", "")}\n`);
    }
    await sealedBundle(running, join(folder, "unpacked"));
  },
);

describe.each(eachShell)("two that start at once, under %s", (_name, shell) => {
  test("are one that records and one that says so", async (context) => {
    const folder = folderOf(context);
    for (const [at, apart] of [0, 20, 60, 150].entries()) {
      const spool = join(folder, `spool-${at}`);
      const first = collect(shell, ["start", "--spool", spool, "--no-marks"]);
      await sleep(apart);
      const second = collect(shell, ["start", "--spool", spool, "--no-marks"]);
      const runs = await Promise.all([first.ended, second.ended]);
      expect(sorted(runs.map((run) => String(run.code)))).toEqual(["0", "1"]);
      expect(runs.find((run) => run.code === 1)?.stderr).toContain("a collector is recording already");
      const stopped = await collect(shell, ["stop", "--spool", spool]).ended;
      expect(stopped.code).toBe(0);
      expect(readdirSync(spool).filter((name) => name.includes("Z")).length).toBe(1);
    }
  });
});
