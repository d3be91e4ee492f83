// Quoted-printable (RFC 2045, 6.7): `=3D` is a byte, `=` at a line's end a break that is none of the text's.

/** `=` at the end, with what a transport may have put behind it. */
const SOFT_BREAK = /=[ \t\r]{0,16}$/;
const BYTES = /(?:=[0-9A-Fa-f]{2})+/g;
/** Each `=` of such a text begins a byte or ends a line: `pid=1028,uid=0` is none. */
const OTHER = /=(?![0-9A-Fa-f]{2}|[ \t\r]{0,16}$)/;

export const isQuotedPrintable = (line: string): boolean => line.includes("=") && !OTHER.test(line);

/** The line without its soft break; null where it has none. */
export const beforeSoftBreak = (line: string): string | null => {
  const match = SOFT_BREAK.exec(line);
  return match && isQuotedPrintable(line) ? line.slice(0, match.index) : null;
};

const decoder = new TextDecoder();
const latin1 = new TextDecoder("latin1");

const bytesOf = (run: string): string => {
  const bytes = Uint8Array.from(run.slice(1).split("="), (hex) => Number.parseInt(hex, 16));
  const text = decoder.decode(bytes);
  return text.includes("\ufffd") ? latin1.decode(bytes) : text;
};

/** A line as it was written. */
export const decodeQuotedPrintable = (line: string): string =>
  isQuotedPrintable(line) ? line.replace(BYTES, bytesOf) : line;
