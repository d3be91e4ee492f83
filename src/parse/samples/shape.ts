// The layout of one content: literal bytes with numbers between. Every cgroup's memory.stat has the same one, so it is built
// from text once (slow, by the format) and then only compared (replay.ts). Evidence is written back from it.

export const INTEGER = 0;
/** A number right-aligned by spaces ("%8lu"). */
export const PADDED = 1;
export const DECIMAL = 2;
/** The rest of the line varies and is not kept. */
export const SKIP = 3;
/** Nothing after the last literal. */
export const END = 4;

export interface NumberOptions {
  /** Width of a right-aligned number. */
  readonly width?: number;
  /** Digits after the point. */
  readonly decimals?: number;
  /** 1024 where the file prints kB. */
  readonly scale?: number;
  readonly signed?: boolean;
  /** "max" is printed for no limit (v2), or a number over 2^62 (v1). */
  readonly limit?: boolean;
}

export interface Slot {
  readonly field: string;
  /** Lines below the first line of the content. */
  readonly line: number;
  readonly width: number;
  readonly decimals: number;
  readonly scale: number;
  readonly signed: boolean;
  readonly limit: boolean;
}

export interface BadLine {
  readonly line: number;
  readonly text: string;
}

export interface Shape {
  /** What stands before item i. */
  readonly literals: readonly Uint8Array[];
  /** The same for comparing: little-endian words, the last of each literal with a mask of the bytes that count. */
  readonly words: Int32Array;
  readonly masks: Int32Array;
  /** By item: where its words end, and how many bytes they are. */
  readonly wordEnd: Int32Array;
  readonly length: Int32Array;
  readonly kind: Uint8Array;
  readonly scale: Float64Array;
  /** By item: its index in `slots`, or -1. */
  readonly slotOf: Int32Array;
  readonly slots: readonly Slot[];
  readonly fields: readonly string[];
  /** Lines of the content. */
  readonly lines: number;
  readonly bad: readonly BadLine[];
  /** By line: the pieces of its text. A number is an index into `slots`; null: unknown from here on. */
  readonly pieces: readonly (readonly (string | number | null)[])[];
  /** Slots whose padding was once not what `width` says: their line is cited from the number on. */
  readonly irregular: Set<number>;
  /** How "no limit" was printed, where it is a number. */
  unlimited: string | null;
}

const encoder = new TextEncoder();

export class ShapeDraft {
  /** Since the last item. */
  #text = "";
  readonly #literals: Uint8Array[] = [];
  readonly #kinds: number[] = [];
  readonly #scales: number[] = [];
  readonly #slotOf: number[] = [];
  readonly #slots: Slot[] = [];
  readonly #names = new Set<string>();
  readonly #bad: BadLine[] = [];
  readonly #pieces: (string | number | null)[][] = [[]];
  #line = 0;

  literal(text: string): void {
    this.#text += text;
    if (text !== "") this.#pieces.at(-1)?.push(text);
  }

  /** A field that stands twice keeps its first place; the second is passed over. */
  number(field: string, options: NumberOptions = {}): void {
    if (this.#names.has(field)) {
      this.#item(SKIP, 1);
      this.#pieces.at(-1)?.push(null);
      return;
    }
    this.#names.add(field);
    const { width = 0, decimals = 0, scale = 1, signed = false, limit = false } = options;
    this.#item(decimals > 0 ? DECIMAL : width > 0 ? PADDED : INTEGER, scale);
    this.#pieces.at(-1)?.push(this.#slots.length);
    this.#slots.push({ field, line: this.#line, width, decimals, scale, signed, limit });
  }

  /** The rest of the line is not kept. */
  skip(): void {
    this.#item(SKIP, 1);
    this.#pieces.at(-1)?.push(null);
  }

  bad(line: string): void {
    this.#bad.push({ line: this.#line, text: line });
    this.skip();
  }

  newline(): void {
    this.#text += "\n";
    this.#line++;
    this.#pieces.push([]);
  }

  finish(): Shape {
    this.#item(END, 1);
    return {
      literals: this.#literals,
      ...wordsOf(this.#literals),
      kind: Uint8Array.from(this.#kinds),
      scale: Float64Array.from(this.#scales),
      slotOf: Int32Array.from(this.#slotOf),
      slots: this.#slots,
      fields: this.#slots.map((slot) => slot.field),
      lines: this.#line,
      bad: this.#bad,
      pieces: this.#pieces,
      irregular: new Set(),
      unlimited: null,
    };
  }

  #item(kind: number, scale: number): void {
    this.#literals.push(encoder.encode(this.#text));
    this.#text = "";
    this.#kinds.push(kind);
    this.#scales.push(scale);
    this.#slotOf.push(kind === SKIP || kind === END ? -1 : this.#slots.length);
  }
}

const wordsOf = (literals: readonly Uint8Array[]): Pick<Shape, "words" | "masks" | "wordEnd" | "length"> => {
  const words: number[] = [];
  const masks: number[] = [];
  const wordEnd = literals.map((literal) => {
    for (let at = 0; at < literal.length; at += 4) {
      const part = [0, 1, 2, 3].map((i) => literal[at + i]);
      words.push(part.reduce<number>((word, byte, i) => word | ((byte ?? 0) << (8 * i)), 0));
      masks.push(part.reduce<number>((mask, byte, i) => mask | ((byte === undefined ? 0 : 0xff) << (8 * i)), 0));
    }
    return words.length;
  });
  return {
    words: Int32Array.from(words),
    masks: Int32Array.from(masks),
    wordEnd: Int32Array.from(wordEnd),
    length: Int32Array.from(literals, (literal) => literal.length),
  };
};

/** Equal for shapes that read the same bytes into the same fields. */
export const shapeKey = (shape: Shape): string => {
  const decoder = new TextDecoder();
  return JSON.stringify([shape.literals.map((literal) => decoder.decode(literal)), [...shape.kind], shape.fields]);
};

const NUMBER = /-?\d{1,40}(?:\.\d{1,9})?/y;

/** Lays out the number at or after `from` (blanks before it); returns where it ended, or -1 where there is none. */
export const numberAt = (
  draft: ShapeDraft,
  line: string,
  from: number,
  field: string,
  options: NumberOptions = {},
): number => {
  let start = from;
  while (line[start] === " " || line[start] === "\t") start++;
  if (options.limit === true && line.startsWith("max", start)) {
    draft.literal(line.slice(from, start));
    draft.number(field, options);
    return start + 3;
  }
  NUMBER.lastIndex = start;
  const text = NUMBER.exec(line)?.[0];
  if (text === undefined) return -1;
  const end = start + text.length;
  const padFrom = options.width === undefined ? start : Math.max(from, end - Math.max(options.width, text.length));
  draft.literal(line.slice(from, padFrom));
  draft.number(field, options);
  return end;
};

/** `key value` lines: memory.stat, vmstat, memory.events, cgroup.stat, cpu.stat. */
export const buildKeyValue = (lines: readonly string[], draft: ShapeDraft, options: NumberOptions = {}): void => {
  for (const line of lines) {
    const at = line.indexOf(" ");
    const end = at > 0 ? numberEnd(line, at + 1, options.limit === true) : -1;
    if (end === line.length) {
      draft.literal(line.slice(0, at + 1));
      draft.number(line.slice(0, at), options);
    } else draft.bad(line);
    draft.newline();
  }
};

const numberEnd = (line: string, from: number, limit: boolean): number => {
  if (limit && line.startsWith("max", from)) return from + 3;
  NUMBER.lastIndex = from;
  const text = NUMBER.exec(line)?.[0];
  return text === undefined ? -1 : from + text.length;
};
