// A film of many ticks gives what each of its ticks gives when it is read alone: most of a film is read by comparing it with the
// tick before.
import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  boolean,
  constant,
  constantFrom,
  integer,
  oneof,
  option,
  record,
  tuple,
} from "fast-check";
import { describe, expect, it } from "vitest";
import { type Parsed, parsed } from "./film-builders.ts";

const HEAD = "@@ memforensics 1 tier=mid segment=12 boot=5e1c0f7a-93a4-4ad1-8b7a-0a7f3f7e2b11 interval=5\n";
const SLICE = "/sys/fs/cgroup/kubepods.slice";

/** Few, so that they often stay; of all lengths; some that must not be believed. */
const NUMBERS = [0, 1, 9, 10, 99, 100, 4096, 99_999, 123_456_789, 2 ** 53, -1] as const;
const number = oneof({ weight: 8, arbitrary: constantFrom(0, 9, 10, 4096) }, constantFrom(...NUMBERS));
const natural = constantFrom(0, 9, 10, 4096, 123_456_789);
const decimal = constantFrom("0.00", "0.01", "9.99", "10.00", "123.45");

/** One content by path; null: not in this tick. `unlimited`: how a node prints that there is no limit, v2 or v1. */
const contents = (unlimited: string): Record<string, Arbitrary<string | null>> => ({
  "/proc/meminfo": tuple(number, number, boolean()).map(([total, free, more]) => {
    const line = (name: string, n: number): string => `${`${name}:`.padEnd(15)} ${String(n).padStart(8)} kB\n`;
    return line("MemTotal", total) + line("MemFree", free) + (more ? line("Zswap", total) : "");
  }),
  "/proc/loadavg": tuple(decimal, decimal, natural).map(([one, five, pid]) => `${one} ${five} 0.00 1/234 ${pid}\n`),
  "/proc/pressure/memory": tuple(decimal, natural).map(
    ([avg, total]) =>
      `some avg10=${avg} avg60=0.00 avg300=0.00 total=${total}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=${total}\n`,
  ),
  "17/memory.current": option(number.map((n) => `${n}\n`)),
  "17/memory.max": option(oneof(number.map(String), constant(unlimited)).map((text) => `${text}\n`)),
  "17/memory.stat": tuple(
    array(number, { minLength: 4, maxLength: 5 }),
    constantFrom("file", "file", "file", "fild"),
  ).map(([values, second]) => values.map((n, i) => `${["anon", second, "kernel", "slab", "sock"][i]} ${n}\n`).join("")),
  "17/memory.events": tuple(number, constantFrom("", "?\n", "\n")).map(([n, odd]) => `low 0\nhigh ${n}\n${odd}`),
});

const film = constantFrom("max", "9223372036854771712").chain((unlimited) =>
  array(record(contents(unlimited)), { minLength: 1, maxLength: 8 }),
);

const sections = (one: Record<string, string | null>): string =>
  Object.entries(one)
    .flatMap(([path, text]) => (text === null ? [] : [`==> ${path} <==\n${text}`]))
    .join("\n");
const tickText = (one: Record<string, string | null>, i: number): string =>
  `@@ tick ${i} up=${100 + i}.00 real=- gen=0\n${sections(one)}@@ end ${i} up=${100 + i}.50 real=- vanished=0\n`;
const start = `${HEAD}@@ path 17 ${SLICE}\n`;

const read = (text: string, cut = 65_536): Promise<Parsed> => parsed([{ path: "ticks/000012.mid", text, cut }]);

/** "path field value", with the line that is cited, from a line on. */
const facts = ({ facts: { samples } }: Parsed, at: number, lines: number): string[] =>
  [...samples.files].flatMap(([path, file]) => {
    const readings = Array.from({ length: file.length }, (_, i) => i).filter((i) => file.tickOf(i) === at);
    return readings.flatMap((reading) =>
      file.fields().flatMap((field) => {
        const value = file.column(field)?.[reading] ?? NaN;
        // A field that other ticks have is absent here.
        if (Number.isNaN(value)) return [];
        const { line, text } = file.ref(reading, field);
        return [`${path} ${field} ${value} ${(line ?? 0) - lines} ${text}`];
      }),
    );
  });

/** How often each was said. A negative number is a line that cannot be read where the layout is not known yet. */
const counts = (all: readonly Parsed[]): Record<string, number> => {
  const found: Record<string, number> = {};
  for (const { problems } of all)
    for (const { code, message } of problems) {
      const times = Number(/\(first of (\d+) of its kind\)$/.exec(message)?.[1] ?? 1);
      const what = code === "negative-number" ? "unreadable-line" : code;
      found[what] = (found[what] ?? 0) + times;
    }
  return found;
};

