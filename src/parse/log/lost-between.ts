// The collector's reader of /dev/kmsg dies when the kernel's ring laps it, and the next one writes another file: what was overwritten
// meanwhile is missing between two files, and in neither of them.
import type { LogFacts } from "../../model/facts.ts";
import type { LostRecords } from "../../model/kernel.ts";
import { pieceOf } from "../../model/log.ts";

/** A piece that follows by number but belongs to another boot begins anew: numbers this far ahead are none of the same ring. */
const GAP_MAX = 1e9;

const lossBefore = (log: LogFacts, count: number): LostRecords | null => {
  const [first] = log.coverage.toSorted((a, b) => a.firstRef.line - b.firstRef.line);
  if (first === undefined) return null;
  const bootId = log.kernel[0]?.bootId ?? null;
  return { stamps: first.first, bootId, host: null, from: [first.firstRef], kind: "lost", count, what: "records" };
};

/** `logs` in the order of their paths, with the records that are missing before a piece among that piece's events. */
export const withLossBetween = (logs: readonly LogFacts[]): LogFacts[] => {
  const reached = new Map<string, number>();
  return logs.map((log) => {
    const series = pieceOf(log.path)?.series;
    if (series === undefined || log.sequences === null) return log;
    const [first, last] = log.sequences;
    const before = reached.get(series);
    reached.set(series, Math.max(before ?? last, last));
    const count = before === undefined ? 0 : first - before - 1;
    const lost = count > 0 && count < GAP_MAX ? lossBefore(log, count) : null;
    return lost === null ? log : { ...log, kernel: [lost, ...log.kernel] };
  });
};
