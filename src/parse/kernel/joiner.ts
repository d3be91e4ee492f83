// Lines that mail, terminals and pagers have wrapped, made whole again: a line that has no decoration of its own belongs to the one
// before it if the two together say more than each alone.
import { follows, lastLineOf, type SourceRef, sourceRef } from "../../model/evidence.ts";
import type { LogLine } from "../../model/log.ts";
import { type ClassifyContext, classify } from "./classify.ts";
import { COMM_MAX } from "./fields.ts";
import type { Shape } from "./shape.ts";
import { WrapStyle } from "./wrap-style.ts";
import { isBreak, mayBreak, STARTS, withoutIndent, withoutQuote, type Wrap } from "../log/wrap-width.ts";

export interface ShapedLine {
  /** The line that the shape begins on: its clock, boot and speaker. */
  readonly line: LogLine;
  readonly shape: Shape;
  /** What it was read from, whole. */
  readonly text: string;
  readonly ref: SourceRef;
}

interface Held {
  readonly line: LogLine;
  /** Its last piece. */
  last: LogLine;
  /** The pieces joined between words, and joined inside them. */
  spaced: string;
  glued: string;
  shape: Shape | null;
  /** The pieces that `shape` is made of, and the last line of them. */
  shapeText: string;
  shapeLine: number;
  pieces: number;
}

interface Glued {
  readonly text: string;
  readonly shape: Shape | null;
}

