// Segments of format 1: chunk boundaries anywhere, torn ticks, numbers bound by "@@ path", tasks, clocks.
import { describe, expect, it } from "vitest";
import { parsed, type TextFile } from "../samples/film-builders.ts";

const HEAD = "@@ memforensics 1 tier=mid segment=12 boot=5e1c0f7a-93a4-4ad1-8b7a-0a7f3f7e2b11 interval=5\n";
const POD = "/sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice";

const MID = `${HEAD}@@ path 17 ${POD}
@@ tick 4031 up=81234.51 real=1795484163.598 gen=0
==> /proc/pressure/memory <==
some avg10=0.00 avg60=0.00 avg300=0.00 total=183
full avg10=0.00 avg60=0.00 avg300=0.00 total=90

==> 17/memory.current <==
123456789

==> 17/memory.events <==
low 0
high 0
max 3
oom 1
oom_kill 2
oom_group_kill 1

==> 17/memory.max <==
max

==> 17/memory.peak <==

==> 17/cgroup.procs <==
12
13
@@ end 4031 up=81234.56 real=1795484163.641 vanished=2
@@ note the ticker was late
@@ tick 4032 up=81239.51 real=1795484168.598 gen=0
==> /proc/pressure/memory <==
some avg10=0.00 avg60=0.00 avg300=0.00 total=183
full avg10=0.00 avg60=0.00 avg300=0.00 total=95

==> 17/memory.current <==
223456789

==> 17/memory.max <==
536870912
@@ end 4032 up=81239.53 real=- vanished=0
`;

const segment = (text: string, more: Partial<TextFile> = {}): TextFile => ({
  path: "ticks/000012.mid.gz",
  text,
  ...more,
});

const column = (facts: Awaited<ReturnType<typeof parsed>>["facts"], path: string, field: string): number[] => [
  ...(facts.samples.files.get(path)?.column(field) ?? []),
];

