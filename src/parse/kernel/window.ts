// Lines are looked at some hundreds at a time before they are read: how they are wrapped, and what stands before each, shows in many only.
import type { LogLine } from "../../model/log.ts";
import { learnPrefix, withoutLooseHeads, withoutNumbers, withoutPrefix } from "./learnt-prefix.ts";
import { type Wrap, wrapOf } from "../log/wrap-width.ts";

/** A report is seldom longer. */
const LINES = 512;
/** Words without which there is no report here; after one that many lines more are looked at. */
const HINTS: readonly string[] = ["oom", "ut of memory", "Mem-Info", "Task in", "Killed process"];
const WATCHED_LINES = 8 * LINES;

export interface WindowSink {
  /** How the lines that follow are wrapped. */
  wrapped(wrap: Wrap | null): void;
  line(line: LogLine): void;
}

const isHint = ({ ident, message }: LogLine): boolean =>
  (ident === null || ident === "kernel") && HINTS.some((hint) => message.includes(hint));

/** Words of reports that only begin a line: behind anything else there is a prefix to learn. */
const BEGINNINGS: readonly string[] = [
  "Mem-Info:",
  "Hardware name: ",
  "oom-kill:constraint=",
  "Memory cgroup stats for /",
];
const PREFIX_MAX = 100;

const hasPrefix = ({ ident, message }: LogLine): boolean =>
  ident === "kernel" &&
  BEGINNINGS.some((word) => {
    const at = message.indexOf(word);
    return at > 0 && at <= PREFIX_MAX;
  });

/**
 * Where every line has its decoration there is nothing to learn: after a window of such lines each is read as it comes, one held back,
 * until one comes that has none.
 */
export class Window {
  readonly #sink: WindowSink;
  #gathers = true;
  #lines: LogLine[] = [];
  /** Held back: it may be the first that goes on in a line without decoration. */
  #before: LogLine | null = null;
  /** Lines that are still looked at. */
  #watched = 0;

  constructor(sink: WindowSink) {
    this.#sink = sink;
  }

  push(line: LogLine): void {
    if (!this.#gathers) {
      if (line.ident !== null && !hasPrefix(line)) {
        this.#release();
        this.#before = line;
        return;
      }
      this.#gathers = true;
      this.#watched = WATCHED_LINES;
      if (this.#before) this.#lines.push(this.#before);
      this.#before = null;
    }
    this.#lines.push(line);
    if (isHint(line)) this.#watched = WATCHED_LINES;
    if (this.#lines.length >= LINES) this.#read();
  }

  /** True: lines are read as they come, and all before this one are. A line that says nothing need not be pushed then. */
  passes(): boolean {
    this.#release();
    return !this.#gathers;
  }

  drain(): void {
    this.#release();
    this.#read();
  }

  #release(): void {
    const line = this.#before;
    this.#before = null;
    if (line) this.#sink.line(line);
  }

  #read(): void {
    let lines: readonly LogLine[] = this.#lines;
    this.#lines = [];
    let prefix: RegExp | null = null;
    if (this.#watched > 0) {
      this.#watched -= lines.length;
      lines = withoutNumbers(lines) ?? lines;
      const learnt = learnPrefix(lines);
      lines = learnt ? lines.map((line) => withoutPrefix(line, learnt)) : withoutLooseHeads(lines);
      prefix = learnt;
      const wrap = wrapOf(lines);
      if (wrap !== undefined) this.#sink.wrapped(wrap);
    }
    this.#gathers = prefix !== null || lines.some(({ ident }) => ident === null);
    for (const line of lines) this.#sink.line(line);
  }
}
