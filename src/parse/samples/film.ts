// Hot loop: sections as `tail -v -n +1 -- FILE…` prints them ("==> path <==", content, an empty line before each header but the
// first), in chunks cut anywhere. Sections follow each other in the same order in every tick, so the next header and the layout of
// its content are guessed and compared; the slow path looks for the end of the section.
import { type Bytes, INCOMPLETE, SLACK } from "./replay.ts";
import { type Section, SectionTable } from "./sections.ts";
import type { At, FilmHandlers, FilmReader, SourceId, TickId } from "./sink.ts";
import type { SampleStore } from "./store.ts";

const NEWLINE = 10;
const EQUALS = 61;
const AT_SIGN = 64;
const WAIT = -1;
/** No section is nearly as long; what is, is passed over. */
const MAX_PENDING = 8 * 1024 * 1024;
const MAX_HEADER = 8192;
const MAX_SECTIONS = 50_000;

const decoder = new TextDecoder();

export class Film implements FilmReader {
  readonly #store: SampleStore;
  readonly #handlers: FilmHandlers;
  readonly #sections = new SectionTable();
  #buffer = new Uint8Array(256 * 1024);
  #view = new DataView(this.#buffer.buffer);
  #length = 0;
  #line = 1;
  #source: SourceId = -1;
  #tick: TickId = -1;
  #previous: Section | null = null;
  #final = false;
  /** How far the section that waits for more bytes was searched for its end, from its start. */
  #searched = 0;

  constructor(store: SampleStore, handlers: FilmHandlers) {
    this.#store = store;
    this.#handlers = handlers;
  }

