// One file over time, write side: change points only. A value that did not change since the file's last reading costs nothing.
import { type Arena, emptyList } from "./arena.ts";
import { found } from "./found.ts";
import { NOTHING_KNOWN } from "./replay.ts";
import type { Shape } from "./shape.ts";
import type { SourceId, TickId } from "./sink.ts";

/** A reading is one number: its tick, and the line at which its content begins. */
const LINES = 2 ** 30;
/** A change point is two: reading and field, then the value. */
const FIELDS = 2 ** 16;

export const rowTick = (row: number): TickId => Math.floor(row / LINES);
export const rowLine = (row: number): number => row % LINES;
export const changeReading = (code: number): number => Math.floor(code / FIELDS);
/** By multiplication: the remainder of a number over 2^31 is slow. */
export const changeField = (code: number): number => code - changeReading(code) * FIELDS;

/** Rows of one file in the order in which they came. */
export class FileSeries {
  readonly path: string;
  readonly rows = emptyList();
  readonly changes = emptyList();
  fields: readonly string[] = [];
  /** [reading, source] where the source changed. */
  readonly sources: number[] = [];
  readonly shapes: { readonly reading: number; readonly shape: Shape }[] = [];
  shape: Shape | null = null;
  /** The section of the film whose last text gave the last reading; null: none did. */
  textIn: object | null = null;
  readonly arena: Arena;
  #ids = new Map<string, number>();
  #last: Float64Array = new Float64Array(0);
  /** Field of each slot of the current shape; null: the same number. */
  #fieldOf: Uint16Array | null = null;
  #source = -1;

  constructor(path: string, arena: Arena) {
    this.path = path;
    this.arena = arena;
  }

  get length(): number {
    return this.rows.length;
  }

  /** What is to be compared with. */
  lastOf(shape: Shape): Float64Array {
    return shape === this.shape && this.#fieldOf === null ? this.#last : NOTHING_KNOWN;
  }

  /** Takes what was just found with `shape`. */
  commit(shape: Shape, tick: TickId, source: SourceId, line: number): void {
    if (shape !== this.shape) this.#use(shape);
    this.textIn = null;
    const reading = this.#row(tick, source, line);
    const { count, slots, values } = found;
    const fieldOf = this.#fieldOf;
    for (let i = 0; i < count; i++) {
      const slot = slots[i] as number;
      const field = fieldOf === null ? slot : (fieldOf[slot] as number);
      const value = values[i] as number;
      if (value !== this.#last[field]) this.#change(reading, field, value);
    }
  }

  /** Takes a reading that is, byte for byte, the last one in its section of the film. */
  repeat(tick: TickId, source: SourceId, line: number): void {
    this.#row(tick, source, line);
  }

  /** Takes values by name: for rows of tables, where no shape is replayed. */
  commitValues(
    names: readonly string[],
    values: ArrayLike<number>,
    tick: TickId,
    source: SourceId,
    line: number,
  ): void {
    const reading = this.#row(tick, source, line);
    for (let i = 0; i < names.length; i++) {
      const field = this.#idOf(names[i] ?? "");
      const value = values[i] ?? NaN;
      if (value !== this.#last[field]) this.#change(reading, field, value);
    }
  }

  #row(tick: TickId, source: SourceId, line: number): number {
    const reading = this.rows.length;
    this.arena.push(this.rows, tick * LINES + Math.min(line, LINES - 1));
    if (source !== this.#source) {
      this.#source = source;
      this.sources.push(reading, source);
    }
    return reading;
  }

  #change(reading: number, field: number, value: number): void {
    // NaN never equals NaN: a field that stays absent is no change.
    if (value !== value && this.#last[field] !== this.#last[field]) return;
    this.arena.pushPair(this.changes, reading * FIELDS + field, value);
    this.#last[field] = value;
  }

  /** The keys of the file changed (or it is read for the first time). Fields that vanished become NaN. */
  #use(shape: Shape): void {
    this.shapes.push({ reading: this.length, shape });
    this.shape = shape;
    if (this.fields.length === 0) {
      this.fields = shape.fields;
      this.#last = this.arena.doubles(shape.fields.length).fill(NaN);
      this.#fieldOf = null;
      return;
    }
    const fieldOf = Uint16Array.from(shape.fields, (name) => this.#idOf(name));
    const here = new Set(fieldOf);
    for (let field = 0; field < this.fields.length; field++)
      if (!here.has(field)) this.#change(this.length, field, NaN);
    this.#fieldOf = fieldOf.every((field, slot) => field === slot) ? null : fieldOf;
  }

  #idOf(name: string): number {
    if (this.#ids.size === 0) this.#ids = new Map(this.fields.map((field, id) => [field, id]));
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const id = this.fields.length;
    this.fields = [...this.fields, name];
    this.#ids.set(name, id);
    const last = this.arena.doubles(id + 1).fill(NaN);
    last.set(this.#last);
    this.#last = last;
    return id;
  }
}
