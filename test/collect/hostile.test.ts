import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { put, readAll, scratch, tarOf } from "./helpers.ts";

const folder = scratch();
const open = async (name: string, entries: Parameters<typeof tarOf>[0], limits = {}) =>
  readAll(put(folder, name, await tarOf(entries)), limits);

describe("names of entries", () => {
  it("that are absolute, climb or hold control characters are made harmless, and said once", async () => {
    const { texts, problems } = await open("names.tar", [
      { name: "good/kmsg", content: "1" },
      { name: "good/../../../etc/passwd", content: "2" },
      { name: "/etc/shadow", content: "3" },
      { name: "good/\u001b[31mred\u202e", content: "4" },
    ]);
    expect(texts).toEqual({ kmsg: "1", "etc/passwd": "2", "etc/shadow": "3", "\ufffd[31mred\ufffd": "4" });
    expect(problems).toMatchObject([{ code: "unsafe-name", severity: "warning", file: "etc/passwd" }]);
    expect(problems[0]?.message).toContain("and 2 more");
  });

  it("longer than a path can be are not read", async () => {
    const { texts, problems } = await open("long.tar", [
      { name: `x/${"a/".repeat(2500)}kmsg`, content: "1" },
      { name: "x/kmsg", content: "2" },
    ]);
    expect(texts).toEqual({ kmsg: "2" });
    expect(problems).toMatchObject([{ code: "name-too-long" }]);
    expect(problems[0]?.message.length).toBeLessThan(200);
  });

  it("twice the same: the first one counts, so that no kill is counted twice", async () => {
    const { texts, problems } = await open("twice.tar", [
      { name: "x/manifest.json", content: "first" },
      { name: "x/manifest.json", content: "second" },
      { name: "x/logs/kmsg.000001", content: "plain" },
      { name: "x/logs/kmsg.000001.gz", content: gzipSync("plain") },
    ]);
    expect(texts).toEqual({ "manifest.json": "first", "logs/kmsg.000001": "plain" });
    expect(problems).toMatchObject([{ code: "duplicate-entry", severity: "warning", file: "manifest.json" }]);
  });

  it("a folder on the node is no top folder to take off", async () => {
    const { files } = await open("proc.tar", [
      { name: "./proc/meminfo", content: "MemTotal:  1 kB\n" },
      { name: "./proc/vmstat", content: "" },
    ]);
    expect(files.map(({ path, nodePath }) => [path, nodePath])).toEqual([
      ["proc/meminfo", "/proc/meminfo"],
      ["proc/vmstat", "/proc/vmstat"],
    ]);
  });

  it("outside the first top folder keep theirs", async () => {
    const { texts } = await open("two.tar", [
      { name: "a/kmsg", content: "1" },
      { name: "b/kmsg", content: "2" },
    ]);
    expect(texts).toEqual({ kmsg: "1", "b/kmsg": "2" });
  });
});

describe("entries that are no files", () => {
  it("are passed over, and said once a kind", async () => {
    const { texts, problems } = await open("kinds.tar", [
      { name: "x/kmsg", content: "1" },
      { name: "x/link", type: "symlink", linkname: "/etc/shadow" },
      { name: "x/hard", type: "link", linkname: "x/kmsg" },
      { name: "x/pipe", type: "fifo" },
      { name: "x/null", type: "character-device" },
      { name: "x/after", content: "2" },
    ]);
    expect(texts).toEqual({ kmsg: "1", after: "2" });
    expect(problems.map(({ code, file, severity }) => [code, file, severity])).toEqual([
      ["link-ignored", "link", "info"],
      ["special-file-ignored", "pipe", "info"],
    ]);
  });
});

describe("limits", () => {
  const small = { maxRatio: 100, ratioAfterBytes: 2 ** 20, maxExpandedBytes: 2 ** 23 };
  const zeros = "0".repeat(4 * 2 ** 20);

  it("a gzip bomb inside stops itself and nothing else", async () => {
    const { texts, problems } = await open(
      "bomb.tar",
      [
        { name: "x/bomb.gz", content: gzipSync(zeros) },
        { name: "x/kmsg", content: "here" },
      ],
      small,
    );
    expect(problems).toMatchObject([{ code: "expansion-limit", file: "bomb.gz", severity: "error" }]);
    expect(texts["bomb.gz"]?.length).toBeLessThan(2 ** 20 + 2 ** 18);
    expect(texts["kmsg"]).toBe("here");
  });

  it("an archive that is one is read up to the limit", async () => {
    const tar = await tarOf([
      { name: "x/kmsg", content: "here" },
      { name: "x/zeros", content: zeros },
      { name: "x/lost", content: "" },
    ]);
    const { texts, codes, summary } = await readAll(put(folder, "bomb.tgz", gzipSync(tar)), small);
    expect(codes).toEqual(["expansion-limit"]);
    expect(texts["kmsg"]).toBe("here");
    expect(texts["zeros"]?.length).toBeLessThan(2 ** 20 + 2 ** 18);
    expect(summary.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it("all that decompression gives has one", async () => {
    const entries = Array.from({ length: 4 }, (_, i) => ({ name: `x/${i}.gz`, content: gzipSync(zeros) }));
    const { files, codes } = await open("many.tar", entries, { maxExpandedBytes: 10 * 2 ** 20 });
    expect(codes).toEqual(["expansion-limit"]);
    expect(files.length).toBe(3);
    expect(files.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(10 * 2 ** 20);
  });

  it("the number of files has one", async () => {
    const entries = Array.from({ length: 30 }, (_, i) => ({ name: `x/${i}`, content: "." }));
    const { files, problems } = await open("files.tar", entries, { maxFiles: 20 });
    expect(files.length).toBe(20);
    expect(problems).toMatchObject([{ code: "file-limit", file: "20" }]);
  });
});

describe("reading", () => {
  it("goes on where a consumer leaves a file early or takes none", async () => {
    const { openCapture } = await import("../../src/collect/open-capture.ts");
    const tar = await tarOf([
      { name: "x/big", content: "a".repeat(3_000_000) },
      { name: "x/big.gz", content: gzipSync("b".repeat(3_000_000)) },
      { name: "x/last", content: "z" },
    ]);
    const capture = await openCapture(put(folder, "leave.tgz", gzipSync(tar)), () => undefined);
    const seen: string[] = [];
    for await (const file of capture.files()) {
      seen.push(file.path);
      if (file.path === "last") continue;
      for await (const chunk of file.chunks()) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      expect(() => file.chunks()).toThrow("already read");
    }
    expect(seen).toEqual(["big", "big.gz", "last"]);
  });

  it("shows the first 4096 bytes of a file, all of a shorter one", async () => {
    const { files } = await open("head.tar", [
      { name: "x/long", content: "h".repeat(10_000) },
      { name: "x/short", content: "short" },
      { name: "x/none", content: "" },
    ]);
    expect(files.map(({ head }) => head.length)).toEqual([4096, 5, 0]);
    expect(files.map(({ text }) => text.length)).toEqual([10_000, 5, 0]);
  });
});
