// What one reading of a run of bytes says, held against what searching for each thing alone says.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lineEnd, LineScan, UNCLEAN } from "../../../src/parse/text/line-scan.ts";
import { Starts } from "../../../src/parse/text/starts.ts";
import { WordScan } from "../../../src/parse/text/word-scan.ts";

const encoder = new TextEncoder();
const WORDS = [" invoked oom-killer", "oom_kill_process", "exit event", "exit events", "eeexit event"];
const scanOf = (): WordScan => new WordScan(WORDS.map((word, i) => ({ bit: 1 << i, words: [word] })));

/** Pieces of words, so that they nearly stand there, overlap, and part at line ends. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(...WORDS, "\n", "e", " ", "exit ", "event", "oom_", "kill_process", " invoked", " oom-killer"),
      fc.string({ unit: "grapheme-ascii", maxLength: 5 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(""));

describe("words", () => {
  it("are found in the lines that hold them and in no others", () => {
    const scan = scanOf();
    fc.assert(
      fc.property(text, (whole) => {
        scan.read(encoder.encode(whole));
        let from = 0;
        for (const line of whole.split("\n")) {
          const wanted = WORDS.reduce((bits, word, i) => (line.includes(word) ? bits | (1 << i) : bits), 0);
          expect(scan.bitsIn(from, from + line.length)).toBe(wanted);
          from += line.length + 1;
        }
      }),
    );
  });

  it("that are too short for long steps are refused", () => {
    expect(() => new WordScan([{ bit: 1, words: ["oom"] }])).toThrow("oom");
  });
});

describe("lines", () => {
  it("end at their line feeds, their carriage returns off", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z ]{0,9}\r{0,2}$/), { minLength: 1, maxLength: 40 }), (lines) => {
        const bytes = encoder.encode(`${lines.join("\n")}\n`);
        const scan = new LineScan();
        scan.read(bytes);
        expect(scan.lines).toBe(lines.length);
        let from = 0;
        for (const [i, line] of lines.entries()) {
          const feed = scan.feed(i);
          expect(scan.flags(i)).toBe(0);
          expect(new TextDecoder().decode(bytes.subarray(from, lineEnd(bytes, from, feed)))).toBe(
            line.replace(/\r+$/, ""),
          );
          from = feed + 1;
        }
      }),
    );
  });

  it.each([
    ["m\u00fcsli", UNCLEAN],
    ["a\0b", UNCLEAN],
    ["half\rwhole", UNCLEAN],
    ["\u001b[32mgreen", UNCLEAN],
    ["[32mgreen[0m", UNCLEAN],
    ["msg=&quot;x&quot;", UNCLEAN],
    ["line<br>", UNCLEAN],
    ["gfp\\_mask", UNCLEAN],
    ["one#012two", UNCLEAN],
    ["one\\x0atwo", UNCLEAN],
    ["</TASK>", 0],
    ['#1 SMP &{1} [mem 0x0] "a\\"b" a -> b <nobody>x', 0],
  ])("%j is marked %i, and the line after it is plain", (line, flags) => {
    const scan = new LineScan();
    scan.read(encoder.encode(`${line}\nplain\n`));
    expect([scan.flags(0), scan.flags(1)]).toEqual([flags, 0]);
  });
});

describe("beginnings", () => {
  it("are found whatever the size of their letters", () => {
    const starts = new Starts(["oom-kill:", "Out of memory", "oom_reaper: "]);
    for (const [line, begins] of [
      ["oom-kill:constraint", true],
      ["OUT OF memory: Kill", true],
      ["oom_reaper:", false],
      ["room-kill:", false],
      ["", false],
    ] as const)
      expect(starts.begin(encoder.encode(line), 0, line.length)).toBe(begins);
  });
});
