/** What an input may cost. Every limit that is hit is a problem in the report, never a crash and never silence. */
export interface Limits {
  /** Bytes that decompression may produce over the whole input. */
  readonly maxExpandedBytes: number;
  /** Bytes out per byte in of one compressed stream, once it produced `ratioAfterBytes`. */
  readonly maxRatio: number;
  readonly ratioAfterBytes: number;
  readonly maxFiles: number;
  readonly maxPathLength: number;
  /** Archives in archives: 2 allows one archive inside the input archive. */
  readonly maxArchiveDepth: number;
}

export const LIMITS: Limits = {
  // A day of ticks of a busy node is some 60 GB of text.
  maxExpandedBytes: 128 * 2 ** 30,
  // Ticks of an idle node shrink to 1/90; deflate itself ends at 1/1032.
  maxRatio: 400,
  ratioAfterBytes: 64 * 2 ** 20,
  maxFiles: 500_000,
  maxPathLength: 4096, // PATH_MAX
  maxArchiveDepth: 2,
};
