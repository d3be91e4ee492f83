// Every log of the fixtures as logrotate, journald and people compress it: read byte for byte, and as what it is.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { openCapture } from "../../src/collect/open-capture.ts";
import { cases as kernelCases } from "../parse/kernel/cases.ts";
import { cases as kubeletCases, recorded } from "../parse/kubelet/cases.ts";
import { capturedFile, gather } from "../timeline/evictions/facts-of.ts";
import { readAll, scratch } from "./helpers.ts";

const folder = scratch();
const logs = [...kernelCases, ...kubeletCases, ...recorded].map(({ name, log }) => ({ name, log }));

/** A frame of raw blocks (RFC 8878, 3.1.1), each of at most 128 KiB. */
const BLOCK = 2 ** 17;
const rawFrame = (bytes: Uint8Array): Uint8Array => {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length || at === 0; at += BLOCK) {
    const block = bytes.subarray(at, at + BLOCK);
    const header = block.length * 8 + (at + BLOCK >= bytes.length ? 1 : 0);
    blocks.push(Uint8Array.of(header % 256, (header >> 8) % 256, header >> 16), block);
  }
  return Buffer.concat([Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x50), ...blocks]);
};

/** All of them in one run of zstd(1). */
const byZstd = (from: string): string | null => {
  try {
    execFileSync("zstd", ["--version"], { stdio: "ignore" });
  } catch {
    console.warn("SKIPPED: zstd(1) is not installed, so only raw blocks are read");
    return null;
  }
  const to = join(folder, "zstd");
  mkdirSync(to);
  execFileSync("zstd", ["-q", "-r", "--output-dir-flat", to, from]);
  return to;
};

const folderOf = (name: string, suffix: string, compress: (bytes: Uint8Array) => Uint8Array): string => {
  const path = join(folder, name);
  mkdirSync(path);
  for (const log of logs) writeFileSync(join(path, log.name + suffix), compress(log.log));
  return path;
};

const plain = folderOf("plain", "", (bytes) => bytes);
const zstd = byZstd(plain);
const folders = [
  ["gzip", folderOf("gzip", ".gz", (bytes) => gzipSync(bytes)), ".gz"],
  ["gzip in two members", folderOf("members", ".gz", inTwo), ".gz"],
  ["zstd's raw blocks", folderOf("raw", ".zst", rawFrame), ".zst"],
  ...(zstd === null ? [] : [["zstd", zstd, ".zst"] as const]),
] as const;

function inTwo(bytes: Uint8Array): Uint8Array {
  const half = bytes.length >> 1;
  return Buffer.concat([gzipSync(bytes.subarray(0, half)), gzipSync(bytes.subarray(half))]);
}

describe.each(folders)("logs compressed by %s", (_, path, suffix) => {
  it("hold what they hold plain", async () => {
    const { files, problems } = await readAll(path);
    const texts = new Map(files.map(({ baseName, text }) => [baseName.replace(suffix, ""), text]));
    for (const { name, log } of logs) expect(texts.get(name), name).toBe(Buffer.from(log).toString("latin1"));
    expect([texts.size, problems]).toEqual([logs.length, []]);
  });

  it("are claimed by the parsers that claim them plain", async () => {
    const opened = await openCapture(path, () => {});
    const claimed = new Map<string, string | null>();
    for await (const file of opened.files()) {
      const { parsers } = await gather([{ ...file, async *chunks() {} }]);
      claimed.set(file.baseName.replace(suffix, ""), parsers[0] ?? null);
    }
    for (const { name, log } of logs) {
      const { parsers } = await gather([{ ...capturedFile(name, log), async *chunks() {} }]);
      expect(claimed.get(name), name).toBe(parsers[0]);
    }
  });
});
