// A line that stands twice in a row, word for word and stamp for stamp: a paste or a concatenation repeats it, its speaker does not.
import type { Stamp } from "../../model/instant.ts";
import type { LogLine } from "../../model/log.ts";

const sameStamps = (a: readonly Stamp[], b: readonly Stamp[]): boolean =>
  a.length === b.length && a.every((stamp, i) => stamp.clock === b[i]?.clock && stamp.ms === b[i]?.ms);

/** True for a line that repeats the one directly above it. To be asked of every line, in order. */
export const createRepeat = (): ((line: LogLine) => boolean) => {
  let last: LogLine | null = null;
  return (line) => {
    const above = last;
    last = line;
    return (
      above !== null &&
      line.message === above.message &&
      line.ref.line === above.ref.line + 1 &&
      line.ident === above.ident &&
      line.message.trim() !== "" &&
      sameStamps(line.stamps, above.stamps)
    );
  };
};
