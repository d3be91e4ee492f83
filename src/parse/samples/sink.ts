// Where the readers of ticks put what they read: the write side of model/samples.ts.
import type { Tick } from "../../model/samples.ts";

/** Handles are small integers that the sink gave out: ticks and source files in the order in which they came, which need not be time's. */
export type TickId = number;
export type SourceId = number;

/** What is known when a tick begins; the rest is amended when its end was read. */
export type TickDraft = Tick;

export interface TaskReading {
  readonly pid: number;
  readonly comm: string;
  readonly cgroup: string | null;
  readonly tick: TickId;
  readonly source: SourceId;
  /** Line to cite, and how it reads: from `values` by the columns of its table. */
  readonly line: number;
  /** The line verbatim; kept only where it cannot be made again from the values. */
  readonly text: string;
  /** By TaskField, sizes in bytes; a field that is missing was not read. */
  readonly values: Readonly<Partial<Record<string, number>>>;
}

/** Why a content was not kept. "unknown": no format knows the path; "empty": nothing beneath, not captured. */
export type ContentFate = "kept" | "dropped" | "unknown" | "empty";

export interface SampleSink {
  tick(draft: TickDraft): TickId;
  amendTick(id: TickId, change: Partial<TickDraft>): void;
  /** A file of the capture; `modifiedMs` is its own modification time where the layout has it. */
  source(path: string, modifiedMs: number | null): SourceId;
  /** One whole file as it was read on the node: `path` there, and the line of `source` at which its content begins. */
  content(path: string, at: { readonly tick: TickId; readonly source: SourceId; readonly line: number }, bytes: Uint8Array): ContentFate;
  task(reading: TaskReading): void;
}
