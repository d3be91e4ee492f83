import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { CompressionFault } from "../../src/collect/compression-fault.ts";
import { Unzstd } from "../../src/collect/unzstd.ts";
import { Xxh64 } from "../../src/collect/xxh64.ts";
import { logText, pieces, put, readAll, scratch, tarOf } from "./helpers.ts";

const unzstd = async (
  bytes: Uint8Array,
  { size = 65_536, maxRatio = 400, ratioAfterBytes = 64 * 2 ** 20 } = {},
): Promise<{ text: string; faults: CompressionFault[]; kinds: string[] }> => {
  const faults: CompressionFault[] = [];
  const onFault = (fault: CompressionFault): number => faults.push(fault);
  const source = new Unzstd(pieces(bytes, size), { maxRatio, ratioAfterBytes, onFault });
  const chunks: Uint8Array[] = [];
  for (let chunk = await source.pull(); chunk !== null; chunk = await source.pull()) {
    expect(chunk.length).toBeGreaterThan(0);
    chunks.push(chunk);
  }
  return { text: Buffer.concat(chunks).toString("latin1"), faults, kinds: faults.map(({ kind }) => kind) };
};

const byZstd = (options: readonly string[], text: string): Buffer =>
  execFileSync("zstd", ["-q", "-c", ...options], { input: text, maxBuffer: 2 ** 28 });

