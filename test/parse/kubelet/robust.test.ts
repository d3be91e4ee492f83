// Every fixture of the kubelet's side, cut, split, renamed and damaged: never a throw, nothing invented, nothing counted twice.
import { describe, expect, test } from "vitest";
import { capturedFile, factsOfFiles } from "../../timeline/evictions/facts-of.ts";
import { cutPlaces, damaged, lineStarts, utf16, withEachLineTwice, withWindowsEnds } from "../mangle.ts";
import { cases, describeCase, readCase, recorded } from "./cases.ts";

const inputs = [
  ...cases.map(({ name, log }) => ({ name, log, path: "node.log" })),
  ...recorded.map((it) => ({ ...it, path: it.name })),
];

/** Names and pids of what was decided and told: what must never be more than the whole says. */
const namesOf = (facts: readonly string[]): string[] =>
  facts.flatMap((line) =>
    /^(?:EVICTION|TOLD|USERSPACE): /.test(line)
      ? (line.match(/(?<= )(?:pid|id)=\S+|(?<=[ ,=])pods?=\S+|(?<= )target=\S+/g) ?? []).flatMap((text) =>
          text.split(/[=,]/).slice(1),
        )
      : [],
  );
/** A pod's name stands with less or more around it, depending on what is cut: its bare name identifies it. */
const bare = (name: string): string => name.replace(/\(.*$/, "").replace(/^.*\//, "");
const wordsOf = (facts: readonly string[]): Set<string> =>
  new Set(
    namesOf(facts)
      .map(bare)
      .filter((name) => name !== ""),
  );
/** Pods evicted and pids killed, with repetitions. */
const countedOf = (facts: readonly string[]): string[] =>
  facts.flatMap((line) =>
    line.startsWith("EVICTION")
      ? (/ pods=(\S+)/.exec(line)?.[1]?.split(",").map(bare) ?? [])
      : (/^(?:TOLD|USERSPACE): .*? pid=(\d+)/.exec(line)?.slice(1) ?? []),
  );

const whole = new Map<string, Promise<string[]>>();
const factsOf = (name: string, log: Uint8Array, path: string): Promise<string[]> => {
  const known = whole.get(name) ?? readCase(log, path).then(describeCase);
  whole.set(name, known);
  return known;
};

describe.each(inputs)("$name", ({ name, log, path }) => {
  test("is the same in chunks of any size", async () => {
    const want = await factsOf(name, log, path);
    for (const size of [1, 2, 3, 7, 64, 1000]) expect(describeCase(await readCase(log, path, size))).toEqual(want);
  });

  test("is the same without its name", async () => {
    if (/^c1-both\.ls-/.test(name)) return; // a listing of another folder is known by nothing else
    const unnamed = (lines: readonly string[]): string[] => lines.filter((line) => !line.startsWith("PROBLEM"));
    expect(unnamed(describeCase(await readCase(log, "input")))).toEqual(unnamed(await factsOf(name, log, path)));
  });

  test("cut at every line and at 200 places, it names nobody that the whole does not name", async () => {
    const known = wordsOf(await factsOf(name, log, path));
    for (const at of lineStarts(log)) {
      for (const part of [log.subarray(0, at), log.subarray(at)])
        for (const word of wordsOf(describeCase(await readCase(part, path)))) expect(known).toContain(word);
    }
    for (const at of cutPlaces(log, 200)) {
      const facts = describeCase(await readCase(at % 2 ? log.subarray(0, at) : log.subarray(at), path));
      // half a line may end in half a name
      const odd = [...wordsOf(facts)].filter(
        (word) => ![...known].some((one) => one.startsWith(word) || one.endsWith(word)),
      );
      expect(odd).toEqual([]);
    }
  });

  test("is the same with Windows' line ends, in UTF-16 and behind a byte-order mark", async () => {
    const want = await factsOf(name, log, path);
    for (const bytes of [
      withWindowsEnds(log),
      utf16(log, "le"),
      utf16(log, "be"),
      Uint8Array.from([0xef, 0xbb, 0xbf, ...log]),
    ])
      expect(describeCase(await readCase(bytes, path))).toEqual(want);
  });

  test("with every line twice, nobody is evicted and nothing killed twice", async () => {
    const want = await factsOf(name, log, path);
    const twice = describeCase(await readCase(withEachLineTwice(log), path));
    const counted = countedOf(twice);
    expect(counted.filter((one, i) => counted.indexOf(one) !== i)).toEqual([]);
    const text = /\.(?:log|txt)$/.test(name) && !name.startsWith("objects-") && !name.startsWith("journal-");
    if (text) expect(new Set(counted)).toEqual(new Set(countedOf(want)));
  });

  test("with itself under another name beside it, everything is counted once", async () => {
    const want = await factsOf(name, log, path);
    const both = describeCase(await factsOfFiles([capturedFile(path, log), capturedFile(`copy/${path}`, log)]));
    const decided = (facts: readonly string[]): string[] =>
      facts.filter((line) => /^(?:EVICTION|USERSPACE)/.test(line));
    expect(decided(both)).toEqual(decided(want));
  });

  test("with one byte of a hundred damaged, it is read without a throw and cites lines that are there", async () => {
    const lines = lineStarts(log).length + 1;
    for (let seed = 1; seed <= 10; seed++) {
      const facts = await readCase(damaged(log, seed), path);
      for (const { from } of [
        ...facts.events,
        ...facts.pods,
        ...facts.nodes,
        ...facts.logs.flatMap((l) => [...l.kubelet, ...l.system]),
      ]) {
        expect(from[0].line).toBeGreaterThan(0);
        // a damaged byte may be a line feed
        expect(from[0].line).toBeLessThanOrEqual(lines * 1.1 + 5);
      }
      describeCase(facts); // what is made of them does not throw either
    }
  });
});

describe("a document or record that breaks off says that it does", () => {
  const cutAt = async (name: string, at: number): Promise<string[]> => {
    const log = recorded.find((it) => it.name === name)?.log ?? new Uint8Array();
    const { problems } = await readCase(log.subarray(0, at), name);
    expect(problems.every(({ file, line, costs }) => file === name && line !== null && costs !== null)).toBe(true);
    return problems.map(({ code }) => code);
  };

  test.each(recorded.filter(({ name }) => /(?<!\.journal)\.json$/.test(name)))("$name", async ({ name, log }) => {
    expect(await cutAt(name, log.length >> 1)).toEqual(["document-damaged"]);
  });

  test.each(recorded.filter(({ name }) => name.endsWith(".journal.json")))("$name", async ({ name, log }) => {
    const text = new TextDecoder().decode(log);
    const last = text.lastIndexOf("\n", text.length - 2) + 1;
    const message = text.indexOf('"MESSAGE"', last);
    expect(await cutAt(name, message + 40)).toEqual(["log-record-damaged"]);
    // near its beginning, whatever field stands there
    expect(await cutAt(name, last + 30)).toEqual(["log-record-damaged"]);
  });
});
