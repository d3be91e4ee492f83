/** Where something was read: `line` counts from 1 in the file as it stands in the bundle (gunzipped, where it is gzip). */
export interface SourceRef {
  readonly file: string;
  readonly line: number;
  readonly endLine?: number;
  /** The line verbatim, at most 400 characters of it. */
  readonly text: string;
}

export const lastLineOf = ({ line, endLine }: SourceRef): number => endLine ?? line;

/** Nothing stands between the two. Of an encoded text the next one may begin on the very line. */
export const follows = (next: SourceRef, before: SourceRef): boolean =>
  next.line >= before.line && next.line <= lastLineOf(before) + 1;

/** A value that knows where it was read; a fact without evidence does not type-check. */
export interface Fact<T> {
  readonly value: T;
  readonly from: readonly [SourceRef, ...SourceRef[]];
}

export const MAX_EVIDENCE_TEXT = 400;

export const sourceRef = (file: string, line: number, text: string, endLine?: number): SourceRef =>
  endLine === undefined || endLine === line
    ? { file, line, text: text.slice(0, MAX_EVIDENCE_TEXT) }
    : { file, line, endLine, text: text.slice(0, MAX_EVIDENCE_TEXT) };

/** Something about the input that could not be read, and what that costs the analysis. Data, never an exception. */
export interface Problem {
  readonly severity: "error" | "warning" | "info";
  /** Stable, kebab-case: "torn-tick", "gzip-truncated". */
  readonly code: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly message: string;
  readonly costs: string | null;
}

/** What a parser reports problems to. */
export type Report = (problem: Problem) => void;