const hasZstd = (() => {
  try {
    execFileSync("zstd", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    console.warn("zstd(1) is not installed: only the frames written out here are tested");
    return false;
  }
})();

const LITTLE = (value: number, length: number): number[] =>
  Array.from({ length }, (_, i) => Math.floor(value / 256 ** i) % 256);

/** A frame of raw and run-length blocks, written by the format (RFC 8878 §3.1.1), with a window of 1 MiB unless its byte says another. */
const frameOf = (
  blocks: readonly (string | { byte: string; times: number })[],
  checksum: boolean,
  window = 0x50,
): Buffer => {
  const hash = new Xxh64();
  const bytes = blocks.flatMap((block, i) => {
    const last = i === blocks.length - 1 ? 1 : 0;
    if (typeof block === "string") {
      hash.update(Buffer.from(block, "latin1"));
      return [...LITTLE(block.length * 8 + last, 3), ...Buffer.from(block, "latin1")];
    }
    hash.update(Buffer.from(block.byte.repeat(block.times)));
    return [...LITTLE(block.times * 8 + 2 + last, 3), ...Buffer.from(block.byte)];
  });
  const sum = checksum ? LITTLE(hash.low32(), 4) : [];
  return Buffer.from([0x28, 0xb5, 0x2f, 0xfd, checksum ? 4 : 0, window, ...bytes, ...sum]);
};

const fixture = readFileSync(join(import.meta.dirname, "../fixtures/collect/lines.zst"));
const small = frameOf(["first line\nsecond", " line\n", { byte: "\n", times: 3 }, "end\n"], true);
const SMALL = "first line\nsecond line\n\n\n\nend\n";
const FIXTURE_LENGTH = 2180;
const FIXTURE_SHA256 = "4c53e557fe73d872f1d19cf4851b2a951581c2a04377bf01bd9cb158e2d7af67";

describe("whole zstd data", () => {
  it.each([1, 3, 17, 18, 19, 4096])("gives every byte of what zstd(1) wrote, in pieces of %i", async (size) => {
    const { text, faults } = await unzstd(fixture, { size });
    expect(faults).toEqual([]);
    expect(text).toHaveLength(FIXTURE_LENGTH);
    expect(createHash("sha256").update(text).digest("hex")).toBe(FIXTURE_SHA256);
  });

  it.each([1, 2, 5, 100])(
    "reads frames one after the other and passes over skippable ones, in pieces of %i",
    async (size) => {
      const skippable = Buffer.from([0x5e, 0x2a, 0x4d, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5]);
      const empty = frameOf([""], true);
      const { text, faults } = await unzstd(Buffer.concat([skippable, small, empty, skippable, small]), { size });
      expect(faults).toEqual([]);
      expect(text).toBe(SMALL + SMALL);
    },
  );

  it("reads more frames than a stack is deep", async () => {
    const many = Buffer.concat(Array.from({ length: 30_000 }, () => frameOf(["x\n"], false, 0)));
    expect((await unzstd(many, { size: 2 ** 20 })).text).toBe("x\n".repeat(30_000));
  });

  it.runIf(hasZstd).each(["-1", "-3 --no-check", "-19", "--ultra -22", "--long=24 -5", "-B1048576 -T2"])(
    "reads what zstd(1) writes with %s",
    async (options) => {
      const text = logText(8_000, 5);
      const result = await unzstd(byZstd(options.split(" "), text), { size: 10_000 });
      expect(result.faults).toEqual([]);
      expect(result.text === text).toBe(true);
    },
  );
});

describe("zstd data that ends early", () => {
  it("gives the whole blocks up to there, at every offset", async () => {
    for (let end = 5; end < small.length; end++) {
      const { text, kinds, faults } = await unzstd(small.subarray(0, end), { size: 7 });
      expect(kinds, `cut at ${end}`).toEqual(["truncated"]);
      expect(SMALL.startsWith(text), `cut at ${end}`).toBe(true);
      expect(faults[0]?.bytesOut).toBe(text.length);
      // header 6, block 3 + 17, block 3 + 6, run 3 + 1, block 3 + 4, checksum 4
      const whole = [26, 35, 39, 46].filter((at) => at <= end).length;
      expect(text.length, `cut at ${end}`).toBe([0, 17, 23, 26, 30][whole]);
    }
  });

  it.runIf(hasZstd)("keeps the blocks before a cut in real data", async () => {
    const text = logText(30_000, 5);
    const whole = byZstd(["-3"], text);
    const cut = await unzstd(whole.subarray(0, whole.length * 0.7));
    expect(cut.kinds).toEqual(["truncated"]);
    expect(text.startsWith(cut.text)).toBe(true);
    expect(cut.text.length).toBeGreaterThan(text.length * 0.5);
  });
});

describe("damage", () => {
  it("is noticed by the checksum", async () => {
    const damaged = Buffer.from(small);
    damaged[12] = 0x58;
    const { text, faults } = await unzstd(damaged);
    expect(text).toHaveLength(SMALL.length);
    expect(faults).toMatchObject([{ format: "zstd", kind: "corrupt", detail: expect.stringMatching(/checksum/) }]);
  });

  it("costs no frame behind it where a frame was torn between its blocks, and no line is glued to the next one's first", async () => {
    for (const [torn, kept] of [
      [26, "first line\nsecond\n"],
      [35, "first line\nsecond line\n\n"],
    ] as const) {
      const { text, kinds } = await unzstd(Buffer.concat([small.subarray(0, torn), small]), { size: 11 });
      expect(text).toBe(kept + SMALL);
      expect(kinds).toEqual(["corrupt"]);
    }
  });

  it("is told wherever a frame is torn", async () => {
    for (let torn = 5; torn < small.length; torn++) {
      const { kinds } = await unzstd(Buffer.concat([small.subarray(0, torn), small]), { size: 11 });
      expect(kinds.length, `torn at ${torn}`).toBeGreaterThan(0);
    }
  });

  it("is told whatever byte is flipped behind the header, and never throws", async () => {
    const silent: number[] = [];
    for (let at = 4; at < fixture.length; at += 3) {
      const damaged = Buffer.from(fixture);
      damaged[at] = (damaged[at] ?? 0) ^ 0x11;
      const { kinds } = await unzstd(damaged);
      if (kinds.length === 0) silent.push(at);
    }
    // Up to there the header says how large window and content are, which nothing depends on.
    expect(silent.filter((at) => at > 7)).toEqual([]);
  });

  it("says how many bytes behind the end are no zstd data", async () => {
    const { text, faults } = await unzstd(Buffer.concat([small, Buffer.from("Terminated\n")]));
    expect(text).toBe(SMALL);
    expect(faults).toMatchObject([{ kind: "garbage", lost: 11 }]);
  });

  it("makes no window of a gigabyte, and asks for no dictionary", async () => {
    const large = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0xa0, 1, 0, 0]);
    expect((await unzstd(large)).faults).toMatchObject([{ kind: "corrupt", lost: 9, detail: /window/ }]);
    const dictionary = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 0x50, 7, 1, 0, 0]);
    expect((await unzstd(dictionary)).faults).toMatchObject([{ kind: "corrupt", lost: 10, detail: /dictionary/ }]);
  });

  it("ends after many damaged places", async () => {
    const broken = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x50, 7, 0, 0]);
    const { faults } = await unzstd(Buffer.concat(Array.from({ length: 500 }, () => broken)));
    expect(faults.length).toBe(16);
    expect(faults.reduce((sum, { lost }) => sum + lost, 0)).toBeGreaterThan(500 * 9 - 16 * 9);
  });

  it("stops where one byte grows to too many", async () => {
    const bomb = frameOf(
      Array.from({ length: 64 }, () => ({ byte: "\0", times: 131_072 })),
      false,
    );
    const { text, kinds } = await unzstd(bomb, { maxRatio: 400, ratioAfterBytes: 2 ** 20 });
    expect(kinds).toEqual(["ratio"]);
    expect(text.length).toBeLessThanOrEqual(2 ** 20);
  });
});

