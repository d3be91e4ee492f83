// Hot loop: headers of sections ("==> path <==") and what followed each last time, so that the next one is compared instead of looked up.
import type { Bytes } from "./replay.ts";
import type { At, Binding } from "./sink.ts";
import type { Target } from "./store.ts";
import { type LastText, noText, TextTable } from "./texts.ts";

export interface Section extends LastText {
  readonly header: string;
  /** Of "==> path <==\n". */
  readonly length: number;
  /** Where its words stand in the table. */
  readonly wordsAt: number;
  path: string | null;
  /** Known, and of no use here. */
  dropped: boolean;
  target: Target | null;
  /** Without a target: takes the last text's content again; null: there is none to be taken. */
  takeAgain: ((at: At) => void) | null;
  /** How many lines that content has. */
  lines: number;
  /** `path` and what follows from it hold in the file that this was said in. */
  binding: Binding;
  /** What followed last time. */
  next: Section | null;
}

const UNBOUND: Binding = { boundIn: -1 };
const encoder = new TextEncoder();

export const blankSection = (header: string, length: number, wordsAt: number): Section => ({
  header,
  length,
  wordsAt,
  path: null,
  dropped: false,
  target: null,
  takeAgain: null,
  lines: 0,
  binding: UNBOUND,
  next: null,
  ...noText(),
});

export class SectionTable {
  readonly texts = new TextTable();
  readonly #byHeader = new Map<string, Section>();
  /** All headers as little-endian words, each padded with zeros, in the order of the film: what is compared next lies next in memory. */
  #words = new Int32Array(4096);
  #used = 0;

  get size(): number {
    return this.#byHeader.size;
  }

  clear(): void {
    this.#byHeader.clear();
    this.texts.forget();
    this.#used = 0;
  }

  find(header: string): Section | undefined {
    return this.#byHeader.get(header);
  }

  add(header: string): Section {
    const bytes = encoder.encode(`==> ${header} <==\n`);
    const wordsAt = this.#used;
    const count = Math.ceil(bytes.length / 4);
    if (wordsAt + count > this.#words.length) {
      const larger = new Int32Array((wordsAt + count) * 2);
      larger.set(this.#words);
      this.#words = larger;
    }
    for (let i = 0; i < count; i++) {
      const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(i * 4, i * 4 + 4);
      this.#words[wordsAt + i] = a | (b << 8) | (c << 16) | (d << 24);
    }
    this.#used += count;
    const section = blankSection(header, bytes.length, wordsAt);
    this.#byHeader.set(header, section);
    return section;
  }

  /** Does this section's header stand at `from`? */
  isAt(section: Section, { view }: Bytes, from: number, end: number): boolean {
    const { length, wordsAt } = section;
    if (from + length > end) return false;
    const words = this.#words;
    const whole = length >> 2;
    for (let i = 0; i < whole; i++) if (view.getInt32(from + i * 4, true) !== words[wordsAt + i]) return false;
    const rest = length & 3;
    const mask = rest === 0 ? 0 : (1 << (8 * rest)) - 1;
    return mask === 0 || (view.getInt32(from + whole * 4, true) & mask) === words[wordsAt + whole];
  }
}
