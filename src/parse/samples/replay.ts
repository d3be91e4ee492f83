// Hot loop: matches one content against a shape, byte for byte, and reads its numbers. 99 % of a bundle's bytes pass here.
import { DECIMAL, END, PADDED, type Shape, SKIP } from "./shape.ts";

export const MISMATCH = -1;
/** The bytes ended before the shape did. */
export const INCOMPLETE = -2;

/** Numbers of the last replay, by slot; valid until the next. */
export let replayed = new Float64Array(4096);
/** Slots of the last replay whose value must not be believed: negative where the kernel prints none, or over 2^53. */
export const doubtful: { slot: number; what: "negative-number" | "number-too-large" }[] = [];

const NEWLINE = 10;
const SPACE = 32;
const MINUS = 45;
const POINT = 46;
const LETTER_M = 109;
/** PAGE_COUNTER_MAX in bytes is 2^63 less one page (v1); nothing real comes near. */
const UNLIMITED = 2 ** 62;

/** Position after the content, or MISMATCH, or INCOMPLETE. Never reads at or beyond `end`. */
export const replay = (shape: Shape, bytes: Uint8Array, from: number, end: number): number => {
  const { literals, literalEnd, kind, scale, slots } = shape;
  if (slots.length > replayed.length) replayed = new Float64Array(slots.length * 2);
  const out = replayed;
  doubtful.length = 0;
  let p = from;
  let l = 0;
  let slot = 0;
  for (let item = 0; ; item++) {
    const stop = literalEnd[item] as number;
    if (p + stop - l > end) return tail(literals, l, bytes, p, end);
    while (l < stop) if (bytes[p++] !== literals[l++]) return MISMATCH;
    const what = kind[item];
    if (what === END) return p;
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
    while (p < end && (digit = (bytes[p] as number) - 48) >= 0 && digit <= 9) {
      value = value * 10 + digit;
      p++;
    }
    if (p === end) return INCOMPLETE;
    if (p === first) {
      p = unusual(shape, slot, bytes, p, end, out);
      if (p < 0) return p;
      slot++;
      continue;
    }
    if (what === PADDED && first - blanks !== Math.max(0, (slots[slot]?.width ?? 0) - (p - first)))
      shape.irregular.add(slot);
    if (what === DECIMAL && bytes[p] === POINT) {
      let denominator = 1;
      for (p++; p < end && (digit = (bytes[p] as number) - 48) >= 0 && digit <= 9; p++) {
        value = value * 10 + digit;
        denominator *= 10;
      }
      if (p === end) return INCOMPLETE;
      value /= denominator;
    }
    if (value > Number.MAX_SAFE_INTEGER) value = large(shape, slot, value, bytes, first, p);
    out[slot++] = value * (scale[item] as number);
  }
};

/** Too few bytes for the next literal: a mismatch already, or to be continued. */
const tail = (literals: Uint8Array, from: number, bytes: Uint8Array, at: number, end: number): number => {
  for (let l = from, p = at; p < end; l++, p++) if (bytes[p] !== literals[l]) return MISMATCH;
  return INCOMPLETE;
};

/** No digit where a number was expected: "max", a sign, or not this shape. */
const unusual = (shape: Shape, slot: number, bytes: Uint8Array, at: number, end: number, out: Float64Array): number => {
  const spec = shape.slots[slot];
  if (spec === undefined) return MISMATCH;
  if (spec.limit && bytes[at] === LETTER_M) {
    if (at + 3 >= end) return INCOMPLETE;
    if (bytes[at + 1] !== 97 || bytes[at + 2] !== 120) return MISMATCH;
    out[slot] = Infinity;
    return at + 3;
  }
  if (bytes[at] !== MINUS) return MISMATCH;
  let p = at + 1;
  let value = 0;
  for (; p < end; p++) {
    const digit = (bytes[p] as number) - 48;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  if (p === end) return INCOMPLETE;
  if (p === at + 1) return MISMATCH;
  out[slot] = spec.signed ? -value * spec.scale : NaN;
  if (!spec.signed) doubtful.push({ slot, what: "negative-number" });
  return p;
};

const large = (shape: Shape, slot: number, value: number, bytes: Uint8Array, from: number, to: number): number => {
  if (shape.slots[slot]?.limit === true && value >= UNLIMITED) {
    shape.unlimited ??= new TextDecoder().decode(bytes.subarray(from, to));
    return Infinity;
  }
  doubtful.push({ slot, what: "number-too-large" });
  return NaN;
};
