// The seal of a format 1 bundle: SHA256SUMS, in `sha256sum -c` form, names every other file. It may come last, so each file
// that it could name is hashed as it streams by.
import { createHash } from "node:crypto";
import { type ByteSource, tap } from "./byte-source.ts";
import { isSealedPath, memforensics1 } from "./layouts/memforensics-1.ts";

export interface SealState {
  /** Null: no bundle of format 1. */
  readonly integrity: "verified" | "unsealed" | "mismatch" | null;
  readonly altered: readonly string[];
  /** Named by the seal and not in the bundle. */
  readonly missing: readonly string[];
  /** In the bundle and not named by the seal. */
  readonly added: readonly string[];
}

const SUMS = "SHA256SUMS";
const MAX_SUMS_BYTES = 64 * 2 ** 20;
// "e3b0c442…b855  logs/kmsg.000001.gz", coreutils sha256sum(1); " *" before the name marks binary mode
const SUM_LINE = /^([0-9a-f]{64}) [ *](?:\.\/)?(.{1,4096})$/;

export class Seal {
  #ours = false;
  readonly #hashes = new Map<string, string>();
  readonly #files: string[] = [];
  #sums: Map<string, string> | null = null;

  isSums(path: string): boolean {
    return path === SUMS;
  }

  /** Reads along with a file of the bundle as it is stored; the rest must be drained where its consumer does not want it. */
  watch(path: string, source: ByteSource): { source: ByteSource; whole: boolean } {
    if (path === SUMS) return { source: this.#readSums(source), whole: true };
    this.#ours ||= memforensics1.isSignature(path.replace(/\.gz$/, ""));
    this.#files.push(path);
    if (!this.#ours && !isSealedPath(path)) return { source, whole: false };
    const hash = createHash("sha256");
    const watched = tap(source, (chunk) => hash.update(chunk));
    const pull = async (): Promise<Uint8Array | null> => {
      const chunk = await watched.pull();
      if (chunk === null && !this.#hashes.has(path)) this.#hashes.set(path, hash.digest("hex"));
      return chunk;
    };
    return { source: { pull, close: () => watched.close() }, whole: true };
  }

  state(): SealState {
    if (!this.#ours) return { integrity: null, altered: [], missing: [], added: [] };
    const sums = this.#sums;
    if (sums === null) return { integrity: "unsealed", altered: [], missing: [], added: [] };
    const present = new Set(this.#files);
    const altered = [...sums]
      .filter(([path, sum]) => present.has(path) && this.#hashes.get(path) !== sum)
      .map(([path]) => path);
    const missing = [...sums.keys()].filter((path) => !present.has(path));
    const added = [...present].filter((path) => !sums.has(path));
    return { integrity: altered.length + missing.length === 0 ? "verified" : "mismatch", altered, missing, added };
  }

  #readSums(source: ByteSource): ByteSource {
    const decoder = new TextDecoder();
    let text = "";
    const read = tap(source, (chunk) => {
      if (text.length < MAX_SUMS_BYTES) text += decoder.decode(chunk, { stream: true });
    });
    const pull = async (): Promise<Uint8Array | null> => {
      const chunk = await read.pull();
      if (chunk === null) this.#sums ??= parseSums(text);
      return chunk;
    };
    return { pull, close: () => read.close() };
  }
}

const parseSums = (text: string): Map<string, string> => {
  const sums = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, sum, path] = SUM_LINE.exec(line) ?? [];
    if (sum !== undefined && path !== undefined) sums.set(path, sum);
  }
  return sums;
};
