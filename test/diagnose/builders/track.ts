// A sampled file as a table of instants and physical quantities; every line of it can be cited.
import type { Track } from "../../../src/diagnose/inputs/track.ts";

/** The first instant of every built case, epoch ms: 2026-11-24T01:00:00Z. */
export const T0 = 1_795_482_000_000;
export const at = (seconds: number): number => T0 + seconds * 1000;

export type Row = Readonly<Record<string, number>>;

export const track = (path: string, rows: readonly (readonly [seconds: number, row: Row])[]): Track => {
  const fields = [...new Set(rows.flatMap(([, row]) => Object.keys(row)))];
  return {
    path,
    length: rows.length,
    ms: (i) => at(rows[i]?.[0] ?? NaN),
    upMs: (i) => (rows[i]?.[0] ?? NaN) * 1000,
    boot: () => "boot-1",
    value: (i, field) => rows[i]?.[1][field] ?? null,
    has: (field) => fields.includes(field),
    fields: () => fields,
    ref: (i, field) => ({ file: `samples${path}`, line: i + 1, text: `${field} ${rows[i]?.[1][field]}` }),
  };
};

/** A row each `step` seconds from `from` to `to`, both included. */
export const every = (
  from: number,
  to: number,
  step: number,
  row: (seconds: number) => Row,
): (readonly [number, Row])[] => {
  const rows: (readonly [number, Row])[] = [];
  for (let s = from; s <= to + 1e-9; s += step) rows.push([s, row(s)]);
  return rows;
};

export const single = (
  path: string,
  from: number,
  to: number,
  step: number,
  value: (seconds: number) => number,
): Track =>
  track(
    path,
    every(from, to, step, (s) => ({ "": value(s) })),
  );

/** Moves evenly from `a` at `from` to `b` at `to`, and stands still outside. */
export const ramp =
  (from: number, a: number, to: number, b: number) =>
  (seconds: number): number =>
    seconds <= from ? a : seconds >= to ? b : a + ((b - a) * (seconds - from)) / (to - from);

export const MIB = 1024 * 1024;
export const GIB = 1024 * MIB;
