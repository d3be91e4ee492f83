import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  collect,
  makeGroup,
  readSegments,
  remove,
  removeCgroup,
  scratch,
  shells,
  silentGaps,
  skipUnless,
  sleep,
  sumsHold,
  text,
  ticksOf,
  unpack,
  until,
} from "./collector.ts";

const root = process.getuid?.() === 0 ? null : "not root";
const noPids = skipUnless(
  "failing forks",
  root ?? (existsSync("/sys/fs/cgroup/pids/cgroup.procs") ? null : "no pids controller of cgroup v1"),
);
const noMount = skipUnless(
  "a full disk",
  root ?? (spawnSync("sh", ["-c", "unshare --mount true"]).status === 0 ? null : "mounts are not allowed"),
);

let folder: string;
beforeEach(() => {
  folder = scratch();
});
afterEach(() => remove(folder));

/** The shell, put into a cgroup before it becomes the collector. */
const inside = (group: string, shell: readonly string[]) => [
  "sh",
  "-c",
  `echo $$ >"${group}/cgroup.procs" && exec "$@"`,
  "sh",
  ...shell,
];

describe.each(shells.map((shell) => [shell.join(" "), shell] as const))(
  "while no fork succeeds, under %s",
  (_name, shell) => {
    test.skipIf(noPids)("no fast tick is lost, generations stay few, and all tiers return", async () => {
      const group = makeGroup("pids");
      try {
        const spool = join(folder, "spool");
        const running = collect(inside(group, shell), ["--spool", spool, "--keep", "--no-cgroup", "--interval", "1"]);
        const recording = () =>
          execFileSync("sh", ["-c", 'ls -d "$1"/*Z 2>/dev/null || true', "sh", spool], { encoding: "utf8" }).trim();
        await until("middle ticks", () => recording() !== "" && ticksOf(readSegments(recording()), "mid").length >= 2);
        writeFileSync(join(group, "pids.max"), "1");
        // bash tries for 15 s before it gives up; dash and busybox end at once
        await until(
          "a next generation",
          () => /worker: generation 2/.test(text(join(recording(), "collector.log"))),
          40_000,
        );
        await sleep(12_000);
        const during = ticksOf(readSegments(recording()), "fast").length;
        writeFileSync(join(group, "pids.max"), "max");
        const generations = () =>
          [...text(join(recording(), "collector.log")).matchAll(/worker: generation (\d+)/g)].length;
        await until(
          "middle ticks of a later generation",
          () => ticksOf(readSegments(recording()), "mid").some((tick) => tick.gen > 1 && tick.endUp !== null),
          60_000,
        );
        running.kill("SIGTERM");
        const run = await running.ended;
        expect(run.code).toBe(0);
        const bundle = unpack(run.stdout.trim(), folder);
        expect(sumsHold(bundle).ok).toBe(true);
        expect(during).toBeGreaterThanOrEqual(12);
        expect(silentGaps(bundle)).toEqual([]);
        // one failed fork in ten seconds at most
        expect(generations()).toBeLessThanOrEqual(6);
        expect(JSON.parse(readFileSync(join(bundle, "manifest.json"), "utf8")).generations).toBeGreaterThanOrEqual(2);
        // the tick in which the fork failed is torn, not wrong
        for (const tick of ticksOf(readSegments(bundle), "mid"))
          if (tick.endUp !== null) expect(tick.files.size).toBeGreaterThan(0);
      } finally {
        writeFileSync(join(group, "pids.max"), "max");
        await removeCgroup(group);
      }
    });
  },
);

describe.each(shells.map((shell) => [shell.join(" "), shell] as const))(
  "on a disk that fills up, under %s",
  (_name, shell) => {
    test.skipIf(noMount)(
      "whole ticks stay whole, torn ones are seen, and what is there can be packed elsewhere",
      async () => {
        const disk = join(folder, "disk");
        mkdirSync(disk);
        execFileSync("mount", ["-t", "tmpfs", "-o", "size=1500k", "tmpfs", disk]);
        try {
          const running = collect(shell, [
            "--spool",
            join(disk, "spool"),
            "--interval",
            "1",
            "-o",
            join(folder, "out.tgz"),
          ]);
          await until(
            "the first ticks",
            () => spoolOf(disk) !== "" && ticksOf(readSegments(spoolOf(disk)), "mid").length >= 2,
          );
          const before = ticksOf(readSegments(spoolOf(disk)), "fast").filter((tick) => tick.endUp !== null);
          spawnSync("sh", ["-c", 'cat /dev/zero >"$1/filler" 2>/dev/null', "sh", disk]);
          await sleep(4_000);
          remove(join(disk, "filler"));
          const full = ticksOf(readSegments(spoolOf(disk)), "fast").length;
          await until(
            "ticks when there is room again",
            () => ticksOf(readSegments(spoolOf(disk)), "fast").length > full + 1,
          );
          running.kill("SIGTERM");
          const run = await running.ended;
          expect(run.code).toBe(0);
          const bundle = unpack(join(folder, "out.tgz"), folder);
          const after = ticksOf(readSegments(bundle), "fast");
          for (const tick of before) expect(after).toContainEqual(tick);
          for (const tick of after)
            if (tick.endUp !== null) expect(tick.files.get("/proc/vmstat")).toMatch(/^oom_kill \d+$/m);
        } finally {
          execFileSync("umount", ["-l", disk]);
        }
      },
    );
  },
);

const spoolOf = (disk: string) =>
  execFileSync("sh", ["-c", 'ls -d "$1"/spool/*Z 2>/dev/null || true', "sh", disk], { encoding: "utf8" }).trim();
