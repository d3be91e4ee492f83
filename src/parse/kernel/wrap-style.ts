// How a text was wrapped: between words, as mail does (the blank is gone), or at a column, as terminals do (nothing is gone).
import type { LogLine } from "../../model/log.ts";
import type { Shape } from "./shape.ts";

/** Where few lines are as long, the width of a terminal tells. */
const TERMINALS: ReadonlySet<number> = new Set([80, 100, 120, 132, 160, 200]);

export class WrapStyle {
  /** Lengths of lines that go on in the next one: a terminal's are all alike. */
  readonly #lengths = new Map<number, number>();
  #wrapped = 0;
  /** Learnt where only one way makes sense. */
  #votes = 0;

  /** Of a line's two readings the one that says more; of equal ones that of the text's style. */
  choose(spaced: Shape | null, glued: Shape | null, first: LogLine): Shape | null {
    const length = first.ref.text.length;
    this.#wrapped++;
    this.#lengths.set(length, (this.#lengths.get(length) ?? 0) + 1);
    if (!spaced || !glued) return spaced ?? glued;
    if (spaced.weight === glued.weight) return this.#insideWords(length) ? glued : spaced;
    this.#votes += glued.weight > spaced.weight ? 1 : -1;
    return glued.weight > spaced.weight ? glued : spaced;
  }

  #insideWords(length: number): boolean {
    if (this.#votes !== 0) return this.#votes > 0;
    if (TERMINALS.has(length)) return true;
    const alike = this.#lengths.get(length) ?? 0;
    return alike >= 3 && alike > this.#wrapped / 2;
  }
}
