// What befalls the place it records to: full, failing, gone, in memory.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { analysed } from "../analysed.ts";
import { kernelLog, readSegments, recordingIn, sumsHold, text, ticksIn, ticksOf, unpack } from "./bundle.ts";
import { exhaust, makePod, type Pod, type Victim, whyNoOom } from "./cgroups.ts";
import { collect, eachShell, skipUnless, sleep, until } from "./collector.ts";
import { type Disk, endWriters, folderOf, makeDisk, pidsIn, remove, whyNoDisk } from "./places.ts";

const noDisk = skipUnless("a disk that is full or fails", whyNoDisk());

let folder: string;
let disk: Disk | null;
let pod: Pod | null = null;
const noKill = skipUnless("a kill while the disk is full", whyNoOom());
const killed = ({ pid }: Victim): string => `Killed process ${pid} (tail)`;
beforeEach((context) => {
  folder = folderOf(context);
  disk = null;
});
afterEach(() => {
  // before it is unmounted: what they have open would not be found in the folder any more
  endWriters(folder);
  disk?.remove();
});
afterEach(async () => {
  await pod?.remove();
  pod = null;
});

const fastIn = (at: string) => ticksIn(at, "fast");

describe.each(eachShell)("its disk, under %s", (_name, shell) => {
  test.skipIf(noDisk)("full: whole ticks stay whole, and what is there is packed elsewhere and analysed", async () => {
    disk = makeDisk(folder, 12);
    if (!noKill) pod = makePod(16 * 1024 * 1024);
    const spool = join(disk.path, "spool");
    const out = join(folder, "out.tgz");
    // with all of a flight recorder on: the kernel kills while there is no room for the bundle of that
    const ring = ["--ring", "10m", "--trigger", "oom", "--duration", "0"];
    const running = collect(shell, ["--spool", spool, "--interval", "1", "-o", out, ...ring]);
    await until("the first ticks", () => fastIn(spool).length >= 2);
    const before = fastIn(spool).filter((tick) => tick.endUp !== null);
    spawnSync("sh", ["-c", 'cat /dev/zero >"$1/filler" 2>/dev/null', "sh", disk.path]);
    const victim = pod === null ? null : await exhaust(pod);
    await sleep(4_000);
    remove(join(disk.path, "filler"));
    const meanwhile = fastIn(spool).length;
    await until("ticks when there is room again", () => fastIn(spool).length > meanwhile + 1);
    // a reader that found no room has ended, and another has read the ring
    if (victim !== null)
      await until("the kill in its kernel log", () => kernelLog(recordingIn(spool)).includes(killed(victim)));
    running.kill("SIGTERM");
    expect(await running.ended).toMatchObject({ code: 0, stdout: `${out}\n` });
    const bundle = unpack(out, folder);
    expect(sumsHold(bundle)).toMatchObject({ ok: true });
    const after = ticksOf(readSegments(bundle), "fast");
    for (const tick of before) expect(after).toContainEqual(tick);
    // a few ticks are kept in memory until there is room
    const whole = after.filter((tick) => tick.endUp !== null).map((tick) => tick.number);
    expect(whole).toEqual(whole.map((_number, at) => at * 2 + 1));
    for (const tick of after)
      if (tick.endUp !== null) expect(tick.files.get("/proc/vmstat")).toMatch(/^oom_kill \d+$/m);
    const analysis = await analysed(out);
    expect(analysis.source.integrity).toBe("verified");
    expect(analysis.oomKills.filter((kill) => kill.limitedCgroup?.includes("collector-test"))).toEqual([]);
    if (pod === null) return;
    const ofPod = analysis.oomKills.filter((kill) => kill.limitedCgroup === pod?.kernelPath);
    expect(ofPod.map((kill) => [kill.count, kill.victims.map(({ pid }) => pid)])).toEqual([[1, [victim?.pid]]]);
  });

  test("removed under it: it ends by itself, says so, and leaves no process behind", async () => {
    const spool = join(folder, "spool");
    const running = collect(shell, ["--spool", spool, "--duration", "0", "--interval", "1"]);
    await until("what it takes at its start", () => existsSync(join(recordingIn(spool), "node/start/versions")));
    const recording = recordingIn(spool);
    remove(recording);
    const run = await running.ended;
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(`its spool has vanished: ${recording}`);
    expect(run.stdout).toBe("");
    await until("the end of its processes", () => pidsIn(folder).length === 0);
    expect(existsSync(recording)).toBe(false);
  });
});

