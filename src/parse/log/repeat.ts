// A line that stands twice in a row, word for word and stamp for stamp: a paste or a concatenation repeats it, its speaker does not.
import { follows } from "../../model/evidence.ts";
import type { Stamp } from "../../model/instant.ts";
import type { LogLine } from "../../model/log.ts";
import type { Glance } from "./glance.ts";

const sameStamps = (a: readonly Stamp[], b: readonly Stamp[]): boolean =>
  a.length === b.length && a.every((stamp, i) => stamp.clock === b[i]?.clock && stamp.ms === b[i]?.ms);

const NONE: Uint8Array = new Uint8Array(0);

/** To be asked of every line, in order, by one of two ways. */
export class Repeats {
  #last: LogLine | null = null;
  #line = 0;
  #ms = 0;
  #ident = "";
  #bytes = NONE;
  #from = 0;
  #to = 0;

  /** True for a line that repeats the one directly above it. */
  has(line: LogLine): boolean {
    const above = this.#last;
    this.#last = line;
    return (
      above !== null &&
      line.message === above.message &&
      line.ref.line > above.ref.line &&
      follows(line.ref, above.ref) &&
      line.ident === above.ident &&
      line.message.trim() !== "" &&
      sameStamps(line.stamps, above.stamps)
    );
  }

  /** The same of a line that is only looked at. Null: it may repeat one that was not; `has` can tell. */
  glance(at: Glance, ident: string): boolean | null {
    const above = this.#last;
    if (above !== null && above.ref.line === at.line - 1 && above.stamps[0]?.ms === at.ms) return null;
    const repeats = at.line === this.#line + 1 && at.ms === this.#ms && ident === this.#ident && this.#isSame(at);
    this.#line = at.line;
    this.#ms = at.ms;
    this.#ident = ident;
    this.#bytes = at.bytes;
    this.#from = at.from;
    this.#to = at.to;
    return repeats;
  }

  /** The bytes of lines that were looked at go away. */
  settle(): void {
    this.#bytes = this.#bytes.slice(this.#from, this.#to);
    this.#to -= this.#from;
    this.#from = 0;
  }

  #isSame({ bytes, from, to }: Glance): boolean {
    if (to - from !== this.#to - this.#from) return false;
    for (let i = 0; i < to - from; i++) if (bytes[from + i] !== this.#bytes[this.#from + i]) return false;
    return true;
  }
}
