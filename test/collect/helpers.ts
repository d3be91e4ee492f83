import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { mkdirSync } from "node:fs";
import { pack } from "tar-stream";
import { afterAll } from "vitest";
import type { ByteSource } from "../../src/collect/byte-source.ts";
import { LIMITS, type Limits } from "../../src/collect/limits.ts";
import { openCapture } from "../../src/collect/open-capture.ts";
import type { SealState } from "../../src/collect/seal.ts";
import type { CaptureSummary } from "../../src/model/capture.ts";
import type { Problem } from "../../src/model/evidence.ts";

export interface ReadFile {
  readonly path: string;
  readonly baseName: string;
  readonly nodePath: string | null;
  readonly tick: string | null;
  readonly realMs: number | null;
  readonly bytes: number | null;
  readonly modifiedMs: number | null;
  readonly head: string;
  readonly text: string;
}

export interface ReadCapture {
  readonly name: string;
  readonly layout: string;
  readonly files: readonly ReadFile[];
  readonly problems: readonly Problem[];
  readonly summary: CaptureSummary;
  readonly seal: SealState;
  /** Text by path. */
  readonly texts: Readonly<Record<string, string>>;
  readonly codes: readonly string[];
}

/** Opens an input and reads every file of it to the end, as latin1: one character a byte. */
export const readAll = async (input: string, limits: Partial<Limits> = {}): Promise<ReadCapture> => {
  const problems: Problem[] = [];
  const capture = await openCapture(input, (problem) => problems.push(problem), { ...LIMITS, ...limits });
  const files: ReadFile[] = [];
  for await (const file of capture.files()) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of file.chunks()) chunks.push(chunk);
    files.push({
      path: file.path,
      baseName: file.baseName,
      nodePath: file.nodePath,
      tick: file.tick?.name ?? null,
      realMs: file.tick?.realMs ?? null,
      bytes: file.bytes,
      modifiedMs: file.modifiedMs,
      head: Buffer.from(file.head).toString("latin1"),
      text: Buffer.concat(chunks).toString("latin1"),
    });
  }
  return {
    name: capture.name,
    layout: capture.layout,
    files,
    problems,
    summary: capture.summary(),
    seal: capture.seal(),
    texts: Object.fromEntries(files.map(({ path, text }) => [path, text])),
    codes: problems.map(({ code }) => code),
  };
};

export interface Entry {
  readonly name: string;
  readonly content?: string | Uint8Array;
  readonly type?: "file" | "symlink" | "link" | "fifo" | "character-device" | "directory";
  readonly linkname?: string;
}

const SECOND_OF_THE_KILL = new Date("2026-11-24T01:15:56Z");

export const tarOf = async (entries: readonly Entry[]): Promise<Buffer> => {
  const archive = pack();
  for (const { name, content = "", type = "file", linkname } of entries) {
    const link = linkname === undefined ? {} : { linkname };
    archive.entry(
      { name, type, mtime: SECOND_OF_THE_KILL, ...link },
      typeof content === "string" ? Buffer.from(content) : content,
    );
  }
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
};

/** A folder that is gone after the test file. */
export const scratch = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "memforensics-collect-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

export const put = (folder: string, name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
};

/** Bytes handed out in pieces of a given size. */
export const pieces = (bytes: Uint8Array, size: number): ByteSource => {
  let at = 0;
  return {
    pull: () => {
      if (at >= bytes.length) return Promise.resolve(null);
      const piece = bytes.subarray(at, at + size);
      at += size;
      return Promise.resolve(piece);
    },
    close: () => {
      at = bytes.length;
    },
  };
};

/** Text that does not shrink to nothing, the same on every run. */
export const logText = (lines: number, seed = 1): string => {
  let state = seed;
  const next = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state;
  };
  return Array.from(
    { length: lines },
    (_, i) => `[${(i * 0.37).toFixed(6).padStart(12)}] line ${i} of ${next()} and ${next().toString(36)}\n`,
  ).join("");
};
