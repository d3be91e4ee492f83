// How a file of /proc or /sys is laid out: described once per key set, then matched byte for byte (replay.ts).
import type { ShapeDraft } from "./shape.ts";

export interface Format {
  /** "proc/meminfo": folder and file name below src/parse. */
  readonly id: string;
  /** Last part of its path on the node. */
  readonly names: readonly string[];
  /** Narrows `names` by the whole path where the last part alone is not unique. */
  owns?(nodePath: string): boolean;
  /** Lays out one content. `lines` are without their newlines; what it cannot read goes to `draft.bad`. */
  build(lines: readonly string[], draft: ShapeDraft): void;
}
