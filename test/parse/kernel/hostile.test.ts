// Log text is hostile: lines of a megabyte that almost match, and floods. Work is bounded by what is looked at, which is counted.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LogLine } from "../../../src/model/log.ts";
import { classify } from "../../../src/parse/kernel/classify.ts";
import { parseSummary } from "../../../src/parse/kernel/kill-lines.ts";
import { looseHead } from "../../../src/parse/kernel/loose-head.ts";
import { decodeLine } from "../../../src/parse/log/decode-line.ts";
import { killsOf, readText, reportsOf } from "./read-log.ts";

const MIB = 1 << 20;
const context = { columns: ["uid", "tgid", "total_vm", "rss", "name"] };

describe("lines of a megabyte that almost match", () => {
  const hostile = [
    "a".repeat(MIB),
    " ".repeat(MIB),
    "[".repeat(MIB),
    "(".repeat(MIB),
    "/".repeat(MIB),
    ":".repeat(MIB),
    "\t x".repeat(MIB / 3),
    `[  1.000000] ${"Out of memory: ".repeat(70_000)}`,
    `[  1.000000] Out of memory: Killed process 1 (${")".repeat(MIB)}`,
    `[  1.000000] oom-kill:${",task=a,pid=".repeat(80_000)}`,
    `[  1.000000] Memory cgroup stats for /${"a:".repeat(MIB / 2)}`,
    `[  1.000000] Task in /${" killed as a result of limit of /".repeat(32_000)}`,
    `[  1.000000] [ 1] ${"1 ".repeat(MIB / 2)}`,
    `[  1.000000] Node 0 DMA free:1kB${" free:1kB".repeat(110_000)}`,
    `Nov 24 01:18:22 ${"h".repeat(MIB)}`,
    `2026-11-24T01:18:22Z ${"[".repeat(MIB)}`,
    `<4>1 2026-11-24T01:18:22Z h a p m ${"[x]".repeat(MIB / 3)}`,
    `{"MESSAGE":"${"\\\\".repeat(MIB / 2)}","_TRANSPORT":`,
    `{"MESSAGE":[${"1,".repeat(MIB / 2)}`,
    "x:".repeat(MIB / 2),
    "> ".repeat(MIB / 2),
    `    MESSAGE=${"x".repeat(MIB)}`,
  ];
  it.each(hostile.map((line, i) => ({ i, line })))("survives hostile line $i", async ({ line }) => {
    const { facts } = await readText(
      `${line}\n[  2.000000] Out of memory: Killed process 7 (java) total-vm:4kB, anon-rss:4kB, file-rss:0kB\n`,
    );
    expect(killsOf(facts).some(({ pid, comm }) => pid === 7 && comm === "java")).toBe(true);
  });

  it("looks at no line longer than a report's can be", () => {
    let reads = 0;
    const counting = new Proxy(new String("x".repeat(MIB)), {
      get: (target, name) => {
        reads++;
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    expect(classify(counting as unknown as string, context)).toBeNull();
    expect(reads).toBeLessThanOrEqual(3);
  });
});

describe("a decoration that no form has", () => {
  const line = (message: string): LogLine => ({
    stamps: [],
    bootId: null,
    sequence: null,
    ident: null,
    pid: null,
    host: null,
    caller: null,
    message,
    ref: { file: "a", line: 1, text: "" },
  });
  const KILL = "Out of memory: Killed process 7 (java) total-vm:4kB, anon-rss:4kB, file-rss:0kB";

  it("is looked for in a line's beginning alone, however long the line is", () => {
    const asked: string[] = [];
    const counting = new Proxy(new String(`${"[1] ".repeat(MIB / 4)}${KILL}`), {
      get: (target, name) => {
        if (name !== "slice") throw new Error(`asked for ${String(name)}`);
        return (from: number, to: number): string => {
          asked.push(`${from}-${to}`);
          return target.slice(from, to);
        };
      },
    });
    expect(looseHead(line(counting as unknown as string))).toBeNull();
    expect(asked).toEqual(["0-240"]);
    expect(looseHead(line(`[1] ${KILL}${"x".repeat(MIB)}`))).toBe("[1] ");
  });

  const hostile = [
    "[1] ",
    "1 ",
    "1. ",
    "1:1 ",
    "**1** ",
    "a- 1: ",
    "a |",
    "{a=} ",
    "Jan  1 ",
    "Mon ",
    "kernel: ",
    "- ",
    "123456789 ",
  ];
  it.each(hostile)("of a megabyte of %j hides no kill behind it", async (unit) => {
    const { facts } = await readText(`${unit.repeat(Math.ceil(MIB / unit.length))}\n\n[1] ${KILL}\n`);
    expect(killsOf(facts).map(({ pid }) => pid)).toEqual([7]);
  });
});

describe("a storm", () => {
  it("of 5,000 kill lines is 5,000 kills", async () => {
    const lines = Array.from(
      { length: 5000 },
      (_, i) =>
        `[${(100 + i / 1000).toFixed(6)}] Memory cgroup out of memory: Killed process ${1000 + i} (w) total-vm:4kB, anon-rss:4kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:4kB oom_score_adj:0`,
    );
    const { facts } = await readText(lines.join("\n"));
    expect(reportsOf(facts)).toHaveLength(5000);
    expect(killsOf(facts).map(({ pid }) => pid)).toEqual(lines.map((_, i) => 1000 + i));
  });

  it("of tables keeps 200,000 rows and says so", async () => {
    const report = [
      "[  1.000000] [  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name",
      ...Array.from({ length: 1000 }, (_, i) => `[  1.000000] [${i + 1}] 0 ${i + 1} 10 5 4096 0 0 w`),
      "[  1.000000] Out of memory: Killed process PID (w) total-vm:40kB, anon-rss:20kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:4kB oom_score_adj:0",
    ].join("\n");
    const { facts, problems } = await readText(
      Array.from({ length: 202 }, (_, i) => report.replace("PID", String(i + 1))).join("\n"),
    );
    const rows = reportsOf(facts).reduce((sum, { tasks }) => sum + (tasks?.rows.length ?? 0), 0);
    expect(rows).toBe(200_000);
    expect(reportsOf(facts)).toHaveLength(202);
    expect(reportsOf(facts).at(-1)?.tasks).toMatchObject({ rows: [], complete: false });
    expect(problems).toMatchObject([{ code: "task-rows-left-out", line: 200 * 1002 + 1 }]);
  });
});

describe("properties", () => {
  const comm = fc
    .string({ unit: "grapheme-ascii", minLength: 1, maxLength: 15 })
    .filter((name) => name.trim() === name && name !== "");
  const size = fc.nat({ max: 2 ** 40 });

  it("any text is classified and decoded without a throw", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        expect(() => [classify(text, context), decodeLine(text)]).not.toThrow();
      }),
    );
  });

  it("a kill line gives back what was printed into it, whatever the name", () => {
    fc.assert(
      fc.property(comm, fc.nat(), size, size, fc.integer({ min: -1000, max: 1000 }), (name, pid, vm, anon, adj) => {
        const line = `Out of memory: Killed process ${pid} (${name}) total-vm:${vm}kB, anon-rss:${anon}kB, file-rss:1kB, shmem-rss:2kB, UID:3 pgtables:4kB oom_score_adj:${adj}`;
        expect(classify(line, context)).toMatchObject({
          kind: "killed",
          of: "global",
          pid,
          comm: name,
          totalVmKib: vm,
          anonRssKib: anon,
          shmemRssKib: 2,
          uid: 3,
          oomScoreAdj: adj,
        });
      }),
    );
  });

  it.each(["a) total-vm:1kB", ") total-vm:1kB,", "a), total-vm:2", "UID:7 pgtables:", "a,pid=9,uid=1"])(
    "a name that looks like the rest of its line is a name: %s",
    (name) => {
      const line = `Out of memory: Killed process 45 (${name}) total-vm:8kB, anon-rss:4kB, file-rss:0kB, shmem-rss:0kB, UID:3 pgtables:16kB oom_score_adj:5`;
      const told = { pid: 45, comm: name, totalVmKib: 8, anonRssKib: 4, uid: 3, pageTablesPrinted: 16, oomScoreAdj: 5 };
      expect(classify(line, context)).toMatchObject(told);
      expect(classify(line + line, context)).toMatchObject({ pid: 45, comm: name, totalVmKib: 8 });
    },
  );

  it("a summary gives back what was printed into it", () => {
    const path = fc
      .array(fc.stringMatching(/^[a-z0-9_.-]{1,20}$/), { minLength: 1, maxLength: 5 })
      .map((parts) => `/${parts.join("/")}`);
    fc.assert(
      fc.property(
        path,
        path,
        comm.filter((name) => !name.includes(",pid=")),
        fc.nat(),
        (limited, task, name, pid) => {
          const line = `oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=0,2-3,cpuset=a,b=c,mems_allowed=0,2,oom_memcg=${limited},task_memcg=${task},task=${name},pid=${pid},uid=5`;
          expect(parseSummary(line)).toMatchObject({
            constraint: "CONSTRAINT_MEMCG",
            cpuset: "a,b=c",
            oomMemcg: limited,
            taskMemcg: task,
            comm: name,
            pid,
            uid: 5,
          });
        },
      ),
    );
  });

  it("a row gives back what its header says, whatever columns there are and whatever the name", () => {
    const extra = fc.stringMatching(/^[a-z_]{3,12}$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(extra, { maxLength: 4 }),
        fc.array(size, { minLength: 11, maxLength: 11 }),
        comm,
        (more, numbers, name) => {
          const columns = ["uid", "tgid", "total_vm", "rss", ...more, "swapents", "oom_score_adj"];
          const header = classify(`[  pid  ]   ${columns.join(" ")} name`, { columns: null });
          expect(header).toMatchObject({ kind: "columns", columns: [...columns, "name"], complete: true });
          const values = numbers.slice(0, columns.length);
          const row = `[${"77".padStart(7)}] ${values.map((value) => String(value).padStart(8)).join(" ")} ${name}`;
          expect(classify(row, { columns: [...columns, "name"] })).toMatchObject({
            kind: "row",
            pid: 77,
            columns,
            values,
            comm: name,
          });
        },
      ),
    );
  });

  it("a zone, a free list and a group's usage give back their numbers", () => {
    const key = fc.stringMatching(/^[a-z][a-z_]{1,20}$/).filter((name) => name !== "free");
    fc.assert(
      fc.property(
        fc.uniqueArray(key, { maxLength: 12 }),
        size,
        fc.array(fc.nat(), { minLength: 2, maxLength: 11 }),
        (keys, kib, counts) => {
          const values = Object.fromEntries([
            ["free", kib],
            ...keys.map((name, i): [string, number] => [name, kib + i]),
          ]);
          const list = Object.entries(values).map(([name, value]) => `${name}:${value}kB`);
          expect(classify(`Node 3 Normal ${list.join(" ")}`, context)).toMatchObject({
            kind: "zone",
            node: 3,
            name: "Normal",
            kib: values,
          });
          const free = counts.map((count, order) => `${count}*${4 * 2 ** order}kB${count % 3 === 0 ? " (UME)" : ""}`);
          expect(classify(`Node 3 Normal: ${free.join(" ")} = 0kB`, context)).toMatchObject({
            kind: "buddy",
            counts,
            orderZeroKib: 4,
          });
          expect(classify(`memory: usage ${kib}kB, limit ${kib + 1}kB, failcnt ${kib + 2}`, context)).toMatchObject({
            kind: "usage",
            usageKib: kib,
            limitKib: kib + 1,
            failcnt: kib + 2,
          });
        },
      ),
    );
  });

  it("a summary that other CPUs part where the kernel prints it in parts is read whole", async () => {
    const group = "/kubepods.slice/kubepods-pod1.slice";
    const parts = [
      "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null)",
      ",cpuset=",
      "/",
      ",mems_allowed=0",
      ",oom_memcg=",
      group,
      ",task_memcg=",
      `${group}/c.scope`,
      ",task=a b,pid=77,uid=5",
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), async (parted) => {
        let text = parts[0] ?? "";
        for (const [i, part] of parts.slice(1).entries())
          text += parted[i] ? `\n[    2.000000] usb 1-1: reset high-speed USB device\n[    2.000000] ${part}` : part;
        const { facts } = await readText(`[    2.000000] ${text}\n`);
        expect(reportsOf(facts)).toMatchObject([
          {
            constraint: "CONSTRAINT_MEMCG",
            cpuset: "/",
            oomMemcg: group,
            taskMemcg: `${group}/c.scope`,
            summary: { comm: "a b", pid: 77, uid: 5 },
            kills: [{ pid: 77, lineSeen: false }],
          },
        ]);
      }),
      { numRuns: 50 },
    );
  });

  it("a summary cut anywhere gives no path that is not the whole one", () => {
    const line =
      "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/kubepods/pod1,task_memcg=/kubepods/pod1/abc,task=java,pid=12345,uid=0";
    for (let at = 0; at < line.length; at++) {
      const cut = parseSummary(line.slice(0, at));
      expect([null, "/kubepods/pod1"]).toContain(cut.oomMemcg);
      expect([null, "/kubepods/pod1/abc"]).toContain(cut.taskMemcg);
    }
  });
});
