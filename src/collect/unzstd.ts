import { Decompress } from "fzstd";
import { ByteQueue } from "./byte-queue.ts";
import type { ByteSource } from "./byte-source.ts";
import type { CompressionFault } from "./compression-fault.ts";
import { Xxh64 } from "./xxh64.ts";
import {
  BLOCK_HEADER,
  isFrame,
  isSkippable,
  littleEndian,
  MAGIC,
  MAX_BLOCK,
  MAX_HEADER,
  readBlockHeader,
  readFrameHeader,
} from "./zstd-format.ts";

export interface UnzstdOptions {
  readonly maxRatio: number;
  readonly ratioAfterBytes: number;
  readonly onFault: (fault: CompressionFault) => void;
}

/** zstd(1) itself decompresses no larger window without being asked to (--memory). */
const MAX_WINDOW = 128 * 2 ** 20;

/**
 * fzstd makes a window for each frame and moves all of it for each block. What small blocks behind a large window may cost in
 * bytes moved, beside some for each byte of content: a file that flushes every line needs about as much.
 */
const MOVES = 16 * 2 ** 30;
const MOVES_PER_BYTE = 4096;

/** After so many damaged places the rest is given up. */
const MAX_DAMAGED = 16;

const LINE_END = new Uint8Array([0x0a]);
const NOTHING = new Uint8Array(0);
const ENDS_EARLY = "the zstd data ends before its end";
const CHECKSUM = 4;

interface Frame {
  readonly engine: Decompress;
  /** Null where the frame carries no checksum. */
  readonly hash: Xxh64 | null;
  readonly window: number;
}

/** Undoes zstd block by block: whole blocks of a frame that breaks off are kept, and frames behind damage are found again. */
export class Unzstd implements ByteSource {
  readonly #input: ByteSource;
  readonly #queue: ByteQueue;
  readonly #options: UnzstdOptions;
  readonly #output: Uint8Array[] = [];
  #frame: Frame | null = null;
  #done = false;
  #bytesIn = 0;
  #bytesOut = 0;
  #moved = 0;
  #damaged = 0;

  constructor(input: ByteSource, options: UnzstdOptions) {
    this.#input = input;
    this.#queue = new ByteQueue(input);
    this.#options = options;
  }

