// Hot loop: matches one content against a shape and reads its numbers. What stands between the numbers is compared four bytes at a
// time, and a number only leaves this loop if it differs from the file's last one.
import { ANOTHER, begin, found } from "./found.ts";
import { INCOMPLETE, MISMATCH, readNumber } from "./read-number.ts";
import { END, type Shape, SKIP } from "./shape.ts";

/** How many bytes behind the end must exist, for the last word that is compared may reach over it. */
export const SLACK = 8;

/** For a file without a last reading in this shape: every value is another. */
export const NOTHING_KNOWN = new Float64Array(65_536).fill(NaN);

export interface Bytes {
  readonly bytes: Uint8Array;
  /** Over the same bytes. */
  readonly view: DataView;
}

const NEWLINE = 10;

/** Position after the content, or MISMATCH, or INCOMPLETE. Believes nothing at or beyond `end`, behind which SLACK bytes exist. */
export const replay = (shape: Shape, { bytes, view }: Bytes, from: number, end: number, last: Float64Array): number => {
  const { words, masks, wordEnd, length, kind, slotOf } = shape;
  const items = kind.length;
  begin(items);
  const { slots, values, ends } = found;
  let p = from;
  let w = 0;
  let count = 0;
  for (let item = 0; item < items; item++) {
    const stop = wordEnd[item] as number;
    const after = p + (length[item] as number);
    if (after > end) return tail(shape, item, bytes, p, end);
    for (; w < stop; w++, p += 4)
      if (((view.getInt32(p, true) ^ (words[w] as number)) & (masks[w] as number)) !== 0) return MISMATCH;
    const what = kind[item] as number;
    p = after;
    if (what === SKIP) p = restOfLine(bytes, p, end);
    else if (what !== END) {
      p = readNumber(shape, item, bytes, p, end);
      const slot = slotOf[item] as number;
      const value = found.number[0] as number;
      if (p > 0 && value !== last[slot]) {
        slots[count] = slot;
        values[count++] = value;
      }
    }
    if (p < 0) return p;
    ends[item] = p;
  }
  found.how = ANOTHER;
  found.count = count;
  return p;
};

/** Position of the line's end, or INCOMPLETE. */
export const restOfLine = (bytes: Uint8Array, from: number, end: number): number => {
  let p = from;
  while (p < end && bytes[p] !== NEWLINE) p++;
  return p === end ? INCOMPLETE : p;
};

/** Too few bytes for the next literal: a mismatch already, or to be continued. */
const tail = (shape: Shape, item: number, bytes: Uint8Array, at: number, end: number): number => {
  const literal = shape.literals[item];
  for (let i = 0; at + i < end; i++) if (bytes[at + i] !== literal?.[i]) return MISMATCH;
  return INCOMPLETE;
};
