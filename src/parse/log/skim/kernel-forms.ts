// The kernel's own forms: records of /dev/kmsg, and a stamp in brackets (forms/kmsg.ts, forms/bracket.ts).
import { digitsEnd, isDigit, namedHeadEnd, numberAt, type Skim } from "./skim.ts";

const BLANK = 0x20;
const COLON = 0x3a;
const COMMA = 0x2c;
const DOT = 0x2e;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const SEMICOLON = 0x3b;
/** Numbers up to here are exact. */
const DIGITS_MAX = 15;

const isWordByte = (byte: number): boolean =>
  (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f;
/** `[\w.@()/-]` */
const isWriterByte = (byte: number): boolean =>
  isWordByte(byte) || byte === DOT || byte === 0x40 || byte === 0x28 || byte === 0x29 || byte === 0x2f || byte === 0x2d;

/** Behind "systemd[1]: ", which a process wrote before its message; `at` where none did; -1 where it is unclear. */
const writerEnd = (bytes: Uint8Array, at: number, to: number): number => {
  let open = at;
  while (open < to && isWriterByte(bytes[open] ?? 0)) open++;
  if (bytes[open] !== OPEN || open === at || open >= to) return at;
  const close = digitsEnd(bytes, open + 1, to);
  const whole = close + 2 < to && bytes[close] === CLOSE && bytes[close + 1] === COLON && bytes[close + 2] === BLANK;
  return whole ? close + 3 : -1;
};

/** `4,511,598593873,-;java invoked oom-killer: …`; records with more fields are left to the decoder. */
export class KmsgSkim implements Skim {
  readonly form = "kmsg";
  readonly clock = "printk";
  readonly resolutionMs = 1e-3;
  readonly zoned = true;
  readonly ownSpeaker = true;
  ms = 0;
  sequence = 0;

  read(bytes: Uint8Array, from: number, to: number): number {
    const level = digitsEnd(bytes, from, to);
    if (level === from || level - from > 6 || bytes[level] !== COMMA) return -1;
    const sequence = digitsEnd(bytes, level + 1, to);
    if (sequence === level + 1 || sequence - level > DIGITS_MAX || bytes[sequence] !== COMMA) return -1;
    const micros = digitsEnd(bytes, sequence + 1, to);
    if (micros === sequence + 1 || micros - sequence > DIGITS_MAX || bytes[micros] !== COMMA) return -1;
    const flag = bytes[micros + 1] ?? 0;
    if (micros + 2 >= to || bytes[micros + 2] !== SEMICOLON || flag <= BLANK || flag === SEMICOLON) return -1;
    this.sequence = numberAt(bytes, level + 1, sequence);
    this.ms = numberAt(bytes, sequence + 1, micros) / 1000;
    return micros + 3;
  }

  headEnd(bytes: Uint8Array, at: number, to: number): number {
    return writerEnd(bytes, at, to);
  }
}

/** Behind `[  598.593873] `, or -1; `stamp` gets the reading. */
const readBracket = (bytes: Uint8Array, from: number, to: number, stamp: { ms: number }): number => {
  if (bytes[from] !== OPEN) return -1;
  let at = from + 1;
  while (at - from < 13 && bytes[at] === BLANK) at++;
  const seconds = digitsEnd(bytes, at, to);
  if (seconds === at || seconds - at > 12 || bytes[seconds] !== DOT) return -1;
  const micros = digitsEnd(bytes, seconds + 1, to);
  if (micros - seconds !== 7 || bytes[micros] !== CLOSE || bytes[micros + 1] !== BLANK || micros + 2 >= to) return -1;
  // dmesg's column of callers: "[T13546] "
  if (bytes[micros + 2] === OPEN) {
    let caller = micros + 3;
    while (caller < to && bytes[caller] === BLANK) caller++;
    if (!isDigit(bytes[caller])) return -1;
  }
  stamp.ms = numberAt(bytes, at, seconds) * 1000 + numberAt(bytes, seconds + 1, micros) / 1000;
  return micros + 2;
};

/** Whether the text may go on as journalctl's: "worker-1 kernel: ", "worker-1 systemd[1]: ". */
const mayNameHost = (bytes: Uint8Array, at: number, to: number): boolean => {
  let host = at;
  while (host < to && bytes[host] !== COLON && (bytes[host] ?? 0) > BLANK) host++;
  if (bytes[host] !== BLANK || host === at) return false;
  let name = host + 1;
  while (name < to && isNameByte(bytes[name] ?? 0)) name++;
  return bytes[name] === OPEN || (bytes[name] === COLON && name - host === "kernel:".length);
};
const isNameByte = (byte: number): boolean => byte > BLANK && byte !== COLON && byte !== OPEN && byte !== CLOSE;

abstract class BracketSkim {
  readonly resolutionMs = 1e-3;
  readonly zoned = true;
  readonly sequence = null;
  ms = 0;

  read(bytes: Uint8Array, from: number, to: number): number {
    return readBracket(bytes, from, to, this);
  }
}

/** `[  598.593873] java invoked oom-killer: …` */
export class DmesgSkim extends BracketSkim implements Skim {
  readonly form = "dmesg";
  readonly clock = "printk";
  readonly ownSpeaker = true;

  headEnd(bytes: Uint8Array, at: number, to: number): number {
    return mayNameHost(bytes, at, to) ? -1 : writerEnd(bytes, at, to);
  }
}

/** `[  598.684707] worker-1 kernel: java invoked oom-killer: …` */
export class ShortMonotonicSkim extends BracketSkim implements Skim {
  readonly form = "journal-short-monotonic";
  readonly clock = "receipt-monotonic";
  readonly ownSpeaker = false;

  headEnd(bytes: Uint8Array, at: number, to: number): number {
    return mayNameHost(bytes, at, to) ? namedHeadEnd(bytes, at, to) : -1;
  }
}
