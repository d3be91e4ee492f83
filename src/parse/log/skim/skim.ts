// One form of line, read as bytes where it is as plain as nearly all its lines are. What is unclear is left to the form's decoder.
import type { ClockKind } from "../../../model/instant.ts";

export interface Skim {
  /** As the decoder names it. */
  readonly form: string;
  readonly clock: ClockKind;
  /** Of the stamp read last. */
  readonly ms: number;
  readonly resolutionMs: number;
  readonly zoned: boolean;
  readonly sequence: number | null;
  /** The kernel speaks where nothing stands between stamp and message. */
  readonly ownSpeaker: boolean;
  /** Reads the stamp of the line [from, to). Returns where what follows it begins, -1 where this is not plainly a line of the form. */
  read(bytes: Uint8Array, from: number, to: number): number;
  /** Where the message begins, behind host and speaker if they are named; -1 where that is unclear. */
  headEnd(bytes: Uint8Array, at: number, to: number): number;
}

const BLANK = 0x20;
const COLON = 0x3a;

export const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** Two digits as a number; NaN where they are none. */
export const twoDigits = (bytes: Uint8Array, at: number): number => {
  const tens = (bytes[at] ?? 0) - 0x30;
  const ones = (bytes[at + 1] ?? 0) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
};

/** Where the digits from `at` on end. */
export const digitsEnd = (bytes: Uint8Array, at: number, to: number): number => {
  let end = at;
  while (end < to && isDigit(bytes[end])) end++;
  return end;
};

/** Up to 15 digits, exactly. */
export const numberAt = (bytes: Uint8Array, from: number, to: number): number => {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + (bytes[at] ?? 0) - 0x30;
  return value;
};

/** "worker-1 kubelet[404]: ": neither host nor speaker holds a colon, and a message follows one with a blank. */
export const namedHeadEnd = (bytes: Uint8Array, at: number, to: number): number => {
  const stop = Math.min(to, at + 256);
  for (let colon = at; colon < stop; colon++) {
    if (bytes[colon] === COLON) return bytes[colon + 1] === BLANK && colon + 1 < to ? colon + 2 : -1;
  }
  return -1;
};

/** "[", blanks, digits and a dot, or "<": the kernel's own stamp may begin here. */
export const mayBePrintk = (bytes: Uint8Array, from: number, to: number): boolean => {
  if (bytes[from] === 0x3c) return true;
  if (bytes[from] !== 0x5b) return false;
  let at = from + 1;
  while (at < to && bytes[at] === BLANK) at++;
  return bytes[digitsEnd(bytes, at, to)] === 0x2e;
};
