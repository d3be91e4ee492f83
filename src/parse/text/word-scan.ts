// Finds many words in a run of text at one reading of every seventh byte or so (S. Wu and U. Manber, "A fast algorithm for multi-pattern
// searching", 1994, with blocks of two bytes): what a line needs so that anybody looks at it is found at the cost of one indexOf.

/** Words of one kind share a bit. None is shorter than `SHORTEST_WORD`: the shortest one decides how far a step may go. */
export interface WordsOf {
  readonly bit: number;
  readonly words: readonly string[];
}

export const SHORTEST_WORD = 8;

interface Word {
  readonly bytes: Uint8Array;
  readonly bit: number;
}

/** Of two ASCII bytes. */
const BLOCKS = 1 << 14;
const blockAt = (bytes: Uint8Array, at: number): number =>
  (((bytes[at - 1] ?? 0) << 7) | (bytes[at] ?? 0)) & (BLOCKS - 1);

const isAt = (bytes: Uint8Array, from: number, word: Uint8Array): boolean => {
  if (from + word.length > bytes.length) return false;
  for (let i = 0; i < word.length; i++) if (bytes[from + i] !== word[i]) return false;
  return true;
};

export class WordScan {
  readonly #width: number;
  readonly #shift: Uint8Array;
  readonly #ending = new Map<number, Word[]>();
  #at: number[] = [];
  #bits: number[] = [];
  #next = 0;

  constructor(groups: readonly WordsOf[]) {
    const encoder = new TextEncoder();
    const words = groups.flatMap(({ bit, words: texts }) =>
      texts.map((text): Word => ({ bytes: encoder.encode(text), bit })),
    );
    for (const { bytes } of words) {
      if (bytes.length < SHORTEST_WORD || bytes.some((byte) => byte > 0x7f))
        throw new Error(`no word to scan for: "${new TextDecoder().decode(bytes)}"`);
    }
    this.#width = Math.min(...words.map(({ bytes }) => bytes.length));
    this.#shift = new Uint8Array(BLOCKS).fill(this.#width - 1);
    for (const word of words) this.#add(word);
  }

  #add(word: Word): void {
    for (let at = 1; at < this.#width; at++) {
      const block = blockAt(word.bytes, at);
      this.#shift[block] = Math.min(this.#shift[block] ?? 0, this.#width - 1 - at);
    }
    const last = blockAt(word.bytes, this.#width - 1);
    this.#ending.set(last, [...(this.#ending.get(last) ?? []), word]);
  }

  /** Reads a run of lines; `bitsIn` then tells of it, line by line in their order. */
  read(bytes: Uint8Array): void {
    this.#at = [];
    this.#bits = [];
    this.#next = 0;
    const shift = this.#shift;
    const length = bytes.length;
    for (let at = this.#width - 1; at < length; ) {
      const step = shift[blockAt(bytes, at)] ?? 1;
      if (step === 0) this.#find(bytes, at);
      at += step === 0 ? 1 : step;
    }
  }

  #find(bytes: Uint8Array, last: number): void {
    const from = last - this.#width + 1;
    for (const word of this.#ending.get(blockAt(bytes, last)) ?? []) {
      if (!isAt(bytes, from, word.bytes)) continue;
      this.#at.push(from);
      this.#bits.push(word.bit);
    }
  }

  /** Bits of the words that begin in [from, to). */
  bitsIn(from: number, to: number): number {
    let next = this.#next;
    while (next < this.#at.length && (this.#at[next] ?? 0) < from) next++;
    let bits = 0;
    for (; next < this.#at.length && (this.#at[next] ?? 0) < to; next++) bits |= this.#bits[next] ?? 0;
    this.#next = next;
    return bits;
  }
}
