/** What was wrong with a compressed stream, and where: bytes that went in and came out until then. */
export interface CompressionFault {
  readonly format: "gzip" | "zstd";
  /** truncated: the input ended inside; torn: another member begins inside; garbage: no compressed data between or behind members. */
  readonly kind: "truncated" | "torn" | "corrupt" | "garbage" | "ratio";
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Compressed bytes that could not be read because of it. */
  readonly lost: number;
  readonly detail: string;
}
