// Lines are looked at some hundreds at a time before they are read: how they are wrapped, and what stands before each, shows in many only.
import type { LogLine } from "../../model/log.ts";
import { learnPrefix, withoutPrefix } from "./learnt-prefix.ts";
import { type Wrap, wrapOf } from "./wrap-width.ts";

/** A report is seldom longer. */
const LINES = 512;
/** Words without which there is no report here; after one that many lines more are looked at. */
const HINTS: readonly string[] = ["oom", "ut of memory", "Mem-Info"];
const WATCHED_LINES = 8 * LINES;

export interface WindowSink {
  /** How the lines that follow are wrapped. */
  wrapped(wrap: Wrap | null): void;
  line(line: LogLine): void;
}

const isHint = ({ ident, message }: LogLine): boolean =>
  (ident === null || ident === "kernel") && HINTS.some((hint) => message.includes(hint));

export class Window {
  readonly #sink: WindowSink;
  #lines: LogLine[] = [];
  /** Lines that are still looked at. */
  #watched = 0;

  constructor(sink: WindowSink) {
    this.#sink = sink;
  }

  push(line: LogLine): void {
    this.#lines.push(line);
    if (isHint(line)) this.#watched = WATCHED_LINES;
    if (this.#lines.length >= LINES) this.drain();
  }

  drain(): void {
    let lines: readonly LogLine[] = this.#lines;
    this.#lines = [];
    if (this.#watched > 0) {
      this.#watched -= lines.length;
      const prefix = learnPrefix(lines);
      if (prefix) lines = lines.map((line) => withoutPrefix(line, prefix));
      const wrap = wrapOf(lines);
      if (wrap !== undefined) this.#sink.wrapped(wrap);
    }
    for (const line of lines) this.#sink.line(line);
  }
}
