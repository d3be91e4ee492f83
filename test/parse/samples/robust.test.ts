// What is done to ticks on their way: cut, split, renamed, mangled. Never a throw, nothing invented, and what is lost is said.
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { openCapture } from "../../../src/collect/open-capture.ts";
import { cutPlaces, damaged, lineStarts, withEachLineTwice, withWindowsEnds } from "../mangle.ts";
import { type Parsed, parsed, type TextFile } from "./film-builders.ts";

interface Fixture {
  /** "v1 memory.stat" */
  readonly name: string;
  /** A segment of two ticks as they were recorded, with this one file. */
  readonly text: string;
}

const segmentsOf = async (sample: string): Promise<string[]> => {
  const found: string[] = [];
  const capture = await openCapture(resolve("samples", sample), () => undefined);
  for await (const file of capture.files()) {
    if (!file.path.startsWith("ticks/")) continue;
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of file.chunks()) text += decoder.decode(chunk, { stream: true });
    found.push(text);
  }
  return found;
};

/** One of each reader. */
const NODE = "meminfo vmstat loadavg memory slabinfo zoneinfo buddyinfo status stat".split(" ");
const V1 = "memory.stat memory.usage_in_bytes memory.oom_control memory.limit_in_bytes".split(" ");
const V2 = "memory.stat memory.current memory.events memory.pressure memory.max cgroup.stat".split(" ");
/** Of long tables the first lines: each cut is read anew. */
const MOST_LINES = 60;
const shortened = (content: string): string =>
  content
    .split(/(?<=\n)/)
    .slice(0, MOST_LINES)
    .join("");

const SECTION = /^==> (.+) <==\n([^]*?)(?=\n?^==> |^@@ |$(?![^]))/gm;

/** Of each kind of file one that both ticks hold, and that changed between them if there is such a one. */
const fixturesOf = (version: string, kinds: readonly string[], text: string): Fixture[] => {
  const [head = "", ...rest] = text.split(/^(?=@@ tick )/m);
  const paths = text.match(/^@@ path .+\n/gm) ?? [];
  const ticks = [rest[0] ?? "", rest.at(-1) ?? ""];
  const [before, after] = ticks.map(
    (tick) => new Map(Array.from(tick.matchAll(SECTION), ([, path = "", content = ""]) => [path, content])),
  );
  const lines = ticks.map((tick) => [/^@@ tick .+\n/m.exec(tick)?.[0] ?? "", /^@@ end .+\n/m.exec(tick)?.[0] ?? ""]);
  const byKind = new Map<string, string>();
  for (const [path, content] of before ?? []) {
    const kind = path.slice(path.lastIndexOf("/") + 1);
    const later = after?.get(path) ?? "";
    if (!kinds.includes(kind) || content === "" || later === "" || (byKind.has(kind) && content === later)) continue;
    const of = (i: number, body: string): string =>
      `${lines[i]?.[0]}==> ${path} <==\n${shortened(body)}${lines[i]?.[1]}`;
    const bound = paths.find((line) => line.startsWith(`@@ path ${path.split("/")[0]} `)) ?? "";
    byKind.set(kind, `${head.split("\n")[0]}\n${bound}${of(0, content)}${of(1, later)}`);
  }
  return [...byKind].map(([kind, film]) => ({ name: `${version} ${kind}`, text: film }));
};

const fixtures: Fixture[] = [];
for (const [version, sample, kinds] of [
  ["v1", "recorded-oom.tgz", [...NODE, ...V1]],
  ["v2", "recorded-cgroup-v2.tgz", V2],
] as const)
  for (const text of await segmentsOf(sample))
    for (const fixture of fixturesOf(version, kinds, text))
      if (!fixtures.some(({ name }) => name === fixture.name)) fixtures.push(fixture);

const NAME = "ticks/000012.mid";
const read = (text: string | Uint8Array, more: Partial<TextFile> = {}): Promise<Parsed> =>
  parsed([{ path: NAME, text, ...more }]);