describe("an input compressed with zstd", () => {
  const folder = scratch();

  it("is read by its first bytes, whatever its name", async () => {
    const { files, codes } = await readAll(put(folder, "dmesg.gz", small));
    expect(codes).toEqual([]);
    expect(files).toMatchObject([{ path: "dmesg.gz", baseName: "dmesg", text: SMALL }]);
  });

  it("may be an archive, and hold members compressed with either", async () => {
    const tar = await tarOf([
      { name: "node-1/logs/kmsg.zst", content: small },
      { name: "node-1/logs/kubelet.gz", content: gzipSync("kubelet\n") },
    ]);
    const blocks = tar.toString("latin1").match(/[^]{1,1000}/g) ?? [];
    const { texts, codes, files } = await readAll(put(folder, "b.tar.zst", frameOf(blocks, false)));
    expect(codes).toEqual([]);
    expect(texts).toEqual({ "logs/kmsg.zst": SMALL, "logs/kubelet.gz": "kubelet\n" });
    expect(files.map(({ baseName }) => baseName)).toEqual(["kmsg", "kubelet"]);
  });

  it("says that it was cut, in one sentence, as a text and as an archive", async () => {
    const text = await readAll(put(folder, "cut.zst", small.subarray(0, 30)));
    expect(text.problems).toMatchObject([
      {
        severity: "warning",
        code: "input-truncated",
        message: "the zstd data ends before its end: 26 bytes of it are there and give 17 bytes",
      },
    ]);
    const tar = await tarOf([{ name: "logs/kmsg", content: "a\n".repeat(3000) }]);
    const whole = frameOf(tar.toString("latin1").match(/[^]{1,1000}/g) ?? [], false);
    const archive = await readAll(put(folder, "cut.tzst", whole.subarray(0, 4000)));
    expect(archive.problems).toMatchObject([
      { code: "input-truncated", message: /^the input ends early: inside logs\/kmsg/ },
    ]);
  });

  it("keeps the limit of what may come out", async () => {
    const large = frameOf(
      Array.from({ length: 40 }, () => "x".repeat(1000)),
      false,
    );
    const { codes, files } = await readAll(put(folder, "large.zst", large), { maxExpandedBytes: 10_000 });
    expect(codes).toEqual(["expansion-limit"]);
    expect(files[0]?.text.length).toBeLessThanOrEqual(10_000);
  });
});