describe("segment", () => {
  it("puts values under the node's paths, with the line in the segment", async () => {
    const { facts, problems } = await parsed([segment(MID)]);
    expect(problems).toEqual([]);
    expect(column(facts, `${POD}/memory.current`, "")).toEqual([123456789, 223456789]);
    expect(column(facts, `${POD}/memory.max`, "")).toEqual([Infinity, 536870912]);
    expect(column(facts, "/proc/pressure/memory", "full.total")).toEqual([90, 95]);
    expect(column(facts, `${POD}/memory.events`, "oom_kill")).toEqual([2]);
    const events = facts.samples.files.get(`${POD}/memory.events`);
    expect(events?.ref(0, "oom_kill")).toEqual({ file: "ticks/000012.mid.gz", line: 16, text: "oom_kill 2" });
    expect(facts.samples.files.get("/proc/pressure/memory")?.ref(1, "full.total")).toEqual({
      file: "ticks/000012.mid.gz",
      line: 32,
      text: "full avg10=0.00 avg60=0.00 avg300=0.00 total=95",
    });
    expect(facts.samples.files.get(`${POD}/memory.max`)?.ref(0, "").text).toBe("max");
    expect(facts.samples.cgroups).toEqual([{ cgroup: POD.slice("/sys/fs/cgroup".length), dir: POD, version: 2 }]);
  });

  it("takes a header with nothing beneath as not captured, and drops lists of processes", async () => {
    const { facts } = await parsed([segment(MID)]);
    expect(
      [...facts.samples.files.keys()].filter((path) => path.endsWith("memory.peak") || path.endsWith("cgroup.procs")),
    ).toEqual([]);
  });

  it("carries both clocks of both ends, and what each is good for", async () => {
    const { facts } = await parsed([segment(MID)]);
    expect(facts.samples.ticks).toMatchObject([
      {
        tier: "mid",
        startUp: 81234.51,
        endUp: 81234.56,
        startReal: 1795484163598,
        endReal: 1795484163641,
        realResolutionMs: 1,
        upResolutionMs: 10,
        torn: false,
      },
      { startUp: 81239.51, endReal: NaN, torn: false },
    ]);
    expect(facts.samples.ticks[0]?.bootId).toBe("5e1c0f7a-93a4-4ad1-8b7a-0a7f3f7e2b11");
    expect(facts.samples.ticks[0]?.ref).toEqual({
      file: "ticks/000012.mid.gz",
      line: 3,
      text: "@@ tick 4031 up=81234.51 real=1795484163.598 gen=0",
    });
    const whole = await parsed([segment(MID.replaceAll("real=1795484163.598", "real=1795484163"))]);
    expect(whole.facts.samples.ticks[0]).toMatchObject({ startReal: 1795484163000, realResolutionMs: 1000 });
  });

  it("reads the same whatever the chunks", async () => {
    const shown = async (cut: number): Promise<string> => {
      const { facts, problems } = await parsed([segment(MID, { cut })]);
      const files = [...facts.samples.files.values()].map(
        (file) =>
          [
            file.path,
            file
              .fields()
              .map((field) => [field, [...(file.column(field) ?? [])].map(String), file.ref(file.length - 1, field)]),
          ] as const,
      );
      return JSON.stringify([
        problems,
        facts.samples.ticks.map((tick) => ({ ...tick, endReal: String(tick.endReal) })),
        files,
      ]);
    };
    const whole = await shown(1e6);
    for (let cut = 1; cut < 90; cut++) expect(await shown(cut)).toBe(whole);
  });

  it("keeps what a torn tick holds, but no number that may be cut", async () => {
    for (const end of ["123456789\n\n==> 17/memory.ev", "123456789\n", "1234"]) {
      const at = MID.indexOf("==> 17/memory.current <==\n") + "==> 17/memory.current <==\n".length;
      const { facts, problems } = await parsed([segment(MID.slice(0, at) + end)]);
      expect(facts.samples.ticks).toMatchObject([{ torn: true, endUp: NaN }]);
      expect(column(facts, "/proc/pressure/memory", "some.total")).toEqual([183]);
      expect(column(facts, `${POD}/memory.current`, "")).toEqual(end === "1234" ? [] : [123456789]);
      expect(problems.filter((problem) => problem.code === "torn-tick")).toMatchObject([
        { severity: "warning", line: 3 },
      ]);
    }
  });

  it("ends every prefix of a segment without a throw, and never invents a value", async () => {
    const known = new Set(["123456789", "223456789"]);
    for (let length = 0; length < MID.length; length += 3) {
      const { facts } = await parsed([segment(MID.slice(0, length))]);
      for (const value of column(facts, `${POD}/memory.current`, "")) expect(known.has(String(value))).toBe(true);
    }
  });

  it("keeps segments of several tiers and boots apart and in order", async () => {
    const fast =
      "@@ memforensics 1 tier=fast segment=11 boot=aaaaaaaa-93a4-4ad1-8b7a-0a7f3f7e2b11 interval=1\n@@ tick 1 up=99.00 real=1795480000.1 gen=0\n==> /proc/pressure/memory <==\nsome avg10=1.50 avg60=0.00 avg300=0.00 total=7\n@@ end 1 up=99.01 real=1795480000.2 vanished=0\n";
    const { facts } = await parsed([segment(MID), { path: "ticks/000011.fast", text: fast }]);
    expect(facts.samples.ticks.map((tick) => tick.tier)).toEqual(["fast", "mid", "mid"]);
    expect(column(facts, "/proc/pressure/memory", "some.total")).toEqual([7, 183, 183]);
    // A field that a reading lacks is NaN, not what stood there before.
    expect(column(facts, "/proc/pressure/memory", "full.total")).toEqual([NaN, 90, 95]);
    expect(facts.bootIds).toEqual(["5e1c0f7a93a44ad18b7a0a7f3f7e2b11", "aaaaaaaa93a44ad18b7a0a7f3f7e2b11"]);
  });

  it("survives a name of a task that forges the end of the tick", async () => {
    const text = `${HEAD}@@ tick 1 up=9.00 real=- gen=0\n==> /proc/7/stat <==\n7 (a\n@@ end 1\n) S 1 0 0\n\n==> /proc/loadavg <==\n1.00 2.00 3.00 4/5 6\n@@ end 1 up=9.10 real=- vanished=0\n`;
    const { facts, problems } = await parsed([segment(text)]);
    expect(facts.samples.ticks).toMatchObject([{ torn: false, endUp: 9.1 }]);
    expect(column(facts, "/proc/loadavg", "1m")).toEqual([1]);
    expect(problems.map((problem) => problem.code)).toContain("unknown-directive");
  });

  it("reads tasks from the files of a process", async () => {
    const text = `${HEAD}@@ tick 1 up=9.00 real=- gen=0
==> /proc/181/stat <==
181 (systemd-journal) R 1 181 181 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 250 52428800 2986 18446744073709551615

==> /proc/181/statm <==
12800 2986 2658 1 0 900 0

==> /proc/181/status <==
Name:	systemd-journal
State:	R (running)
VmSize:	   51200 kB
VmRSS:	   11944 kB
RssAnon:	    1304 kB
RssFile:	   10632 kB
RssShmem:	       8 kB
VmPTE:	      72 kB
VmSwap:	       0 kB
Threads:	1

==> /proc/181/cgroup <==
0::/system.slice/systemd-journald.service

==> /proc/181/oom_score <==
502

==> /proc/181/oom_score_adj <==
-250
@@ end 1 up=9.10 real=- vanished=0
`;
    const { facts, problems } = await parsed([segment(text)]);
    expect(problems).toEqual([]);
    const [task, ...others] = facts.samples.tasks;
    expect(others).toEqual([]);
    expect(task).toMatchObject({
      pid: 181,
      comm: "systemd-journal",
      cgroup: "/system.slice/systemd-journald.service",
      length: 1,
    });
    expect(task?.column("rss")).toEqual(Float64Array.of(11944 * 1024));
    expect(task?.column("pageTables")).toEqual(Float64Array.of(72 * 1024));
    expect(task?.column("oomScoreAdj")).toEqual(Float64Array.of(-250));
    expect(task?.column("state")).toEqual(Float64Array.of("R".charCodeAt(0)));
    expect(task?.ref(0)).toEqual({ file: "ticks/000012.mid.gz", line: 13, text: "VmRSS:\t   11944 kB" });
  });

  it("a task whose files say the same again, or another thing, has a reading of each tick, with its own line", async () => {
    const files = (state: string, kiB: number, cgroup = "/a.slice") =>
      [
        `==> /proc/181/cgroup <==\n0::${cgroup}\n`,
        "==> /proc/181/oom_score_adj <==\n-250\n",
        `==> /proc/181/status <==\nName:\tjava\nState:\t${state}\nVmRSS:\t   ${kiB} kB\nThreads:\t1\n`,
      ].join("\n");
    const ticks = [
      files("S (sleeping)", 11944),
      files("S (sleeping)", 11944),
      files("S (sleeping)", 11944).replace(/.*\n-250\n\n/, ""), // its adj vanished
      files("R (running)", 11944),
      files("R (running)", 11944),
      files("R (running)", 20000),
      files("R (running)", 20000, "/b.slice"),
    ];
    const body = ticks.map(
      (text, i) => `@@ tick ${i} up=${i}.00 real=- gen=0\n${text}@@ end ${i} up=${i}.10 real=- vanished=0\n`,
    );
    // a second segment goes on with the texts of the first
    for (const split of [ticks.length, 2, 4]) {
      const texts = [body.slice(0, split), body.slice(split)].filter((part) => part.length > 0);
      const segments = texts.map((part, i) => segment(`${HEAD}${part.join("")}`, { path: `ticks/00001${i}.full.gz` }));
      const { facts, problems } = await parsed(segments);
      expect(problems).toEqual([]);
      const [first, moved, ...others] = facts.samples.tasks;
      expect(others).toEqual([]);
      expect([first?.cgroup, moved?.cgroup]).toEqual(["/a.slice", "/b.slice"]);
      expect([...(first?.column("rss") ?? []), ...(moved?.column("rss") ?? [])].map((bytes) => bytes / 1024)).toEqual([
        11944, 11944, 11944, 11944, 11944, 20000, 20000,
      ]);
      expect([...(first?.column("oomScoreAdj") ?? [])]).toEqual([-250, -250, Number.NaN, -250, -250, -250]);
      expect(String.fromCharCode(...(first?.column("state") ?? []))).toBe("SSSRRR");
      for (const task of [first, moved]) {
        for (let i = 0; i < (task?.length ?? 0); i++) {
          const { file, line, text } = task?.ref(i) ?? {};
          expect(text).toMatch(/^VmRSS:/);
          const lines = String(segments.find(({ path }) => path === file)?.text).split("\n");
          expect(lines?.[(line ?? 0) - 1]).toBe(text);
        }
      }
    }
  });

  it("says once per kind what it does not know", async () => {
    const text = `${HEAD}@@ tick 1 up=9.00 real=- gen=0\n==> /sys/fs/cgroup/a/foo.bar <==\n1\n\n==> /sys/fs/cgroup/b/foo.bar <==\n2\n\n==> 99/memory.current <==\n5\nstray\n@@ end 1 up=9.10 real=- vanished=0\n`;
    const { facts, problems } = await parsed([segment(text)]);
    expect(problems.map(({ severity, code, line }) => [severity, code, line])).toEqual([
      ["info", "unknown-sample", 3],
      ["warning", "unbound-path", 9],
    ]);
    expect(problems[0]?.message).toContain("first of 2");
    expect(facts.samples.files.size).toBe(0);
  });

  it("survives a line of 20 MB and a file of 20 MB within a segment", async () => {
    for (const noise of [
      `${"x".repeat(20_000_000)}\n`,
      `==> /sys/fs/cgroup/memory.stat <==\n${"anon 1\n".repeat(1_500_000)}`,
    ]) {
      const { facts, problems } = await parsed([
        segment(MID.replace("@@ note the ticker was late\n", `${noise}@@ note x\n`)),
      ]);
      expect(column(facts, `${POD}/memory.current`, "")).toEqual([123456789, 223456789]);
      expect(problems.map((problem) => problem.code)).toContain("oversized-section");
      // Lines are still counted right.
      const lines = MID.slice(0, MID.indexOf("@@ tick 4032")).split("\n").length - 1 + noise.split("\n").length - 1;
      expect(facts.samples.ticks[1]?.ref.line).toBe(lines + 1);
    }
  });
});

