// Hot loop: follows a content along the text that its file had last time. What is the same is compared eight bytes at a time; only
// numbers that differ are read. Gives what replay() would, for a fraction of the work.
import { ANOTHER, begin, EDITED, found } from "./found.ts";
import { INCOMPLETE, MISMATCH, readNumber } from "./read-number.ts";
import { type Bytes, restOfLine } from "./replay.ts";
import { END, type Shape, SKIP } from "./shape.ts";
import type { LastText, TextTable } from "./texts.ts";

/**
 * Position after the content, or MISMATCH, or INCOMPLETE. `from` is where the section's header begins and `same` how many bytes from
 * there on are known to be those of the text, at least the header. `shape` is the text's, and `last` holds its values.
 */
// oxlint-disable-next-line max-lines-per-function -- one loop: what it hands from number to number is most of its state
export const retrace = (
  shape: Shape,
  texts: TextTable,
  section: LastText & { readonly length: number },
  { bytes, view }: Bytes,
  from: number,
  same: number,
  last: Float64Array,
): number => {
  const { kind, length, slotOf } = shape;
  const { view: old, bytes: oldBytes, ends: oldEnds } = texts;
  const { textAt, textLength, endsAt } = section;
  begin(kind.length);
  const { slots, values, ends, editFrom, editTo } = found;
  const end = bytes.length;
  const textEnd = textAt + textLength;
  let p = from + same;
  let q = textAt + same;
  let item = 0;
  /** Where the text of the item before ended. */
  let before = section.length;
  let [count, edited] = [0, 0];
  /** How much farther from the section's start the bytes stand than they did. */
  let shift = 0;
  let moved = false;
  for (;;) {
    for (const windows = Math.min(textEnd, q + end - p) - 8; q <= windows; p += 8, q += 8)
      if (old.getFloat64(q, true) !== view.getFloat64(p, true)) break;
    for (; q < textEnd && p < end && oldBytes[q] === bytes[p]; p++) q++;
    if (q === textEnd) break;
    if (p === end) return INCOMPLETE;
    const at = q - textAt;
    // An item that ends here may have become longer: then it is that one, else the literal behind it.
    for (let stop = 0; (stop = oldEnds[endsAt + item] as number) < at; item++) {
      ends[item] = from + stop + shift;
      before = stop;
    }
    const start = before + (length[item] as number);
    const what = kind[item] as number;
    if (at < start || what === END) return MISMATCH;
    const first = from + start + shift;
    if (what === SKIP) p = restOfLine(bytes, first, end);
    else {
      p = readNumber(shape, item, bytes, first, end);
      const slot = slotOf[item] as number;
      const value = found.number[0] as number;
      if (p > 0 && value !== last[slot]) {
        slots[count] = slot;
        values[count++] = value;
      }
    }
    if (p < 0) return p;
    editFrom[edited] = first;
    editTo[edited++] = p;
    before = oldEnds[endsAt + item] as number;
    ends[item++] = p;
    q = textAt + before;
    moved ||= p - from - before !== shift;
    shift = p - from - before;
  }
  if (moved) for (; item < kind.length; item++) ends[item] = from + (oldEnds[endsAt + item] as number) + shift;
  found.count = count;
  found.edits = edited;
  found.how = moved ? ANOTHER : EDITED;
  return p;
};
