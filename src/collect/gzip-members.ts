import { constants, gunzipSync } from "node:zlib";
import { type ByteSource, concat } from "./byte-source.ts";

export interface GzipPiece {
  readonly bytes: Uint8Array;
  /** Begins with the header of a gzip member. */
  readonly startsMember: boolean;
}

const HEADER = 10; // RFC 1952 §2.3
const PROBE = 64 * 1024;

/**
 * Cuts compressed input before every gzip header in it. A member that a crash tore off, with another one appended behind it,
 * inflates to wrong bytes without an error: only the header of the next one tells where the torn one ends.
 * Not for gzipped archives: those hold stored gzip members as content.
 */
export class GzipMembers {
  readonly #source: ByteSource;
  readonly #split: boolean;
  #rest: Uint8Array | null = null;
  #restStarts = true;

  constructor(source: ByteSource, split: boolean) {
    this.#source = source;
    this.#split = split;
  }

  async next(): Promise<GzipPiece | null> {
    let bytes = this.#rest ?? (await this.#source.pull());
    const startsMember = this.#restStarts;
    this.#rest = null;
    this.#restStarts = false;
    if (bytes === null) return null;
    if (!this.#split) return { bytes, startsMember };
    bytes = await this.#completeTail(bytes);
    const at = nextMember(bytes, startsMember ? 1 : 0);
    if (at === 0) return { bytes: this.#keepBehind(bytes, nextMember(bytes, 1)), startsMember: true };
    return { bytes: this.#keepBehind(bytes, at), startsMember };
  }

  #keepBehind(bytes: Uint8Array, at: number): Uint8Array {
    if (at < 0) return bytes;
    this.#rest = bytes.subarray(at);
    this.#restStarts = true;
    return bytes.subarray(0, at);
  }

  /** Where the last bytes could be the first ones of a header, the next chunk decides. */
  async #completeTail(bytes: Uint8Array): Promise<Uint8Array> {
    const tail = Math.max(0, bytes.length - HEADER + 1);
    for (let i = tail; i < bytes.length; i++) {
      if (!couldBeHeader(bytes, i)) continue;
      const more = await this.#source.pull();
      return more === null ? bytes : this.#completeTail(concat(bytes, more));
    }
    return bytes;
  }
}

const nextMember = (bytes: Uint8Array, from: number): number => {
  for (let i = bytes.indexOf(0x1f, from); i >= 0; i = bytes.indexOf(0x1f, i + 1)) {
    if (i + HEADER <= bytes.length && couldBeHeader(bytes, i) && inflates(bytes.subarray(i, i + PROBE))) return i;
  }
  return -1;
};

/** Magic, deflate, no reserved flag, an XFL that a compressor writes and an OS that exists: by chance once in 10^11 bytes. */
const couldBeHeader = (bytes: Uint8Array, at: number): boolean => {
  const [id1, id2, method, flags, , , , , extra, os] = bytes.subarray(at, at + HEADER);
  return (
    id1 === 0x1f &&
    (id2 ?? 0x8b) === 0x8b &&
    (method ?? 8) === 8 &&
    (flags ?? 0) < 0x20 &&
    [0, 2, 4].includes(extra ?? 0) &&
    ((os ?? 0) < 14 || os === 255)
  );
};

const inflates = (bytes: Uint8Array): boolean => {
  try {
    gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
    return true;
  } catch {
    return false; // zlib refuses it: bytes that only look like a header
  }
};

const SNIFF = 4096;

/** The first bytes of what a gzip stream holds, from the first of its own; none where it is damaged. */
export const sniffGzip = (head: Uint8Array): Uint8Array => {
  try {
    return gunzipSync(head.subarray(0, SNIFF), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return new Uint8Array(0); // the stream itself will say what is wrong with it
  }
};

/** Larger results are not worth the memory that looking for the last good byte takes. */
const MAX_RESCUE = 256 * 2 ** 20;

/**
 * All that inflates of a damaged member, to the last good byte: zlib throws away up to a whole output buffer before the place
 * that it stumbles over. `good`: so many bytes of it inflate, as known before and as found.
 */
export const inflateDamaged = (member: Uint8Array, good: number): { inflated: Uint8Array; good: number } => {
  let [low, high] = [good, member.length];
  let best = new Uint8Array(0);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const inflated = inflatePrefix(member.subarray(0, middle));
    if (inflated === null) high = middle - 1;
    else [low, best] = [middle, inflated];
  }
  return { inflated: best.length > 0 ? best : (inflatePrefix(member.subarray(0, low)) ?? best), good: low };
};

const inflatePrefix = (bytes: Uint8Array): Uint8Array<ArrayBuffer> | null => {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_RESCUE });
  } catch {
    return null; // the damage lies in these bytes
  }
};