/** A summary of two long paths wrapped at 72 columns has about ten pieces. */
const PIECES_MAX = 40;
/** How lines begin that make no sense before they are whole; in a text without decorations nothing else tells them. */
const BEGINS =
  /^(?:Tasks? in(?: \/|$)|Memory cgroup stats for|Memory cgroup out of|Out of memory|Killed process|oom-kill:|oom_reaper:|Node \d|\[ {1,8}pid|\S.{0,40} invoked(?: oom-killer)?\s*$)/;

/** The rest of a number or path that was cut inside; "..." of an abridged text is none. */
const REST = /^[./-]?\w[\w./:\\-]*$/;
/** So much more do two joined lines say by a longer last word alone. */
const LONGER_WORD = 0.6;
/** A field more: what outweighs the way in which the widths say that a text was wrapped. */
const FIELD = 0.9;
/** What stands behind a group's path on the same line up to 5.2, where it is no heading of lines. */
const ONE_LINE = /^cache:\d/;
/** How a quoted kill line ends where it is parted behind its first words. */
const QUOTES = /out of memory:\s{0,8}$/i;
/** What a person who abridges a log puts for what was left out. */
const ELLIPSIS = /^[[(<{-]{0,3}\s?(?:\.{2,6}|…|snip)/;

/** Blanks at both ends stay: a terminal cuts at a column and keeps them. */
const unquoted = (line: LogLine): string => {
  if (line.ident !== null) return line.message;
  const text = withoutQuote(line.message);
  return text.length === line.message.length ? text : text.replace(/\*\*\s{0,8}$/, "");
};

/** A name at the end of a row may go on in the next line, with nothing to tell that it does. */
const goesOn = (before: Shape | null, joined: Shape): boolean =>
  before?.kind === "row" && joined.kind === "row" && joined.weight === before.weight && joined.comm.length <= COMM_MAX;

export class Joiner {
  readonly #context: ClassifyContext;
  readonly #emit: (shaped: ShapedLine) => void;
  readonly #style = new WrapStyle();
  #wrap: Wrap | null = null;
  #held: Held | null = null;
  /** Another speaker's line, a table's row that quotes the kernel, or a further piece of either. */
  #foreign: LogLine | null = null;

  constructor(context: ClassifyContext, emit: (shaped: ShapedLine) => void) {
    this.#context = context;
    this.#emit = emit;
  }

  /** How the lines that follow are wrapped, as their widths tell. */
  wrapped(wrap: Wrap | null): void {
    this.#wrap = wrap;
  }

  /** A line of the kernel, or one without a speaker. */
  push(line: LogLine): void {
    const decorated = line.ident !== null;
    const raw = unquoted(line);
    const text = raw.trim();
    if (decorated) this.flush();
    const shape = classify(text, this.#context);
    // a path that stands alone may be a piece as well as the rest of a summary
    const own = shape?.kind === "summary-tail" && text.startsWith("/") ? null : shape;
    if (!decorated && this.#joins(line, raw, own)) return;
    if (!decorated && this.#isForeign(line, raw)) return;
    this.flush();
    const open = this.#wrap !== null && mayBreak(this.#wrap, line);
    if (shape?.complete && shape.kind !== "row" && !open) this.#emit({ line, shape, text, ref: line.ref });
    else if (!decorated && !shape && QUOTES.test(text) && !BEGINS.test(text)) this.#foreign = line;
    else if (decorated || shape || BEGINS.test(text) || (open && this.#wrap?.at === "column"))
      this.#hold(line, raw, shape);
  }

  /** A line of another speaker. */
  foreign(line: LogLine): void {
    this.flush();
    this.#foreign = line;
  }

  /** What another quotes of the kernel may be wrapped: its further pieces are its own. */
  #isForeign(line: LogLine, raw: string): boolean {
    const before = this.#foreign;
    const isPiece =
      before !== null &&
      follows(line.ref, before.ref) &&
      (QUOTES.test(before.message) ? raw.trim() !== "" : this.#wrap !== null && isBreak(this.#wrap, before, raw));
    this.#foreign = isPiece ? line : null;
    return isPiece;
  }

  flush(): void {
    const held = this.#held;
    this.#held = null;
    if (!held?.shape) return;
    const { line, shape, shapeLine, shapeText } = held;
    const { file, line: first, text } = line.ref;
    this.#emit({
      line,
      shape,
      text: shapeText,
      ref: shapeLine === first ? line.ref : sourceRef(file, first, text, shapeLine),
    });
  }

  #hold(line: LogLine, raw: string, shape: Shape | null): void {
    const at = lastLineOf(line.ref);
    this.#held = {
      line,
      last: line,
      spaced: raw.trim(),
      glued: raw.trimStart(),
      shape,
      shapeText: raw.trim(),
      shapeLine: at,
      pieces: 1,
    };
    if (shape?.kind === "columns") this.#context.columns = shape.columns; // the next line may be its first row
  }

  #joins(line: LogLine, raw: string, own: Shape | null): boolean {
    const held = this.#held;
    const text = raw.trim();
    if (!held || held.pieces >= PIECES_MAX || !follows(line.ref, held.last.ref) || text === "") return false;
    const whole = own !== null && held.spaced !== "" && STARTS.test(text);
    if (whole) return false;
    if (this.#wrap && !ELLIPSIS.test(text) && isBreak(this.#wrap, held.last, raw))
      return this.#joinsBroken(held, line, raw, own, this.#wrap);
    return this.#joinsByMeaning(held, line, raw, own);
  }

  /** The widths say that the line before goes on in this one. */
  #joinsBroken(held: Held, line: LogLine, raw: string, own: Shape | null, wrap: Wrap): boolean {
    const spaced = held.spaced === "" ? raw.trim() : `${held.spaced} ${raw.trim()}`;
    const bySpace = classify(spaced, this.#context);
    const { text: glued, shape: byGlue } = this.#glued(held, raw, wrap);
    const more = (byGlue?.weight ?? 0) - (bySpace?.weight ?? 0);
    // no blank stands in a summary but in a name
    const inName = bySpace?.kind === "summary" && byGlue?.kind === "summary" && bySpace.comm !== byGlue.comm;
    const doubt = byGlue?.kind === "summary" && !inName ? 0.05 : FIELD;
    const glue = wrap.at === "column" ? more > -FIELD : more > doubt;
    const joined = glue ? byGlue : bySpace;
    // in a text without decorations any line may be as wide
    const longerName = joined !== null && own === null && goesOn(held.shape, joined);
    const told = held.shape?.complete || own ? Math.max(own?.weight ?? 0, held.shape?.weight ?? 0) : 0;
    if (held.line.ident === null && !longerName && told > 0 && (joined?.weight ?? 0) <= told) return false;
    if (held.shape?.kind === "row" && joined?.kind === "row" && joined.comm.length > COMM_MAX) return false;
    held.spaced = glue ? glued.trim() : spaced;
    held.glued = glue ? glued : spaced;
    this.#took(held, line, joined);
    return true;
  }

  /** The blanks before a piece are the wrapping's, but where only with them the two make a line: a row cut between its columns. */
  #glued(held: Held, raw: string, wrap: Wrap): Glued {
    return wrap.at === "words"
      ? this.#heavier(held.glued + raw.trimStart())
      : this.#heavier(held.glued + withoutIndent(wrap, raw), held.glued + raw, FIELD);
  }

  /** Of two ways to join the first, but where the second says more. */
  #heavier(first: string, second = first, more = LONGER_WORD): Glued {
    const one = { text: first, shape: classify(first.trim(), this.#context) };
    if (second === first) return one;
    const other = { text: second, shape: classify(second.trim(), this.#context) };
    return (other.shape?.weight ?? 0) - (one.shape?.weight ?? 0) >= more ? other : one;
  }

  #joinsByMeaning(held: Held, line: LogLine, raw: string, own: Shape | null): boolean {
    const text = raw.trim();
    const oneLine = held.shape?.kind === "stats" && ONE_LINE.test(text);
    if (held.shape?.complete && !oneLine && (held.shape.kind !== "row" || own)) return false;
    const spaced = held.spaced === "" ? text : `${held.spaced} ${text}`;
    const { text: glued, shape } = this.#heavier(held.glued + raw, held.glued + raw.trimStart());
    const joined = this.#style.choose(classify(spaced, this.#context), shape, held.line);
    const bare = held.spaced === ""; // a stamp whose message was wrapped away from it
    const gain = (joined?.weight ?? 0) - (held.shape?.weight ?? 0);
    const better =
      joined !== null && gain > (REST.test(text) ? 0 : LONGER_WORD) && (bare || joined.weight > (own?.weight ?? 0));
    const rest =
      joined !== null && own === null && !ELLIPSIS.test(text) && held.line.ident !== null && goesOn(held.shape, joined);
    // a piece that says nothing yet may be the middle of what the next one completes
    if (!better && !rest && (own !== null || held.shape?.complete === true || BEGINS.test(text))) return false;
    held.spaced = spaced;
    held.glued = glued;
    this.#took(held, line, better || rest ? joined : null);
    return true;
  }

  /** `joined`: what the pieces say together, null where the new one adds nothing to what they said before. */
  #took(held: Held, line: LogLine, joined: Shape | null): void {
    held.last = line;
    held.pieces++;
    if (!joined) return;
    held.shape = joined;
    held.shapeText = held.spaced;
    held.shapeLine = lastLineOf(line.ref);
    if (joined.kind === "columns") this.#context.columns = joined.columns;
  }
}
