// What of a run of whole lines is plain: ASCII, no control characters that have to be taken out of a line. Plain lines can be looked at as
// bytes, and a place in them is the same place in their text; the others are handed on one by one.

const LF = 10;
const CR = 13;
const NUL = 0;
const ESCAPE = 27;
const HIGH_BITS = 0x80808080 | 0;

const isAscii = (bytes: Uint8Array): boolean => {
  let high = 0;
  let at = 0;
  for (; at < bytes.length && ((bytes.byteOffset + at) & 3) !== 0; at++) high |= (bytes[at] ?? 0) & 0x80;
  const count = (bytes.length - at) >> 2;
  if (count > 0) {
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, count);
    for (let i = 0; i < count; i++) high |= (words[i] ?? 0) & HIGH_BITS;
  }
  for (at += count * 4; at < bytes.length; at++) high |= (bytes[at] ?? 0) & 0x80;
  return high === 0;
};

/** A line's end without its carriage returns. */
export const lineEnd = (bytes: Uint8Array, from: number, lineFeed: number): number => {
  let to = lineFeed;
  while (to > from && bytes[to - 1] === CR) to--;
  return to;
};

const isPlainLine = (bytes: Uint8Array, from: number, to: number): boolean => {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x80 || byte === CR || byte === NUL || byte === ESCAPE) return false;
  }
  return true;
};

export interface PlainRuns {
  /**
   * Plain lines, each with its line feed; `line` is the first one's number, and the number of the line after them is given back.
   * Carriage returns may stand before a line feed, nowhere else.
   */
  plain(bytes: Uint8Array, line: number): number;
  /** One other line, without its line feed. */
  other(bytes: Uint8Array, line: number): void;
}

/** Parts `bytes` (whole lines, the last line feed included), in order. Returns the number of the line after them. */
export const partPlain = (bytes: Uint8Array, firstLine: number, runs: PlainRuns): number => {
  if (isAscii(bytes) && ![CR, NUL, ESCAPE].some((byte) => bytes.includes(byte))) return runs.plain(bytes, firstLine);
  let line = firstLine;
  let plainFrom = 0;
  let plainLine = line;
  let from = 0;
  for (let to = bytes.indexOf(LF); to >= 0; to = bytes.indexOf(LF, from)) {
    if (!isPlainLine(bytes, from, lineEnd(bytes, from, to))) {
      if (plainFrom < from) runs.plain(bytes.subarray(plainFrom, from), plainLine);
      runs.other(bytes.subarray(from, to), line);
      plainFrom = to + 1;
      plainLine = line + 1;
    }
    from = to + 1;
    line++;
  }
  if (plainFrom < from) runs.plain(bytes.subarray(plainFrom, from), plainLine);
  return line;
};
