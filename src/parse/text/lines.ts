// Splits a byte stream into lines: one pass, nothing held but the current chunk and a partial line.
import type { Report } from "../../model/evidence.ts";
import { createUtf16Transcoder, detectEncoding, SNIFF_BYTES } from "./encoding.ts";

export interface TextLine {
  readonly text: string;
  /** Counts from 1 by line feeds, as editors and `sed -n` do. */
  readonly line: number;
}

/** What is needed of a captured file. */
export interface ByteSource {
  readonly path: string;
  chunks(): AsyncIterable<Uint8Array>;
}

export type LineVisitor = (text: string, line: number) => void;

/** A longer line is cut here and the rest of it dropped, with a problem. */
export const MAX_LINE_BYTES = 1 << 20;
/** A text without any line feed in its first bytes ends its lines with carriage returns. */
const LINE_END_SNIFF_BYTES = 1 << 16;
const LF = 10;
const CR = 13;
const EMPTY = new Uint8Array(0);

const concat = (parts: readonly Uint8Array[], length: number): Uint8Array => {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};

/** Gives a line's text to the visitor: line ends off; a bare CR (a console's redraw) parts it, under the same number. */
const visitText = (raw: string, line: number, visit: LineVisitor): void => {
  let text = raw;
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === CR) end--;
  if (end < text.length) text = text.slice(0, end);
  if (!text.includes("\r")) {
    visit(text, line);
    return;
  }
  for (const piece of text.split("\r")) if (piece !== "") visit(piece, line);
};

/** The byte level, for UTF-8: cuts at `lineEnd`, decodes whole runs of lines at once. */
const createUtf8Splitter = (lineEnd: number, visit: LineVisitor) => {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const lineEndText = String.fromCharCode(lineEnd);
  let line = 1;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let skipping = false;
  const cutLines: number[] = [];

  const visitCut = (bytes: Uint8Array): void => {
    cutLines.push(line);
    visitText(decoder.decode(bytes.subarray(0, MAX_LINE_BYTES)), line, visit);
  };
  /** A run of whole lines, the last line end included. */
  const visitRun = (bytes: Uint8Array): void => {
    if (bytes.length > MAX_LINE_BYTES) {
      let from = 0;
      for (let to = bytes.indexOf(lineEnd); to >= 0; to = bytes.indexOf(lineEnd, from)) {
        if (to - from > MAX_LINE_BYTES) visitCut(bytes.subarray(from, to));
        else visitText(decoder.decode(bytes.subarray(from, to)), line, visit);
        line++;
        from = to + 1;
      }
      return;
    }
    const text = decoder.decode(bytes);
    let from = 0;
    for (let to = text.indexOf(lineEndText); to >= 0; to = text.indexOf(lineEndText, from)) {
      visitText(text.slice(from, to), line, visit);
      line++;
      from = to + 1;
    }
  };
  const takePending = (tail: Uint8Array): Uint8Array => {
    const all = pendingBytes === 0 ? tail : concat([...pending, tail], pendingBytes + tail.length);
    pending = [];
    pendingBytes = 0;
    return all;
  };
  const push = (chunk: Uint8Array): void => {
    let bytes = chunk;
    if (skipping) {
      const end = bytes.indexOf(lineEnd);
      if (end < 0) return;
      skipping = false;
      line++;
      bytes = bytes.subarray(end + 1);
    }
    const last = bytes.lastIndexOf(lineEnd);
    if (last >= 0) {
      visitRun(takePending(bytes.subarray(0, last + 1)));
      bytes = bytes.subarray(last + 1);
    }
    if (bytes.length === 0) return;
    pending.push(bytes.slice());
    pendingBytes += bytes.length;
    if (pendingBytes <= MAX_LINE_BYTES) return;
    visitCut(takePending(EMPTY));
    skipping = true;
  };
  const end = (): void => {
    if (pendingBytes > 0) visitText(decoder.decode(takePending(EMPTY)), line, visit);
  };
  return { push, end, cutLines };
};

/** Holds back the first bytes until encoding and line ends are known, then passes everything on. */
const createLineSplitter = (visit: LineVisitor) => {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let transcoder: ReturnType<typeof createUtf16Transcoder> | null = null;
  let sniffed = false;
  let splitter: ReturnType<typeof createUtf8Splitter> | null = null;

  const pushUtf8 = (bytes: Uint8Array, last: boolean): void => {
    if (splitter) {
      splitter.push(bytes);
      return;
    }
    held.push(bytes.slice());
    heldBytes += bytes.length;
    if (!last && heldBytes < LINE_END_SNIFF_BYTES && bytes.indexOf(LF) < 0) return;
    const all = concat(held, heldBytes);
    held = [];
    const head = all.subarray(0, LINE_END_SNIFF_BYTES);
    splitter = createUtf8Splitter(head.indexOf(LF) < 0 && head.indexOf(CR) >= 0 ? CR : LF, visit);
    splitter.push(all);
  };
  const pushRaw = (bytes: Uint8Array, last: boolean): void => {
    if (transcoder) {
      pushUtf8(transcoder.push(bytes), false);
      if (last) pushUtf8(transcoder.end(), true);
    } else pushUtf8(bytes, last);
  };
  const push = (chunk: Uint8Array, last: boolean): void => {
    if (sniffed) {
      pushRaw(chunk, last);
      return;
    }
    held.push(chunk.slice());
    heldBytes += chunk.length;
    if (!last && heldBytes < SNIFF_BYTES) return;
    const all = concat(held, heldBytes);
    held = [];
    heldBytes = 0;
    sniffed = true;
    const encoding = detectEncoding(all);
    if (encoding.name !== "utf-8") transcoder = createUtf16Transcoder(encoding.name === "utf-16be");
    pushRaw(all.subarray(encoding.skip), last);
  };
  return {
    push: (chunk: Uint8Array) => push(chunk, false),
    end: (): readonly number[] => {
      push(EMPTY, true);
      splitter?.end();
      return splitter?.cutLines ?? [];
    },
  };
};

const reportCutLines = (path: string, cut: readonly number[], report: Report): void => {
  const [first] = cut;
  if (first === undefined) return;
  report({
    severity: "warning",
    code: "line-too-long",
    file: path,
    line: first,
    message:
      cut.length === 1
        ? "This line is longer than 1 MiB; what follows its first MiB was not read."
        : `${cut.length} lines, this one first, are longer than 1 MiB; what follows the first MiB of each was not read.`,
    costs: "Whatever stands in the dropped part is missing from the analysis.",
  });
};

/** A crash leaves blocks of NULs in a log; they are no text. */
const withoutNuls = (text: string): string => (text.includes("\0") ? text.replaceAll("\0", "") : text);

/** Calls `visit` for each line in order, NULs and all (journal export needs them). `readLines` is the same as an iterable of clean text. */
export const forEachLine = async (source: ByteSource, report: Report, visit: LineVisitor): Promise<void> => {
  const splitter = createLineSplitter(visit);
  for await (const chunk of source.chunks()) splitter.push(chunk);
  reportCutLines(source.path, splitter.end(), report);
};

/** The lines of a file, in order. */
export const readLines = async function* (source: ByteSource, report: Report): AsyncGenerator<TextLine> {
  let ready: TextLine[] = [];
  const splitter = createLineSplitter((text, line) => {
    ready.push({ text: withoutNuls(text), line });
  });
  for await (const chunk of source.chunks()) {
    splitter.push(chunk);
    yield* ready;
    ready = [];
  }
  const cut = splitter.end();
  yield* ready;
  reportCutLines(source.path, cut, report);
};
