// No fork succeeds: for want of a process number (pids.max: EAGAIN), and of memory (a full cgroup v1 whose OOM killer is off: ENOMEM).
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, type TestContext, test } from "vitest";
import {
  manifestOf,
  readSegments,
  recordingIn,
  sealedBundle,
  silentGaps,
  text,
  type Tick,
  ticksIn,
  ticksOf,
} from "./bundle.ts";
import { exhaust, inside, makeGroup, makePod, removeCgroup, whyNoOom, whyNoPids } from "./cgroups.ts";
import { collect, eachShell, skipUnless, sleep, until } from "./collector.ts";
import { endWriters, folderOf } from "./places.ts";

const root = process.getuid?.() === 0 ? null : "not root";
const noPids = skipUnless("failing forks", whyNoPids());
const noKill = skipUnless("a kill while forks fail", whyNoOom());
const noMemory = skipUnless(
  "forks that fail for want of memory",
  root ?? (existsSync("/sys/fs/cgroup/memory/memory.oom_control") ? null : "no memory controller of cgroup v1"),
);

interface Scene {
  readonly group: string;
  readonly log: () => string;
  /** so far */
  readonly ticks: (tier: string) => Tick[];
  /** SIGTERM; the sealed bundle's folder */
  readonly seal: () => Promise<string>;
}

/** A recorder in a cgroup of a controller, once it has made two middle ticks. */
async function inGroup(
  context: TestContext,
  controller: string,
  shell: readonly string[],
  scene: (of: Scene) => Promise<void>,
  more: readonly string[] = [],
): Promise<void> {
  const folder = folderOf(context);
  const group = makeGroup(controller);
  const spool = join(folder, "spool");
  const free =
    controller === "pids" ? { "pids.max": "max" } : { "memory.limit_in_bytes": "-1", "memory.oom_control": "0" };
  const release = (): void => {
    for (const [name, value] of Object.entries(free)) writeFileSync(join(group, name), value);
  };
  try {
    const args = ["--spool", spool, "--no-cgroup", "--interval", "1", "--duration", "0", ...more];
    const running = collect(inside(group, shell), args);
    const ticks = (tier: string) => ticksIn(spool, tier);
    await until("middle ticks", () => ticks("mid").length >= 2);
    const log = () => text(join(recordingIn(spool), "collector.log"));
    const seal = () => sealedBundle(running, join(folder, "unpacked"));
    await scene({ group, log, ticks, seal });
  } finally {
    release();
    endWriters(folder);
    await removeCgroup(group);
  }
}

