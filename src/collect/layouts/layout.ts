import type { TickDirectory } from "../../model/capture.ts";

/** Where the files of one producer's capture stood on the node. A new foreign bundle is one such table. */
export interface Layout {
  readonly id: string;
  /** Is this path (below the top folder, compression suffix undone) found in captures of this kind only? */
  isSignature(path: string): boolean;
  /** Where the file stood on the node; null if this table does not say. `head` is its first bytes as text. */
  nodePath(path: string, head: string): string | null;
  tick(path: string): TickDirectory | null;
}