  begin(source: SourceId): void {
    this.#source = source;
    this.#length = 0;
    this.#line = 1;
    this.#tick = -1;
    this.#previous = null;
    // Processes come and go: their headers must not pile up.
    if (this.#sections.size > MAX_SECTIONS) this.#sections.clear();
  }

  setTick(tick: TickId): void {
    this.#tick = tick;
  }

  feed(chunk: Uint8Array): void {
    // A huge chunk is taken in pieces, so that the buffer stays small.
    for (let from = 0; from < chunk.length; from += MAX_PENDING) this.#take(chunk.subarray(from, from + MAX_PENDING));
  }

  end(): void {
    this.#final = true;
    this.#run();
    this.#final = false;
    this.#length = 0;
  }

  #take(chunk: Uint8Array): void {
    const needed = this.#length + chunk.length;
    if (needed + SLACK > this.#buffer.length) {
      const larger = new Uint8Array(needed * 2 + SLACK);
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.#buffer.set(chunk, this.#length);
    this.#length = needed;
    this.#run();
  }

  /** Reads as far as the bytes go and keeps the rest. */
  #run(): void {
    const bytes = this.#buffer.subarray(0, this.#length);
    const both: Bytes = { bytes, view: this.#view };
    const end = bytes.length;
    let p = 0;
    while (p < end) {
      const first = bytes[p];
      if (first === NEWLINE) {
        p++;
        this.#line++;
        continue;
      }
      const after = first === EQUALS ? this.#section(both, p) : this.#plainLine(bytes, p);
      if (after === WAIT) break;
      p = after;
    }
    if (end - p > MAX_PENDING) p = this.#passOver(bytes, p);
    this.#buffer.copyWithin(0, p, end);
    this.#length = end - p;
  }

  #plainLine(bytes: Uint8Array, from: number): number {
    const newline = bytes.indexOf(NEWLINE, from);
    if (newline < 0) {
      if (!this.#final) return WAIT;
      this.#say("cut-line", this.#line, "The file ends within a line.", "The line is left out: its number may be cut.");
      return bytes.length;
    }
    if (bytes[from] === AT_SIGN && bytes[from + 1] === AT_SIGN) {
      this.#previous = null;
      this.#handlers.directive(decoder.decode(bytes.subarray(from, Math.min(newline, from + MAX_HEADER))), this.#line);
    } else this.#say("stray-line", this.#line, "A line stands under no file's header.", "The line is left out.");
    this.#line++;
    return newline + 1;
  }

  /** Position after the section that begins at `from`, or WAIT. */
  #section(both: Bytes, from: number): number {
    const { bytes } = both;
    const guess = this.#previous === null ? null : this.#previous.next;
    const isNext = guess !== null && this.#sections.isAt(guess, both, from, bytes.length);
    const section = isNext ? guess : this.#header(bytes, from);
    if (section === WAIT) return WAIT;
    if (section === null) return this.#plainLine(bytes, from);
    if (section.lookedUpIn !== this.#source) this.#lookUp(section);
    const start = from + section.length;
    const { target } = section;
    if (target !== null && target !== "drop" && this.#tick >= 0) {
      const after = this.#store.attempt(target, both, start, bytes.length);
      if (after === INCOMPLETE && !this.#final) return WAIT;
      if (after > start) {
        const boundary = this.#isBoundary(bytes, after);
        if (boundary === null) return WAIT;
        if (boundary) {
          this.#line += 1 + this.#store.commit(target, this.#tick, this.#source, this.#line + 1);
          this.#follow(section);
          return after;
        }
      }
    }
    return this.#slow(bytes, section, from, { tick: this.#tick, source: this.#source, line: this.#line + 1 });
  }

  /** Whether a section ends here; null: the bytes do not say yet. */
  #isBoundary(bytes: Uint8Array, at: number): boolean | null {
    const end = bytes.length;
    const p = at < end && bytes[at] === NEWLINE ? at + 1 : at;
    if (p + 1 < end)
      return (bytes[p] === EQUALS && bytes[p + 1] === EQUALS) || (bytes[p] === AT_SIGN && bytes[p + 1] === AT_SIGN);
    return this.#final ? p === end : null;
  }

  #slow(bytes: Uint8Array, section: Section, from: number, at: At): number {
    const start = from + section.length;
    const stop = this.#endOf(bytes, from, start);
    if (stop === WAIT) return WAIT;
    // The blank line before the next header is tail's.
    const blank =
      stop < bytes.length && stop - 1 > start && bytes[stop - 1] === NEWLINE && bytes[stop - 2] === NEWLINE ? 1 : 0;
    const whole = bytes.subarray(start, stop - blank);
    const complete = whole.subarray(0, whole.lastIndexOf(NEWLINE) + 1);
    const lines = countLines(complete);
    if (complete.length < whole.length) {
      this.#say(
        "cut-line",
        at.line + lines,
        "The file ends within a line.",
        "The line is left out: its number may be cut.",
      );
    }
    if (complete.length > 0 && !(complete.length === 1 && complete[0] === NEWLINE)) this.#keep(section, complete, at);
    this.#line += 1 + lines + blank;
    this.#follow(section);
    return stop;
  }

  #keep(section: Section, content: Uint8Array, at: At): void {
    const { path, target } = section;
    if (target === "drop" || path === null) return;
    if (this.#tick < 0)
      this.#say(
        "sample-outside-tick",
        at.line,
        "A file stands outside every tick.",
        "It cannot be put on the clock and is left out.",
      );
    else if (target !== null) this.#store.build(target, content, at);
    else if (!this.#handlers.other(path, content, at)) {
      const kind = path.slice(path.lastIndexOf("/") + 1);
      this.#store.say(kind, {
        severity: "info",
        code: "unknown-sample",
        file: this.#store.sourcePath(this.#source),
        line: at.line - 1,
        message: `Nothing here reads ${path}.`,
        costs: null,
      });
    }
  }

  #follow(section: Section): void {
    this.#searched = 0;
    if (this.#previous !== null) this.#previous.next = section;
    this.#previous = section;
  }

  /** Null: not a header. */
  #header(bytes: Uint8Array, from: number): Section | null | typeof WAIT {
    const newline = bytes.indexOf(NEWLINE, from);
    if (newline < 0) return this.#final ? null : WAIT;
    if (newline - from > MAX_HEADER) return null;
    const line = decoder.decode(bytes.subarray(from, newline));
    if (!line.startsWith("==> ") || !line.endsWith(" <==") || line.length < 9) return null;
    const header = line.slice(4, -4);
    const section = this.#sections.find(header) ?? this.#sections.add(header);
    // Bytes that are no UTF-8 would not be found again.
    return section.length === newline + 1 - from ? section : null;
  }

  #lookUp(section: Section): void {
    section.lookedUpIn = this.#source;
    const path = this.#handlers.path(section.header, this.#line);
    if (path !== null && path === section.path) return;
    section.path = path;
    section.target = path === null ? null : this.#store.target(path);
  }

  /** Start of the next header or directive, or WAIT. */
  #endOf(bytes: Uint8Array, section: number, content: number): number {
    let line = Math.max(content, section + this.#searched);
    while (line < bytes.length) {
      const first = bytes[line];
      if (first === EQUALS || first === AT_SIGN) {
        if (line + 4 > bytes.length && !this.#final) break;
        if (first === AT_SIGN && bytes[line + 1] === AT_SIGN) return line;
        if (first === EQUALS && bytes[line + 1] === EQUALS && bytes[line + 2] === 62 && bytes[line + 3] === 32)
          return line;
      }
      const newline = bytes.indexOf(NEWLINE, line);
      if (newline < 0) break;
      line = newline + 1;
    }
    this.#searched = line - section;
    return this.#final ? bytes.length : WAIT;
  }

  /** A section (or a line) longer than any that is real. */
  #passOver(bytes: Uint8Array, from: number): number {
    this.#say(
      "oversized-section",
      this.#line,
      `A file of more than ${MAX_PENDING} bytes stands here.`,
      "It is left out.",
    );
    this.#searched = 0;
    const last = bytes.lastIndexOf(NEWLINE);
    const to = last < from ? bytes.length : last + 1;
    this.#line += countLines(bytes.subarray(from, to));
    return to;
  }

  #say(code: string, line: number, message: string, costs: string): void {
    this.#store.say("film", {
      severity: "warning",
      code,
      file: this.#store.sourcePath(this.#source),
      line,
      message,
      costs,
    });
  }
}

const countLines = (bytes: Uint8Array): number => {
  let lines = 0;
  for (let p = bytes.indexOf(NEWLINE); p >= 0; p = bytes.indexOf(NEWLINE, p + 1)) lines++;
  return lines;
};
