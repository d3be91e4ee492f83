import { createGunzip, type Gunzip } from "node:zlib";

/** Large, for each chunk costs the inflating thread and the reading one a turn of waiting for each other. */
const OUTPUT_CHUNK = 512 * 1024;
const SMALL_CHUNK = 64 * 1024;
/** Compressed; what is smaller is mostly one small chunk, and there may be thousands of its kind. */
const SMALL = 8 * 1024;
/** Chunks that may wait for the consumer while the inflating thread works ahead. */
const AHEAD = 2;

/** One run of Node's gunzip, fed by hand: its output as it comes, and the exact place where and why it stopped. */
export class InflateEngine {
  readonly #gunzip: Gunzip;
  readonly #output: Uint8Array[] = [];
  #wake: (() => void) | null = null;
  #busy = false;
  #error: string | null = null;
  #ended = false;
  /** Bytes fed so far. */
  fed = 0;
  produced = 0;

  /** `first`: compressed bytes that are there to begin with. */
  constructor(first: number) {
    this.#gunzip = createGunzip({ chunkSize: first < SMALL ? SMALL_CHUNK : OUTPUT_CHUNK });
    // Flowing: a chunk that still sat in the stream's own buffer would be thrown away by an error behind it.
    this.#gunzip.on("data", (chunk: Uint8Array) => {
      this.#output.push(chunk);
      this.produced += chunk.length;
      if (this.#output.length >= AHEAD) this.#gunzip.pause();
      this.#signal();
    });
    this.#gunzip.on("end", () => {
      this.#ended = true;
      this.#signal();
    });
    this.#gunzip.on("error", (error: NodeJS.ErrnoException) => {
      this.#error = error.code === "Z_BUF_ERROR" ? "unexpected end of file" : error.message;
      this.#signal();
    });
  }

  /** zlib's words for what is wrong, "unexpected end of file" where the input ended first; null while all is well. */
  get error(): string | null {
    return this.#error;
  }

  /** The compressed data is complete and its checksum fits; of what was fed, `fed - consumed` bytes lie behind its end. */
  get ended(): boolean {
    return this.#ended;
  }

  get consumed(): number {
    return this.#gunzip.bytesWritten;
  }

  feed(piece: Uint8Array): void {
    this.fed += piece.length;
    this.#busy = true;
    this.#gunzip.write(piece, () => {
      this.#busy = false;
      this.#signal();
    });
  }

  finish(): void {
    this.#busy = true;
    this.#gunzip.end();
  }

  /** The next output, or null once what was fed is used up, the data ended, or an error stopped it. */
  async next(): Promise<Uint8Array | null> {
    for (;;) {
      const chunk = this.#output.shift();
      if (chunk !== undefined) {
        if (this.#output.length < AHEAD && this.#gunzip.isPaused()) this.#gunzip.resume();
        return chunk;
      }
      if (this.#error !== null || this.#ended || !this.#busy) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#gunzip.removeAllListeners("data");
    this.#gunzip.destroy();
  }

  #signal(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