describe.concurrent.each(eachShell)("while no fork succeeds, under %s", (_name, shell) => {
  test.skipIf(noPids)("no fast tick is lost, generations stay few, and all tiers return", async (context) => {
    await inGroup(context, "pids", shell, async ({ group, log, ticks, seal }) => {
      writeFileSync(join(group, "pids.max"), "1");
      // bash tries for 15 s before it gives up; dash and busybox end at once
      await until("a next generation", () => /worker: generation 2/.test(log()), 60_000);
      await sleep(12_000);
      const during = ticks("fast").length;
      writeFileSync(join(group, "pids.max"), "max");
      await until(
        "middle ticks of a later generation",
        () => ticks("mid").some((tick) => tick.gen > 1 && tick.endUp !== null),
        90_000,
      );
      const generations = [...log().matchAll(/worker: generation (\d+)/g)].length;
      const bundle = await seal();
      // the first middle ticks, at least 12 s since, and however late a busy machine makes them
      expect(during).toBeGreaterThanOrEqual(5);
      expect(silentGaps(bundle)).toEqual([]);
      // one failed fork in ten seconds at most
      expect(generations).toBeLessThanOrEqual(9);
      // the ticker is no loop that forks
      expect(text(join(bundle, "collector.log"))).not.toContain("the ticker ended");
      expect(manifestOf(bundle).generations).toBeGreaterThanOrEqual(2);
      // the tick in which the fork failed is torn, not wrong
      for (const tick of ticksOf(readSegments(bundle), "mid"))
        if (tick.endUp !== null) expect(tick.files.size).toBeGreaterThan(0);
    });
  });

  test.skipIf(noPids || noKill)(
    "what triggers meanwhile is sealed by a worker of a later generation",
    async (context) => {
      const pod = makePod(16 * 1024 * 1024);
      const scene = async ({ group, log, seal }: Scene): Promise<void> => {
        writeFileSync(join(group, "pids.max"), "1");
        await until("a next generation", () => /worker: generation 2/.test(log()), 60_000);
        await exhaust(pod);
        const told = () => log().indexOf(" trigger: oom_kill ");
        await until("the trigger", () => told() > 0);
        await until("a later generation", () => /worker: generation \d/.test(log().slice(told())), 60_000);
        writeFileSync(join(group, "pids.max"), "max");
        await until("its bundle", () => /sealed \S+ \(trigger: oom_kill/.test(log().slice(told())), 90_000);
        expect(silentGaps(await seal())).toEqual([]);
      };
      try {
        await inGroup(context, "pids", shell, scene, ["--trigger", "oom", "--after", "1"]);
      } finally {
        await pod.remove();
      }
    },
  );
});

describe.concurrent.each(eachShell)("when the worker dies and no fork succeeds, under %s", (_name, shell) => {
  test.skipIf(noPids)("the fast process outlives its own failed fork and has another worker later", async (context) => {
    await inGroup(context, "pids", shell, async ({ group, log, ticks, seal }) => {
      const [worker] = readFileSync(join(group, "cgroup.procs"), "utf8")
        .split("\n")
        .filter((pid) => pid !== "" && text(`/proc/${pid}/cmdline`).includes("_worker"));
      writeFileSync(join(group, "pids.max"), "1");
      process.kill(Number(worker), "SIGKILL");
      // bash cannot catch it: it ends, and becomes its next generation
      const failed = shell[0] === "bash" ? "fast process: generation 2" : "no fork succeeds: none is tried for 10 s";
      await until("its failed fork", () => log().includes(failed), 60_000);
      const before = ticks("fast").length;
      await until("fast ticks all the same", () => ticks("fast").length > before + 2);
      writeFileSync(join(group, "pids.max"), "max");
      await until("middle ticks of another worker", () => ticks("mid").some((tick) => tick.number > 100_000), 60_000);
      const bundle = await seal();
      expect(silentGaps(bundle)).toEqual([]);
      const fast = ticksOf(readSegments(bundle), "fast");
      expect(fast.map((tick) => tick.number)).toEqual(fast.map((_tick, at) => at * 2 + 1));
    });
  });
});

/**
 * Lowers a cgroup's limit towards what it uses until `done`. A fork takes some 30 pages at once, a reading or a line of a
 * file one or two: there is room between the two.
 */
async function squeeze(group: string, done: () => boolean): Promise<void> {
  const set = (name: string, value: string): void => {
    try {
      writeFileSync(join(group, name), value);
    } catch (error) {
      // more is in use than that: it can be lowered again when something has been given back
      if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
    }
  };
  set("memory.oom_control", "1");
  for (let spare = 64; !done(); spare -= 4) {
    // what can be reclaimed would feed the fork
    set("memory.force_empty", "0");
    const used = Number(readFileSync(join(group, "memory.usage_in_bytes"), "utf8"));
    // two pages are so little that the kernel may put a reader to sleep as well: only where six let every fork pass
    set("memory.limit_in_bytes", String(used + Math.max(spare, spare < 8 ? 8 : 24) * 1024));
    // two middle ticks try to fork
    await sleep(2_000);
    if (spare < -80) throw new Error("no fork failed");
  }
}

// bash holds more memory and takes new pages in each tick: it may have to wait for some, which is another test's matter
describe.concurrent.each(eachShell.filter(([, [program]]) => program !== "bash"))(
  "while every fork fails for want of memory, under %s",
  (_name, shell) => {
    // A fork that just succeeds leaves its parent short of pages as well, and the kernel may keep both asleep: until then nothing is asked.
    test.skipIf(noMemory)(
      "a ticker that dies meanwhile has a successor, and ticks go on, once there is memory",
      async (context) => {
        await inGroup(context, "memory", shell, async ({ group, log, ticks, seal }) => {
          const tickers = () => [...log().matchAll(/ ticker \w+ pid (\d+)$/gm)].map((line) => Number(line[1]));
          await squeeze(group, () => /worker: generation 2|the worker has died|no fork succeeds/.test(log()));
          const [first = 0] = tickers();
          process.kill(first, "SIGKILL");
          await sleep(3_000);
          writeFileSync(join(group, "memory.limit_in_bytes"), "-1");
          await until("another ticker", () => tickers().some((pid) => pid !== first), 60_000);
          const before = ticks("fast").length;
          await until("fast ticks with it", () => ticks("fast").length > before + 3);
          // told while the worker may not fork yet: it waits for that, and not for ever
          expect(silentGaps(await seal())).toEqual([]);
        });
      },
    );

    test.skipIf(noMemory)("the fast process goes on and loses no tick, and all tiers return", async (context) => {
      await inGroup(context, "memory", shell, async ({ group, log, ticks, seal }) => {
        const failed = () => /worker: generation 2|the worker has died|no fork succeeds/.test(log());
        await squeeze(group, failed);
        const before = ticks("fast").length;
        await sleep(12_000);
        writeFileSync(join(group, "memory.limit_in_bytes"), "-1");
        const last = ticks("mid").at(-1)?.number ?? 0;
        await until("fast ticks after it", () => ticks("fast").length > before);
        await until(
          "middle ticks after it",
          () => ticks("mid").some((tick) => tick.number > last && tick.endUp !== null),
          90_000,
        );
        const bundle = await seal();
        expect(silentGaps(bundle)).toEqual([]);
        expect(text(join(bundle, "collector.log"))).toMatch(/stopping: signal; fast ticks not written 0$/m);
        const fast = ticksOf(readSegments(bundle), "fast").filter((tick) => tick.endUp !== null);
        expect(fast.map((tick) => tick.number)).toEqual(fast.map((_tick, at) => at * 2 + 1));
        for (const tick of fast) expect(tick.files.get("/proc/meminfo")).toMatch(/^MemTotal:/);
      });
    });
  },
);
