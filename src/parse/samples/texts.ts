// Hot loop: what each section of the film held last time, as text, in the order of the film. A text that did not change needs no
// reading; in one that did, only the numbers that differ are read (retrace.ts).
import { EDITED, found } from "./found.ts";
import { type Bytes, SLACK } from "./replay.ts";

/** More than the texts of any real node; beyond that all are forgotten, and learnt again. */
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_ENDS = 4 * 1024 * 1024;
/** Longer texts are not kept. */
const MAX_TEXT = 1024 * 1024;

/** Place of one text and of the ends of its items; a section has one. */
export interface LastText {
  /** Round of the table in which it was written; another one: forgotten. */
  textRound: number;
  textAt: number;
  /** Header and content; 0: none. */
  textLength: number;
  textRoom: number;
  endsAt: number;
  endsRoom: number;
}

export const noText = (): LastText => ({
  textRound: -1,
  textAt: 0,
  textLength: 0,
  textRoom: 0,
  endsAt: 0,
  endsRoom: 0,
});

export class TextTable {
  bytes = new Uint8Array(256 * 1024);
  view = new DataView(this.bytes.buffer);
  /** By item: where it ended, from the start of its text. */
  ends = new Int32Array(64 * 1024);
  #used = 0;
  #endsUsed = 0;
  #round = 0;

  /** All texts. */
  forget(): void {
    this.#used = 0;
    this.#endsUsed = 0;
    this.#round++;
  }

  has(text: LastText): boolean {
    return text.textLength > 0 && text.textRound === this.#round;
  }

  /** The text becomes what was just found: bytes `from` to `to`, so many items. False: it is not kept. */
  learn(text: LastText, both: Bytes, from: number, to: number, items: number): boolean {
    // What is doubtful has to be said every time.
    if (found.doubtful.length > 0) text.textLength = 0;
    else if (found.how === EDITED) this.#edit(text, both.bytes, from);
    else this.#write(text, both, from, to, items);
    return text.textLength > 0;
  }

  /** The same for a text that is compared as a whole only. These leave room for the others. */
  learnWhole(text: LastText, both: Bytes, from: number, to: number): void {
    const fits = text.textRound === this.#round && text.textRoom >= to - from;
    if (fits || this.#used < MAX_BYTES / 2) this.#write(text, both, from, to, 0);
    else text.textLength = 0;
  }

  #edit(text: LastText, bytes: Uint8Array, from: number): void {
    const old = this.bytes;
    const shift = text.textAt - from;
    const { edits, editFrom, editTo } = found;
    for (let i = 0; i < edits; i++) {
      const stop = editTo[i] as number;
      for (let p = editFrom[i] as number; p < stop; p++) old[p + shift] = bytes[p] as number;
    }
  }

  #write(text: LastText, { bytes, view }: Bytes, from: number, to: number, items: number): void {
    const length = to - from;
    text.textLength = 0;
    if (length > MAX_TEXT) return;
    if (text.textRound !== this.#round || text.textRoom < length || text.endsRoom < items)
      this.#place(text, length, items);
    const { textAt, endsAt } = text;
    const { view: old, ends: oldEnds } = this;
    // Eight zero bytes would equal seven and an 0x80: as numbers, 0 and −0. The last word may reach over the end, into the room.
    for (let i = 0; i < length; i += 4) {
      const word = view.getInt32(from + i, true);
      if (((word - 0x01010101) & ~word & 0x80808080) !== 0 && hasZero(bytes, from, to)) return;
      old.setInt32(textAt + i, word, true);
    }
    const { ends } = found;
    for (let i = 0; i < items; i++) oldEnds[endsAt + i] = (ends[i] as number) - from;
    text.textLength = length;
  }

  /** How many bytes from `from` on are those of the text: a multiple of eight, or all of it. */
  same({ textAt, textLength }: LastText, view: DataView, from: number): number {
    const old = this.view;
    const windows = textLength - 8;
    let i = 0;
    // As numbers of 64 bits, for there is no quicker way to compare eight bytes. What is no number is never equal, and read anew.
    for (; i <= windows; i += 8) if (old.getFloat64(textAt + i, true) !== view.getFloat64(from + i, true)) return i;
    if (i === textLength || windows < 0) return i;
    return old.getFloat64(textAt + windows, true) === view.getFloat64(from + windows, true) ? textLength : i;
  }

  #place(text: LastText, length: number, items: number): void {
    // Some room to grow, so that a number with one digit more finds a place.
    const room = (length + (length >> 4) + 16) & ~7;
    if (this.#used + room + SLACK > MAX_BYTES || this.#endsUsed + items > MAX_ENDS) this.forget();
    if (this.#used + room + SLACK > this.bytes.length) {
      const larger = new Uint8Array((this.#used + room + SLACK) * 2);
      larger.set(this.bytes);
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    if (this.#endsUsed + items > this.ends.length) {
      const larger = new Int32Array((this.#endsUsed + items) * 2);
      larger.set(this.ends);
      this.ends = larger;
    }
    text.textRound = this.#round;
    text.textAt = this.#used;
    text.textRoom = room;
    text.endsAt = this.#endsUsed;
    text.endsRoom = items;
    this.#used += room;
    this.#endsUsed += items;
  }
}

const hasZero = (bytes: Uint8Array, from: number, to: number): boolean => {
  const zero = bytes.indexOf(0, from);
  return zero >= 0 && zero < to;
};
