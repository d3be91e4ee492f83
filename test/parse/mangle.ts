// What is done to logs on their way: cut, split, doubled, damaged. Seeded, so that a failure comes again.
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** mulberry32: numbers in [0, 1). */
export const random = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Where each line but the first begins. */
export const lineStarts = (bytes: Uint8Array): number[] => {
  const starts: number[] = [];
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) starts.push(at + 1);
  return starts;
};

/** So many places of a cut, or fewer in a text that is shorter than that. */
export const cutPlaces = (bytes: Uint8Array, count: number): number[] => {
  const next = random(bytes.length);
  return Array.from({ length: Math.min(count, bytes.length) }, () => Math.floor(next() * bytes.length));
};

export const withWindowsEnds = (bytes: Uint8Array): Uint8Array =>
  encoder.encode(decoder.decode(bytes).replaceAll("\n", "\r\n"));

export const withEachLineTwice = (bytes: Uint8Array): Uint8Array => {
  const starts = [0, ...lineStarts(bytes)];
  // what stands behind the last line feed is no line
  const lines = starts.slice(0, -1).map((from, i) => bytes.subarray(from, starts[i + 1]));
  return Buffer.concat([...lines.flatMap((line) => [line, line]), bytes.subarray(starts.at(-1))]);
};

/** One bit of one byte in a hundred is turned. */
export const damaged = (bytes: Uint8Array, seed: number): Uint8Array => {
  const next = random(seed);
  return bytes.map((byte) => (next() < 0.01 ? byte ^ (1 << Math.floor(next() * 8)) : byte));
};

export const utf16 = (bytes: Uint8Array, end: "le" | "be"): Uint8Array => {
  const text = `\ufeff${decoder.decode(bytes)}`;
  const units = new Uint8Array(text.length * 2);
  const view = new DataView(units.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), end === "le");
  return units;
};
