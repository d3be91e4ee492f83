// How a text was wrapped, as its widths tell: at a column, where every piece but the last is as wide as the terminal, or between words,
// where no piece could have taken the next one's first word.
import { follows } from "../../model/evidence.ts";
import type { LogLine } from "../../model/log.ts";

export interface Wrap {
  readonly at: "column" | "words";
  readonly width: number;
  readonly indent: Indent;
  /** A quotation's mark is part of the width: quoted first, wrapped then, so that further pieces have none. */
  readonly marked: boolean;
}

/** What stands before each piece but a line's first: mail clients, tickets and block scalars of YAML set them in. */
export interface Indent {
  readonly blanks: string;
  /** So many columns of the width does it take. */
  readonly columns: number;
}
/** How whole lines begin that are never a piece of the one before. */
export const STARTS = /^(?:Node \d|Task in \/|oom-kill:|oom_reaper: |Mem-Info:|\[ {1,8}pid)/;
const ROW = /^\[ {0,8}\d/;
const BLANKS = /^(?:\t| {1,16})/;
const TAB_COLUMNS = 8;
/** A few lines may be as wide as the terminal and whole: what stands behind them is no piece. */
const INDENT_SHARE = 0.75;
const NO_INDENT: Indent = { blanks: "", columns: 0 };

/** Mail and lists quote with these; a kernel line begins with none of them. */
const QUOTE = /^\s{0,64}(?:[>•`] ?|\|(?: |$)|\*\*(?! ?\d)){1,16}/;
/** Without decorations every line may be a piece: then only widths of mail and of common terminals are looked for. */
const WIDTH_MIN = 60;
const WIDTH_MAX = 250;
const WIDTH_MAX_BARE = 132;
const PAIRS_MIN = 3;
const COLUMN_SHARE = 0.8;
/** dmesg sets a record's further lines below its first; a table's columns are never as far apart. */
const INDENT_MAX = 12;
/** Blanks between the columns of a table are lost where a line is broken at them, and with them the width. */
const WORDS_SHARE = 0.6;

interface Piece {
  /** As it stands, blanks at its end included, a quote's mark not. */
  readonly length: number;
  readonly trimmed: number;
  /** With the blanks before it; 0 where it is indented. */
  readonly firstWord: number;
  readonly breakable: boolean;
}

/** A listing's number before a piece is none of its width. */
const NUMBER = /^\s{0,8}\d{1,7}(?:\t|: )/;

export const withoutQuote = (text: string): string => text.replace(QUOTE, "");

const pieceOf = (text: string, { blanks, columns }: Indent, marked: boolean): Piece => {
  const bare = (marked ? text : withoutQuote(text)).replace(NUMBER, "");
  const trimmed = bare.trimEnd();
  return {
    length: bare.length + (blanks !== "" && bare.startsWith(blanks) ? columns - blanks.length : 0),
    trimmed: trimmed.length,
    firstWord:
      bare.length - bare.trimStart().length > INDENT_MAX ? 0 : (/^\s{0,200}\S{0,400}/.exec(bare)?.[0].length ?? 0),
    breakable: trimmed.trimStart().includes(" "),
  };
};

const fitsWords = (piece: Piece, firstWord: number, width: number): boolean =>
  firstWord > 0 && (piece.trimmed <= width || !piece.breakable) && piece.length + 1 + firstWord > width;

/** The line could not take the next one's first word, or is as wide as the terminal. */
export const isBreak = (wrap: Wrap, line: LogLine, next: string): boolean => {
  const piece = pieceOf(line.ref.text, wrap.indent, wrap.marked);
  return wrap.at === "column"
    ? piece.length === wrap.width
    : fitsWords(piece, pieceOf(next, wrap.indent, wrap.marked).firstWord, wrap.width);
};

/** The line may go on in the next one, which is not known yet. */
export const mayBreak = (wrap: Wrap, line: LogLine): boolean => {
  const { length } = pieceOf(line.ref.text, wrap.indent, wrap.marked);
  return wrap.at === "column" ? length === wrap.width : length > wrap.width / 3;
};

/** A piece without the blanks that were put before it. */
export const withoutIndent = ({ indent }: Wrap, text: string): string =>
  indent.blanks !== "" && text.startsWith(indent.blanks) ? text.slice(indent.blanks.length) : text;

interface Pair {
  readonly first: Piece;
  readonly next: Piece;
  /** As it stands. */
  readonly nextText: string;
}

/** Which lines may go on, which may be a further piece, and whether those are nothing else. */
interface Kind {
  readonly goesOn: (line: LogLine) => boolean;
  readonly isPiece: (line: LogLine) => boolean;
  readonly sure: boolean;
}
const OF_KERNEL: Kind = {
  goesOn: ({ ident }) => ident === null || ident === "kernel",
  isPiece: ({ ident }) => ident === null,
  sure: false,
};

const pairsOf = (lines: readonly LogLine[], pieces: readonly Piece[], kind: Kind): Pair[] => {
  const pairs: Pair[] = [];
  for (const [index, next] of lines.entries()) {
    const [before, first, nextPiece] = [lines[index - 1], pieces[index - 1], pieces[index]];
    if (!before || !first || !nextPiece || !kind.isPiece(next) || nextPiece.trimmed === 0) continue;
    if (!kind.goesOn(before)) continue;
    if (follows(next.ref, before.ref) && first.trimmed > 0)
      pairs.push({ first, next: nextPiece, nextText: withoutQuote(next.ref.text) });
  }
  return pairs;
};

const columnOf = (pairs: readonly Pair[], pieces: readonly Piece[]): number | null => {
  const counts = new Map<number, number>();
  for (const { first } of pairs) counts.set(first.length, (counts.get(first.length) ?? 0) + 1);
  let [width, count] = [0, 0];
  for (const [length, lines] of counts) if (lines > count) [width, count] = [length, lines];
  if (count < PAIRS_MIN || width < WIDTH_MIN || width > WIDTH_MAX) return null;
  // rows of a table break at one place, too; other lines then break further on
  const widerPairs = pairs.filter(({ first }) => first.length > width).length;
  const wider = pieces.filter(({ length }) => length > width).length;
  return widerPairs * 50 > pairs.length || wider * 50 > pieces.length ? null : width;
};

const wordsOf = (pairs: readonly Pair[], widthMax: number): { width: number; share: number } | null => {
  let best: { width: number; count: number } | null = null;
  for (let width = WIDTH_MIN; width <= widthMax; width++) {
    const count = pairs.filter(({ first, next }) => fitsWords(first, next.firstWord, width)).length;
    if (count >= PAIRS_MIN && count > (best?.count ?? 0)) best = { width, count };
  }
  return best && { width: best.width, share: best.count / pairs.length };
};

const blanksBefore = (text: string): string => BLANKS.exec(text)?.[0] ?? "";

/** What nearly all pieces begin with that follow a line as wide as the terminal; of what was cut at blanks there are more. */
const indentOf = (pairs: readonly Pair[], width: number): string => {
  const starts = pairs
    .filter(({ first, nextText }) => first.length === width && !STARTS.test(nextText) && !ROW.test(nextText))
    .map(({ nextText }) => blanksBefore(nextText))
    .toSorted((a, b) => a.length - b.length);
  const least = starts[Math.floor(starts.length * (1 - INDENT_SHARE))] ?? "";
  return starts.filter((blanks) => blanks.startsWith(least)).length < starts.length * INDENT_SHARE ? "" : least;
};

/** How lines are set in that are, nearly all of them, further pieces. */
const commonBlanks = (lines: readonly LogLine[]): string => {
  const counts = new Map<string, number>();
  for (const { ident, ref } of lines) {
    const blanks = ident === null ? blanksBefore(withoutQuote(ref.text)) : "";
    if (blanks !== "") counts.set(blanks, (counts.get(blanks) ?? 0) + 1);
  }
  const [most] = [...counts].toSorted(([, a], [, b]) => b - a);
  return most && most[1] >= PAIRS_MIN ? most[0] : "";
};

interface Told {
  /** Null: not wrapped. */
  readonly wrap: Wrap | null;
  /** So many pieces are as wide as all. */
  readonly full: number;
}
const NOT_WRAPPED: Told = { wrap: null, full: 0 };

/** As their lengths tell, each indented line counted so. */
const wrapWith = (lines: readonly LogLine[], kind: Kind, indent: Indent, marked = false): Told | undefined => {
  const pieces = lines.map(({ ref }) => pieceOf(ref.text, indent, marked));
  const pairs = pairsOf(lines, pieces, kind);
  if (pairs.length < PAIRS_MIN) return undefined;
  const bare = !kind.sure && lines.filter(({ ident }) => ident !== null).length * 10 < lines.length;
  const width = columnOf(pairs, pieces);
  const asColumn = (at: number): Told => {
    const blanks = indentOf(pairs, at);
    const columns = blanks === indent.blanks ? indent.columns : blanks.length;
    const full = pairs.filter(({ first }) => first.length === at).length;
    return { wrap: { at: "column", width: at, indent: { blanks, columns }, marked }, full };
  };
  const asWords = (at: number): Told => ({ wrap: { at: "words", width: at, indent: NO_INDENT, marked }, full: 0 });
  if (bare) {
    if (width !== null && width <= WIDTH_MAX_BARE) return asColumn(width);
    const words = wordsOf(pairs, WIDTH_MAX_BARE);
    const wider = words && pieces.some(({ trimmed, breakable }) => breakable && trimmed > words.width);
    return words && !wider ? asWords(words.width) : NOT_WRAPPED;
  }
  const fitting = width === null ? [] : pairs.filter(({ first, next }) => fitsWords(first, next.firstWord, width));
  if (fitting.filter(({ first }) => first.length === width).length >= fitting.length * COLUMN_SHARE && width !== null)
    return asColumn(width);
  const words = wordsOf(pairs, WIDTH_MAX);
  return words && words.share >= WORDS_SHARE ? asWords(words.width) : NOT_WRAPPED;
};

/** Some lines have a quotation's mark and some of those that may be a further piece have none. */
const isQuotedInPart = (lines: readonly LogLine[]): boolean => {
  const isQuoted = ({ ref }: LogLine): boolean => withoutQuote(ref.text).length < ref.text.length;
  return lines.some(isQuoted) && lines.some((line) => line.ident === null && !isQuoted(line));
};

/** Copied out of a terminal's window: most lines are as wide as it, for blanks stand behind them. */
const isPadded = (lines: readonly LogLine[]): boolean => {
  const counts = new Map<number, number>();
  let written = 0;
  for (const { ref } of lines) {
    if (ref.text.trim() === "") continue;
    written++;
    if (ref.text.endsWith("  ")) counts.set(ref.text.length, (counts.get(ref.text.length) ?? 0) + 1);
  }
  return [...counts.values()].some((count) => count >= PAIRS_MIN && count * 2 > written);
};

/** Of lines that follow each other: null where they are not wrapped, undefined where they do not tell. */
export const wrapOf = (lines: readonly LogLine[], kind = OF_KERNEL): Wrap | null | undefined => {
  if (!lines.some(({ ident }) => ident === null)) return undefined;
  // the kernel's lines are joined by what they say as well
  if (kind.sure && isPadded(lines)) return null;
  let best = wrapWith(lines, kind, NO_INDENT);
  if (!kind.sure && isQuotedInPart(lines)) {
    const told = wrapWith(lines, kind, NO_INDENT, true);
    if (told && told.full > (best?.full ?? 0)) best = told;
  }
  const blanks = commonBlanks(lines);
  if (blanks === "") return best?.wrap;
  // put before a piece whose width it does not take, or as wide as a terminal shows it
  for (const columns of blanks === "\t" ? [0, TAB_COLUMNS] : [0]) {
    const told = wrapWith(lines, kind, { blanks, columns });
    if (told?.wrap?.indent.blanks === blanks && told.full > (best?.full ?? 0)) best = told;
  }
  return best?.wrap;
};
