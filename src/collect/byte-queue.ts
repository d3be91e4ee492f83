import { type ByteSource, concatAll } from "./byte-source.ts";

/** A source from which one takes as many bytes as a format says that come next. */
export class ByteQueue {
  readonly #source: ByteSource;
  #bytes: Uint8Array = new Uint8Array(0);
  #ended = false;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** The next bytes without taking them: at least `count`, fewer only at the end. */
  async ahead(count: number): Promise<Uint8Array> {
    if (this.#bytes.length >= count || this.#ended) return this.#bytes;
    const parts: Uint8Array[] = [this.#bytes];
    let length = this.#bytes.length;
    while (length < count) {
      const chunk = await this.#source.pull();
      if (chunk === null) {
        this.#ended = true;
        break;
      }
      parts.push(chunk);
      length += chunk.length;
    }
    this.#bytes = concatAll(parts);
    return this.#bytes;
  }

  /** Takes bytes that `ahead` showed. */
  take(count: number): Uint8Array {
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }

  /** Passes over bytes, seen or not; returns how many there were. */
  async skip(count: number): Promise<number> {
    let skipped = 0;
    while (skipped < count) {
      const ahead = await this.ahead(1);
      if (ahead.length === 0) break;
      skipped += this.take(Math.min(ahead.length, count - skipped)).length;
    }
    return skipped;
  }
}
