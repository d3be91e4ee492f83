// A small file at once, its last line complete.
import type { CapturedFile } from "../../model/capture.ts";
import type { Report } from "../../model/evidence.ts";

/** Files read whole are a few kB; what is longer is no such file. */
const MAX_WHOLE = 16 * 1024 * 1024;
const NEWLINE = 10;

/** Null: too long, and reported. */
export const wholeFile = async (file: CapturedFile, report: Report): Promise<Uint8Array | null> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of file.chunks()) {
    length += chunk.length;
    if (length <= MAX_WHOLE) chunks.push(chunk.slice());
  }
  if (length > MAX_WHOLE) {
    report({
      severity: "warning",
      code: "oversized-file",
      file: file.path,
      line: null,
      message: `The file has ${length} bytes, where its kind has a few thousand.`,
      costs: "It is left out.",
    });
    return null;
  }
  return completed(joined(chunks, length), file, report);
};

const joined = (chunks: readonly Uint8Array[], length: number): Uint8Array => {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
};

/** A last line without its end may be cut within a number, where the file is shorter than the archive says; else its end was only left off. */
const completed = (bytes: Uint8Array, file: CapturedFile, report: Report): Uint8Array => {
  if (bytes.length === 0 || bytes.at(-1) === NEWLINE) return bytes;
  if (file.bytes !== null && bytes.length < file.bytes) {
    report({
      severity: "warning",
      code: "cut-line",
      file: file.path,
      line: null,
      message: "The file ends within a line, before its recorded length.",
      costs: "The line is left out: its number may be cut.",
    });
    return bytes.subarray(0, bytes.lastIndexOf(NEWLINE) + 1);
  }
  return joined([bytes, new Uint8Array([NEWLINE])], bytes.length + 1);
};

const CARRIAGE_RETURN = 13;

export const withoutCarriageReturns = (bytes: Uint8Array): Uint8Array =>
  bytes.includes(CARRIAGE_RETURN) ? bytes.filter((byte) => byte !== CARRIAGE_RETURN) : bytes;

export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Lines without their ends. */
export const linesOf = (bytes: Uint8Array): string[] => {
  const lines = textOf(bytes).split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
};
