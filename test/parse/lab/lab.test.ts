// One directory a tick: what its files are, and when they were read.
import { describe, expect, it } from "vitest";
import { tickClocks } from "../../../src/parse/lab/tick-clock.ts";
import { hasCaptures, parsed, realCapture, type TextFile } from "../samples/film-builders.ts";

const file = (tick: string, name: string, text: string, more: Partial<TextFile> = {}): TextFile => ({
  path: `ticks/${tick}/${name}`,
  tick,
  text,
  nodePath: ["meminfo", "uptime"].includes(name) ? `/proc/${name}` : null,
  ...more,
});

const tick = (realMs: number, upSec: number | null, tookMs: number | null, lastModifiedMs: number | null = null) => ({
  realMs,
  upSec,
  tookMs,
  lastModifiedMs,
});

describe("clocks of a tick", () => {
  it("narrows a slow tick's boot time by its neighbours", () => {
    // Wall − boot is 1000 s; the second tick took 5 s and read uptime after 4.48 s of them.
    const clocks = tickClocks([
      tick(1_100_000, 100.02, 300),
      tick(1_200_000, 204.48, 5000),
      tick(1_300_000, 300.01, 200),
    ]);
    expect(clocks[1]).toMatchObject({ startReal: 1_200_000, endReal: 1_205_000, torn: false });
    // By itself its start lies anywhere in 199.48…204.48.
    expect(clocks[1]?.startUp).toBeGreaterThan(199.8);
    expect(clocks[1]?.startUp).toBeLessThanOrEqual(200);
    expect(clocks[1]?.endUp).toBeGreaterThanOrEqual(205);
    expect(clocks[1]?.endUp).toBeLessThan(205.3);
  });

  it("does not carry bounds over a step of the wall clock", () => {
    const clocks = tickClocks([
      tick(1_100_000, 100.02, 300),
      tick(1_101_000, 101.02, 300),
      tick(4_702_000, 102.02, 300),
    ]);
    expect(clocks[1]?.startUp).toBeGreaterThan(100.6);
    expect(clocks[2]?.startUp).toBeGreaterThan(101.6);
    expect(clocks[2]?.startUp).toBeLessThanOrEqual(102.02);
  });

  it("ends a torn tick by the modification times, and leaves open what nothing bounds", () => {
    const [torn] = tickClocks([tick(1_100_000, 100.02, null, 1_100_000)]);
    const [bare] = tickClocks([tick(9_000_000, null, null)]);
    expect(torn).toMatchObject({ torn: true, endReal: 1_101_500 });
    expect(bare).toMatchObject({ torn: true, startReal: 9_000_000, endReal: NaN, startUp: NaN });
  });
});

describe("files of a tick", () => {
  const PIDS =
    "pid\tppid\tstate\tcomm\toom_score\toom_score_adj\tVmRSS\tRssAnon\tRssFile\tRssShmem\tVmSwap\tThreads\tcgroup\n";
  const ROW =
    "181\t1\tR\tsystemd-journal\t502\t-250\t11944\t1304\t10632\t8\t0\t1\t/system.slice/systemd-journald.service";

  it("reads tasks by the table's header, and says which rows it could not read", async () => {
    const { facts, problems } = await parsed([
      file("1795482825.349", "pids", `${PIDS}${ROW}\n7\t1\tS\ta\tb\t0\t0\t0\t0\t0\t0\t0\t1\t/\n9\n`),
    ]);
    expect(facts.samples.tasks).toHaveLength(1);
    const [task] = facts.samples.tasks;
    expect(task).toMatchObject({ pid: 181, comm: "systemd-journal", cgroup: "/system.slice/systemd-journald.service" });
    expect(task?.column("rss")).toEqual(Float64Array.of(11944 * 1024));
    expect(task?.ref(0)).toEqual({ file: "ticks/1795482825.349/pids", line: 2, text: ROW });
    expect(problems.filter((problem) => problem.code === "unreadable-line")).toMatchObject([{ line: 3 }]);
  });

  it("believes a file's own time only near its tick", async () => {
    const { facts } = await parsed([
      file("1795482825.349", "meminfo", "MemTotal:        3049640 kB\n", { modifiedMs: 1795482825000 }),
      file("1795482826.349", "meminfo", "MemTotal:        3049640 kB\n", { modifiedMs: 1995482825000 }),
    ]);
    const meminfo = facts.samples.files.get("/proc/meminfo");
    expect([meminfo?.modifiedOf(0), meminfo?.modifiedOf(1)]).toEqual([1795482825000, NaN]);
  });

  it("is said once per kind where nothing reads it", async () => {
    const { problems } = await parsed(["1.1", "2.2", "3.3"].map((name) => file(name, "future-file", "x\n")));
    expect(problems.filter((problem) => problem.code === "unknown-file")).toMatchObject([
      { severity: "info", file: "ticks/1.1/future-file", message: expect.stringContaining("first of 3") as string },
    ]);
  });

  it.skipIf(!hasCaptures())("knows c1-both: its ticks, a hog's memory at a line of its table", async () => {
    const { facts } = await realCapture("c1-both-6.12");
    const hog = facts.samples.tasks.find((task) => task.pid === 1031 && task.comm === "memhog");
    const rss = hog?.column("rss") ?? new Float64Array();
    const peak = rss.indexOf(Math.max(...rss));
    const ref = hog?.ref(peak);
    expect(ref?.text.split("\t")).toContain(String((rss[peak] ?? 0) / 1024));
    expect(ref?.text).toMatch(/^1031\t\d+\t[A-Z]\tmemhog\t/);
    expect(facts.details.filter(({ key }) => key === "hostname").map(({ fact }) => fact.value)).toEqual(["worker-1"]);
    expect(facts.bootIds).toEqual(["d61b4d34930049f4a9d04718d14e7116"]);
  });
});
