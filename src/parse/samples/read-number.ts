// Hot loop: one number of a content, as its layout says that it is printed.
import { found } from "./found.ts";
import { DECIMAL, PADDED, type Shape } from "./shape.ts";

export const MISMATCH = -1;
/** The bytes ended before the shape did. */
export const INCOMPLETE = -2;

const SPACE = 32;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const LETTER_A = 97;
const LETTER_M = 109;
const LETTER_X = 120;
/** PAGE_COUNTER_MAX in bytes is 2^63 less one page (v1); nothing real comes near. */
const UNLIMITED = 2 ** 62;

/** Position after the number of `item` that begins (with its blanks) at `from`, or MISMATCH, or INCOMPLETE. It is in `found.number`. */
export const readNumber = (shape: Shape, item: number, bytes: Uint8Array, from: number, end: number): number => {
  const what = shape.kind[item] as number;
  let p = from;
  if (what === PADDED) while (p < end && bytes[p] === SPACE) p++;
  const first = p;
  let value = 0;
  let digit = 0;
  while (p < end && (digit = (bytes[p] as number) - ZERO) >= 0 && digit <= 9) {
    value = value * 10 + digit;
    p++;
  }
  if (p === end) return INCOMPLETE;
  if (p === first) return unusual(shape, shape.slotOf[item] as number, bytes, p, end);
  if (what === PADDED) checkPadding(shape, shape.slotOf[item] as number, first - from, p - first);
  else if (what === DECIMAL && bytes[p] === POINT) {
    let denominator = 1;
    for (p++; p < end && (digit = (bytes[p] as number) - ZERO) >= 0 && digit <= 9; p++) {
      value = value * 10 + digit;
      denominator *= 10;
    }
    if (p === end) return INCOMPLETE;
    value /= denominator;
  }
  if (value > Number.MAX_SAFE_INTEGER) value = large(shape, shape.slotOf[item] as number, value, bytes, first, p);
  found.number[0] = value * (shape.scale[item] as number);
  return p;
};

const checkPadding = (shape: Shape, slot: number, blanks: number, digits: number): void => {
  if (blanks !== Math.max(0, (shape.slots[slot]?.width ?? 0) - digits)) shape.irregular.add(slot);
};

/** No digit where a number was expected: "max", a sign, or not this shape. */
const unusual = (shape: Shape, slot: number, bytes: Uint8Array, at: number, end: number): number => {
  const spec = shape.slots[slot];
  if (spec === undefined) return MISMATCH;
  if (spec.limit && bytes[at] === LETTER_M) {
    if (at + 3 >= end) return INCOMPLETE;
    if (bytes[at + 1] !== LETTER_A || bytes[at + 2] !== LETTER_X) return MISMATCH;
    found.number[0] = Infinity;
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
  found.number[0] = spec.signed ? -value * spec.scale : NaN;
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
