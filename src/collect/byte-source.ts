/**
 * Bytes to be pulled: the one interface between file, gunzip, tar and hash. A plain function call per chunk where an
 * async generator per layer would cost several promises each.
 */
export interface ByteSource {
  /** The next chunk (never empty), or null at the end. Never rejects: a source that breaks off reports and ends. */
  pull(): Promise<Uint8Array | null>;
  /** Lets go of what is behind it without reading the rest. */
  close(): void;
}

export const drain = async (source: ByteSource): Promise<void> => {
  while ((await source.pull()) !== null);
};

export interface Peeked {
  /** The first bytes, at most `count`; fewer only where the source is shorter. */
  readonly head: Uint8Array;
  /** The whole source again, the first bytes included. */
  readonly source: ByteSource;
}

/** Looks at the first bytes of a source and holds no more of it than the chunks that they came in. */
export const peek = async (source: ByteSource, count: number): Promise<Peeked> => {
  let first = await source.pull();
  while (first !== null && first.length < count) {
    const more = await source.pull();
    if (more === null) break;
    first = concat(first, more);
  }
  return { head: first?.subarray(0, count) ?? EMPTY, source: first === null ? source : prepend(first, source) };
};

const EMPTY = new Uint8Array(0);

export const concatAll = (parts: readonly Uint8Array[]): Uint8Array => {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
};

export const concat = (a: Uint8Array, b: Uint8Array): Uint8Array => concatAll([a, b]);

const prepend = (first: Uint8Array, source: ByteSource): ByteSource => {
  let waiting: Uint8Array | null = first;
  return {
    pull: () => {
      if (waiting === null) return source.pull();
      const chunk = waiting;
      waiting = null;
      return Promise.resolve(chunk);
    },
    close: () => source.close(),
  };
};

/** Shows every chunk that passes to `see`. */
export const tap = (source: ByteSource, see: (chunk: Uint8Array) => void): ByteSource => ({
  pull: async () => {
    const chunk = await source.pull();
    if (chunk !== null) see(chunk);
    return chunk;
  },
  close: () => source.close(),
});

/** As what a consumer loops over; leaving the loop early leaves the rest unread. */
export async function* iterate(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let chunk = await source.pull(); chunk !== null; chunk = await source.pull()) yield chunk;
}
