// One file over time, read side: columns are expanded from the change points when they are asked for.
import { MAX_EVIDENCE_TEXT, sourceRef, type SourceRef } from "../../model/evidence.ts";
import type { SampledFile } from "../../model/samples.ts";
import type { FileSeries } from "./series.ts";
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
  /** Reading as it came, by reading in time; null: the same. */
  readonly #came: Uint32Array | null;

  constructor(series: FileSeries, place: Uint32Array, sources: readonly SourceFile[]) {
    this.path = series.path;
    this.length = series.length;
    this.#series = series;
    this.#place = place;
    this.#sources = sources;
    this.#came = inTime(series, place);
  }

  tickOf(reading: number): number {
    return this.#place[this.#series.ticks[this.#arrival(reading)] ?? -1] ?? -1;
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
    const came = expand(this.#series, id);
    if (this.#came === null) return came;
    const sorted = new Float64Array(this.length);
    for (let i = 0; i < sorted.length; i++) sorted[i] = came[this.#came[i] ?? 0] ?? NaN;
    return sorted;
  }

  ref(reading: number, field: string): SourceRef {
    const arrival = this.#arrival(reading);
    const file = this.#source(arrival)?.path ?? this.path;
    const first = this.#series.lines[arrival] ?? 1;
    const shape = this.#shapeAt(arrival);
    const slot = shape?.slots.find((candidate) => candidate.field === field);
    if (shape === undefined || shape === null) return sourceRef(file, first, `${field} ${this.#valueAt(field, arrival)}`.trim());
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

  #valueAt(field: string, arrival: number): number {
    const { changes, changeReading, changeField, changeValue, fields } = this.#series;
    const id = fields.indexOf(field);
    let low = 0;
    let high = changes;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((changeReading[middle] ?? 0) <= arrival) low = middle + 1;
      else high = middle;
    }
    for (let i = low - 1; i >= 0; i--) if (changeField[i] === id) return changeValue[i] ?? NaN;
    return NaN;
  }

  /** The line as the kernel printed it, as far as it is known; always a verbatim piece of it. */
  #text(shape: Shape, line: number, arrival: number): string {
    let text = "";
    for (const piece of shape.pieces[line] ?? []) {
      if (text.length > MAX_EVIDENCE_TEXT) break;
      if (typeof piece === "string") text += piece;
      else {
        const slot = piece === null ? undefined : shape.slots[piece];
        const number = slot === undefined ? null : printed(slot, this.#valueAt(slot.field, arrival), shape);
        if (slot === undefined || number === null) break;
        text = piece !== null && shape.irregular.has(piece) ? number : text + number.padStart(slot.width);
      }
    }
    return text;
  }
}

const printed = (slot: Slot, value: number, shape: Shape): string | null => {
  if (Number.isNaN(value)) return null;
  if (value === Infinity) return shape.unlimited ?? "max";
  return (value / slot.scale).toFixed(slot.decimals);
};

const expand = (series: FileSeries, id: number): Float64Array => {
  const out = new Float64Array(series.length).fill(NaN);
  const { changes, changeReading, changeField, changeValue } = series;
  let from = 0;
  let value = NaN;
  for (let i = 0; i < changes; i++) {
    if (changeField[i] !== id) continue;
    const reading = changeReading[i] ?? 0;
    out.fill(value, from, reading);
    from = reading;
    value = changeValue[i] ?? NaN;
  }
  return out.fill(value, from);
};

/** Null where the readings came in time's order already. */
const inTime = (series: FileSeries, place: Uint32Array): Uint32Array | null => {
  let sorted = true;
  let before = -1;
  for (let i = 0; i < series.length && sorted; i++) {
    const tick = place[series.ticks[i] ?? 0] ?? 0;
    sorted = tick >= before;
    before = tick;
  }
  if (sorted) return null;
  const at = (reading: number): number => place[series.ticks[reading] ?? 0] ?? 0;
  return Uint32Array.from({ length: series.length }, (_, i) => i).sort((a, b) => at(a) - at(b) || a - b);
};
