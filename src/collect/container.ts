// What a stream is, by its first bytes: names lie.

import { isFrame, isSkippable } from "./zstd-format.ts";

export type Container = "gzip" | "tar" | "zstd" | "xz" | "bzip2" | "zip" | "7z" | null;

const MAGICS: readonly (readonly [Exclude<Container, null>, readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b, 0x08]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["zip", [0x50, 0x4b, 0x03, 0x04]],
  ["7z", [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
];

export const containerOf = (head: Uint8Array): Container => {
  for (const [kind, magic] of MAGICS) {
    if (magic.every((byte, i) => head[i] === byte) && (kind !== "bzip2" || isBzip2Block(head))) return kind;
  }
  if (isFrame(head) || isSkippable(head)) return "zstd";
  return isTar(head) ? "tar" : null;
};

/** "BZh9" alone could begin a text; the block magic (digits of pi) or the end magic follows it. */
const isBzip2Block = (head: Uint8Array): boolean =>
  [0x31, 0x41, 0x59].every((byte, i) => head[4 + i] === byte) ||
  [0x17, 0x72, 0x45].every((byte, i) => head[4 + i] === byte);

const BLOCK = 512;

/** A tar header says so by its checksum, in the old form too, which has no magic. Zeros alone are a hole that a crash left. */
const isTar = (head: Uint8Array): boolean => {
  if (head.length < BLOCK) return false;
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 0x20 : (head[i] ?? 0);
  return sum !== 8 * 0x20 && sum === octal(head, 148, 8);
};

export const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

const octal = (block: Uint8Array, from: number, length: number): number => {
  let text = "";
  for (let i = from; i < from + length; i++) text += String.fromCharCode(block[i] ?? 0);
  const digits = /[0-7]{1,8}/.exec(text);
  return digits === null ? -1 : Number.parseInt(digits[0], 8);
};