test.skipIf(noDisk)(
  "a disk that fails with EIO: it goes on trying, ends when told to, and says that there is no bundle",
  async () => {
    disk = makeDisk(folder, 12);
    const spool = join(disk.path, "spool");
    const running = collect(["dash"], ["--spool", spool, "--interval", "1", "--duration", "0"]);
    await until("the first ticks", () => fastIn(spool).length >= 2);
    const recording = recordingIn(spool);
    disk.breakIt();
    await sleep(3_000);
    expect(existsSync(`/proc/${running.pid}`)).toBe(true);
    running.kill("SIGTERM");
    const run = await running.ended;
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(`the bundle was not made; the spool is ${recording}`);
  },
);

test.skipIf(noDisk)(
  "too little room from the start, or none that is on a disk: one sentence that says what to do",
  async () => {
    disk = makeDisk(folder, 3);
    const small = await collect(["sh"], ["--spool", join(disk.path, "spool")]).ended;
    expect(small).toMatchObject({ code: 1, stdout: "" });
    expect(small.stderr).toMatch(/^collect\.sh: .* has less than 4 MB free\. Give another directory: --spool DIR$/m);
    expect(readdirSync(join(disk.path, "spool"))).toEqual([]);

    const memory = join(folder, "memory");
    mkdirSync(memory);
    execFileSync("mount", ["-t", "tmpfs", "of-any-name", memory]);
    try {
      const refused = await collect(["sh"], ["--spool", memory]).ended;
      expect(refused).toMatchObject({
        code: 1,
        stdout: "",
        stderr: `collect.sh: ${memory}/memforensics is in memory (tmpfs): recording there would take the memory that is short. Give a directory on a disk: --spool DIR\n`,
      });
      // everybody may write there: it would have been in a directory of its own
      expect(readdirSync(memory, { recursive: true })).toEqual(["memforensics"]);
      for (const verb of [[], ["start"], ["--ring", "10m"]]) {
        const out = join(memory, "bundle.tgz");
        const args = [...verb, "--spool", join(folder, "spool"), "-o", out];
        expect(await collect(["sh"], args).ended).toMatchObject({
          code: 1,
          stdout: "",
          stderr: `collect.sh: ${out} is in memory (tmpfs): the bundle would take the memory that is short. Give a place on a disk: -o PATH\n`,
        });
        expect(readdirSync(join(folder, "spool"))).toEqual([]);
      }
      const doctor = await collect(["sh"], ["doctor", "--spool", memory]).ended;
      expect(doctor.stdout).toContain(
        `MISSING  place to record        ${memory}/memforensics is in memory: give a disk with --spool`,
      );
    } finally {
      execFileSync("umount", [memory]);
    }
  },
);

test.skipIf(noDisk)("a spool on a file system that has become read-only is packed elsewhere as it is", async () => {
  const spool = join(folder, "spool");
  const running = collect(["dash"], ["--spool", spool, "--interval", "1", "--duration", "0"]);
  await until("the first ticks", () => fastIn(spool).length >= 2);
  running.destroy();
  await running.ended;
  const before = fastIn(spool);
  const readOnly = join(folder, "read-only");
  renameSync(spool, readOnly);
  execFileSync("mount", ["--bind", readOnly, readOnly]);
  try {
    execFileSync("mount", ["-o", "remount,ro,bind", readOnly]);
    const out = join(folder, "out.tgz");
    const packed = await collect(["dash"], ["pack", recordingIn(readOnly), "-o", out]).ended;
    expect(packed).toMatchObject({ code: 0, stdout: `${out}\n` });
    expect(packed.stderr).toContain("packed as it is, unsealed");
    const bundle = unpack(out, join(folder, "unpacked"));
    expect(ticksOf(readSegments(bundle), "fast")).toEqual(before);
    expect(existsSync(join(bundle, "SHA256SUMS"))).toBe(false);
    expect(text(join(bundle, "manifest.json"))).toContain('"state": "open"');
  } finally {
    execFileSync("umount", [readOnly]);
  }
});
