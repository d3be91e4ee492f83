import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { CompressionFault } from "../../src/collect/compression-fault.ts";
import { Gunzip } from "../../src/collect/gunzip.ts";
import { InflateEngine } from "../../src/collect/inflate-engine.ts";
import { logText, pieces } from "./helpers.ts";

const gunzip = async (
  bytes: Uint8Array,
  { size = 65_536, members = true, maxRatio = 400, ratioAfterBytes = 64 * 2 ** 20 } = {},
) => {
  const faults: CompressionFault[] = [];
  const source = new Gunzip(pieces(bytes, size), {
    members,
    maxRatio,
    ratioAfterBytes,
    onFault: (fault) => faults.push(fault),
  });
  const chunks: Uint8Array[] = [];
  for (let chunk = await source.pull(); chunk !== null; chunk = await source.pull()) {
    expect(chunk.length).toBeGreaterThan(0);
    chunks.push(chunk);
  }
  return { text: Buffer.concat(chunks).toString("latin1"), faults, kinds: faults.map(({ kind }) => kind) };
};

const first = logText(400, 7);
const second = logText(300, 11);
const a = gzipSync(first);
const b = gzipSync(second);

describe("whole gzip data", () => {
  it.each([1, 2, 7, 9, 10, 11, 4096, 1 << 20])("gives every byte, in pieces of %i", async (size) => {
    expect(await gunzip(a, { size })).toEqual({ text: first, faults: [], kinds: [] });
  });

  it.each([1, 3, 10, 13, 1024, 1 << 20])("reads members one after the other, in pieces of %i", async (size) => {
    const { text, faults } = await gunzip(Buffer.concat([a, b, a]), { size });
    expect(faults).toEqual([]);
    expect(text).toBe(first + second + first);
  });

  it("reads members one after the other where it does not look for them", async () => {
    expect(await gunzip(Buffer.concat([a, b]), { members: false })).toMatchObject({ text: first + second, faults: [] });
  });

  it("takes zeros behind the end for padding", async () => {
    expect(await gunzip(Buffer.concat([a, Buffer.alloc(5000)]))).toMatchObject({ text: first, faults: [] });
    expect(await gunzip(Buffer.concat([a, Buffer.alloc(5000)]), { size: 100, members: false })).toMatchObject({
      text: first,
      faults: [],
    });
  });

  it("reads an empty member", async () => {
    expect(await gunzip(Buffer.concat([gzipSync(""), a]))).toMatchObject({ text: first, faults: [] });
  });
});

describe("gzip data that ends early", () => {
  it.each([true, false])("gives what inflates up to there, at every offset (members: %s)", async (members) => {
    let longest = 0;
    for (let end = 10; end < a.length; end += 97) {
      const { text, kinds } = await gunzip(a.subarray(0, end), { members, size: 512 });
      expect(kinds, `cut at ${end}`).toEqual(["truncated"]);
      expect(first.startsWith(text), `cut at ${end}`).toBe(true);
      expect(text.length).toBeGreaterThanOrEqual(longest);
      longest = text.length;
    }
    expect(longest).toBeGreaterThan(first.length * 0.97);
  });

  it("says so where only the checksum is missing", async () => {
    const { text, kinds } = await gunzip(a.subarray(0, a.length - 1));
    expect(text).toBe(first);
    expect(kinds).toEqual(["truncated"]);
  });
});

describe("a torn member with another one behind it", () => {
  it("keeps what is right of both, wherever it was torn, and invents nothing", async () => {
    for (let tear = 3; tear < a.length; tear += 61) {
      const { text, kinds } = await gunzip(Buffer.concat([a.subarray(0, tear), b]), { size: 1000 });
      expect(kinds, `torn at ${tear}`).toEqual(["torn"]);
      expect(text.endsWith(second), `torn at ${tear}`).toBe(true);
      const kept = text.slice(0, text.length - second.length);
      const broken = kept.endsWith("\n") && !first.startsWith(kept) ? kept.slice(0, -1) : kept;
      expect(first.startsWith(broken), `torn at ${tear}`).toBe(true);
      expect(kept === "" || kept.endsWith("\n"), "no line is glued to the next member's first").toBe(true);
    }
  });

  it("reads all three of member, torn member, member", async () => {
    const { text, kinds } = await gunzip(Buffer.concat([a, b.subarray(0, 900), a]));
    expect(kinds).toEqual(["torn"]);
    expect(text.startsWith(first)).toBe(true);
    expect(text.endsWith(first)).toBe(true);
  });

  it("is not seen in bytes that only look like a header", async () => {
    const fake = Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0x01, 0x02, 0x03, 0x04, 0x00, 0x03, 0xff, 0xff, 0xff, 0xff]);
    const stored = Buffer.concat([Buffer.from(logText(3)), fake, Buffer.from(logText(3))]);
    const { text, faults } = await gunzip(gzipSync(stored, { level: 0 }));
    expect(faults).toEqual([]);
    expect(text).toBe(stored.toString("latin1"));
  });
});

describe("the inflating thread", () => {
  it("does not run far ahead of who reads", async () => {
    const stored = gzipSync(Buffer.alloc(64 * 2 ** 20));
    const engine = new InflateEngine(stored.length);
    engine.feed(stored);
    await engine.next();
    for (let i = 0; i < 200; i++) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(engine.produced).toBeLessThan(2 * 2 ** 20);
    let length = 0;
    for (let chunk = await engine.next(); chunk !== null; chunk = await engine.next()) length += chunk.length;
    expect(length).toBeGreaterThan(60 * 2 ** 20);
    engine.close();
  });
});

describe("damage", () => {
  it("finds the member behind a hole of zeros, and says how much is lost", async () => {
    const { text, faults } = await gunzip(Buffer.concat([a, Buffer.alloc(4096), b]));
    expect(text).toBe(first + second);
    expect(faults).toMatchObject([{ kind: "garbage", lost: 4096, detail: "a hole of zeros" }]);
  });

  it("says how many bytes behind the end are no gzip data", async () => {
    const { text, faults } = await gunzip(Buffer.concat([a, Buffer.from("Terminated\n")]));
    expect(text).toBe(first);
    expect(faults).toMatchObject([{ kind: "garbage", lost: 11 }]);
  });

  it("goes on with the next member behind damaged bytes", async () => {
    const damaged = Buffer.from(a);
    damaged.fill(0xff, 2000, 2040);
    const { text, kinds } = await gunzip(Buffer.concat([damaged, b]), { size: 500 });
    expect(kinds).toEqual(["corrupt"]);
    expect(text.endsWith(`\n${second}`)).toBe(true);
  });

  it("notices a checksum that does not fit", async () => {
    const damaged = Buffer.from(a);
    damaged.writeUInt32LE(0xdeadbeef, damaged.length - 8);
    expect((await gunzip(damaged)).kinds).toEqual(["corrupt"]);
  });

  it("stops where one byte grows to too many", async () => {
    const bomb = gzipSync(Buffer.alloc(4 * 2 ** 20));
    const { text, kinds } = await gunzip(bomb, { maxRatio: 100, ratioAfterBytes: 2 ** 20 });
    expect(kinds).toEqual(["ratio"]);
    expect(text.length).toBeLessThan(2 ** 20 + 256 * 1024);
    expect((await gunzip(bomb, { maxRatio: 100, ratioAfterBytes: 8 * 2 ** 20 })).kinds).toEqual([]);
  });
});
