// Files of "key value" lines: whatever keys a kernel prints, in whatever order, each is kept under its own name and cited as printed.
import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  constantFrom,
  integer,
  nat,
  record,
  string,
  stringMatching,
  tuple,
  uniqueArray,
} from "fast-check";
import { describe, expect, it } from "vitest";
import { parsed, type Parsed } from "../samples/film-builders.ts";

const read = (path: string, text: string): Promise<Parsed> =>
  parsed([{ path: `node/start${path}`, nodePath: path, text }]);

interface Pair {
  readonly key: string;
  readonly value: number;
}
const value = integer({ min: 0, max: 2 ** 31 - 1 }).map((n) => n * 4096);
const pairs = (key: Arbitrary<string>): Arbitrary<Pair[]> =>
  uniqueArray(record({ key, value }), { minLength: 1, maxLength: 30, selector: (pair) => pair.key });

/** By file: how the kernel prints a line, in what unit, and what a key is made of. */
const PLAIN = { key: /^[a-z][a-z0-9_]{0,30}$/, line: ({ key, value: n }: Pair) => `${key} ${n}`, unit: 1 };
const FORMS = [
  { path: "/proc/vmstat", ...PLAIN },
  { path: "/sys/fs/cgroup/a/memory.stat", ...PLAIN },
  { path: "/sys/fs/cgroup/a/memory.events", ...PLAIN },
  {
    path: "/proc/meminfo",
    key: /^[A-Z][A-Za-z0-9_]{0,20}(\([a-z]{1,8}\))?$/,
    line: ({ key, value: n }: Pair) => `${`${key}:`.padEnd(16)}${String(n).padStart(8)} kB`,
    unit: 1024,
  },
] as const;

describe.each(FORMS)("$path", ({ path, key, line, unit }) => {
  const contents = pairs(
    stringMatching(key).filter((name) => !name.startsWith("HugePages_") && name !== "HardwareCorrupted"),
  );
  const check = ({ facts: { samples } }: Parsed, lines: readonly string[], wanted: readonly Pair[]): void => {
    const file = samples.files.get(path);
    expect(file?.fields().toSorted()).toEqual(wanted.map((pair) => pair.key).toSorted());
    for (const pair of wanted) {
      expect(file?.column(pair.key)?.[0]).toBe(pair.value * unit);
      expect(file?.ref(0, pair.key)).toMatchObject({ line: lines.indexOf(line(pair)) + 1, text: line(pair) });
    }
  };

  it("keeps any keys in any order", async () => {
    await assert(
      asyncProperty(contents, async (all) => {
        const lines = all.map(line);
        const done = await read(path, `${lines.join("\n")}\n`);
        expect(done.problems.filter(({ severity }) => severity !== "info")).toEqual([]);
        check(done, lines, all);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it("keeps what stands between lines that it cannot read, and counts those", async () => {
    const garbage = string({ unit: "binary", maxLength: 40 })
      .map((text) => `?${text.replace(/[\r\n]/g, "")}`)
      .filter((text) => !/\d$|kB$/.test(text));
    await assert(
      asyncProperty(contents, array(tuple(nat(30), garbage), { minLength: 1, maxLength: 5 }), async (all, odd) => {
        const lines = all.map(line);
        for (const [at, text] of odd) lines.splice(Math.min(at, lines.length), 0, text);
        const done = await read(path, `${lines.join("\n")}\n`);
        check(done, lines, all);
        const said = done.problems.filter(({ code }) => code === "unreadable-line");
        expect(said.map(({ message }) => Number(/first of (\d+)/.exec(message)?.[1] ?? 1))).toEqual([odd.length]);
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  it("never throws, whatever the bytes", async () => {
    const bytes = array(constantFrom("0", "9", " ", "\n", "-", ":", "kB", "max", "a", "\0", "\ufffd", "e", "."), {
      maxLength: 80,
    });
    await assert(
      asyncProperty(bytes, async (parts) => {
        const { facts, problems } = await read(path, parts.join(""));
        for (const field of facts.samples.files.get(path)?.fields() ?? []) expect(parts.join("")).toContain(field);
        for (const { line: at } of problems) expect(at ?? 1).toBeGreaterThan(0);
      }),
      { seed: 3, numRuns: 200 },
    );
  });
});
