// Lines of klog and of daemons that mail, terminals and tickets have wrapped, made whole before they are read: their widths tell how, and
// where they are too few for that, a quotation or a bracket that is open where the line ends.
import { follows, lastLineOf, sourceRef } from "../../model/evidence.ts";
import type { LogLine } from "../../model/log.ts";
import type { LineReader } from "../parser.ts";
import type { Glance, Glancer } from "./glance.ts";
import { isBreak, withoutIndent, withoutQuote, type Wrap, wrapOf } from "./wrap-width.ts";

/** Lines are looked at so many at a time: the width shows in many only. */
const LINES = 512;
/** A list of a node's pods takes some hundred lines of 72 columns. */
const PIECES_MAX = 400;
/** Of a wrapped text more lines than that are further pieces; of a whole one nearly none. */
const PIECES_SHARE = 0.1;
/** Nobody wraps further in or further out. */
const WIDTH_MIN = 55;
const WIDTH_MAX = 260;
const TERMINALS: ReadonlySet<number> = new Set([80, 100, 120, 132, 160, 200]);

/** `I1124 01:16:10.106764 …`, `time="2026-…" level=info …`, `2026-11-24T01:18:23Z container oom …`, `{"ts":…`, an empty line: no further piece */
const BEGINS =
  /^[\s>|*`]{0,32}(?:[IWEF]\d{4} {1,3}\d\d:\d\d|time="|level=[a-z]|\d{4}-\d\d-\d\d(?:T\d\d:| \S{8,18} [+-]\d{4} UTC \S{1,60} \/)|\{"|"?eviction manager: |$)/i;

/** `2m  Warning  Evicted  pod/web-0  The node was …`, `shop  2m (x3 over 9m)  Warning …`, `  Warning  Evicted  2m  kubelet  …`: an event's row */
const ROW =
  /^[\s>|]{0,32}(?:(?:[\w.-]{1,63}\s{1,40})?(?:\d{1,4}[smhdy]|<unknown>)\S{0,12}(?: \(x\d{1,9} over \w{1,12}\))?\s{1,40})?(?:Normal|Warning)\s{2,40}[A-Z]\w{2,60}\s/;

const isPiece = ({ ident, message }: LogLine): boolean => ident === null && !BEGINS.test(message) && !ROW.test(message);
/** What may go on in the next line; the kernel's lines have a reader of their own that joins them. */
const mayGoOn = ({ ident, message }: LogLine): boolean =>
  ident === null ? message.trim() !== "" && (BEGINS.test(message) || ROW.test(message)) : ident !== "kernel";

const OF_LOGS = { goesOn: (line: LogLine) => isPiece(line) || mayGoOn(line), isPiece, sure: true };

/** Whether a quotation, list or struct is open where the text ends. */
const isOpen = (text: string): boolean => {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (quoted) {
      if (c === 0x5c) i++;
      else if (c === 0x22) quoted = false;
    } else if (c === 0x22) quoted = true;
    else if (c === 0x7b || c === 0x5b) depth++;
    else if (c === 0x7d || c === 0x5d) depth = Math.max(0, depth - 1); // "eviction_manager.go:398]" closes none
  }
  return quoted || depth > 0;
};

/** The width is the one that fits most lines, not to the column. */
const SLACK = 4;
const SET_IN = /^(?:\t| {2,16})\S/;

interface Gathered {
  readonly line: LogLine;
  /** Bits of the readers that have had the line already: it said nothing to them. */
  readonly seen: number;
}

interface Open extends Gathered {
  text: string;
  last: LogLine;
  pieces: number;
}

/** The line could not take the next one's first word. */
const mayBreak = (wrap: Wrap, before: LogLine, raw: string): boolean =>
  withoutQuote(before.ref.text).length + 1 + (/^\S{0,400}/.exec(raw.trimStart())?.[0].length ?? 0) > wrap.width - SLACK;

const goesOn = (open: Open, next: LogLine, raw: string, wrap: Wrap | null): boolean => {
  if (open.pieces >= PIECES_MAX || !isPiece(next) || !follows(next.ref, open.last.ref)) return false;
  if (open.text.endsWith("=<")) return false; // klog's own way to print a value of several lines
  if (wrap?.at === "column") return isBreak(wrap, open.last, raw);
  if (wrap !== null && (SET_IN.test(raw) || mayBreak(wrap, open.last, raw))) return true;
  const { length } = open.last.ref.text;
  return length >= WIDTH_MIN && length <= WIDTH_MAX && isOpen(open.text);
};

const take = (open: Open, next: LogLine, raw: string, wrap: Wrap | null): void => {
  const inWord = wrap === null ? TERMINALS.has(open.last.ref.text.length) : wrap.at === "column";
  const piece = wrap === null ? raw : withoutIndent(wrap, raw);
  open.text = inWord ? open.text + piece : `${open.text.trimEnd()} ${raw.trim()}`;
  open.last = next;
  open.pieces++;
};

const whole = ({ line, text, last }: Open): LogLine => ({
  ...line,
  message: text,
  ref: sourceRef(line.ref.file, line.ref.line, line.ref.text, lastLineOf(last.ref)),
});

/** So many pairs decide between a column and words. */
const SAMPLES = 40;

/**
 * Lines of one kind break at one place between words as well, for their headers are as long: then the readings of either way decide, by
 * what they say.
 */
const decided = (wrap: Wrap, lines: readonly LogLine[], tells: (text: string) => boolean): Wrap => {
  if (wrap.at === "words") return wrap;
  const words: Wrap = { ...wrap, at: "words" };
  let [byColumn, byWords, pairs] = [0, 0, 0];
  for (const [i, next] of lines.entries()) {
    const line = lines[i - 1];
    if (line === undefined || !mayGoOn(line) || pairs >= SAMPLES) continue;
    const open = (): Open => ({ line, seen: 0, text: line.message, last: line, pieces: 1 });
    const raw = withoutQuote(next.message);
    const [glued, spaced] = [open(), open()];
    if (!goesOn(glued, next, raw, wrap)) continue;
    pairs++;
    take(glued, next, raw, wrap);
    take(spaced, next, raw, words);
    byColumn += tells(glued.text) ? 1 : 0;
    byWords += tells(spaced.text) ? 1 : 0;
  }
  return byWords > byColumn ? words : wrap;
};

class Unwrapping implements LineReader<void> {
  readonly #readers: readonly LineReader<unknown>[];
  readonly #all: number;
  readonly #tells: (text: string) => boolean;
  /** Held back: the next line may be a further piece of it. */
  #before: Gathered | null = null;
  #gathered: Gathered[] = [];
  #wrap: Wrap | null = null;
  /** The line before, where it was only looked at. */
  #glanced: Glance | null = null;
  /** Readers that were content with a look at the line that comes next, as others were not. */
  #seen = 0;

  constructor(readers: readonly LineReader<unknown>[], tells: (text: string) => boolean) {
    this.#readers = readers;
    this.#all = 2 ** readers.length - 1;
    this.#tells = tells;
  }

  line(line: LogLine): void {
    const glanced = this.#glanced;
    const gathered = { line, seen: this.#seen };
    this.#glanced = null;
    this.#seen = 0;
    if (this.#gathered.length > 0) {
      this.#gathered.push(gathered);
      if (this.#gathered.length >= LINES) this.#read(false);
      return;
    }
    if (isPiece(line)) {
      const before = glanced === null ? this.#before : { line: glanced.toLine(), seen: this.#all };
      this.#before = null;
      if (before !== null && follows(line.ref, before.line.ref) && mayGoOn(before.line)) {
        this.#gathered = [before, gathered];
        return;
      }
      this.#give(before);
      this.#give(gathered);
      return;
    }
    this.#release();
    this.#before = gathered;
  }

  glancer(ident: string): Glancer {
    const glances = this.#readers.map((reader) => reader.glancer(ident));
    return (at) => {
      this.#glanced = null;
      if (this.#gathered.length > 0) return false;
      this.#release();
      let seen = 0;
      for (let i = 0; i < glances.length; i++) if (glances[i]?.(at) === true) seen |= 1 << i;
      if (seen !== this.#all) {
        this.#seen = seen;
        return false;
      }
      // to make a line of the kernel's twice would count its boots twice
      this.#glanced = ident === "kernel" ? null : at;
      return true;
    };
  }

  settle(): void {
    if (this.#glanced !== null) this.#before = { line: this.#glanced.toLine(), seen: this.#all };
    this.#glanced = null;
    for (const reader of this.#readers) reader.settle();
  }

  end(): void {
    this.#read(true);
    this.#release();
  }

  #release(): void {
    const before = this.#before;
    this.#before = null;
    this.#give(before);
  }

  #give(gathered: Gathered | null): void {
    if (gathered === null) return;
    for (const [i, reader] of this.#readers.entries()) if ((gathered.seen & (1 << i)) === 0) reader.line(gathered.line);
  }

  /** `last`: no more lines come; else what may still go on stays. */
  #read(last: boolean): void {
    const gathered = this.#gathered;
    this.#gathered = [];
    const lines = gathered.map(({ line }) => line);
    const pieces = lines.filter(isPiece).length;
    const wrap = pieces < lines.length * PIECES_SHARE ? null : wrapOf(lines, OF_LOGS);
    if (wrap !== undefined) this.#wrap = wrap && decided(wrap, lines, this.#tells);
    let open: { readonly from: number; readonly line: Open } | null = null;
    for (const [i, { line, seen }] of gathered.entries()) {
      const raw = withoutQuote(line.message);
      if (open !== null && goesOn(open.line, line, raw, this.#wrap)) {
        take(open.line, line, raw, this.#wrap);
        continue;
      }
      this.#end(open?.line ?? null);
      open = mayGoOn(line) ? { from: i, line: { line, seen, text: line.message, last: line, pieces: 1 } } : null;
      if (open === null) this.#give({ line, seen });
    }
    // cut off at the window's end, not at the line's
    if (!last && open !== null && open.from > 0 && open.line.pieces > 1) this.#gathered = gathered.slice(open.from);
    else this.#end(open?.line ?? null);
  }

  #end(open: Open | null): void {
    if (open === null) return;
    this.#give(open.pieces > 1 ? { line: whole(open), seen: 0 } : open);
  }
}

/**
 * What gives the readers whole lines; each is asked for what it read when this was ended. `tells`: whether a text says something to one of
 * them, which decides where the widths do not.
 */
export const unwrapping = (
  readers: readonly LineReader<unknown>[],
  tells: (text: string) => boolean,
): LineReader<void> => new Unwrapping(readers, tells);
