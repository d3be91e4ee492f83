// When the kubelet spoke: a beat for each of its lines, which are millions, in columns.
import type { Beats, KubeletBeat } from "../../model/log.ts";
import type { Stamp } from "../../model/instant.ts";

const BLOCK = 8192;

/** Numbers without end, in blocks: none of them is ever copied. */
class Column {
  readonly #blocks: Float64Array[] = [];
  length = 0;

  push(value: number): void {
    const at = this.length % BLOCK;
    if (at === 0) this.#blocks.push(new Float64Array(BLOCK));
    const block = this.#blocks[this.#blocks.length - 1];
    if (block) block[at] = value;
    this.length++;
  }

  at(index: number): number {
    return this.#blocks[Math.floor(index / BLOCK)]?.[index % BLOCK] ?? Number.NaN;
  }
}

/** What the stamps of nearly all beats of a file have in common: all but the readings. */
type Shape = readonly Omit<Stamp, "ms">[];

const fits = (shape: Shape, stamps: readonly Stamp[]): boolean => {
  if (shape.length !== stamps.length) return false;
  for (let i = 0; i < shape.length; i++) {
    const [a, b] = [shape[i], stamps[i]];
    if (a?.clock !== b?.clock || a?.resolutionMs !== b?.resolutionMs || a?.zoned !== b?.zoned) return false;
  }
  return true;
};

export class BeatTrack implements Beats {
  readonly #shapes: Shape[] = [];
  readonly #shapeOf = new Column();
  readonly #lines = new Column();
  readonly #readings = new Column();
  #last = -1;
  #lastLine = 0;

  get length(): number {
    return this.#lines.length;
  }

  /** A line counts once, in however many pieces it is read. */
  add(stamps: readonly Stamp[], line: number): void {
    if (line === this.#lastLine) return;
    this.#lastLine = line;
    const shape = this.#shapes[this.#last];
    if (shape === undefined || !fits(shape, stamps)) this.#last = this.#shapeIndex(stamps);
    this.#shapeOf.push(this.#last);
    this.#lines.push(line);
    for (const { ms } of stamps) this.#readings.push(ms);
  }

  #shapeIndex(stamps: readonly Stamp[]): number {
    const known = this.#shapes.findIndex((shape) => fits(shape, stamps));
    if (known >= 0) return known;
    return this.#shapes.push(stamps.map(({ clock, resolutionMs, zoned }) => ({ clock, resolutionMs, zoned }))) - 1;
  }

  *[Symbol.iterator](): Generator<KubeletBeat> {
    let reading = 0;
    for (let i = 0; i < this.length; i++) {
      const shape = this.#shapes[this.#shapeOf.at(i)] ?? [];
      const from = reading;
      const stamps = shape.map(({ clock, resolutionMs, zoned }, at) => ({
        clock,
        ms: this.#readings.at(from + at),
        resolutionMs,
        zoned,
      }));
      reading += shape.length;
      yield { stamps, line: this.#lines.at(i) };
    }
  }
}
