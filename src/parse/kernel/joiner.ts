// Lines that mail, terminals and pagers have wrapped, made whole again: a line that has no decoration of its own belongs to the one
// before it if the two together say more than each alone.
import { type SourceRef, sourceRef } from "../../model/evidence.ts";
import type { LogLine } from "../../model/log.ts";
import { type ClassifyContext, classify } from "./classify.ts";
import type { Shape } from "./shape.ts";

export interface ShapedLine {
  /** The line that the shape begins on: its clock, boot and speaker. */
  readonly line: LogLine;
  readonly shape: Shape;
  readonly ref: SourceRef;
}

interface Held {
  readonly line: LogLine;
  text: string;
  shape: Shape | null;
  lastLine: number;
  pieces: number;
}

/** A summary of two long paths wrapped at 72 columns has about ten pieces. */
const PIECES_MAX = 24;
/** Mail and lists quote with these; a kernel line begins with none of them. "* " stays: "** 12 printk messages dropped **". */
const QUOTE = /^[\s>|`•]{1,64}/;
const COMM_MAX = 15; // TASK_COMM_LEN - 1

const unquoted = (text: string): string => text.replace(QUOTE, "").trimEnd();

interface Joined {
  readonly text: string;
  readonly shape: Shape;
}

/** A name at the end of a row may go on in the next line, with nothing to tell that it does. */
const goesOn = (before: Shape | null, joined: Shape): boolean =>
  before?.kind === "row" && joined.kind === "row" && joined.weight === before.weight && joined.comm.length <= COMM_MAX;

export class Joiner {
  readonly #context: ClassifyContext;
  readonly #emit: (shaped: ShapedLine) => void;
  #held: Held | null = null;
  /** How this text was wrapped: between words (mail), or inside them (a terminal). Learnt where only one way makes sense. */
  #insideWords = false;

  constructor(context: ClassifyContext, emit: (shaped: ShapedLine) => void) {
    this.#context = context;
    this.#emit = emit;
  }

  /** A line of the kernel, or one without a speaker. */
  push(line: LogLine): void {
    const decorated = line.ident !== null;
    const text = decorated ? line.message.trimStart() : unquoted(line.message);
    const shape = classify(text.trimEnd(), this.#context);
    if (!decorated && this.#joins(line, text, shape)) return;
    this.flush();
    if (shape?.complete && shape.kind !== "row") this.#emit({ line, shape, ref: line.ref });
    else if (decorated || shape) this.#held = { line, text, shape, lastLine: line.ref.line, pieces: 1 };
  }

  flush(): void {
    const held = this.#held;
    this.#held = null;
    if (!held?.shape) return;
    const { line, shape, lastLine } = held;
    const ref =
      lastLine === line.ref.line ? line.ref : sourceRef(line.ref.file, line.ref.line, line.ref.text, lastLine);
    this.#emit({ line, shape, ref });
  }

  #joins(line: LogLine, text: string, own: Shape | null): boolean {
    const held = this.#held;
    if (!held || held.pieces >= PIECES_MAX || line.ref.line > held.lastLine + 1 || text === "") return false;
    if (held.shape?.complete && (held.shape.kind !== "row" || own)) return false;
    const joined = this.#bestJoin(held.text, line.message, text);
    if (!joined) return false;
    const before = held.shape?.weight ?? 0;
    const bare = held.text.trim() === ""; // a stamp whose message was wrapped away from it
    const better = joined.shape.weight > before && (bare || joined.shape.weight > (own?.weight ?? 0));
    if (!better && !(own === null && held.line.ident !== null && goesOn(held.shape, joined.shape))) return false;
    held.text = joined.text;
    held.shape = joined.shape;
    held.lastLine = line.ref.line;
    held.pieces++;
    return true;
  }

  #bestJoin(head: string, raw: string, tail: string): Joined | null {
    const blank = /\s$/.test(head) || /^\s/.test(raw) || head === "";
    const spaced = (blank ? `${head.trimEnd()} ${tail}` : `${head} ${tail}`).trimStart();
    const glued = head + tail;
    const [a, b] = [classify(spaced, this.#context), classify(glued, this.#context)];
    if (a && b && a.weight === b.weight) {
      return this.#insideWords ? { text: glued, shape: b } : { text: spaced, shape: a };
    }
    if (b && (!a || b.weight > a.weight)) {
      if (!/\s$/.test(head)) this.#insideWords = true;
      return { text: glued, shape: b };
    }
    return a ? { text: spaced, shape: a } : null;
  }
}
