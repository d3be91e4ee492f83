// Hot loop: many lists of numbers that only grow, in few large arrays. Each of 10,000 files having arrays of its own that grow costs
// the garbage collector more than the parsing itself.

const BLOCK = 32;
const SLAB_BITS = 16;
const SLAB = 1 << SLAB_BITS;
const SLAB_MASK = SLAB - 1;

/** A list in an arena: blocks of it follow each other by `Arena.#next`. */
export interface List {
  first: number;
  /** Where the next number goes; a multiple of BLOCK: into a new block. */
  at: number;
  length: number;
}

export const emptyList = (): List => ({ first: -1, at: 0, length: 0 });

export class Arena {
  readonly #slabs: Float64Array[] = [];
  #next = new Int32Array(1024);
  #blocks = 0;
  #page: Float64Array | null = null;
  #pageUsed = 0;
  #keptList: List | null = null;
  #kept = new Float64Array(0);

  push(list: List, value: number): void {
    let at = list.at;
    if (at % BLOCK === 0) at = this.#extend(list);
    (this.#slabs[at >>> SLAB_BITS] as Float64Array)[at & SLAB_MASK] = value;
    list.at = at + 1;
    list.length++;
  }

  /** Two numbers that belong together: a list takes either pairs or single numbers, so a pair never straddles blocks. */
  pushPair(list: List, first: number, second: number): void {
    let at = list.at;
    if (at % BLOCK === 0) at = this.#extend(list);
    const slab = this.#slabs[at >>> SLAB_BITS] as Float64Array;
    slab[at & SLAB_MASK] = first;
    slab[(at & SLAB_MASK) + 1] = second;
    list.at = at + 2;
    list.length += 2;
  }

  /** As copy(), remembering the last: a reader asks for column after column of one file. */
  copyKept(list: List): Float64Array<ArrayBuffer> {
    if (this.#keptList !== list || this.#kept.length !== list.length) {
      this.#kept = this.copy(list);
      this.#keptList = list;
    }
    return this.#kept;
  }

  copy(list: List): Float64Array<ArrayBuffer> {
    const out = new Float64Array(list.length);
    let block = list.first;
    for (let done = 0; done < out.length; done += BLOCK) {
      const from = (block * BLOCK) & SLAB_MASK;
      const slab = this.#slabs[(block * BLOCK) >>> SLAB_BITS] as Float64Array;
      out.set(slab.subarray(from, from + Math.min(BLOCK, out.length - done)), done);
      block = this.#next[block] ?? -1;
    }
    return out;
  }

  /** An array of its own, next in memory to the one asked for before: files are read in the same order again and again. */
  doubles(length: number): Float64Array {
    if (length > SLAB) return new Float64Array(length);
    if (this.#page === null || this.#pageUsed + length > SLAB) {
      this.#page = new Float64Array(SLAB);
      this.#pageUsed = 0;
    }
    const part = this.#page.subarray(this.#pageUsed, this.#pageUsed + length);
    this.#pageUsed += length;
    return part;
  }

  #extend(list: List): number {
    const block = this.#blocks++;
    if (block === this.#next.length) {
      const larger = new Int32Array(block * 2);
      larger.set(this.#next);
      this.#next = larger;
    }
    if ((block * BLOCK) % SLAB === 0) this.#slabs.push(new Float64Array(SLAB));
    if (list.first < 0) list.first = block;
    else this.#next[Math.floor((list.at - 1) / BLOCK)] = block;
    return block * BLOCK;
  }
}
