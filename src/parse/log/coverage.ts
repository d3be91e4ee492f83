// What each speaker's lines reach over, and which lines bind clocks to each other.
import type { SourceRef } from "../../model/evidence.ts";
import { readingOf, type Stamp } from "../../model/instant.ts";
import type { ClockBinding, LogCoverage, LogLine } from "../../model/log.ts";

interface Reach {
  lines: number;
  readonly first: readonly Stamp[];
  last: readonly Stamp[];
  /** Line that `last` was read from. */
  lastAt: number;
  readonly firstRef: SourceRef;
  lastRef: SourceRef;
}

/** Speakers are few; a text that is no log must not make one of each line. */
const IDENTS_MAX = 2000;

export const createCoverage = () => {
  const reaches = new Map<string, Reach>();

  const extend = (reach: Reach, { stamps, ref }: LogLine): void => {
    if (stamps.length > 0 && ref.line >= reach.lastAt) {
      reach.last = stamps;
      reach.lastAt = ref.line;
    }
    if (ref.line >= reach.lastRef.line) reach.lastRef = ref;
  };
  return {
    add(line: LogLine): void {
      if (line.ident === null) return;
      const reach = reaches.get(line.ident);
      if (reach) {
        reach.lines++;
        extend(reach, line);
      } else if (reaches.size < IDENTS_MAX) {
        const { stamps, ref } = line;
        reaches.set(line.ident, {
          lines: 1,
          first: stamps,
          last: stamps,
          lastAt: ref.line,
          firstRef: ref,
          lastRef: ref,
        });
      }
    },
    /** So many lines of a known speaker, of which `last` is the last one. */
    addMany(count: number, last: LogLine): void {
      const reach = reaches.get(last.ident ?? "");
      if (!reach) return;
      reach.lines += count;
      extend(reach, last);
    },
    end: (): LogCoverage[] =>
      [...reaches].map(([ident, { lines, first, last, firstRef, lastRef }]) => ({
        ident,
        lines,
        first,
        last,
        firstRef,
        lastRef,
      })),
  };
};

/** Enough to see a step or drift of a clock; the tightest bound is always kept. */
const BINDING_EVERY_MS = 5000;

/**
 * Lines with stamps of several clocks. Of journald's, receipt minus printk is an upper bound of the clocks' offset and the least is
 * the tightest: each new least is kept, and one line every few seconds.
 */
export const createBindings = () => {
  const kept: ClockBinding[] = [];
  const boots = new Map<string, { least: number; lastAt: number }>();
  return {
    add(line: LogLine): void {
      if (line.stamps.length < 2) return;
      const boot = line.bootId ?? "";
      let state = boots.get(boot);
      if (!state) {
        state = { least: Number.POSITIVE_INFINITY, lastAt: Number.NEGATIVE_INFINITY };
        boots.set(boot, state);
      }
      const printk = readingOf(line.stamps, "printk");
      const received =
        readingOf(line.stamps, "receipt-monotonic") ??
        readingOf(line.stamps, "receipt") ??
        readingOf(line.stamps, "rfc3164");
      const offset = printk === null || received === null ? Number.POSITIVE_INFINITY : received - printk;
      const at = received ?? line.stamps[0]?.ms ?? 0;
      if (offset >= state.least && Math.abs(at - state.lastAt) < BINDING_EVERY_MS) return;
      state.least = Math.min(state.least, offset);
      state.lastAt = at;
      kept.push({ stamps: line.stamps, bootId: line.bootId, ref: line.ref });
    },
    end: (): ClockBinding[] => kept,
  };
};
