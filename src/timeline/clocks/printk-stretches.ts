// wall − printk is one constant only as long as nobody steps the wall clock and the machine does not sleep (printk's clock then stands
// still). Where one of both is found, each stretch between has an offset of its own.
import type { LogFacts } from "../../model/facts.ts";
import { readingOf } from "../../model/instant.ts";
import { type Bound, UNBOUND } from "./bounds.ts";
import type { WallStep } from "./wall-offset.ts";

/** Somewhere between these readings of printk's clock the offset changed. */
export interface Break {
  readonly from: number;
  readonly to: number;
}

/** NTP slews by 500 ppm, far less than this between two bindings; what jumps more is a step or a sleep. Heuristic. */
const JUMP_MS = 1000;
/** A mark may be printed this late by a stalled machine; what rises more between two is a sleep. Heuristic. */
const MARK_LATE_MS = 60_000;
/** printk's clock is within this of CLOCK_MONOTONIC, by which a break was seen. Heuristic: 40 ms in a measured capture. */
const APART_MS = 1000;

interface Pair {
  readonly at: number;
  readonly offset: number;
}

interface Jump extends Break {
  readonly byMs: number;
}

const jumps = (pairs: readonly Pair[], isJump: (by: number) => boolean): Jump[] => {
  const ordered = pairs.toSorted((a, b) => a.at - b.at);
  return ordered.flatMap(({ at, offset }, i) => {
    const before = ordered[i - 1];
    return before !== undefined && isJump(offset - before.offset)
      ? [{ from: before.at - APART_MS, to: at + APART_MS, byMs: offset - before.offset }]
      : [];
  });
};

type OfBoot = (bootId: string | null) => boolean;

/** journald reads both clocks at one time when it receives a line: their difference moves only by a step or a sleep. */
const receivedPairs = (logs: readonly LogFacts[], ofBoot: OfBoot): Pair[] =>
  logs.flatMap((log) =>
    log.bindings.flatMap(({ bootId, stamps }): Pair[] => {
      const at = readingOf(stamps, "receipt-monotonic");
      const wall = stamps.find((stamp) => stamp.clock === "receipt" && stamp.zoned)?.ms ?? null;
      return at === null || wall === null || !ofBoot(bootId) ? [] : [{ at, offset: wall - at }];
    }),
  );

/** Boot time against printk as the collector's marks tell it; the greatest so far, for a late one tells too little. */
const markPairs = (logs: readonly LogFacts[], ofBoot: OfBoot): Pair[] => {
  const marks = logs.flatMap((log) =>
    log.kernel.flatMap((event): Pair[] => {
      const at = event.kind === "mark" ? readingOf(event.stamps, "printk") : null;
      if (event.kind !== "mark" || at === null || !ofBoot(event.bootId)) return [];
      return [{ at, offset: event.uptimeSec * 1000 - at }];
    }),
  );
  let most = Number.NEGATIVE_INFINITY;
  return marks
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, offset }) => ({ at, offset: (most = Math.max(most, offset)) }));
};

const merged = (breaks: readonly Break[]): Break[] => {
  const found: Break[] = [];
  for (const next of breaks.toSorted((a, b) => a.from - b.from)) {
    const last = found.at(-1);
    // Two witnesses of one break: it lies where both can have it.
    if (last !== undefined && next.from <= last.to)
      found[found.length - 1] = { from: Math.max(last.from, next.from), to: Math.min(last.to, next.to) };
    else found.push(next);
  }
  return found;
};

export interface Breaks {
  readonly at: readonly Break[];
  /** The machine slept, or may have: printk's clock then lost step with the boot clock. */
  readonly slept: boolean;
  /** Sleeps, and what may be one: `sure` where the boot clock went on and printk's did not, else the wall clock alone jumped. */
  readonly sleeps: readonly {
    readonly from: number;
    readonly to: number;
    readonly byMs: number;
    readonly sure: boolean;
  }[];
}

const meet = (a: Break, b: Break): boolean => a.from <= b.to && b.from <= a.to;

export const breaksOf = (logs: readonly LogFacts[], ofBoot: OfBoot, steps: readonly WallStep[]): Breaks => {
  const sleeps = jumps(markPairs(logs, ofBoot), (by) => by > MARK_LATE_MS);
  const received = jumps(receivedPairs(logs, ofBoot), (by) => Math.abs(by) > JUMP_MS);
  const stepped = steps
    .filter(({ drift }) => !drift)
    .map(({ sinceBootMs, atBootMs }) => ({ from: sinceBootMs - APART_MS, to: atBootMs + APART_MS }));
  const unexplained = received.filter((jump) => !stepped.some((step) => meet(jump, step)));
  const slept = sleeps.length > 0 || unexplained.length > 0;
  // Steps are seen on the boot clock, from which printk's departs by what the machine slept: of use only where it did not.
  return {
    at: merged([...received, ...sleeps, ...(slept ? [] : stepped)]),
    slept,
    sleeps: [
      ...sleeps.map((jump) => ({ ...jump, sure: true })),
      ...unexplained
        .filter((jump) => !sleeps.some((sleep) => meet(jump, sleep)))
        .map((jump) => ({ ...jump, sure: false })),
    ],
  };
};

const union = (a: Bound, b: Bound): Bound => ({
  low: Math.min(a.low, b.low),
  high: Math.max(a.high, b.high),
  lowFrom: a.low < b.low ? a.lowFrom : b.lowFrom,
  highFrom: a.high > b.high ? a.highFrom : b.highFrom,
});

/** The offset at a reading: that of its stretch; within a break either one's. */
export const offsetAt = (breaks: readonly Break[], printkMs: number, ofStretch: (index: number) => Bound): Bound => {
  const before = breaks.filter(({ from }) => printkMs >= from).length;
  const after = breaks.filter(({ to }) => printkMs > to).length;
  let bound: Bound | null = null;
  for (let i = after; i <= before; i++) bound = bound === null ? ofStretch(i) : union(bound, ofStretch(i));
  return bound ?? UNBOUND;
};

/** A reading of the stretch after so many breaks. */
export const readingWithin = (breaks: readonly Break[], stretch: number, latest: number): number =>
  Math.min(breaks[stretch]?.from ?? latest, Math.max(breaks[stretch - 1]?.to ?? 0, latest));

/** Is a reading surely of the stretch after so many breaks? */
export const isWithin = (breaks: readonly Break[], stretch: number, printkMs: number): boolean => {
  const from = breaks[stretch - 1]?.to ?? Number.NEGATIVE_INFINITY;
  const to = breaks[stretch]?.from ?? Number.POSITIVE_INFINITY;
  return printkMs > from && printkMs < to;
};
