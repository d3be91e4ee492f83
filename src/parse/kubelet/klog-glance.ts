// klog's header as bytes, where it stands whole at the front (klog-header.ts reads it wherever and however it stands).
import type { Stamp } from "../../model/instant.ts";
import { digitsEnd, numberAt, twoDigits } from "../log/skim/skim.ts";
import { type KlogHeader, readingOf, type Severity } from "./klog-header.ts";
import { BARE_STARTS } from "./words.ts";

const BLANK = 0x20;
const COLON = 0x3a;
const DOT = 0x2e;
const CLOSE = 0x5d;

const isFileByte = (byte: number): boolean =>
  (byte >= 0x61 && byte <= 0x7a) ||
  (byte >= 0x41 && byte <= 0x5a) ||
  (byte >= 0x30 && byte <= 0x39) ||
  byte === 0x5f ||
  byte === DOT ||
  byte === 0x2b ||
  byte === 0x2d;

/** Behind at least one and at most `most` blanks; -1 where there are none or more. */
const blanksEnd = (bytes: Uint8Array, at: number, most: number): number => {
  let end = at;
  while (bytes[end] === BLANK) end++;
  return end > at && end - at <= most ? end : -1;
};

/** `key=<` at a line's end: a value of several lines. */
export const opensBlock = (bytes: Uint8Array, to: number): boolean => bytes[to - 1] === 0x3c && bytes[to - 2] === 0x3d;

/** A header stands at the front, JSON or a quotation of it not far behind (klog-header.ts SEARCH, klog-message.ts withinQuotes). */
const PLACE_MAX = 720;

/** Whether the message of a speaker that is no kubelet may be klog's all the same. */
export const mayBeKlog = (bytes: Uint8Array, from: number, to: number): boolean => {
  let first = from;
  while (first < to && (bytes[first] ?? 0) <= BLANK) first++;
  if (opensBlock(bytes, to) || BARE_STARTS.begin(bytes, first, to)) return true;
  const stop = Math.min(to - 4, from + PLACE_MAX);
  for (let at = from; at <= stop; at++) {
    const byte = bytes[at];
    if (byte === DOT && bytes[at + 1] === 0x67 && bytes[at + 2] === 0x6f && bytes[at + 3] === COLON) return true; // ".go:"
    if (byte === 0x7b && bytes[at + 1] === 0x22 && bytes[at + 2] === 0x74 && bytes[at + 3] === 0x73) return true; // `{"ts`
  }
  return false;
};

const severityOf = (byte: number | undefined): Severity | null =>
  byte === 0x49 ? "I" : byte === 0x57 ? "W" : byte === 0x45 ? "E" : byte === 0x46 ? "F" : null;

export class KlogGlance {
  ms = 0;
  resolutionMs = 0;
  #severity: Severity | null = null;
  #pid = 0;
  /** The file's base name is [fileFrom, fileTo). */
  fileFrom = 0;
  fileTo = 0;

  /** `I1124 01:16:10.106764     410 oom_watcher_linux.go:84] "Got sys oom event" …`: where the message begins; -1 where this is not plainly a header. */
  read(bytes: Uint8Array, from: number, to: number): number {
    this.#severity = severityOf(bytes[from]);
    if (to - from < 30 || this.#severity === null) return -1;
    const time = blanksEnd(bytes, from + 5, 3);
    if (time < 0 || bytes[time + 2] !== COLON || bytes[time + 5] !== COLON || bytes[time + 8] !== DOT) return -1;
    const fraction = digitsEnd(bytes, time + 9, to);
    const digits = fraction - time - 9;
    const pid = blanksEnd(bytes, fraction, 8);
    if (digits < 1 || digits > 9 || pid < 0) return -1;
    const scale = 10 ** digits;
    const second = (twoDigits(bytes, time + 6) * scale + numberAt(bytes, time + 9, fraction)) / scale;
    const month = twoDigits(bytes, from + 1);
    const day = twoDigits(bytes, from + 3);
    const ms = readingOf(month, day, twoDigits(bytes, time), twoDigits(bytes, time + 3), second);
    if (ms === null || Number.isNaN(ms)) return -1;
    this.ms = ms;
    this.resolutionMs = Math.max(10 ** (3 - digits), 1e-3);
    return this.#readPlace(bytes, pid, to);
  }

  stamp(): Stamp {
    return { clock: "klog", ms: this.ms, resolutionMs: this.resolutionMs, zoned: false };
  }

  /** The header that was read, of the text that begins at `from`; the message begins at `message`. */
  header(text: string, from: number, message: number): KlogHeader {
    const file = text.slice(this.fileFrom - from, this.fileTo - from);
    return { severity: this.#severity, stamp: this.stamp(), pid: this.#pid, file, end: message - from };
  }

  /** Whether the line is one of these files'. */
  isOf(bytes: Uint8Array, names: readonly Uint8Array[]): boolean {
    return names.some((name) => {
      if (name.length !== this.fileTo - this.fileFrom) return false;
      for (let i = 0; i < name.length; i++) if (bytes[this.fileFrom + i] !== name[i]) return false;
      return true;
    });
  }

  #readPlace(bytes: Uint8Array, pid: number, to: number): number {
    const pidEnd = digitsEnd(bytes, pid, to);
    const file = blanksEnd(bytes, pidEnd, 3);
    if (pidEnd === pid || pidEnd - pid > 10 || file < 0) return -1;
    let end = file;
    while (end < to && isFileByte(bytes[end] ?? 0)) end++;
    const line = digitsEnd(bytes, end + 1, to);
    const isGo = bytes[end - 3] === DOT && bytes[end - 2] === 0x67 && bytes[end - 1] === 0x6f;
    if (!isGo || end - file < 4 || end - file > 80 || bytes[end] !== COLON || line === end + 1 || line - end > 7)
      return -1;
    if (line >= to || bytes[line] !== CLOSE) return -1;
    this.#pid = numberAt(bytes, pid, pidEnd);
    this.fileFrom = file;
    this.fileTo = end;
    return bytes[line + 1] === BLANK && line + 1 < to ? line + 2 : line + 1;
  }
}
