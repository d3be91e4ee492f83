// What is done to logs on their way: cut, split, mangled. Never a throw, and nothing invented.
import { describe, expect, it } from "vitest";
import { caseNamed, cases } from "./cases.ts";
import { assembleKills } from "../../../src/timeline/kills/assemble.ts";
import { cutPlaces, damaged, lineStarts, utf16, withEachLineTwice, withWindowsEnds } from "../mangle.ts";
import { unplaced } from "../../timeline/kills/unplaced.ts";
import { describeFacts, killsOf, readBytes, reportsOf } from "./read-log.ts";
import { atColumn, betweenWords, setIn } from "./render.ts";

const encoder = new TextEncoder();
const namesOf = (read: Awaited<ReturnType<typeof readBytes>>): string[] =>
  killsOf(read.facts).map(({ pid, comm }) => `${pid} ${comm}`);

describe.each(cases)("$name", ({ name: caseName, log }) => {
  it("reads the same in chunks of any size", async () => {
    const whole = describeFacts(await readBytes(log));
    for (const size of [1, 2, 3, 7, 64, 1000])
      expect(describeFacts(await readBytes(log, "kernel.log", size))).toEqual(whole);
  });

  it("cut after every line, it names no victim that the whole does not name", async () => {
    const whole = new Set(namesOf(await readBytes(log)));
    for (const at of lineStarts(log)) {
      for (const part of [log.subarray(0, at), log.subarray(at)]) {
        for (const name of namesOf(await readBytes(part))) expect(whole).toContain(name);
      }
    }
  });

  it("cut at 200 places, it is read without a throw, each time", async () => {
    for (const [i, at] of cutPlaces(log, 200).entries()) {
      const { facts } = await readBytes(i % 2 ? log.subarray(0, at) : log.subarray(at));
      for (const { kills } of reportsOf(facts)) expect(new Set(kills.map(({ pid }) => pid)).size).toBe(kills.length);
    }
  });

  it("reads the same under any name", async () => {
    const placeless = (facts: unknown, name: string): string => JSON.stringify(facts).replaceAll(name, "NAME");
    const { facts } = await readBytes(log, "kernel.log");
    for (const name of ["blob-0007", "node-1.txt", "~0a1b2c3d"])
      expect(placeless((await readBytes(log, name)).facts, name)).toBe(placeless(facts, "kernel.log"));
  });

  it("reads the same with Windows' line ends", async () => {
    if (log.includes(0)) return; // journal's export frames bytes
    expect(describeFacts(await readBytes(withWindowsEnds(log)))).toEqual(describeFacts(await readBytes(log)));
  });

  it("with every line twice, each process is killed once", async () => {
    const namesIn = async (bytes: Uint8Array): Promise<string[]> =>
      assembleKills([(await readBytes(bytes)).facts], unplaced).flatMap(({ victims, at }) =>
        victims.map(({ pid, comm }) => `${pid} ${comm} ${at.bootSec}`),
      );
    const twice = await namesIn(withEachLineTwice(log));
    expect(new Set(twice).size).toBe(twice.length);
    if (!caseName.includes("wrapped")) expect(twice).toEqual(await namesIn(log)); // whose halves no longer follow each other
  });

  it("with one byte of a hundred flipped, it is read without a throw", async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { facts } = await readBytes(damaged(log, seed));
      for (const event of facts.kernel) expect(event.from[0].line).toBeGreaterThan(0);
    }
  });
});

describe("a paste that repeats itself", () => {
  const told = async (text: string): Promise<string[]> =>
    assembleKills([(await readBytes(encoder.encode(text))).facts], unplaced)
      .filter(({ count }) => count > 0)
      .map(({ count, victims, limitedCgroup }) =>
        [count, limitedCgroup, ...victims.map(({ pid, comm }) => `${pid} ${comm}`)].join(" "),
      );
  const withoutStamps = (text: string): string =>
    text.replace(
      /^(?:[A-Z][a-z]{2} +\d+ [\d:]+ \S+ kernel: )?(?:\[ {0,5}\d{1,5}\.\d{6}\](?: \[ {0,5}[TC]\d+\])? )?/gm,
      "",
    );

  it.each(cases.filter(({ name }) => /^(?:el|v\d|head-lost|capture-global|strange|page-size)/.test(name)))(
    "$name: line by line or as a whole, with stamps or without, it is the same kills",
    async ({ log }) => {
      const text = new TextDecoder().decode(log).trimEnd();
      for (const one of [text, withoutStamps(text)]) {
        const kills = await told(`${one}\n`);
        expect(await told(`${one.replace(/^.*$/gm, "$&\n$&")}\n`)).toEqual(kills);
        expect(await told(`${one}\n${one}\n`)).toEqual(kills);
        expect(await told(`${one}\n\nagain:\n\n${one}\n`)).toEqual(kills);
      }
    },
  );

  it("a line that no decoration parts from what follows it is the same line", async () => {
    const text = [
      "java invoked oom-killer: gfp_mask=0x201d2, order=0, oomkilladj=0",
      " [<c0458907>] out_of_memory+0x72/0x1a5",
      "Out of memory: Killed process 4122 (java).",
    ];
    const { facts } = await readBytes(encoder.encode(`${text.flatMap((line) => [line, line]).join("\n")}\n`));
    expect(reportsOf(facts)).toMatchObject([{ invoked: { comm: "java" }, kills: [{ pid: 4122 }] }]);
  });

  it("two kills whose limits alone a grep left are two", async () => {
    const line = "Jan 12 10:00:01 w1 kernel: Task in /batch/a killed as a result of limit of /batch\n";
    expect(await told(line + line)).toEqual(["1 /batch", "1 /batch"]);
  });
});