/** "start of the tick path field" → value. */
const valuesOf = ({ facts: { samples } }: Parsed): Map<string, number> => {
  const found = new Map<string, number>();
  for (const [path, file] of samples.files)
    for (const field of file.fields())
      for (const [reading, value] of (file.column(field) ?? []).entries())
        if (!Number.isNaN(value)) found.set(`${samples.ticks[file.tickOf(reading)]?.startUp} ${path} ${field}`, value);
  for (const task of samples.tasks)
    for (const field of ["rss", "vmSize", "threads", "oomScoreAdj", "oomScore"] as const)
      for (const [reading, value] of (task.column(field) ?? []).entries())
        if (!Number.isNaN(value))
          found.set(`${samples.ticks[task.tickOf(reading)]?.startUp} ${task.pid} ${field}`, value);
  return found;
};

const all = ({ facts, problems }: Parsed): string =>
  JSON.stringify([
    problems,
    facts.samples.ticks,
    [...facts.samples.files].map(([path, file]) => [
      path,
      file.fields().map((field) => [[...(file.column(field) ?? [])].map(String), file.ref(file.length - 1, field)]),
    ]),
    facts.samples.tasks.map((task) => [task.pid, task.comm, task.ref(task.length - 1)]),
  ]);

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const LOSS = expect.stringMatching(/^(?:torn-tick|empty-segment|cut-line)$/);

it("the samples hold every kind of file, of both versions of cgroups", () => {
  const wanted = [...[...NODE, ...V1].map((kind) => `v1 ${kind}`), ...V2.map((kind) => `v2 ${kind}`)];
  expect(fixtures.map(({ name }) => name).sort()).toEqual(wanted.sort());
});

/** Values that are not in the whole. */
const invented = (parsedCut: Parsed, whole: ReadonlyMap<string, number>): string[] =>
  [...valuesOf(parsedCut)]
    .filter(([what, value]) => whole.get(what) !== value)
    .map(([what, value]) => `${what} ${value}`);

describe.each(fixtures)("$name", ({ text }) => {
  const bytes = encoder.encode(text);

  it("reads the same in chunks of any size, under any name and with Windows' line ends", async () => {
    const whole = await read(text);
    expect(whole.problems.filter(({ severity }) => severity !== "info")).toEqual([]);
    for (const cut of [1, 2, 3, 7, 64, 1000]) expect(all(await read(text, { cut }))).toBe(all(whole));
    const renamed = await parsed([{ path: "upload.bin", text }]);
    expect(all(renamed).replaceAll("upload.bin", NAME)).toBe(all(whole));
    for (const cut of [1, 1000]) expect(all(await read(withWindowsEnds(bytes), { cut }))).toBe(all(whole));
  });

  it("cut at every line and at 200 places, it invents nothing and says what was lost", async () => {
    const whole = valuesOf(await read(text));
    const places = cutPlaces(bytes, 200);
    for (const at of new Set([...lineStarts(bytes), ...places])) {
      const first = await read(bytes.subarray(0, at));
      expect(invented(first, whole)).toEqual([]);
      // After a tick's end nothing shows that another one followed.
      if (!/\n@@ end .*\n$/.test(decoder.decode(bytes.subarray(0, at))))
        expect(first.problems.map(({ code }) => code)).toContainEqual(LOSS);
    }
    for (const at of places.slice(0, 50)) expect(invented(await read(bytes.subarray(at)), whole)).toEqual([]);
  });

  it("with every line twice, it takes no value from elsewhere", async () => {
    const whole = valuesOf(await read(text));
    const twice = await read(withEachLineTwice(bytes));
    expect(invented(twice, whole)).toEqual([]);
    expect(twice.problems.length).toBeGreaterThan(0);
  });

  it("with one byte of a hundred flipped, it is read without a throw, and its lines exist", async () => {
    const lines = lineStarts(bytes).length + 1;
    for (let seed = 1; seed <= 10; seed++) {
      const flipped = damaged(bytes, seed);
      const { facts, problems } = await read(flipped);
      // A flip can make a line feed.
      const most = lines + flipped.filter((byte) => byte === 10).length;
      for (const { line } of problems) expect(line ?? 1).toBeLessThanOrEqual(most);
      for (const file of facts.samples.files.values())
        for (const field of file.fields()) expect(file.ref(file.length - 1, field).line).toBeLessThanOrEqual(most);
    }
  });
});
