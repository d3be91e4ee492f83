// A collector leaves traces in what it records: processes, a cgroup, marks. None of them is part of what is found.
import { execFileSync, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openCapture } from "../../src/collect/open-capture.ts";
import { inputsOf } from "../../src/diagnose/inputs/inputs.ts";
import { parse } from "../../src/parse/index.ts";
import { buildTimeline } from "../../src/timeline/build-timeline.ts";
import { manifestOf, readSegments, recordingIn, ticksIn, ticksOf, unpack } from "./bundle.ts";
import { exhaust, makePod, type Pod, whyNoOom } from "./cgroups.ts";
import { collect, shells, skipUnless, until } from "./collector.ts";
import { folderOf } from "./places.ts";

const MIB = 1024 * 1024;
const unable = skipUnless("a kill at the limit of all pods", whyNoOom());
// all pods of a node of its own: other tests' have no limit
const parent = `collector-own-${process.pid}/kubepods`;

let pod: Pod;
beforeEach(() => {
  if (unable) return;
  pod = makePod(64 * MIB, parent);
  writeFileSync(`/sys/fs/cgroup/memory/${parent}/memory.limit_in_bytes`, String(24 * MIB));
});
afterEach(async () => {
  if (!unable) await pod.remove();
});

test.skipIf(unable)("no finding and no row of a ledger names its processes or its cgroup", async (context) => {
  const folder = folderOf(context);
  const spool = join(folder, "spool");
  const out = join(folder, "out.tgz");
  const [shell = ["sh"]] = shells;
  // the kernel log from now on: an earlier kill at this limit would be the same incident
  const running = collect(shell, [
    "--since",
    "1",
    "--spool",
    spool,
    "--interval",
    "1",
    "--duration",
    "0",
    "-q",
    "-o",
    out,
  ]);
  const seen = (line: RegExp) =>
    ticksIn(spool, "mid").some((tick) => line.test(tick.files.get(`${pod.path}/memory.oom_control`) ?? ""));
  await until("the container in a middle tick", () => seen(/^oom_kill 0$/m));
  // as one that seals a bundle meanwhile: in its cgroup, and not in the manifest
  const { self } = manifestOf(recordingIn(spool));
  const helper = spawn("sh", ["-c", 'echo $$ >"$1/cgroup.procs" && exec sleep 100', "sh", self.cgroup]);
  context.onTestFinished(() => void helper.kill());
  const victim = await exhaust(pod);
  await until("the kill in a middle tick", () => seen(/^oom_kill 1$/m));
  running.kill("SIGTERM");
  expect((await running.ended).code).toBe(0);

  const name = self.cgroup.replace("/sys/fs/cgroup/memory", "");
  expect(name).toMatch(/^\/memforensics-\d+$/);
  const full = ticksOf(readSegments(unpack(out, folder)), "full").at(-1);
  expect(full?.files.get(`/proc/${helper.pid}/cgroup`)).toContain(`:memory:${name}\n`);
  const own = new Set<number | undefined>([...self.pids, helper.pid]);

  const cli = "dist/cli/main.js";
  const json = execFileSync("node", [cli, "analyze", out, "-f", "json", "-o", "-", "-q"], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const analysis = JSON.parse(json);
  const { ledgers, findings, incidents, verdict } = analysis;
  const killed = analysis.oomKills.filter(
    (kill: { victims: { pid: number }[] }) => kill.victims[0]?.pid === victim.pid,
  );
  expect(killed).toMatchObject([{ limitedCgroup: `/${parent}`, limitBytes: 24 * MIB }]);
  expect(ledgers.length).toBeGreaterThan(0);
  expect(findings.length).toBeGreaterThan(0);
  const told = JSON.stringify({ ledgers, findings, incidents, verdict });
  expect(told).not.toMatch(/memforensics-\d/);
  const named = [...told.matchAll(/(?:"pid":|\bpid |\[)(\d+)\b/g)].map((match) => Number(match[1]));
  expect(named.filter((pid) => own.has(pid))).toEqual([]);

  // nor does any finding get to see them
  const ignore = (): void => {};
  const inputs = inputsOf(buildTimeline(await parse(await openCapture(out, ignore), ignore), ignore));
  expect(inputs.tasks.length).toBeGreaterThan(3);
  expect(inputs.tasks.filter((task) => own.has(task.pid)).map((task) => task.comm)).toEqual([]);
  expect(inputs.cgroups.map((group) => group.cgroup)).not.toContain(name);
});
