// One file over time, read side: columns are expanded from the change points when they are asked for.
import { MAX_EVIDENCE_TEXT, sourceRef, type SourceRef } from "../../model/evidence.ts";
import type { SampledFile } from "../../model/samples.ts";
import { changeField, changeReading, type FileSeries, rowLine, rowTick } from "./series.ts";
import type { Shape, Slot } from "./shape.ts";

export interface SourceFile {
  readonly path: string;
  readonly modifiedMs: number | null;
}

/** `place`: index in the sorted list of ticks by tick as it came. */
export const frozenFile = (series: FileSeries, place: Uint32Array, sources: readonly SourceFile[]): SampledFile =>
  new FrozenFile(series, place, sources);

class FrozenFile implements SampledFile {
  readonly path: string;
  readonly length: number;
  readonly #series: FileSeries;
  readonly #place: Uint32Array;
  readonly #sources: readonly SourceFile[];
  /** Tick and line of each reading as it came; copied from the store when first asked for. */
  #rowsCopy: Float64Array | null = null;
  /** Reading as it came, by reading in time; null: the same; undefined: not yet looked at. */
  #cameCopy: Uint32Array | null | undefined = undefined;

  constructor(series: FileSeries, place: Uint32Array, sources: readonly SourceFile[]) {
    this.path = series.path;
    this.length = series.length;
    this.#series = series;
    this.#place = place;
    this.#sources = sources;
  }

  get #rows(): Float64Array {
    this.#rowsCopy ??= this.#series.arena.copy(this.#series.rows);
    return this.#rowsCopy;
  }

  get #came(): Uint32Array | null {
    if (this.#cameCopy === undefined) this.#cameCopy = inTime(this.#rows, this.#place);
    return this.#cameCopy;
  }

  tickOf(reading: number): number {
    const row = this.#rows[this.#arrival(reading)];
    return row === undefined ? -1 : (this.#place[rowTick(row)] ?? -1);
  }

  modifiedOf(reading: number): number {
    return this.#source(this.#arrival(reading))?.modifiedMs ?? NaN;
  }

  fields(): readonly string[] {
    return this.#series.fields;
  }

  column(field: string): Float64Array | null {
    const id = this.#series.fields.indexOf(field);
    if (id < 0) return null;
    const values = expand(this.#series, id);
    const came = this.#came;
    return came === null ? values : Float64Array.from(came, (arrival) => values[arrival] ?? NaN);
  }

  ref(reading: number, field: string): SourceRef {
    const arrival = this.#arrival(reading);
    const file = this.#source(arrival)?.path ?? this.path;
    const first = rowLine(this.#rows[arrival] ?? 1);
    const shape = this.#shapeAt(arrival);
    const slot = shape?.slots.find((candidate) => candidate.field === field);
    if (shape === undefined || shape === null)
      return sourceRef(file, first, `${field} ${this.#valuesAt([field], arrival).get(field) ?? NaN}`.trim());
    const line = slot?.line ?? 0;
    return sourceRef(file, first + line, this.#text(shape, line, arrival));
  }

  readingAtOrBefore(tick: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.tickOf(middle) <= tick) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #arrival(reading: number): number {
    return this.#came === null ? reading : (this.#came[reading] ?? -1);
  }

  #source(arrival: number): SourceFile | undefined {
    const pairs = this.#series.sources;
    let low = 0;
    let high = pairs.length / 2;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((pairs[middle * 2] ?? 0) <= arrival) low = middle + 1;
      else high = middle;
    }
    return this.#sources[pairs[low * 2 - 1] ?? -1];
  }

  #shapeAt(arrival: number): Shape | null {
    return this.#series.shapes.findLast((entry) => entry.reading <= arrival)?.shape ?? null;
  }

  /** Values of some fields at one reading, by field. */
  #valuesAt(wanted: readonly string[], arrival: number): Map<string, number> {
    const { arena, changes, fields } = this.#series;
    const missing = new Map(wanted.map((field) => [fields.indexOf(field), field]));
    const values = new Map<string, number>();
    const all = arena.copyKept(changes);
    // Backwards from the reading: what changes often is found at once.
    for (let i = pairsUpTo(all, arrival) * 2 - 2; i >= 0 && missing.size > 0; i -= 2) {
      const id = changeField(all[i] ?? 0);
      const field = missing.get(id);
      if (field === undefined) continue;
      values.set(field, all[i + 1] ?? NaN);
      missing.delete(id);
    }
    return values;
  }

  /** The line as the kernel printed it, as far as it is known; always a verbatim piece of it. */
  #text(shape: Shape, line: number, arrival: number): string {
    const pieces = shape.pieces[line] ?? [];
    const onLine = pieces.flatMap((piece) => (typeof piece === "number" ? (shape.fields[piece] ?? []) : []));
    const values = this.#valuesAt(onLine, arrival);
    let text = "";
    for (const piece of pieces) {
      if (text.length > MAX_EVIDENCE_TEXT) break;
      if (typeof piece === "string") text += piece;
      else {
        const slot = piece === null ? undefined : shape.slots[piece];
        const number = slot === undefined ? null : printed(slot, values.get(slot.field) ?? NaN, shape);
        if (slot === undefined || number === null) break;
        text = piece !== null && shape.irregular.has(piece) ? number : text + number.padStart(slot.width);
      }
    }
    return text;
  }
}

/** How many change points are not later than a reading. */
const pairsUpTo = (changes: Float64Array, arrival: number): number => {
  let low = 0;
  let high = changes.length / 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (changeReading(changes[middle * 2] ?? 0) <= arrival) low = middle + 1;
    else high = middle;
  }
  return low;
};

const printed = (slot: Slot, value: number, shape: Shape): string | null => {
  if (Number.isNaN(value)) return null;
  if (value === Infinity) return shape.unlimited ?? "max";
  return (value / slot.scale).toFixed(slot.decimals);
};

const expand = (series: FileSeries, id: number): Float64Array => {
  const out = new Float64Array(series.length).fill(NaN);
  const changes = series.arena.copyKept(series.changes);
  let from = 0;
  let value = NaN;
  for (let i = 0; i < changes.length; i += 2) {
    const code = changes[i] ?? 0;
    if (changeField(code) !== id) continue;
    const reading = changeReading(code);
    out.fill(value, from, reading);
    from = reading;
    value = changes[i + 1] ?? NaN;
  }
  return out.fill(value, from);
};

/** Null where the readings came in time's order already. */
const inTime = (rows: Float64Array, place: Uint32Array): Uint32Array | null => {
  const ticks = new Uint32Array(rows.length);
  let sorted = true;
  for (let i = 0; i < rows.length; i++) {
    ticks[i] = place[rowTick(rows[i] ?? 0)] ?? 0;
    if (i > 0 && (ticks[i] ?? 0) < (ticks[i - 1] ?? 0)) sorted = false;
  }
  return sorted ? null : Uint32Array.from(rows, (_, i) => i).sort((a, b) => (ticks[a] ?? 0) - (ticks[b] ?? 0) || a - b);
};
