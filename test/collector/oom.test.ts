import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Analysis } from "../../src/model/analysis.ts";
import { kernelLog, manifestOf, readSegments, sumsHold, ticksIn, ticksOf, unpack } from "./bundle.ts";
import { exhaust, makePod, type Pod, whyNoOom } from "./cgroups.ts";
import { collect, eachShell, skipUnless, until } from "./collector.ts";
import { folderOf } from "./places.ts";

const limit = 48 * 1024 * 1024;
const unable = skipUnless("a real kill at a container's limit", whyNoOom());
const cli = "dist/cli/main.js";
const unbuilt = unable || skipUnless("the analysis of a recorded kill", existsSync(cli) ? null : `${cli} is not built`);

let folder: string;
let pod: Pod;
beforeEach((context) => {
  folder = folderOf(context);
});
afterEach(async () => {
  if (!unable) await pod.remove();
});

/** Records around one kill in a fresh pod; the bundle's path. */
async function record(shell: readonly string[]): Promise<{ packed: string; pid: number }> {
  pod = makePod(limit);
  const running = collect(shell, ["--spool", join(folder, "spool"), "--interval", "1", "-o", join(folder, "kill.tgz")]);
  await until("the container in a middle tick", () => lastReading() === "oom_kill 0");
  const victim = await exhaust(pod);
  expect(victim.signal).toBe("SIGKILL");
  await until("a middle tick after the kill", () => lastReading() === "oom_kill 1");
  running.kill("SIGINT");
  const run = await running.ended;
  expect(run).toMatchObject({ code: 0, stdout: `${join(folder, "kill.tgz")}\n` });
  return { packed: join(folder, "kill.tgz"), pid: victim.pid };
}

/** The container's count of kills in the last whole middle tick so far. */
function lastReading(): string | undefined {
  const last = ticksIn(join(folder, "spool"), "mid").findLast((tick) => tick.endUp !== null);
  return /^oom_kill \d+$/m.exec(last?.files.get(`${pod.path}/memory.oom_control`) ?? "")?.[0];
}

describe.each(eachShell)("a real kill at a container's limit, recorded under %s", (_name, shell) => {
  test.skipIf(unable)("stands in the kernel log, the ticks and the marks", async () => {
    const { packed, pid } = await record(shell);
    const bundle = unpack(packed, folder);
    expect(sumsHold(bundle)).toMatchObject({ ok: true });

    const kmsg = kernelLog(bundle);
    const report = new RegExp(
      `oom-kill:constraint=CONSTRAINT_MEMCG.*,oom_memcg=${pod.kernelPath},task_memcg=${pod.kernelPath},task=tail,pid=${pid},`,
    );
    expect(kmsg).toMatch(report);
    expect(kmsg).toMatch(new RegExp(`;Memory cgroup out of memory: Killed process ${pid} \\(tail\\)`));
    const marks = [...kmsg.matchAll(/^\d+,\d+,(\d+),-;memforensics: mark (\d+) uptime ([\d.]+) real ([\d.]+)$/gm)];
    const { marks: written, started, ended } = manifestOf(bundle);
    // other collectors may be marking the same log
    const within = marks.filter((line) => Number(line[3]) >= started.uptime && Number(line[3]) <= ended.uptime);
    expect(written).toBeGreaterThanOrEqual(2);
    for (let number = 1; number <= written; number += 1)
      expect(within.map((line) => Number(line[2]))).toContain(number);
    // the mark binds printk's clock: here the two agree within what a loaded machine needs to write a line
    for (const line of within) expect(Math.abs(Number(line[1]) / 1e6 - Number(line[3]))).toBeLessThan(5);

    const segments = readSegments(bundle);
    const mid = ticksOf(segments, "mid").filter((tick) => tick.files.has(`${pod.path}/memory.oom_control`));
    expect(mid[0]?.files.get(`${pod.path}/memory.oom_control`)).toMatch(/^oom_kill 0$/m);
    expect(mid.at(-1)?.files.get(`${pod.path}/memory.oom_control`)).toMatch(/^oom_kill 1$/m);
    const full = ticksOf(segments, "full").at(-1);
    expect(full?.files.get(`${pod.path}/memory.limit_in_bytes`)).toBe(String(limit));
    expect(Number(full?.files.get(`${pod.path}/memory.failcnt`))).toBeGreaterThan(0);
    expect(full?.files.get(`${pod.path}/memory.stat`)).toMatch(/^hierarchical_memory_limit 50331648$/m);
    const fast = ticksOf(segments, "fast");
    const kubepods = pod.path.replace(/\/burstable.*/, "");
    expect(fast[0]?.files.get(`${kubepods}/memory.usage_in_bytes`)).toMatch(/^\d+$/);
    expect(fast[0]?.files.get(`${kubepods}/burstable/memory.usage_in_bytes`)).toMatch(/^\d+$/);
    const kills = fast.map((tick) => Number(/^oom_kill (\d+)$/m.exec(tick.files.get("/proc/vmstat") ?? "")?.[1]));
    expect((kills.at(-1) ?? 0) - (kills[0] ?? 0)).toBeGreaterThanOrEqual(1);
  });

  test.skipIf(unbuilt)("is found by the analysis", async () => {
    const { packed, pid } = await record(shell);
    const json = execFileSync("node", [cli, "analyze", packed, "--format", "json", "-o", "-"], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    const analysis: Analysis = JSON.parse(json.slice(json.indexOf("{")));
    // the log may hold an earlier kill of a process that had this number
    const kill = analysis.oomKills.find(
      (each) => each.victimCgroup === pod.kernelPath && each.victims.some((victim) => victim.pid === pid),
    );
    expect(kill).toMatchObject({
      constraint: "memcg",
      limitedCgroup: pod.kernelPath,
      victimCgroup: pod.kernelPath,
      limitBytes: limit,
      count: 1,
      complete: true,
      pod: { uid: pod.uid, containerId: pod.containerId },
    });
    expect(kill?.victims).toHaveLength(1);
    expect(kill?.victims[0]).toMatchObject({ pid, comm: "tail" });
    expect(analysis.source.integrity).toBe("verified");
    expect(analysis.source.path).toBe(basename(packed));
  });
});
