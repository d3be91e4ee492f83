// One reading of a run of whole lines, byte by byte: where they end, and which of them are as plain as nearly all are. A place in a plain
// line's bytes is the same place in its text, and there is nothing in it that has to be taken off before it can be read.

const LF = 10;
const CR = 13;
const HASH = 0x23;
const AMPERSAND = 0x26;
const SLASH = 0x2f;
const ZERO = 0x30;
const LESS = 0x3c;
const MORE = 0x3e;
const OPEN = 0x5b;
const BACKSLASH = 0x5c;
const UNDERSCORE = 0x5f;
const M = 0x6d;
const X = 0x78;

/** `\x09`: a byte as /dev/kmsg writes it. */
const ESCAPED = 1;
/** To be decoded and cleaned as a whole: no ASCII, control characters, or what log/clean.ts takes off and line-decoder.ts parts at. */
export const UNCLEAN = 2;

const PLAIN = 0;
const END = 1;
const NOT_PLAIN = 2;
const ASKS = 3;

const CLASSES = new Uint8Array(256).fill(NOT_PLAIN, 0x80);
for (const byte of [0, CR, 0x1b]) CLASSES[byte] = NOT_PLAIN;
for (const byte of [HASH, AMPERSAND, OPEN, BACKSLASH]) CLASSES[byte] = ASKS;
CLASSES[LF] = END;

/** `&quot;`, `&#34;`: how the references begin that markup.ts knows. */
const isReference = (byte: number | undefined): boolean =>
  byte === HASH || byte === 0x71 || byte === 0x61 || byte === 0x6c || byte === 0x67 || byte === 0x6e;

const escape = (bytes: Uint8Array, at: number): number => {
  const next = bytes[at + 1];
  if (next === OPEN || next === UNDERSCORE) return UNCLEAN; // markdown
  if (next !== X && next !== 0x58) return 0;
  const lineFeed = bytes[at + 2] === ZERO && (bytes[at + 3] === 0x61 || bytes[at + 3] === 0x41);
  return lineFeed ? UNCLEAN : ESCAPED;
};

const askedOf = (bytes: Uint8Array, at: number): number => {
  const next = bytes[at + 1];
  switch (bytes[at]) {
    case OPEN: // "[0m", "[m[K"
      return (next === ZERO && bytes[at + 2] === M) || (next === M && bytes[at + 2] === OPEN) ? UNCLEAN : 0;
    case BACKSLASH:
      return escape(bytes, at);
    case AMPERSAND:
      return isReference(next) ? UNCLEAN : 0;
    default: // "#012"
      return next === ZERO && bytes[at + 2] === 0x31 ? UNCLEAN : 0;
  }
};

/** A page's tag at the end; `</TASK>` is none. */
const endsInTag = (bytes: Uint8Array, from: number, to: number): boolean => {
  if (bytes[to - 1] !== MORE) return false;
  let at = to - 2;
  while (at > from && bytes[at] !== LESS) at--;
  const first = bytes[bytes[at + 1] === SLASH ? at + 2 : at + 1] ?? 0;
  return bytes[at] === LESS && first >= 0x61 && first <= 0x7a;
};

/** The first byte from `from` on that is not plain; four are looked at at once. */
const plainEnd = (bytes: Uint8Array, from: number): number => {
  let at = from;
  const { length } = bytes;
  for (const stop = length - 3; at < stop; at += 4) {
    const first = (CLASSES[bytes[at] ?? 0] ?? 0) | (CLASSES[bytes[at + 1] ?? 0] ?? 0);
    if ((first | (CLASSES[bytes[at + 2] ?? 0] ?? 0) | (CLASSES[bytes[at + 3] ?? 0] ?? 0)) !== PLAIN) break;
  }
  while (at < length && CLASSES[bytes[at] ?? 0] === PLAIN) at++;
  return at;
};

const grown = (array: Int32Array): Int32Array => {
  const more = new Int32Array(array.length * 2);
  more.set(array);
  return more;
};

export class LineScan {
  /** Of the run that was read last. */
  lines = 0;
  #feeds: Int32Array = new Int32Array(1024);
  #flags: Int32Array = new Int32Array(1024);

  /** Where the line feed of a line stands. */
  feed(line: number): number {
    return this.#feeds[line] ?? 0;
  }

  /** `UNCLEAN`, or another where the line has escapes; 0 for nearly all lines. */
  flags(line: number): number {
    return this.#flags[line] ?? 0;
  }

  /** Whole lines, the last one's line feed included. */
  read(bytes: Uint8Array): void {
    let count = 0;
    let from = 0;
    let flags = 0;
    const { length } = bytes;
    for (let at = plainEnd(bytes, 0); at < length; at = plainEnd(bytes, at + 1)) {
      const asks = CLASSES[bytes[at] ?? 0];
      if (asks === END) {
        if (count === this.#feeds.length) this.#grow();
        this.#feeds[count] = at;
        this.#flags[count] = endsInTag(bytes, from, at) ? UNCLEAN : flags;
        count++;
        from = at + 1;
        flags = 0;
      } else if (asks === ASKS) flags |= askedOf(bytes, at);
      else if (bytes[at] !== CR || !endsLine(bytes, at)) flags |= UNCLEAN;
    }
    this.lines = count;
  }

  #grow(): void {
    this.#feeds = grown(this.#feeds);
    this.#flags = grown(this.#flags);
  }
}

/** Carriage returns before the line feed. */
const endsLine = (bytes: Uint8Array, at: number): boolean => {
  let next = at + 1;
  while (bytes[next] === CR) next++;
  return bytes[next] === LF;
};

/** A line's end without its carriage returns. */
export const lineEnd = (bytes: Uint8Array, from: number, lineFeed: number): number => {
  let to = lineFeed;
  while (to > from && bytes[to - 1] === CR) to--;
  return to;
};
