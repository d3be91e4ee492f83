// How a text was wrapped, as its widths tell: at a column, where every piece but the last is as wide as the terminal, or between words,
// where no piece could have taken the next one's first word.
import { follows } from "../../model/evidence.ts";
import type { LogLine } from "../../model/log.ts";

export interface Wrap {
  readonly at: "column" | "words";
  readonly width: number;
}

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

const pieceOf = (text: string): Piece => {
  const bare = withoutQuote(text).replace(NUMBER, "");
  const trimmed = bare.trimEnd();
  return {
    length: bare.length,
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
  const piece = pieceOf(line.ref.text);
  return wrap.at === "column" ? piece.length === wrap.width : fitsWords(piece, pieceOf(next).firstWord, wrap.width);
};

/** The line may go on in the next one, which is not known yet. */
export const mayBreak = (wrap: Wrap, line: LogLine): boolean => {
  const { length } = pieceOf(line.ref.text);
  return wrap.at === "column" ? length === wrap.width : length > wrap.width / 3;
};

interface Pair {
  readonly first: Piece;
  readonly next: Piece;
}

const pairsOf = (lines: readonly LogLine[], pieces: readonly Piece[]): Pair[] => {
  const pairs: Pair[] = [];
  for (const [index, next] of lines.entries()) {
    const [before, first, nextPiece] = [lines[index - 1], pieces[index - 1], pieces[index]];
    if (!before || !first || !nextPiece || next.ident !== null || nextPiece.trimmed === 0) continue;
    if (before.ident !== null && before.ident !== "kernel") continue;
    if (follows(next.ref, before.ref) && first.trimmed > 0) pairs.push({ first, next: nextPiece });
  }
  return pairs;
};

const columnOf = (pairs: readonly Pair[], pieces: readonly Piece[]): Wrap | null => {
  const counts = new Map<number, number>();
  for (const { first } of pairs) counts.set(first.length, (counts.get(first.length) ?? 0) + 1);
  let [width, count] = [0, 0];
  for (const [length, lines] of counts) if (lines > count) [width, count] = [length, lines];
  if (count < PAIRS_MIN || width < WIDTH_MIN || width > WIDTH_MAX) return null;
  // rows of a table break at one place, too; other lines then break further on
  const widerPairs = pairs.filter(({ first }) => first.length > width).length;
  const wider = pieces.filter(({ length }) => length > width).length;
  return widerPairs * 50 > pairs.length || wider * 50 > pieces.length ? null : { at: "column", width };
};

const wordsOf = (pairs: readonly Pair[], widthMax: number): { wrap: Wrap; share: number } | null => {
  let best: { width: number; count: number } | null = null;
  for (let width = WIDTH_MIN; width <= widthMax; width++) {
    const count = pairs.filter(({ first, next }) => fitsWords(first, next.firstWord, width)).length;
    if (count >= PAIRS_MIN && count > (best?.count ?? 0)) best = { width, count };
  }
  return best && { wrap: { at: "words", width: best.width }, share: best.count / pairs.length };
};

/** Of lines that follow each other: null where they are not wrapped, undefined where they do not tell. */
export const wrapOf = (lines: readonly LogLine[]): Wrap | null | undefined => {
  if (!lines.some(({ ident }) => ident === null)) return undefined;
  const pieces = lines.map(({ ref }) => pieceOf(ref.text));
  const pairs = pairsOf(lines, pieces);
  if (pairs.length < PAIRS_MIN) return undefined;
  const bare = lines.filter(({ ident }) => ident !== null).length * 10 < lines.length;
  const column = columnOf(pairs, pieces);
  if (bare) {
    if (column && column.width <= WIDTH_MAX_BARE) return column;
    const words = wordsOf(pairs, WIDTH_MAX_BARE);
    const wider = words && pieces.some(({ trimmed, breakable }) => breakable && trimmed > words.wrap.width);
    return words && !wider ? words.wrap : null;
  }
  const fitting = pairs.filter(({ first, next }) => column && fitsWords(first, next.firstWord, column.width));
  if (column && fitting.filter(({ first }) => first.length === column.width).length >= fitting.length * COLUMN_SHARE)
    return column;
  const words = wordsOf(pairs, WIDTH_MAX);
  return words && words.share >= WORDS_SHARE ? words.wrap : null;
};
