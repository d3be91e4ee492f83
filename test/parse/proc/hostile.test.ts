// Files of /proc with a line of a megabyte that almost is one of theirs: what stands before it is read all the same.
import { describe, expect, it } from "vitest";
import { parsed } from "../samples/film-builders.ts";

const MIB = 1 << 20;
const filled = (unit: string): string => unit.repeat(Math.ceil(MIB / unit.length)).slice(0, MIB);

const FILES: readonly (readonly [path: string, line: string, units: readonly string[]])[] = [
  ["/proc/meminfo", "MemTotal:        8000000 kB", ["MemFree: ", "MemFree: 1 kB ", "1", " "]],
  ["/proc/vmstat", "oom_kill 3", ["a ", "1", " "]],
  ["/proc/pressure/memory", "some avg10=0.10 avg60=0.00 avg300=0.00 total=7", ["some avg10=0.00 ", "avg10=1", "full "]],
  [
    "/proc/zoneinfo",
    "Node 0, zone      DMA\n  pages free     3840\n        min      67",
    ["Node 0, zone ", "  pages free 1 ", "        protection: (1, ", " "],
  ],
  ["/proc/buddyinfo", "Node 0, zone      DMA      1      1", ["Node 0, zone ", "1 "]],
  [
    "/proc/swaps",
    "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/sda2 partition 100 7 -2",
    ["/dev/a ", "\\040"],
  ],
  ["/proc/stat", "cpu  1 2 3 4 5 6 7 8 9 10", ["intr 0 ", "1 "]],
];

describe.each(FILES)("%s", (path, line, units) => {
  it.each(units)("with a line of %j", async (unit) => {
    const read = (text: string) => parsed([{ path: `node/start${path}`, nodePath: path, text }]);
    const columnsOf = async (text: string) => {
      const file = (await read(text)).facts.samples.files.get(path);
      return file?.fields().map((field) => [field, file.column(field)?.[0]]);
    };
    const plain = (await columnsOf(`${line}\n`)) ?? [];
    expect(plain).not.toEqual([]);
    expect(await columnsOf(`${line}\n${filled(unit)}\n`)).toEqual(expect.arrayContaining(plain));
  });
});
