// Who speaks in the lines of one form: what stands between stamp and message is the same in line after line and is read once.
import type { Glancer } from "../glance.ts";
import type { Skim } from "./skim.ts";

export interface Speaker {
  /** Verbatim, the blank before the message included; empty where the kernel speaks without a name. */
  readonly head: Uint8Array;
  readonly host: string | null;
  readonly ident: string;
  readonly pid: number | null;
  readonly skim: Skim;
  /** One of each reader. */
  readonly glancers: readonly Glancer[];
  /** Its lines in this run of lines, and the last one of them. */
  passed: number;
  readonly last: { start: number; from: number; to: number; line: number };
}

/** A text that is no log must not make a speaker of each line. */
const SPEAKERS_MAX = 2000;

const stands = (head: Uint8Array, bytes: Uint8Array, at: number): boolean => {
  if (at + head.length > bytes.length) return false;
  for (let i = head.length - 1; i >= 0; i--) if (bytes[at + i] !== head[i]) return false;
  return true;
};

const hashOf = (bytes: Uint8Array, from: number, to: number): number => {
  let hash = to - from;
  for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0;
  return hash;
};

export class Speakers {
  readonly skim: Skim;
  readonly #byHead = new Map<number, Speaker>();
  #last: Speaker | null = null;

  constructor(skim: Skim) {
    this.skim = skim;
  }

  /** The speaker whose head begins at `at`; null where it is new or unclear. */
  find(bytes: Uint8Array, at: number, to: number): Speaker | null {
    const last = this.#last;
    if (last !== null && last.head.length > 0 && at + last.head.length < to && stands(last.head, bytes, at))
      return last;
    const end = this.skim.headEnd(bytes, at, to);
    if (end < 0 || end >= to) return null;
    const found = this.#byHead.get(hashOf(bytes, at, end));
    if (found === undefined || found.head.length !== end - at || !stands(found.head, bytes, at)) return null;
    this.#last = found;
    return found;
  }

  learn(speaker: Speaker): void {
    if (this.#byHead.size < SPEAKERS_MAX) this.#byHead.set(hashOf(speaker.head, 0, speaker.head.length), speaker);
  }
}
