// The lines of a segment that begin with "@@ ": its head, bindings of numbers to directories, starts and ends of ticks.

// @@ memforensics 1 tier=mid segment=12 boot=5e1c0f7a-… interval=5
// @@ path 17 /sys/fs/cgroup/kubepods.slice/…
// @@ tick 4031 up=81234.51 real=1795484163.598 gen=0
// @@ end 4031 up=81234.56 real=1795484163.641 vanished=2
// @@ note anything
const HEAD = /^@@ memforensics (\d{1,6})((?: [a-z_]{1,20}=\S{0,100}){0,20})$/;
const PATH = /^@@ path (\d{1,9}) (\/.{0,4096})$/;
const TICK = /^@@ (tick|end) (\d{1,12})((?: [a-z_]{1,20}=\S{0,100}){1,20})$/;

export interface Reading {
  /** Seconds; NaN where not recorded. */
  readonly up: number;
  readonly upResolutionMs: number;
  /** Epoch ms; NaN where not recorded ("-"). */
  readonly real: number;
  readonly realResolutionMs: number;
}

export type Directive =
  | { readonly kind: "head"; readonly version: number; readonly tier: string | null; readonly boot: string | null }
  | { readonly kind: "path"; readonly number: string; readonly dir: string }
  | ({ readonly kind: "tick" | "end"; readonly number: number; readonly vanished: number } & Reading)
  | { readonly kind: "note" };

/** Null: not one of ours. */
export const directive = (line: string): Directive | null => {
  const tick = TICK.exec(line);
  if (tick !== null) return tickLine(tick[1] === "tick" ? "tick" : "end", Number(tick[2]), tick[3] ?? "");
  const path = PATH.exec(line);
  if (path !== null) return { kind: "path", number: path[1] ?? "", dir: path[2] ?? "" };
  const head = HEAD.exec(line);
  if (head !== null) {
    const pairs = head[2] ?? "";
    return {
      kind: "head",
      version: Number(head[1]),
      tier: valueIn(pairs, "tier"),
      boot: valueIn(pairs, "boot") || null,
    };
  }
  return line.startsWith("@@ note ") ? { kind: "note" } : null;
};

/** Of " up=81234.51 real=-"; the last one counts. */
const valueIn = (pairs: string, key: string): string | null => {
  const before = ` ${key}=`;
  const at = pairs.lastIndexOf(before);
  if (at < 0) return null;
  const end = pairs.indexOf(" ", at + 1);
  return pairs.slice(at + before.length, end < 0 ? undefined : end);
};

/** A line without "up=" is none of the collector's: a task's name can hold a newline and "@@ end 1", but not that much more. */
const tickLine = (kind: "tick" | "end", number: number, pairs: string): Directive | null => {
  const up = valueIn(pairs, "up");
  if (up === null || !isDecimal(up)) return null;
  const real = valueIn(pairs, "real") ?? "-";
  return {
    kind,
    number,
    vanished: Number(valueIn(pairs, "vanished") ?? 0) || 0,
    up: Number(up),
    upResolutionMs: resolutionOf(up),
    real: isDecimal(real) ? Math.round(Number(real) * 1e6) / 1e3 : NaN,
    realResolutionMs: isDecimal(real) ? resolutionOf(real) : 1000,
  };
};

const isDecimal = (text: string): boolean => /^\d{1,12}(?:\.\d{1,9})?$/.test(text);

/** Of a number of seconds as printed: "1795484163.598" is good for a millisecond. */
export const resolutionOf = (seconds: string): number => {
  const point = seconds.indexOf(".");
  return point < 0 ? 1000 : 1000 / 10 ** (seconds.length - point - 1);
};