describe("a film", () => {
  it("gives what its ticks give one by one, whatever changes between them and wherever it is cut", async () => {
    await assert(
      asyncProperty(film, integer({ min: 1, max: 300 }), async (ticks, cut) => {
        const texts = ticks.map(tickText);
        const whole = await read(start + texts.join(""), cut);
        const alone = await Promise.all(texts.map((text) => read(start + text)));
        let above = 0;
        for (const [i, text] of texts.entries()) {
          const one = alone[i];
          expect(facts(whole, i, above).sort()).toEqual(one === undefined ? [] : facts(one, 0, 0).sort());
          above += text.split("\n").length - 1;
        }
        expect(counts([whole])).toEqual(counts(alone));
      }),
      { seed: 20261130, numRuns: 120 },
    );
  });

  it("takes a directory's number that is bound anew in the next segment for another directory, be the text the same", async () => {
    const other = "/sys/fs/cgroup/system.slice";
    const text = tickText({ "/proc/loadavg": "0.00 0.00 0.00 1/2 3\n", "17/memory.current": "4096\n" }, 1);
    const { facts: found } = await parsed([
      { path: "ticks/000001.mid", text: `${start}${text}` },
      { path: "ticks/000002.mid", text: `${HEAD}@@ path 17 ${other}\n${text.replaceAll("up=101", "up=201")}` },
      { path: "ticks/000003.mid", text: `${start}${text.replaceAll("up=101", "up=301")}` },
      { path: "ticks/000004.mid", text: `${HEAD}${text.replaceAll("up=101", "up=401")}` },
    ]);
    const readings = (path: string): number[] => {
      const file = found.samples.files.get(`${path}/memory.current`);
      return Array.from({ length: file?.length ?? 0 }, (_, i) => file?.tickOf(i) ?? -1);
    };
    expect(readings(SLICE)).toEqual([0, 2]);
    expect(readings(other)).toEqual([1]);
    expect(found.problems.map(({ code, file, line }) => ({ code, file, line }))).toEqual([
      { code: "unbound-path", file: "ticks/000004.mid", line: 6 },
    ]);
  });

  it("takes a number that is bound anew within a segment for the other directory from there on", async () => {
    const other = "/sys/fs/cgroup/system.slice";
    const ticks = [1, 2, 3].map((i) =>
      tickText({ "/proc/loadavg": "0.00 0.00 0.00 1/2 3\n", "17/memory.current": "4096\n" }, i),
    );
    const { facts: found } = await read(`${start}${ticks[0]}${ticks[1]}@@ path 17 ${other}\n${ticks[2]}`);
    expect(found.samples.files.get(`${SLICE}/memory.current`)?.length).toBe(2);
    expect(found.samples.files.get(`${other}/memory.current`)?.length).toBe(1);
  });

  it("mistakes no header for one that it has forgotten, where there were too many to remember", async () => {
    const [a, b, n] = [
      { "17/memory.current": "17\n" },
      { "/proc/loadavg": "0.00 0.00 0.00 1/2 3\n" },
      { "18/memory.current": "18\n" },
    ];
    const many = Object.fromEntries(Array.from({ length: 50_001 }, (_, i) => [`/${i}`, "\n"]));
    const head = `${start}@@ path 18 /sys/fs/cgroup/system.slice\n`;
    const { facts: found } = await parsed([
      { path: "ticks/000001.mid", text: head + tickText({ ...a, ...b, ...many }, 1) + tickText({ ...b, ...a }, 2) },
      { path: "ticks/000002.mid", text: head + tickText({ ...b, ...a, ...n }, 3) + tickText({ ...b, ...n }, 4) },
    ]);
    expect([...(found.samples.files.get(`${SLICE}/memory.current`)?.column("") ?? [])]).toEqual([17, 17, 17]);
    expect([...(found.samples.files.get("/sys/fs/cgroup/system.slice/memory.current")?.column("") ?? [])]).toEqual([
      18, 18,
    ]);
  });

  it("says of each reading that it must not be believed, though its text stays", async () => {
    const ticks = [5, -1, -1, -1, -1].map((n, i) =>
      tickText({ "/proc/loadavg": "0.00 0.00 0.00 1/2 3\n", "17/memory.current": `${n}\n` }, i),
    );
    const { problems } = await read(start + ticks.join(""));
    expect(problems.map(({ code, message }) => [code, /first of \d+/.exec(message)?.[0]])).toEqual([
      ["negative-number", "first of 4"],
    ]);
  });

  it("reads a file that two headers stand for, though each header's own text stays", async () => {
    const tickOf = (i: number, header: string, value: string): string => tickText({ [header]: value }, i);
    const clear = `${SLICE}/memory.current`;
    const text = `${start}${tickOf(1, clear, "1\n")}${tickOf(2, "17/memory.current", "2\n")}${tickOf(3, clear, "1\n")}${tickOf(4, "17/memory.current", "2\n")}`;
    const { facts: found } = await read(text);
    expect([...(found.samples.files.get(clear)?.column("") ?? [])]).toEqual([1, 2, 1, 2]);
  });

  it("is not deceived by bytes that are equal as numbers only: 0 and −0", async () => {
    const zeros = `${SLICE.slice(0, 15)}aaaaa${"\0".repeat(8)}/memory.current`;
    const one = (i: number): Buffer =>
      Buffer.from(tickText({ "/proc/loadavg": "0.00 0.00 0.00 1/2 3\n", [zeros]: "5\n" }, i), "latin1");
    const ticks = [1, 2, 3].map(one);
    const last = ticks[2] ?? Buffer.alloc(0);
    const at = last.indexOf("\0");
    last[at + 7] = 0x80;
    const bytes = Buffer.concat([Buffer.from(HEAD), ...ticks]);
    const { facts: found } = await parsed([{ path: "ticks/000012.mid", text: new Uint8Array(bytes) }]);
    expect((at - last.indexOf("==> /sys")) % 8).toBe(0);
    expect(found.samples.files.get(zeros)?.length).toBe(2);
  });
});
