// Lines that mail, terminals and pagers have wrapped, made whole again: a line that has no decoration of its own belongs to the one
// before it if the two together say more than each alone.
import { type SourceRef, sourceRef } from "../../model/evidence.ts";
import type { LogLine } from "../../model/log.ts";
import { type ClassifyContext, classify } from "./classify.ts";
import type { Shape } from "./shape.ts";
import { WrapStyle } from "./wrap-style.ts";

export interface ShapedLine {
  /** The line that the shape begins on: its clock, boot and speaker. */
  readonly line: LogLine;
  readonly shape: Shape;
  readonly ref: SourceRef;
}

interface Held {
  readonly line: LogLine;
  /** The pieces joined between words, and joined inside them. */
  spaced: string;
  glued: string;
  shape: Shape | null;
  /** Last line of the pieces that `shape` is made of. */
  shapeLine: number;
  lastLine: number;
  pieces: number;
}

/** A summary of two long paths wrapped at 72 columns has about ten pieces. */
const PIECES_MAX = 24;
/** Mail and lists quote with these; a kernel line begins with none of them. */
const QUOTE = /^\s{0,64}(?:[>|•`] ?|\*\*(?! ?\d)){1,16}/;
const COMM_MAX = 15; // TASK_COMM_LEN - 1
/** How lines begin that make no sense before they are whole; in a text without decorations nothing else tells them. */
const BEGINS =
  /^(?:Task in \/|Tasks in \/|Memory cgroup stats for|Memory cgroup out of|Out of memory|Killed process|oom-kill:|oom_reaper:|Node \d|\[ {1,8}pid|\S.{0,40} invoked(?: oom-killer)?\s*$)/;

/** The rest of a number or path that was cut inside; "..." of an abridged text is none. */
const REST = /^[./-]?\w[\w./:\\-]*$/;
/** So much more do two joined lines say by a longer last word alone. */
const LONGER_WORD = 0.6;

/** Blanks at both ends stay: a terminal cuts at a column and keeps them. */
const unquoted = (line: LogLine): string => {
  if (line.ident !== null) return line.message;
  const text = line.message.replace(QUOTE, "");
  return text.length === line.message.length ? text : text.replace(/\*\*\s{0,8}$/, "");
};

/** A name at the end of a row may go on in the next line, with nothing to tell that it does. */
const goesOn = (before: Shape | null, joined: Shape): boolean =>
  before?.kind === "row" && joined.kind === "row" && joined.weight === before.weight && joined.comm.length <= COMM_MAX;

export class Joiner {
  readonly #context: ClassifyContext;
  readonly #emit: (shaped: ShapedLine) => void;
  readonly #style = new WrapStyle();
  #held: Held | null = null;

  constructor(context: ClassifyContext, emit: (shaped: ShapedLine) => void) {
    this.#context = context;
    this.#emit = emit;
  }

  /** A line of the kernel, or one without a speaker. */
  push(line: LogLine): void {
    const decorated = line.ident !== null;
    const raw = unquoted(line);
    const text = raw.trim();
    const shape = classify(text, this.#context);
    if (!decorated && this.#joins(line, raw, shape)) return;
    this.flush();
    if (shape?.complete && shape.kind !== "row") this.#emit({ line, shape, ref: line.ref });
    else if (decorated || shape || BEGINS.test(text)) {
      const at = line.ref.line;
      this.#held = { line, spaced: text, glued: raw.trimStart(), shape, shapeLine: at, lastLine: at, pieces: 1 };
    }
  }

  flush(): void {
    const held = this.#held;
    this.#held = null;
    if (!held?.shape) return;
    const { line, shape, shapeLine } = held;
    const { file, line: first, text } = line.ref;
    this.#emit({ line, shape, ref: shapeLine === first ? line.ref : sourceRef(file, first, text, shapeLine) });
  }

  #joins(line: LogLine, raw: string, own: Shape | null): boolean {
    const held = this.#held;
    const text = raw.trim();
    if (!held || held.pieces >= PIECES_MAX || line.ref.line > held.lastLine + 1 || text === "") return false;
    if (held.shape?.complete && (held.shape.kind !== "row" || own)) return false;
    const spaced = held.spaced === "" ? text : `${held.spaced} ${text}`;
    const glued = held.glued + raw;
    const joined = this.#style.choose(
      classify(spaced, this.#context),
      classify(glued.trim(), this.#context),
      held.line,
    );
    const bare = held.spaced === ""; // a stamp whose message was wrapped away from it
    const gain = (joined?.weight ?? 0) - (held.shape?.weight ?? 0);
    const better =
      joined !== null && gain > (REST.test(text) ? 0 : LONGER_WORD) && (bare || joined.weight > (own?.weight ?? 0));
    const rest = joined !== null && own === null && held.line.ident !== null && goesOn(held.shape, joined);
    // a piece that says nothing yet may be the middle of what the next one completes
    if (!better && !rest && (own !== null || held.shape?.complete === true || BEGINS.test(text))) return false;
    held.spaced = spaced;
    held.glued = glued;
    held.lastLine = line.ref.line;
    held.pieces++;
    if (better || rest) {
      held.shape = joined;
      held.shapeLine = line.ref.line;
    }
    return true;
  }
}
