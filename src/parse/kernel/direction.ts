// `journalctl -r` and many web pages print the newest line first: a report then stands there from its end to its beginning.
import type { Stamp } from "../../model/instant.ts";
import type { LogLine } from "../../model/log.ts";
import type { ShapedLine } from "./joiner.ts";

/** So many steps back, and so many times more than steps forward, make a text that is told backwards. */
const STEPS_MIN = 3;
const SHARE = 5;
/** Such texts are excerpts; more is not kept to be read again. */
const KEPT_MAX = 20_000;

export class Direction {
  #last: Stamp | null = null;
  #back = 0;
  #forward = 0;
  #kept: ShapedLine[] | null = [];

  line({ stamps: [stamp] }: LogLine): void {
    if (!stamp || !this.#kept) return;
    if (this.#last?.clock === stamp.clock) {
      if (stamp.ms < this.#last.ms) this.#back++;
      else if (stamp.ms > this.#last.ms) this.#forward++;
    }
    this.#last = stamp;
    // told forwards for long enough: no more doubt
    if (this.#forward > 100 && this.#forward > this.#back) this.#kept = null;
  }

  shaped(at: ShapedLine): void {
    if (!this.#kept) return;
    if (this.#kept.length >= KEPT_MAX) this.#kept = null;
    else this.#kept.push(at);
  }

  /** The lines in the order of time where the text is told backwards, else null. */
  backwards(): readonly ShapedLine[] | null {
    const kept = this.#kept;
    if (!kept || this.#back < STEPS_MIN || this.#back < this.#forward * SHARE) return null;
    this.#kept = null;
    return kept.toReversed();
  }
}
