// An entry that spreads over several lines, as the multi-line forms gather it.
import type { Decoded } from "../decoded.ts";

/** A line of an entry's message, and where it stands. */
export interface MessageLine {
  readonly text: string;
  /** The line as it stands in the file: what evidence quotes. */
  readonly raw: string;
  readonly line: number;
}

export interface Entry {
  readonly decoded: Omit<Decoded, "message">;
  readonly message: readonly MessageLine[];
}

export interface MultiLineForm {
  /** True where the line belongs to this form and was taken; a finished entry is handed over first. */
  take(text: string, line: number): boolean;
  /** At the end of the file, or where another form begins. */
  flush(): void;
}

export type TakeEntry = (entry: Entry) => void;
