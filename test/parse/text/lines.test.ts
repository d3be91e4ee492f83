import { describe, expect, it } from "vitest";
import type { Problem } from "../../../src/model/evidence.ts";
import { MAX_LINE_BYTES, readLines, type TextLine } from "../../../src/parse/text/lines.ts";

const encoder = new TextEncoder();

const linesOf = async (bytes: Uint8Array, chunk = 65_536): Promise<{ lines: TextLine[]; problems: Problem[] }> => {
  const problems: Problem[] = [];
  const lines: TextLine[] = [];
  const source = {
    path: "x.log",
    async *chunks() {
      for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
    },
  };
  for await (const line of readLines(source, (problem) => problems.push(problem))) lines.push(line);
  return { lines, problems };
};
const textsOf = async (text: string, chunk?: number): Promise<string[]> =>
  (await linesOf(encoder.encode(text), chunk)).lines.map((found) => `${found.line} ${found.text}`);

describe("line ends", () => {
  it.each([1, 2, 3, 65_536])("are taken off in chunks of %d bytes", async (chunk) => {
    expect(await textsOf("a\nb\r\n\nc", chunk)).toEqual(["1 a", "2 b", "3 ", "4 c"]);
    expect(await textsOf("a\n", chunk)).toEqual(["1 a"]);
    expect(await textsOf("", chunk)).toEqual([]);
    expect(await textsOf("\n", chunk)).toEqual(["1 "]);
    // a serial console ends lines with CR CR LF and redraws them with a bare CR: the number stays that of the line feed
    expect(await textsOf("boot\r\r\nM\r[ 1.0] x\nend", chunk)).toEqual(["1 boot", "2 M", "2 [ 1.0] x", "3 end"]);
  });

  it("are carriage returns where a text has no line feed at all", async () => {
    expect(await textsOf("a\rb\rc", 1)).toEqual(["1 a", "2 b", "3 c"]);
  });
});

describe("encodings", () => {
  const utf16 = (text: string): Uint8Array =>
    Uint8Array.from([...text].flatMap((char) => [char.charCodeAt(0) & 0xff, char.charCodeAt(0) >> 8]));
  it.each([1, 2, 3, 5, 65_536])("UTF-16 with and without its mark, in chunks of %d bytes", async (chunk) => {
    const text = "müsli ✓\nzwei\r\n";
    const little = utf16(`\ufeff${text}`);
    const big = little.map((_, i) => little[i ^ 1] ?? 0);
    for (const bytes of [little, big])
      expect((await linesOf(bytes, chunk)).lines.map((line) => line.text)).toEqual(["müsli ✓", "zwei"]);
    // without a mark the first letters must be ASCII to tell
    const ascii = utf16("ab✓\nzwei");
    expect((await linesOf(ascii, chunk)).lines.map((line) => line.text)).toEqual(["ab✓", "zwei"]);
  });

  it("a mark of UTF-8 is no text, bytes that are no UTF-8 are replaced, NULs vanish", async () => {
    const bytes = Uint8Array.from([0xef, 0xbb, 0xbf, 0x61, 0xff, 0, 0, 0x62, 10, 0xc3, 0xbc]);
    for (const chunk of [1, 100])
      expect((await linesOf(bytes, chunk)).lines.map(({ text }) => text)).toEqual(["a\ufffdb", "ü"]);
  });
});

describe("lines longer than a MiB", () => {
  const long = (length: number) => encoder.encode(`first\n${"x".repeat(length)}\nlast\n`);

  it.each([1000, 65_536, 4 << 20])("are cut and said to be, in chunks of %d bytes", async (chunk) => {
    const { lines, problems } = await linesOf(long(MAX_LINE_BYTES + 300_000), chunk);
    expect(lines.map(({ text, line }) => [line, text.length])).toEqual([
      [1, 5],
      [2, MAX_LINE_BYTES],
      [3, 4],
    ]);
    expect(problems).toMatchObject([{ code: "line-too-long", file: "x.log", line: 2, severity: "warning" }]);
  });

  it("are whole up to a MiB", async () => {
    const { lines, problems } = await linesOf(long(MAX_LINE_BYTES), 65_536);
    expect(lines[1]?.text).toHaveLength(MAX_LINE_BYTES);
    expect(problems).toEqual([]);
  });

  it("are said once for many", async () => {
    const { problems } = await linesOf(encoder.encode(`${"x".repeat(MAX_LINE_BYTES + 1)}\n`.repeat(3)));
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toMatch(/^3 lines/);
  });
});
