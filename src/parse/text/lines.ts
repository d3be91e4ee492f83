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

/** Who reads lines as bytes. */
export interface RunVisitor {
  /** A run of whole lines, their line feeds included; `line` is the first one's number. Returns the number of the line after them. */
  run(bytes: Uint8Array, line: number): number;
  /** A line that is in no run: the last one without its end, one that is too long. */
  readonly line: LineVisitor;
}

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
export const visitText = (raw: string, line: number, visit: LineVisitor): void => {
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
class Utf8Splitter {
  readonly cutLines: number[] = [];
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #lineEnd: number;
  readonly #lineEndText: string;
  readonly #visit: LineVisitor;
  readonly #run: RunVisitor["run"] | null;
  #line = 1;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #skipping = false;

  constructor(lineEnd: number, visit: LineVisitor, run: RunVisitor["run"] | null) {
    this.#lineEnd = lineEnd;
    this.#lineEndText = String.fromCharCode(lineEnd);
    this.#visit = visit;
    this.#run = lineEnd === LF ? run : null;
  }

  push(chunk: Uint8Array): void {
    let bytes = chunk;
    if (this.#skipping) {
      const end = bytes.indexOf(this.#lineEnd);
      if (end < 0) return;
      this.#skipping = false;
      this.#line++;
      bytes = bytes.subarray(end + 1);
    }
    const last = bytes.lastIndexOf(this.#lineEnd);
    if (last >= 0) {
      this.#visitRun(this.#takePending(bytes.subarray(0, last + 1)));
      bytes = bytes.subarray(last + 1);
    }
    if (bytes.length === 0) return;
    this.#pending.push(bytes.slice());
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes <= MAX_LINE_BYTES) return;
    this.#visitCut(this.#takePending(EMPTY));
    this.#skipping = true;
  }

  end(): void {
    if (this.#pendingBytes > 0) visitText(this.#decoder.decode(this.#takePending(EMPTY)), this.#line, this.#visit);
  }

  #takePending(tail: Uint8Array): Uint8Array {
    const all = this.#pendingBytes === 0 ? tail : concat([...this.#pending, tail], this.#pendingBytes + tail.length);
    this.#pending = [];
    this.#pendingBytes = 0;
    return all;
  }

  #visitCut(bytes: Uint8Array): void {
    this.cutLines.push(this.#line);
    visitText(this.#decoder.decode(bytes.subarray(0, MAX_LINE_BYTES)), this.#line, this.#visit);
  }

  /** A run of whole lines, the last line end included. */
  #visitRun(bytes: Uint8Array): void {
    if (bytes.length > MAX_LINE_BYTES) {
      this.#visitLongRun(bytes);
      return;
    }
    if (this.#run) {
      this.#line = this.#run(bytes, this.#line);
      return;
    }
    const text = this.#decoder.decode(bytes);
    let from = 0;
    for (let to = text.indexOf(this.#lineEndText); to >= 0; to = text.indexOf(this.#lineEndText, from)) {
      visitText(text.slice(from, to), this.#line, this.#visit);
      this.#line++;
      from = to + 1;
    }
  }

  /** Large enough to hold a line that must be cut. */
  #visitLongRun(bytes: Uint8Array): void {
    let from = 0;
    for (let to = bytes.indexOf(this.#lineEnd); to >= 0; to = bytes.indexOf(this.#lineEnd, from)) {
      const line = bytes.subarray(from, to);
      if (line.length > MAX_LINE_BYTES) this.#visitCut(line);
      else visitText(this.#decoder.decode(line), this.#line, this.#visit);
      this.#line++;
      from = to + 1;
    }
  }
}

/** Holds back first bytes until there are enough of them to decide something. */
class Held {
  #parts: Uint8Array[] = [];
  #bytes = 0;

  add(bytes: Uint8Array): number {
    this.#parts.push(bytes.slice());
    this.#bytes += bytes.length;
    return this.#bytes;
  }

  take(): Uint8Array {
    const all = concat(this.#parts, this.#bytes);
    this.#parts = [];
    this.#bytes = 0;
    return all;
  }
}

/** Finds out encoding and line ends, then passes everything on. */
class LineSplitter {
  readonly #visit: LineVisitor;
  readonly #run: RunVisitor["run"] | null;
  readonly #head = new Held();
  readonly #firstLine = new Held();
  #sniffed = false;
  #transcoder: ReturnType<typeof createUtf16Transcoder> | null = null;
  #splitter: Utf8Splitter | null = null;

  constructor(visit: LineVisitor, run: RunVisitor["run"] | null = null) {
    this.#visit = visit;
    this.#run = run;
  }

  push(chunk: Uint8Array): void {
    if (this.#sniffed) this.#pushRaw(chunk, false);
    else if (this.#head.add(chunk) >= SNIFF_BYTES) this.#sniff(false);
  }

  /** Lines that were cut. */
  end(): readonly number[] {
    if (this.#sniffed) this.#pushRaw(EMPTY, true);
    else this.#sniff(true);
    this.#splitter?.end();
    return this.#splitter?.cutLines ?? [];
  }

  #sniff(last: boolean): void {
    this.#sniffed = true;
    const all = this.#head.take();
    const encoding = detectEncoding(all);
    if (encoding.name !== "utf-8") this.#transcoder = createUtf16Transcoder(encoding.name === "utf-16be");
    this.#pushRaw(all.subarray(encoding.skip), last);
  }

  #pushRaw(bytes: Uint8Array, last: boolean): void {
    if (!this.#transcoder) {
      this.#pushUtf8(bytes, last);
      return;
    }
    this.#pushUtf8(this.#transcoder.push(bytes), false);
    if (last) this.#pushUtf8(this.#transcoder.end(), true);
  }

  #pushUtf8(bytes: Uint8Array, last: boolean): void {
    if (this.#splitter) {
      this.#splitter.push(bytes);
      return;
    }
    const held = this.#firstLine.add(bytes);
    if (!last && held < LINE_END_SNIFF_BYTES && !bytes.includes(LF)) return;
    const all = this.#firstLine.take();
    const head = all.subarray(0, LINE_END_SNIFF_BYTES);
    this.#splitter = new Utf8Splitter(!head.includes(LF) && head.includes(CR) ? CR : LF, this.#visit, this.#run);
    this.#splitter.push(all);
  }
}

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
  const splitter = new LineSplitter(visit);
  for await (const chunk of source.chunks()) splitter.push(chunk);
  reportCutLines(source.path, splitter.end(), report);
};

/** `forEachLine` for who reads lines as bytes. */
export const forEachRun = async (source: ByteSource, report: Report, visitor: RunVisitor): Promise<void> => {
  const splitter = new LineSplitter(visitor.line, (bytes, line) => visitor.run(bytes, line));
  for await (const chunk of source.chunks()) splitter.push(chunk);
  reportCutLines(source.path, splitter.end(), report);
};

/** The lines of a file, in order. */
export const readLines = async function* (source: ByteSource, report: Report): AsyncGenerator<TextLine> {
  let ready: TextLine[] = [];
  const splitter = new LineSplitter((text, line) => {
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
