// Log text is hostile: characters that hide, reorder or forge what stands beside them are shown by name.
// Letters of every script stay as they are; only the ones that draw nothing, or move others, are replaced.

const isControl = (c: number): boolean => (c < 0x20 && c !== 0x0a && c !== 0x09) || (c >= 0x7f && c <= 0x9f);

/** Unicode bidirectional controls (UAX #9), zero-width and other invisible format characters, line separators, tags. */
const isInvisible = (c: number): boolean =>
  c === 0x00ad ||
  c === 0x034f ||
  c === 0x061c ||
  c === 0x115f ||
  c === 0x1160 ||
  (c >= 0x17b4 && c <= 0x17b5) ||
  (c >= 0x180b && c <= 0x180f) ||
  (c >= 0x200b && c <= 0x200f) ||
  (c >= 0x2028 && c <= 0x202e) ||
  (c >= 0x2060 && c <= 0x206f) ||
  c === 0x3164 ||
  (c >= 0xfe00 && c <= 0xfe0f) ||
  c === 0xfeff ||
  c === 0xffa0 ||
  (c >= 0xfff0 && c <= 0xfffb) ||
  (c >= 0xe0000 && c <= 0xe0fff);

const isLoneSurrogate = (c: number): boolean => c >= 0xd800 && c <= 0xdfff;

const nameOf = (c: number): string => `\u27e8U+${c.toString(16).toUpperCase().padStart(4, "0")}\u27e9`;

function shown(char: string): string {
  const c = char.codePointAt(0) ?? 0;
  if (c === 0x7f) return "\u2421";
  if (isControl(c)) return c < 0x20 ? String.fromCharCode(0x2400 + c) : nameOf(c);
  if (isLoneSurrogate(c)) return "\ufffd";
  return isInvisible(c) ? nameOf(c) : char;
}

/** Most text has nothing to replace: one test keeps it as it is. */
const SUSPECT = /[^\n\t\x20-\x7e\u00a0-\u00ac\u00ae-\u024f\u2010-\u2027\u2030-\u205e\u2190-\u22ff]/u;

export function visible(text: string): string {
  if (!SUSPECT.test(text)) return text;
  let out = "";
  for (const char of text) out += shown(char);
  return out;
}

/** The same on one line: for terminals, titles and table cells. */
export const visibleLine = (text: string): string => visible(text).replace(/[\n\t]+/g, " ");

/** Names reach 253 characters; charts have room for some twenty. The middle goes: both ends tell pods apart. */
export function shortened(text: string, max: number): string {
  const chars = [...text];
  if (chars.length <= max) return text;
  const head = Math.ceil((max - 1) / 2);
  const tail = max - 1 - head;
  return `${chars.slice(0, head).join("")}…${tail > 0 ? chars.slice(-tail).join("") : ""}`;
}
