// SIGKILL to the whole collector at twenty moments: while it starts, records, closes segments, seals or packs. What is left
// is analysed each time: no complete tick lost, nothing invented.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Analysis } from "../../src/model/analysis.ts";
import { analysed } from "../analysed.ts";
import { random } from "../parse/mangle.ts";
import {
  isOneMember,
  kernelLog,
  manifestOf,
  readSegments,
  recordingIn,
  sumsHold,
  type Tick,
  ticksOf,
  unpack,
} from "./bundle.ts";
import { exhaust, makePod, type Pod, whyNoOom } from "./cgroups.ts";
import { collect, shells, skipUnless, sleep, until } from "./collector.ts";
import { endWriters, remove, scratch } from "./places.ts";

const unable = skipUnless("a collector killed around a real kill", whyNoOom());

let folder: string;
let pod: Pod;
let victim: number;
let reader: ChildProcess | null = null;
beforeAll(async () => {
  folder = scratch();
  if (unable) return;
  // the ring forgets: read it from now on, without the collector
  reader = spawn("sh", ["-c", 'while :; do cat /dev/kmsg >>"$1"; done', "sh", join(folder, "truth")], {
    stdio: "ignore",
    detached: true,
  });
  pod = makePod(16 * 1024 * 1024);
  victim = (await exhaust(pod)).pid;
});
afterAll(async () => {
  if (reader?.pid !== undefined) process.kill(-reader.pid, "SIGKILL");
  endWriters(folder);
  if (!unable) await pod.remove();
  remove(folder);
});

const countOf = (pids: Iterable<number>): Map<number, number> => {
  const count = new Map<number, number>();
  for (const pid of pids) count.set(pid, (count.get(pid) ?? 0) + 1);
  return count;
};

/** How often the kernel log kills a process number: numbers are given out again, so one may have been killed twice. */
const killsInLog = (): Map<number, number> => {
  const log = readFileSync(join(folder, "truth"), "utf8");
  const by = (what: RegExp) => countOf([...log.matchAll(what)].map((line) => Number(line[1])));
  const killed = by(/Killed process (\d+)/g);
  for (const [pid, count] of by(/,task=[^\n]*,pid=(\d+)/g)) killed.set(pid, Math.max(count, killed.get(pid) ?? 0));
  return killed;
};

const whole = (ticks: readonly Tick[]): Tick[] => ticks.filter((tick) => tick.endUp !== null);
const allTicks = (bundle: string): Tick[] => readSegments(bundle).flatMap((segment) => segment.ticks);

/** Every tick up to the last one is there and, but for that one of each process, whole. */
function expectNoneLost(bundle: string): void {
  const segments = readSegments(bundle);
  const fast = ticksOf(segments, "fast");
  expect(fast.map((tick) => tick.number)).toEqual(fast.map((_tick, at) => at * 2 + 1));
  const slow = [...ticksOf(segments, "mid"), ...ticksOf(segments, "full")].toSorted((a, b) => a.number - b.number);
  expect(slow.map((tick) => tick.number)).toEqual(slow.map((_tick, at) => at * 2 + 2));
  for (const ticks of [fast, slow]) for (const tick of ticks.slice(0, -1)) expect(tick.endUp).not.toBeNull();
}

function expectWholeMembers(bundle: string): void {
  for (const kind of ["ticks", "logs"])
    for (const name of readdirSync(join(bundle, kind)).filter((each) => each.endsWith(".gz")))
      expect([name, isOneMember(join(bundle, kind, name))]).toEqual([name, true]);
}

function expectNothingInvented(analysis: Analysis, log: ReadonlyMap<number, number>): void {
  const named = countOf(analysis.oomKills.flatMap((kill) => kill.victims.map((each) => each.pid)));
  const invented = [...named].filter(([pid, count]) => count > (log.get(pid) ?? 0));
  expect(invented).toEqual([]);
  expect(analysis.evictions).toEqual([]);
}

/** Half a bundle is never under a whole one's name. */
async function expectSealed(packed: string, bundle: string, log: ReadonlyMap<number, number>): Promise<Analysis> {
  expect(sumsHold(bundle)).toMatchObject({ ok: true });
  expectWholeMembers(bundle);
  const analysis = await analysed(packed);
  expect(analysis.source.integrity).toBe("verified");
  expectNothingInvented(analysis, log);
  return analysis;
}

