// The parts of a zstd frame that say how long everything is (RFC 8878 §3.1.1); the blocks' content is fzstd's.

export type FrameHeader =
  | {
      readonly kind: "frame";
      /** Of the header itself. */
      readonly length: number;
      readonly window: number;
      readonly hasChecksum: boolean;
      readonly dictionary: boolean;
    }
  /** §3.1.2: of any length, to be passed over. */
  | { readonly kind: "skippable"; readonly length: number };

/** The longest header: magic 4, descriptor 1, window 1, dictionary id 4, content size 8. */
export const MAX_HEADER = 18;

export const MAGIC: readonly [number, number, number, number] = [0x28, 0xb5, 0x2f, 0xfd];

export const isFrame = (bytes: Uint8Array, at = 0): boolean => MAGIC.every((byte, i) => bytes[at + i] === byte);

/** pzstd(1) and the seekable format begin with one. */
export const isSkippable = (bytes: Uint8Array): boolean =>
  ((bytes[0] ?? 0) & 0xf0) === 0x50 && bytes[1] === 0x2a && bytes[2] === 0x4d && bytes[3] === 0x18;

export const littleEndian = (bytes: Uint8Array, at: number, length: number): number => {
  let value = 0;
  for (let i = length - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
};

/** Null: no header, or `bytes` ends inside it. */
export const readFrameHeader = (bytes: Uint8Array): FrameHeader | null => {
  if (isSkippable(bytes)) {
    return bytes.length < 8 ? null : { kind: "skippable", length: 8 + littleEndian(bytes, 4, 4) };
  }
  if (!isFrame(bytes)) return null;
  const descriptor = bytes[4] ?? 0;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const idBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const idAt = isSingleSegment ? 5 : 6;
  const length = idAt + idBytes + sizeBytes;
  if (bytes.length < length) return null;
  const contentSize = littleEndian(bytes, idAt + idBytes, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
  const base = 2 ** (10 + ((bytes[5] ?? 0) >> 3));
  return {
    kind: "frame",
    length,
    window: isSingleSegment ? contentSize : base + (base / 8) * ((bytes[5] ?? 0) & 7),
    hasChecksum: (descriptor & 4) !== 0,
    dictionary: littleEndian(bytes, idAt, idBytes) !== 0,
  };
};

export interface BlockHeader {
  readonly last: boolean;
  /** With its header of three bytes, as it is stored. */
  readonly stored: number;
  /** Of its content where that is told: a compressed block's is known once it is decompressed. */
  readonly size: number;
}

export const BLOCK_HEADER = 3;
export const MAX_BLOCK = 128 * 1024;

/** Null for the type that is reserved (§3.1.1.2.2). */
export const readBlockHeader = (bytes: Uint8Array): BlockHeader | null => {
  const value = littleEndian(bytes, 0, BLOCK_HEADER);
  const type = (value >> 1) & 3;
  const size = value >> 3;
  if (type === 3) return null;
  return { last: (value & 1) === 1, stored: BLOCK_HEADER + (type === 1 ? 1 : size), size };
};
