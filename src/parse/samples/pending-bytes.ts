// Bytes that were not yet read, in one piece: a section may be cut anywhere between two chunks.
import { type Bytes, SLACK } from "./replay.ts";

export class PendingBytes {
  length = 0;
  #buffer = new Uint8Array(256 * 1024);
  #view = new DataView(this.#buffer.buffer);

  add(chunk: Uint8Array): void {
    const needed = this.length + chunk.length;
    if (needed + SLACK > this.#buffer.length) {
      const larger = new Uint8Array(needed * 2 + SLACK);
      larger.set(this.#buffer.subarray(0, this.length));
      this.#buffer = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.#buffer.set(chunk, this.length);
    this.length = needed;
  }

  /** Valid until the next change. */
  all(): Bytes {
    return { bytes: this.#buffer.subarray(0, this.length), view: this.#view };
  }

  /** The first so many were read. */
  drop(count: number): void {
    this.#buffer.copyWithin(0, count, this.length);
    this.length -= count;
  }
}
