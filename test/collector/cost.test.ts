// 625 cgroups, as of 250 pods: what a tick may cost in processes and memory, neither of which depends on how busy the machine is.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSegments, recordingIn, text, type Tick, ticksIn, ticksOf } from "./bundle.ts";
import { whyNoOom } from "./cgroups.ts";
import { collect, collector, eachShell, skipUnless, until } from "./collector.ts";
import { folderOf, pidsIn } from "./places.ts";

const unable = skipUnless("the cost with 625 cgroups", whyNoOom());
const memory = "/sys/fs/cgroup/memory";
const top = join(memory, `collector-cost-${process.pid}`);
// deeper than other collectors look for kubepods; this one sees it at the root
const root = join(top, "of/a/node");

beforeAll(() => {
  if (unable) return;
  const pods = Array.from({ length: 311 }, (_none, pod) => {
    const uid = `${pod.toString(16).padStart(8, "0")}-93d1-4b8e-9a44-c1d7e6b20f3a`;
    return `kubepods/${pod % 3 === 0 ? "besteffort" : "burstable"}/pod${uid}/${pod.toString(16).padStart(64, "0")}`;
  });
  for (const pod of pods) mkdirSync(join(root, pod), { recursive: true });
});
afterAll(() => {
  if (!unable) execFileSync("sh", ["-c", 'find "$1" -depth -type d -exec rmdir {} +', "sh", top]);
});

/** The last process number given out, in the collector's own pid namespace, at each fast tick. */
const lastPids = (recording: string): { up: number; pid: number }[] =>
  ticksOf(readSegments(recording), "fast").map((tick) => ({
    up: tick.up,
    pid: Number(tick.files.get("/proc/loadavg")?.split(" ")[4]),
  }));

describe.concurrent.each(eachShell)("with 625 cgroups, under %s", (_name, shell) => {
  test.skipIf(unable)(
    "no process in a fast tick, at most three in a middle one, and little memory",
    async (context) => {
      const folder = folderOf(context);
      const spool = join(folder, "spool");
      const run = `mount --bind ${root} ${memory} && exec ${shell.join(" ")} ${collector} "$@"`;
      const namespaces = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--mount-proc"];
      const args = ["--spool", spool, "--no-cgroup", "--no-marks", "--duration", "0", "--interval", "3"];
      const running = collect([...namespaces, "sh", "-c", run], args, { script: "sh" });
      const mids = () => ticksIn(spool, "mid");
      // the first is made while the node's files are taken
      await until(
        "middle ticks",
        () => existsSync(join(recordingIn(spool), "node/start/versions")) && mids().length >= 6,
        90_000,
      );
      const recording = recordingIn(spool);
      const groups = [...(mids()[0]?.files.keys() ?? [])].filter((name) => name.endsWith("/memory.usage_in_bytes"));
      expect(groups.length).toBe(626);
      // by numbers, each bound to its path once a segment
      const segment = text(join(recording, "ticks/000001.mid"));
      expect(segment.match(/^@@ path \d+ \/sys\/fs\/cgroup\/memory/gm)).toHaveLength(626);
      expect(segment.match(/^==> (?!\d+\/)/gm)).toBeNull();
      const ours = pidsIn(folder).flatMap((pid) => rollupOf(pid) ?? []);
      expect(ours.length).toBeGreaterThanOrEqual(3);
      for (const each of ours) expect(each.anon).toBeLessThanOrEqual(shell[0] === "bash" ? 6144 : 4096);
      expect(ours.reduce((sum, each) => sum + each.pss, 0)).toBeLessThanOrEqual(24 * 1024);

      // from here on nothing changes
      running.destroy();
      await running.ended;
      // a last process begins after the time that stands in the tick's end
      const spanOf = (tick: Tick) => ({ from: tick.up - 0.2, to: (tick.endUp ?? Infinity) + 0.2 });
      const slow = [...mids(), ...ticksIn(spool, "full")].map(spanOf);
      const within = (from: number, to: number) => slow.filter((span) => span.to >= from && span.from <= to).length;
      // from when the start is over
      const over = mids()[2]?.up ?? Infinity;
      const fast = lastPids(recording).filter(({ up }) => up >= over);
      const begunBetween = fast.slice(1).flatMap(({ up, pid }, at) => {
        const last = fast[at];
        return last === undefined || within(last.up, up) > 0 ? [] : [pid - last.pid];
      });
      expect(begunBetween.length).toBeGreaterThan(0);
      expect(Math.max(...begunBetween)).toBe(0);
      // from the last fast tick before a middle one to the first after it, where no other slow one falls into that
      const begunAround = mids().flatMap((mid) => {
        const { from, to } = spanOf(mid);
        const [before, after] = [fast.findLast(({ up }) => up < from), fast.find(({ up }) => up > to)];
        if (before === undefined || after === undefined || within(before.up, after.up) > 1) return [];
        return [after.pid - before.pid];
      });
      expect(begunAround.length).toBeGreaterThan(0);
      expect(Math.max(...begunAround)).toBeLessThanOrEqual(3);
    },
  );
});

/** kB of anonymous and of proportional memory of a process; null where it has ended. */
function rollupOf(pid: number): { anon: number; pss: number } | null {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    const of = (name: string) => Number(new RegExp(`^${name}: +(\\d+) kB$`, "m").exec(rollup)?.[1]);
    return { anon: of("Pss_Anon"), pss: of("Pss") };
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
}
