// `journalctl -r` and many web pages print the newest line first: a report then stands there from its end to its beginning. The clock
// tells it, or, where all of a report has one second, the order of its parts.
import type { ClockKind } from "../../model/instant.ts";
import type { LogLine } from "../../model/log.ts";
import type { ShapedLine } from "./joiner.ts";
import { STAGE } from "./draft.ts";
import { STAGE_OF } from "./report-order.ts";
import type { Shape } from "./shape.ts";

/** So many steps back, and so many times more than steps forward, make a text that is told backwards. */
const STEPS_MIN = 3;
const SHARE = 5;
/** A report read forwards has one step back to the next one's beginning, and several forward. */
const PARTS_SHARE = 2;
/** Such texts are excerpts; more is not kept to be read again. */
const KEPT_MAX = 20_000;

const stageOf = ({ kind }: Shape): number | null => {
  if (kind === "invoked") return STAGE.invoked;
  if (kind === "kill") return STAGE.kill;
  if (kind === "killed") return STAGE.killed;
  return STAGE_OF[kind] ?? null;
};

export class Direction {
  #lastClock: ClockKind | null = null;
  #lastMs = 0;
  #back = 0;
  #forward = 0;
  #stage: number | null = null;
  #partsBack = 0;
  #partsForward = 0;
  #kept: ShapedLine[] | null = [];

  line({ stamps: [stamp] }: LogLine): void {
    if (stamp) this.stamp(stamp.clock, stamp.ms);
  }

  stamp(clock: ClockKind, ms: number): void {
    if (!this.#kept) return;
    if (this.#lastClock === clock) {
      if (ms < this.#lastMs) this.#back++;
      else if (ms > this.#lastMs) this.#forward++;
    }
    this.#lastClock = clock;
    this.#lastMs = ms;
    // told forwards for long enough: no more doubt
    if (this.#forward > 100 && this.#forward > this.#back) this.#kept = null;
  }

  shaped(at: ShapedLine): void {
    if (!this.#kept) return;
    const stage = stageOf(at.shape);
    if (stage !== null) {
      if (this.#stage !== null && stage < this.#stage) this.#partsBack++;
      else if (this.#stage !== null && stage > this.#stage) this.#partsForward++;
      this.#stage = stage;
    }
    if (this.#kept.length >= KEPT_MAX) this.#kept = null;
    else this.#kept.push(at);
  }

  /** The lines in the order of time where the text is told backwards, else null. */
  backwards(): readonly ShapedLine[] | null {
    const kept = this.#kept;
    const byClock = this.#back >= STEPS_MIN && this.#back >= this.#forward * SHARE;
    const byParts =
      this.#forward <= this.#back &&
      this.#partsBack >= (this.#partsForward === 0 ? STEPS_MIN - 1 : STEPS_MIN) &&
      this.#partsBack >= this.#partsForward * PARTS_SHARE;
    if (!kept || !(byClock || byParts)) return null;
    this.#kept = null;
    return kept.toReversed();
  }
}