  async pull(): Promise<Uint8Array | null> {
    for (;;) {
      const chunk = this.#output.shift();
      if (chunk !== undefined) return this.#passOn(chunk);
      if (this.#done) return null;
      await (this.#frame === null ? this.#begin() : this.#block(this.#frame));
    }
  }

  close(): void {
    this.#done = true;
    this.#frame = null;
    this.#output.length = 0;
    this.#input.close();
  }

  #passOn(chunk: Uint8Array): Uint8Array | null {
    const { maxRatio, ratioAfterBytes } = this.#options;
    if (this.#bytesOut <= ratioAfterBytes || this.#bytesOut <= this.#bytesIn * maxRatio) return chunk;
    this.#fault("ratio", 0, `over ${maxRatio} bytes out for each byte in`);
    this.close();
    return null;
  }

  async #begin(): Promise<void> {
    const ahead = await this.#queue.ahead(MAX_HEADER);
    if (ahead.length === 0) return this.#finish();
    if (!isFrame(ahead) && !isSkippable(ahead)) return this.#resume("garbage", "bytes that are no zstd data");
    const header = readFrameHeader(ahead);
    if (header === null) return this.#truncated();
    if (header.kind === "skippable") {
      const skipped = await this.#queue.skip(header.length);
      this.#bytesIn += skipped;
      if (skipped < header.length) this.#fault("truncated", 0, ENDS_EARLY);
      return undefined;
    }
    if (header.dictionary) return this.#resume("corrupt", "it needs a dictionary, which is not part of the file");
    if (header.window > MAX_WINDOW) return this.#resume("corrupt", "its window is larger than 128 MiB");
    const hash = header.hasChecksum ? new Xxh64() : null;
    const engine = new Decompress((chunk) => {
      hash?.update(chunk);
      this.#bytesOut += chunk.length;
      if (chunk.length > 0) this.#output.push(chunk);
    });
    this.#frame = { engine, hash, window: header.window };
    return this.#feed(this.#frame, ahead.subarray(0, header.length), false);
  }

  async #block(frame: Frame): Promise<void> {
    const start = await this.#queue.ahead(BLOCK_HEADER);
    if (start.length < BLOCK_HEADER) return this.#truncated();
    const block = readBlockHeader(start);
    if (block === null || block.size > Math.min(MAX_BLOCK, frame.window)) {
      return this.#resume("corrupt", "a block that cannot be");
    }
    const length = block.stored + (block.last && frame.hash !== null ? CHECKSUM : 0);
    const ahead = await this.#queue.ahead(length);
    // A frame of which only some of its checksum is missing is not whole, and its content is all there.
    if (ahead.length < length && ahead.length >= block.stored) {
      const padded = new Uint8Array(length);
      padded.set(ahead);
      await this.#feed(frame, padded, true);
    }
    if (ahead.length < length) return this.#truncated();
    await this.#feed(frame, ahead.subarray(0, length), block.last);
    if (!block.last || this.#frame !== frame) return undefined;
    this.#frame = null;
    const stored = littleEndian(ahead, length - CHECKSUM, CHECKSUM);
    if (frame.hash === null || frame.hash.low32() === stored) return undefined;
    return this.#fault("corrupt", 0, "the checksum does not fit, so any part of it may be wrong");
  }

  /** Hands bytes on to fzstd, which throws on what it cannot read. */
  async #feed(frame: Frame, bytes: Uint8Array, last: boolean): Promise<void> {
    this.#moved += frame.window;
    if (this.#moved > MOVES + this.#bytesOut * MOVES_PER_BYTE) {
      this.#damaged = MAX_DAMAGED;
      return this.#resume("corrupt", "very many small blocks behind a large window");
    }
    try {
      frame.engine.push(bytes, last);
    } catch (error) {
      return this.#resume("corrupt", error instanceof Error ? error.message : String(error));
    }
    this.#bytesIn += this.#queue.take(bytes.length).length;
    return undefined;
  }

  /** Passes over what cannot be read, to the next frame or the end. */
  async #resume(kind: "garbage" | "corrupt", detail: string): Promise<void> {
    const wasInside = this.#frame !== null;
    this.#frame = null;
    this.#damaged += 1;
    let lost = 0;
    for (;;) {
      const ahead = await this.#queue.ahead(MAGIC.length + 1);
      const at = this.#damaged >= MAX_DAMAGED ? -1 : nextFrame(ahead, lost === 0 && !wasInside ? 1 : 0);
      // The last bytes may be the first ones of a magic number.
      const passed = at >= 0 ? at : Math.max(1, ahead.length - MAGIC.length + 1);
      if (ahead.length === 0) break;
      lost += this.#queue.take(passed).length;
      if (at >= 0) break;
    }
    this.#bytesIn += lost;
    this.#fault(kind, lost, detail);
    // What broke off inside a line must not be read as one line with what follows.
    if (wasInside && this.#bytesOut > 0) this.#output.push(LINE_END);
  }

  #truncated(): void {
    const frame = this.#frame;
    try {
      frame?.engine.push(NOTHING, true);
    } catch {
      // What this is for: fzstd keeps the first 18 bytes of a frame until more come, and says now that there is no more.
    }
    this.#fault("truncated", 0, ENDS_EARLY);
    this.#finish();
  }

  /** The input has no more; what was decompressed is still to be fetched. */
  #finish(): void {
    this.#done = true;
    this.#frame = null;
    this.#input.close();
  }

  #fault(kind: CompressionFault["kind"], lost: number, detail: string): void {
    this.#options.onFault({ format: "zstd", kind, bytesIn: this.#bytesIn, bytesOut: this.#bytesOut, lost, detail });
  }
}

/** Where a frame begins; −1 for nowhere. */
const nextFrame = (bytes: Uint8Array, from: number): number => {
  for (let i = bytes.indexOf(MAGIC[0], from); i >= 0; i = bytes.indexOf(MAGIC[0], i + 1)) {
    if (isFrame(bytes, i)) return i;
  }
  return -1;
};
