// A wall clock, host and speaker before the message (forms/syslog.ts).
import { dayMs, fractionMs, monthOf, resolutionOf, yearlessStamp } from "../stamps.ts";
import { digitsEnd, isDigit, namedHeadEnd, numberAt, type Skim, twoDigits } from "./skim.ts";

const BLANK = 0x20;
const COLON = 0x3a;
const DASH = 0x2d;
const DOT = 0x2e;
const PLUS = 0x2b;
const ZULU = 0x5a;
const FRACTION_MAX = 9;
/** forms/syslog.ts LOG_PREFIX */
const RUNNERS_DIGITS = 7;

/** `08:05:12` as ms; NaN where it is no time. */
const clockMs = (bytes: Uint8Array, at: number): number => {
  const hour = twoDigits(bytes, at);
  const minute = twoDigits(bytes, at + 3);
  const second = twoDigits(bytes, at + 6);
  if (bytes[at + 2] !== COLON || bytes[at + 5] !== COLON) return Number.NaN;
  return hour < 24 && minute < 60 && second < 61 ? hour * 3_600_000 + minute * 60_000 + second * 1000 : Number.NaN;
};

abstract class WallSkim {
  readonly ownSpeaker = false;
  readonly sequence = null;
  ms = 0;
  resolutionMs = 0;
  /** Of the fraction. */
  protected digits = 0;

  headEnd(bytes: Uint8Array, at: number, to: number): number {
    return namedHeadEnd(bytes, at, to);
  }

  /** Takes the fraction of a second if there is one, and returns where it ends; -1 where it is too long. */
  protected takeFraction(bytes: Uint8Array, at: number, to: number): number {
    if (bytes[at] !== DOT) {
      this.resolutionMs = 1000;
      this.digits = 0;
      return at;
    }
    const end = digitsEnd(bytes, at + 1, to);
    const digits = end - at - 1;
    if (digits < 1 || digits > FRACTION_MAX) return -1;
    this.ms += fractionMs(numberAt(bytes, at + 1, end), digits);
    this.resolutionMs = resolutionOf(digits);
    this.digits = digits;
    return end;
  }
}

/** `2026-11-24T01:08:52.867906+00:00 worker-1 kubelet[404]: …` */
export class IsoSkim extends WallSkim implements Skim {
  readonly form = "syslog-iso";
  readonly clock = "receipt";
  zoned = false;
  #day = 0;
  #dayMs = Number.NaN;

  read(bytes: Uint8Array, from: number, to: number): number {
    const between = bytes[from + 10];
    if (to - from < 22 || (between !== 0x54 && between !== BLANK)) return -1;
    const clock = clockMs(bytes, from + 11);
    const day = this.#takeDay(bytes, from);
    if (Number.isNaN(clock) || Number.isNaN(day)) return -1;
    this.ms = day + clock;
    const at = this.takeFraction(bytes, from + 19, to);
    // a runner's time: what follows it need not be a speaker
    if (at < 0 || (this.digits >= RUNNERS_DIGITS && bytes[at] === ZULU)) return -1;
    return this.#takeZone(bytes, at);
  }

  /** Behind the zone and a blank. */
  #takeZone(bytes: Uint8Array, at: number): number {
    const first = bytes[at];
    this.zoned = first !== BLANK;
    if (first === BLANK) return at + 1;
    if (first === ZULU) return bytes[at + 1] === BLANK ? at + 2 : -1;
    if (first !== PLUS && first !== DASH) return -1;
    const colon = bytes[at + 3] === COLON ? 1 : 0;
    const minutes = twoDigits(bytes, at + 1) * 60 + twoDigits(bytes, at + 3 + colon);
    if (Number.isNaN(minutes) || bytes[at + 5 + colon] !== BLANK) return -1;
    this.ms -= (first === DASH ? -1 : 1) * minutes * 60_000;
    return at + 6 + colon;
  }

  #takeDay(bytes: Uint8Array, from: number): number {
    if (bytes[from + 4] !== DASH || bytes[from + 7] !== DASH) return Number.NaN;
    const year = twoDigits(bytes, from) * 100 + twoDigits(bytes, from + 2);
    const key = (year * 100 + twoDigits(bytes, from + 5)) * 100 + twoDigits(bytes, from + 8);
    if (key !== this.#day) {
      this.#day = key;
      this.#dayMs = Number.isNaN(key) ? Number.NaN : dayMs(new TextDecoder().decode(bytes.subarray(from, from + 10)));
    }
    return this.#dayMs;
  }
}

/** `Nov 24 01:18:22 worker-1 kernel: …`; with a fraction it is journalctl's short-precise. */
export class YearlessSkim extends WallSkim implements Skim {
  readonly form: string;
  readonly clock = "rfc3164";
  readonly zoned = false;
  readonly #precise: boolean;
  #day = 0;
  #dayMs = Number.NaN;

  constructor(precise: boolean) {
    super();
    this.form = precise ? "journal-short-precise" : "rfc3164";
    this.#precise = precise;
  }

  /** English names of months only. */
  read(bytes: Uint8Array, from: number, to: number): number {
    if (to - from < 18 || bytes[from + 3] !== BLANK) return -1;
    const dayAt = bytes[from + 4] === BLANK ? from + 5 : from + 4;
    const dayEnd = digitsEnd(bytes, dayAt, to);
    if (dayEnd === dayAt || dayEnd - dayAt > 2 || bytes[dayEnd] !== BLANK) return -1;
    const clock = clockMs(bytes, dayEnd + 1);
    const day = this.#takeDay(bytes, from, numberAt(bytes, dayAt, dayEnd));
    if (Number.isNaN(clock) || Number.isNaN(day)) return -1;
    this.ms = day + clock;
    const at = this.takeFraction(bytes, dayEnd + 9, to);
    return at < 0 || bytes[at] !== BLANK || this.resolutionMs < 1000 !== this.#precise ? -1 : at + 1;
  }

  #takeDay(bytes: Uint8Array, from: number, day: number): number {
    const [a = 0, b = 0, c = 0] = [bytes[from], bytes[from + 1], bytes[from + 2]];
    const key = ((a * 128 + b) * 128 + c) * 128 + day;
    if (key !== this.#day) {
      this.#day = key;
      const month = isDigit(a) ? null : monthOf(String.fromCharCode(a, b, c));
      this.#dayMs = (month === null ? null : yearlessStamp(month, String(day), "0", "0", "0", ""))?.ms ?? Number.NaN;
    }
    return this.#dayMs;
  }
}
