// Hot loop: matches one content against a shape and reads its numbers. 99 % of a bundle's bytes pass here. What stands between the
// numbers is compared four bytes at a time, and a number only leaves this loop if it differs from the file's last one.
import { DECIMAL, END, PADDED, type Shape, SKIP } from "./shape.ts";

export const MISMATCH = -1;
/** The bytes ended before the shape did. */
export const INCOMPLETE = -2;
/** How many bytes behind the end must exist, for the last word of a literal may reach over it. */
export const SLACK = 4;

/** What the last replay found; valid until the next. */
export const found = {
  /** Slots whose value is another than in `last`, and those values. */
  count: 0,
  slots: new Uint32Array(1024),
  values: new Float64Array(1024),
  /** Slots whose value must not be believed: negative where the kernel prints none, or over 2^53. */
  doubtful: [] as { slot: number; what: "negative-number" | "number-too-large" }[],
};

/** For a file without a last reading in this shape: every value is another. */
export const NOTHING_KNOWN = new Float64Array(65_536).fill(NaN);

export interface Bytes {
  readonly bytes: Uint8Array;
  /** Over the same bytes. */
  readonly view: DataView;
}

const NEWLINE = 10;
const SPACE = 32;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const LETTER_A = 97;
const LETTER_M = 109;
const LETTER_X = 120;
/** PAGE_COUNTER_MAX in bytes is 2^63 less one page (v1); nothing real comes near. */
const UNLIMITED = 2 ** 62;

/** Position after the content, or MISMATCH, or INCOMPLETE. Believes nothing at or beyond `end`, behind which SLACK bytes exist. */
// oxlint-disable-next-line max-lines-per-function -- one loop: a call per number costs as much as the rest
export const replay = (shape: Shape, { bytes, view }: Bytes, from: number, end: number, last: Float64Array): number => {
  const { words, masks, wordEnd, length, kind, scale } = shape;
  const items = kind.length;
  reserve(items);
  const { slots, values } = found;
  let p = from;
  let w = 0;
  let slot = 0;
  let count = 0;
  for (let item = 0; item < items; item++) {
    const stop = wordEnd[item] as number;
    const after = p + (length[item] as number);
    if (after > end) return tail(shape, item, bytes, p, end);
    for (; w < stop; w++, p += 4)
      if (((view.getInt32(p, true) ^ (words[w] as number)) & (masks[w] as number)) !== 0) return MISMATCH;
    p = after;
    const what = kind[item] as number;
    if (what === END) break;
    if (what === SKIP) {
      while (p < end && bytes[p] !== NEWLINE) p++;
      if (p === end) return INCOMPLETE;
      continue;
    }
    const blanks = p;
    if (what === PADDED) while (p < end && bytes[p] === SPACE) p++;
    const first = p;
    let value = 0;
    let digit = 0;
    while (p < end && (digit = (bytes[p] as number) - ZERO) >= 0 && digit <= 9) {
      value = value * 10 + digit;
      p++;
    }
    if (p === end) return INCOMPLETE;
    if (p === first) {
      p = unusual(shape, slot, bytes, p, end);
      if (p < 0) return p;
      value = unusualValue;
    } else {
      if (what === PADDED) checkPadding(shape, slot, first - blanks, p - first);
      else if (what === DECIMAL && bytes[p] === POINT) {
        let denominator = 1;
        for (p++; p < end && (digit = (bytes[p] as number) - ZERO) >= 0 && digit <= 9; p++) {
          value = value * 10 + digit;
          denominator *= 10;
        }
        if (p === end) return INCOMPLETE;
        value /= denominator;
      }
      if (value > Number.MAX_SAFE_INTEGER) value = large(shape, slot, value, bytes, first, p);
      value *= scale[item] as number;
    }
    if (value !== last[slot]) {
      slots[count] = slot;
      values[count++] = value;
    }
    slot++;
  }
  found.count = count;
  return p;
};

const reserve = (items: number): void => {
  if (found.doubtful.length > 0) found.doubtful = [];
  if (items <= found.slots.length) return;
  found.slots = new Uint32Array(items * 2);
  found.values = new Float64Array(items * 2);
};

const checkPadding = (shape: Shape, slot: number, blanks: number, digits: number): void => {
  if (blanks !== Math.max(0, (shape.slots[slot]?.width ?? 0) - digits)) shape.irregular.add(slot);
};

/** Too few bytes for the next literal: a mismatch already, or to be continued. */
const tail = (shape: Shape, item: number, bytes: Uint8Array, at: number, end: number): number => {
  const literal = shape.literals[item];
  for (let i = 0; at + i < end; i++) if (bytes[at + i] !== literal?.[i]) return MISMATCH;
  return INCOMPLETE;
};

let unusualValue = NaN;

/** No digit where a number was expected: "max", a sign, or not this shape. */
const unusual = (shape: Shape, slot: number, bytes: Uint8Array, at: number, end: number): number => {
  const spec = shape.slots[slot];
  if (spec === undefined) return MISMATCH;
  if (spec.limit && bytes[at] === LETTER_M) {
    if (at + 3 >= end) return INCOMPLETE;
    if (bytes[at + 1] !== LETTER_A || bytes[at + 2] !== LETTER_X) return MISMATCH;
    unusualValue = Infinity;
    return at + 3;
  }
  if (bytes[at] !== MINUS) return MISMATCH;
  let p = at + 1;
  let value = 0;
  for (; p < end; p++) {
    const digit = (bytes[p] as number) - ZERO;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  if (p === end) return INCOMPLETE;
  if (p === at + 1) return MISMATCH;
  unusualValue = spec.signed ? -value * spec.scale : NaN;
  if (!spec.signed) found.doubtful.push({ slot, what: "negative-number" });
  return p;
};

const large = (shape: Shape, slot: number, value: number, bytes: Uint8Array, from: number, to: number): number => {
  if (shape.slots[slot]?.limit === true && value >= UNLIMITED) {
    shape.unlimited ??= new TextDecoder().decode(bytes.subarray(from, to));
    return Infinity;
  }
  found.doubtful.push({ slot, what: "number-too-large" });
  return NaN;
};
