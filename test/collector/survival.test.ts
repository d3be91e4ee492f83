import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
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