describe("a report that is cut", () => {
  it.each(["v7.0-newest-words", "v5.4-cgroup-v1-block", "v4.14-nodemask-and-memcg-one-liners"])(
    "%s says that it is not whole, wherever it is cut before its kill or behind its head",
    async (name) => {
      const { log } = caseNamed(name);
      const [whole] = reportsOf((await readBytes(log)).facts);
      expect(whole?.complete).toBe(true);
      const killLine = whole?.kills[0]?.from.line ?? 0;
      for (const [index, at] of lineStarts(log).entries()) {
        for (const { complete, missing } of reportsOf((await readBytes(log.subarray(at))).facts))
          expect({ complete, head: missing.includes("invoked") }).toEqual({ complete: false, head: true });
        if (index + 1 >= killLine) continue;
        for (const { complete, missing, kills, tasks } of reportsOf((await readBytes(log.subarray(0, at))).facts)) {
          expect(complete).toBe(false);
          expect(missing.some((part) => part === "kill" || part === "kill-line")).toBe(true);
          if (kills.length === 0) expect(tasks?.complete ?? false).toBe(false);
        }
      }
    },
  );
});

describe("wrapping", () => {
  const whole = [
    "capture-global-dmesg",
    "capture-excerpt-dmesg-T",
    "capture-excerpt-dmesg-x",
    "capture-excerpt-journal-short",
    "el7-memcg-thread-and-child",
    "strange-names",
    "rsyslog-escapes",
    "quotes-are-no-kernel-lines",
  ];
  const stamped = whole.map((name) => [name, caseNamed(name).log] as const);
  /** Cut out of a page or a console: the kernel's words alone. */
  const bare = ["capture-global-dmesg", "v4.14-nodemask-and-memcg-one-liners", "v7.0-newest-words", "bad-table"].map(
    (name) => {
      const text = new TextDecoder().decode(caseNamed(name).log).replace(/^.*?\[ {0,5}\d{1,5}\.\d{6}\] /gm, "");
      return [`${name}, bare`, encoder.encode(text)] as const;
    },
  );

  it.each([
    ["between words at 72 columns, quoted", betweenWords(72), "> "],
    ["between words at 80 columns", betweenWords(80), ""],
    ["at 72 columns", atColumn(72), ""],
    ["at 80 columns", atColumn(80), ""],
    ["at 132 columns", atColumn(132), ""],
    ["at 72 columns, quoted twice", atColumn(72), "> > "],
    ["quoted, then at 80 columns", (line: string) => atColumn(80)(`> ${line}`), ""],
    ["at 80 columns, all of it set in", atColumn(80), "    "],
    ["at 72 columns, further pieces set in by four", setIn(atColumn, 72, "    ", 4), ""],
    ["at 80 columns, further pieces set in by two, quoted", setIn(atColumn, 80, "  ", 2), "> "],
    ["at 80 columns, further pieces behind a tab of no width", setIn(atColumn, 80, "\t", 0), ""],
    ["at 80 columns, further pieces behind a tab of eight", setIn(atColumn, 80, "\t", 8), ""],
    ["between words at 72 columns, further pieces set in by four", setIn(betweenWords, 72, "    ", 4), ""],
    ["between words at 76 columns, further pieces behind a tab", setIn(betweenWords, 76, "\t", 8), ""],
  ] as const)("%s changes no victim, group or size, with stamps or without", async (_, wrap, quote) => {
    for (const [name, log] of [...stamped, ...bare]) {
      const lines = new TextDecoder().decode(log).trimEnd().split("\n");
      const wrapped = encoder.encode(
        lines
          .flatMap(wrap)
          .map((line) => quote + line)
          .join("\n"),
      );
      const told = async (bytes: Uint8Array) =>
        assembleKills([(await readBytes(bytes)).facts], unplaced).map(
          ({ victims, scope, limitedCgroup, victimCgroup, usageBytes, trigger }) => ({
            name,
            victims,
            scope,
            limitedCgroup,
            victimCgroup,
            usageBytes,
            trigger,
          }),
        );
      expect(await told(wrapped)).toEqual(await told(log));
    }
  });
});

describe("encodings", () => {
  it.each(["le", "be"] as const)("UTF-16 %s with its mark reads as UTF-8 does", async (end) => {
    const { log, expected } = caseNamed("strange-names");
    expect(describeFacts(await readBytes(utf16(log, end), "kernel.log", 3))).toEqual(expected);
  });
});