const next = random(7);
const moments = Array.from({ length: 20 }, (_none, at) => ({
  at,
  shell: shells[at % shells.length] ?? ["sh"],
  // it records for two seconds; the first and the last moments fall into its start and its end
  ms: Math.round(next() * (at % 2 === 1 ? 6_000 : 4_500)),
}));
const batches = [0, 5, 10, 15].map((from) => moments.slice(from, from + 5));

// every other one is a ring, with a trigger that comes true at once: a bundle of its own is sealed while it records
const ring = ["--ring", "10", "--trigger", "oom,available<1024G", "--after", "0"];

async function oneMoment({ at, shell, ms }: (typeof moments)[number]): Promise<void> {
  const spool = join(folder, `spool-${at}`);
  const options = ["--duration", "2", "--interval", "1", "--no-marks", "-q", ...(at % 2 === 1 ? ring : [])];
  const running = collect(shell, ["--spool", spool, ...options]);
  await until("its spool", () => recordingIn(spool) !== "" || existsSync(join(spool, "last")));
  await sleep(ms);
  try {
    running.destroy();
  } catch (error) {
    // it had ended by then
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
  await running.ended;
  const recording = recordingIn(spool);
  const log = killsInLog();
  const sealed: string[] = [];
  for (const name of readdirSync(spool).filter((each) => each.endsWith(".tgz"))) {
    const bundle = unpacked(join(spool, name), at);
    if (!/^trigger: /.test(manifestOf(bundle).reason)) sealed.push(name);
    else {
      await expectSealed(join(spool, name), bundle, log);
      triggered.push(bundle);
    }
  }
  if (recording !== "" && !existsSync(join(recording, "manifest.json"))) {
    const packed = await collect(shell, ["pack", recording]).ended;
    expect(packed).toMatchObject({ code: existsSync(join(recording, "ticks")) ? 1 : 2, stdout: "" });
    return;
  }
  if (recording !== "" && sealed.length === 0) {
    const before = allTicks(recording);
    expectNoneLost(recording);
    expectNothingInvented(await analysed(recording), log);
    const packed = await collect(shell, ["pack", recording, "-q"]).ended;
    expect(packed.code).toBe(0);
    sealed.push(packed.stdout.trim().replace(/.*\//, ""));
    const after = unpacked(join(spool, sealed[0] ?? ""), at);
    expect(whole(allTicks(after))).toEqual(whole(before));
  }
  // killed before there was anything, there is nothing
  if (sealed.length === 0) return;
  const bundle = unpacked(join(spool, sealed[0] ?? ""), at);
  expectNoneLost(bundle);
  const analysis = await expectSealed(join(spool, sealed[0] ?? ""), bundle, log);
  // the ring of the kernel log is copied from its beginning; a kill may come before that line, or before the copy
  if (kernelLog(bundle).includes(`Killed process ${victim} (tail)`)) {
    expect(analysis.oomKills.flatMap((kill) => kill.victims.map((each) => each.pid))).toContain(victim);
    named.push(bundle);
  }
  seen.push(bundle);
}

const seen: string[] = [];
/** bundles that triggers had sealed by then */
const triggered: string[] = [];
/** those of them whose kernel log was copied as far as the kill */
const named: string[] = [];

function unpacked(bundle: string, at: number): string {
  const into = join(folder, `unpacked-${at}`, basename(bundle));
  return existsSync(into) ? join(into, readdirSync(into)[0] ?? "") : unpack(bundle, into);
}

test.skipIf(unable).each(batches)("killed at %o, %o, %o, %o and %o", async (...batch) => {
  // one that fails leaves the others to their end: what is being read is not taken away
  const ends = await Promise.allSettled(batch.map(oneMoment));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
});

test.skipIf(unable)("most of those moments left something to analyse", () => {
  expect(seen.length).toBeGreaterThanOrEqual(15);
  expect(named.length).toBeGreaterThanOrEqual(12);
  expect(triggered.length).toBeGreaterThanOrEqual(1);
});