describe("files about the bundle", () => {
  it("binds the clocks by clock.tsv", async () => {
    const row = "81234.51\t81234510223114\t1795484163598000000\t0\t8123\t5e1c0f7a-93a4-4ad1-8b7a-0a7f3f7e2b11";
    const { facts, problems } = await parsed([
      {
        path: "clock.tsv",
        text: `#uptime\tmonotonic\trealtime\tboot_offset\tkmsg_seq\tboot_id\n${row}\n99.01\t-\t-\t-\t-\t-\n`,
      },
    ]);
    expect(facts.bindings).toEqual([
      {
        stamps: [
          { clock: "boot", ms: 81234510, resolutionMs: 10, zoned: true },
          { clock: "receipt-monotonic", ms: 81234510.223, resolutionMs: 0.001, zoned: true },
          { clock: "realtime", ms: 1795484163598, resolutionMs: 1, zoned: true },
        ],
        bootId: "5e1c0f7a-93a4-4ad1-8b7a-0a7f3f7e2b11",
        ref: { file: "clock.tsv", line: 2, text: row },
      },
    ]);
    expect(problems).toMatchObject([{ code: "unreadable-line", line: 3 }]);
  });

  it("names what the index lacks and what only it has", async () => {
    const index = "#file\tbytes\tcksum\tfirst_up\tlast_up\trecords\tgen\nticks/000011.mid.gz\t1\t2\t3\t4\t5\t0\n";
    const { problems } = await parsed([{ path: "index.tsv", text: index }, segment(MID)]);
    expect(problems.map(({ code, file, line }) => [code, file, line])).toEqual([
      ["recovered-segment", "ticks/000012.mid.gz", null],
      ["missing-segment", "index.tsv", 2],
    ]);
  });

  it("takes the collector's own pids, cgroup and the page size from the manifest", async () => {
    const text = JSON.stringify(
      {
        format: 1,
        host: "worker-1",
        kernel: "6.6.0",
        page_size: 65536,
        self: { pids: [812, 813], cgroup: "/sys/fs/cgroup/memforensics-812" },
      },
      null,
      2,
    );
    const { facts } = await parsed([{ path: "manifest.json", text }]);
    expect(facts.collector).toMatchObject({ pids: [812, 813], cgroups: ["/memforensics-812"] });
    expect(facts.samples.pageSize).toEqual({ bytes: 65536, proven: true });
    expect(facts.details.map(({ key, fact }) => [key, fact.value, fact.from[0].line])).toEqual([
      ["hostname", "worker-1", 3],
      ["kernelRelease", "6.6.0", 4],
    ]);
  });
});
