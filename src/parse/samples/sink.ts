// Where the readers of ticks put what they read: the write side of model/samples.ts.
import type { Problem } from "../../model/evidence.ts";
import type { TaskField, Tick } from "../../model/samples.ts";

/** Handles are small integers that the sink gave out: ticks and source files in the order in which they came, which need not be time's. */
export type TickId = number;
export type SourceId = number;

/** What is known when a tick begins; the rest is amended when its end was read. */
export type TickDraft = Tick;

/** Where a content was read: its tick, its file in the capture, and the line at which it begins there. */
export interface At {
  readonly tick: TickId;
  readonly source: SourceId;
  readonly line: number;
}

export interface TaskReading extends At {
  readonly pid: number;
  readonly comm: string;
  readonly cgroup: string | null;
  /** The line verbatim. */
  readonly text: string;
  /** Sizes in bytes; a field that is missing was not read. */
  readonly values: Readonly<Partial<Record<TaskField, number>>>;
}

/** Why a content was not kept. "unknown": no format knows the path; "empty": nothing beneath, not captured. */
export type ContentFate = "kept" | "dropped" | "unknown" | "empty";

/** What the paths of some headers hang on: a number that stands for a directory in one file, and may stand for another in the next. */
export interface Binding {
  /** The file in which it was last said; it holds in no other. */
  boundIn: SourceId;
}

/** What a header stands for. */
export interface NodePath {
  /** On the node; null where it is not known. */
  readonly path: string | null;
  /** Null: the header says it itself. */
  readonly binding: Binding | null;
}

/** What a reader of `==> path <==` sections asks of its owner. */
export interface FilmHandlers {
  /** What a header that was not yet seen in this file stands for, or one whose binding does not hold any more. */
  path(header: string, line: number): NodePath;
  /** A line that begins with "@@ ". */
  directive(line: string, number: number): void;
  /** A content whose path no format knows. Null: nor does the owner; else it was taken, and what is returned takes the same bytes again. */
  other(path: string, content: Uint8Array, at: At): ((at: At) => void) | null;
}

/** Reads `==> path <==` sections from chunks cut anywhere. */
export interface FilmReader {
  /** A new file begins at line 1; headers may mean other paths than before. */
  begin(source: SourceId): void;
  /** Sections from here on belong to this tick; -1: to none. */
  setTick(tick: TickId): void;
  feed(chunk: Uint8Array): void;
  end(): void;
}

export interface SampleSink {
  tick(draft: TickDraft): TickId;
  tickAt(id: TickId): Tick | undefined;
  amendTick(id: TickId, change: Partial<TickDraft>): void;
  /** A file of the capture; `modifiedMs` is its own modification time where the layout has it. */
  source(path: string, modifiedMs: number | null): SourceId;
  /** One whole file as it was read on the node, under its path there. Its last line is complete. */
  content(path: string, at: At, bytes: Uint8Array): ContentFate;
  film(handlers: FilmHandlers): FilmReader;
  task(reading: TaskReading): void;
  /** Said by the collector; else it is worked out. */
  pageSize(bytes: number): void;
  /** A problem that may repeat: reported once per code and kind, with a count, when the capture was read. */
  say(kind: string, problem: Problem): void;
  /** Runs when every file was read, before ticks are put in order. */
  atEnd(action: () => void): void;
}
