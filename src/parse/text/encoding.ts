// Which bytes a text is made of: a byte order mark, or zero bytes at every other place, betrays UTF-16 (a PowerShell redirect).

/** How many first bytes `detectEncoding` wants to see. */
export const SNIFF_BYTES = 4;

export interface Encoding {
  readonly name: "utf-8" | "utf-16le" | "utf-16be";
  /** Length of the byte order mark. */
  readonly skip: number;
}

export const detectEncoding = (head: Uint8Array): Encoding => {
  const [a, b, c, d] = head;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { name: "utf-8", skip: 3 };
  if (a === 0xff && b === 0xfe) return { name: "utf-16le", skip: 2 };
  if (a === 0xfe && b === 0xff) return { name: "utf-16be", skip: 2 };
  // Log text is ASCII at its start: "x\0y\0" is little endian without a mark.
  if (a && b === 0 && c && d === 0) return { name: "utf-16le", skip: 0 };
  if (a === 0 && b && c === 0 && d) return { name: "utf-16be", skip: 0 };
  return { name: "utf-8", skip: 0 };
};

/** Turns UTF-16 bytes, in chunks of any size, into UTF-8 bytes. */
export const createUtf16Transcoder = (bigEndian: boolean) => {
  const decoder = new TextDecoder("utf-16le", { ignoreBOM: true });
  const encoder = new TextEncoder();
  let odd: number | null = null;
  const evenBytes = (chunk: Uint8Array): Uint8Array => {
    const joined = new Uint8Array(chunk.length + (odd === null ? 0 : 1));
    if (odd !== null) joined[0] = odd;
    joined.set(chunk, odd === null ? 0 : 1);
    const even = joined.length & ~1;
    odd = even < joined.length ? (joined[even] ?? null) : null;
    if (bigEndian) {
      for (let i = 0; i < even; i += 2) {
        const high = joined[i] ?? 0;
        joined[i] = joined[i + 1] ?? 0;
        joined[i + 1] = high;
      }
    }
    return joined.subarray(0, even);
  };
  return {
    push: (chunk: Uint8Array): Uint8Array => encoder.encode(decoder.decode(evenBytes(chunk), { stream: true })),
    end: (): Uint8Array => encoder.encode(decoder.decode()),
  };
};
