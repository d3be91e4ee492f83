// Whether there may be something in a line that clean.ts takes off: pairs of bytes of which the first one is rare.

const NONE: Uint8Array = new Uint8Array(0);
const HASH = 0x23;
const AMPERSAND = 0x26;
const MORE = 0x3e;
const OPEN = 0x5b;
const BACKSLASH = 0x5c;
const X = 0x78;

/** Asked for line by line: where a byte stands that few lines have. */
export class RareByte {
  readonly #byte: number;
  #bytes = NONE;
  #next = 0;

  constructor(byte: number) {
    this.#byte = byte;
  }

  /** The first one at or after `from`; the length of `bytes` where there is none. */
  next(bytes: Uint8Array, from: number): number {
    if (bytes !== this.#bytes || this.#next < from) {
      this.#bytes = bytes;
      const found = bytes.indexOf(this.#byte, from);
      this.#next = found < 0 ? bytes.length : found;
    }
    return this.#next;
  }
}

const isReference = (byte: number | undefined): boolean =>
  byte === HASH || byte === 0x71 || byte === 0x61 || byte === 0x6c || byte === 0x67 || byte === 0x6e;

export class Unclean {
  readonly #hash = new RareByte(HASH);
  readonly #ampersand = new RareByte(AMPERSAND);
  readonly #open = new RareByte(OPEN);
  readonly #backslash = new RareByte(BACKSLASH);

  /** Of the message [from, to) of a plain line. */
  standsIn(bytes: Uint8Array, from: number, to: number, kmsg: boolean): boolean {
    if (bytes[to - 1] === MORE) return true; // a tag of a page
    for (let at = this.#ampersand.next(bytes, from); at < to; at = this.#ampersand.next(bytes, at + 1)) {
      if (isReference(bytes[at + 1])) return true;
    }
    for (let at = this.#backslash.next(bytes, from); at < to; at = this.#backslash.next(bytes, at + 1)) {
      const next = bytes[at + 1];
      if (next === OPEN || next === 0x5f || (kmsg && (next === X || next === 0x58))) return true;
    }
    for (let at = this.#open.next(bytes, from); at < to; at = this.#open.next(bytes, at + 1)) {
      const next = bytes[at + 1];
      if ((next === 0x30 && bytes[at + 2] === 0x6d) || (next === 0x6d && bytes[at + 2] === OPEN)) return true; // "[0m", "[m[K"
    }
    return false;
  }

  /** "#012": rsyslog's line feed. */
  hasEscape(bytes: Uint8Array, from: number, to: number): boolean {
    return this.#hash.next(bytes, from) < to;
  }
}
