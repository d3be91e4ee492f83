// A byte that few lines have, looked for once in a run of lines.

const NONE: Uint8Array = new Uint8Array(0);

export class RareByte {
  readonly #byte: number;
  #bytes = NONE;
  #next = 0;

  constructor(byte: number) {
    this.#byte = byte;
  }

  /** The first one at or after `from`, which only rises; the length of `bytes` where there is none. */
  next(bytes: Uint8Array, from: number): number {
    if (bytes !== this.#bytes || this.#next < from) {
      this.#bytes = bytes;
      const found = bytes.indexOf(this.#byte, from);
      this.#next = found < 0 ? bytes.length : found;
    }
    return this.#next;
  }
}
