// Hot loop: sections as `tail -v -n +1 -- FILE…` prints them ("==> path <==", content, an empty line before each header but the
// first), in chunks cut anywhere. Sections follow each other in the same order in every tick, so the next header and the layout of
// its content are guessed and compared; the slow path looks for the end of the section.
import { AT_SIGN, countLines, EQUALS, isBoundary, lineEnd, NEWLINE, startsNext } from "./boundaries.ts";
import { INCOMPLETE, MISMATCH } from "./read-number.ts";
import { PendingBytes } from "./pending-bytes.ts";
import type { Bytes } from "./replay.ts";
import { retrace } from "./retrace.ts";
import { blankSection, type Section, SectionTable } from "./sections.ts";
import type { At, Binding, FilmHandlers, FilmReader, SourceId, TickId } from "./sink.ts";
import type { SampleStore, Target } from "./store.ts";

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
  readonly #pending = new PendingBytes();
  #line = 1;
  #source: SourceId = -1;
  /** Of headers that say their path themselves. */
  readonly #clear: Binding = { boundIn: -1 };
  #tick: TickId = -1;
  /** Stands before the first section of a tick. */
  readonly #start: Section = blankSection("", 0, 0);
  #previous: Section = this.#start;
  #final = false;
  /** How far the section that waits for more bytes was searched for its end, from its start. */
  #searched = 0;

  constructor(store: SampleStore, handlers: FilmHandlers) {
    this.#store = store;
    this.#handlers = handlers;
  }

  begin(source: SourceId): void {
    this.#source = source;
    this.#clear.boundIn = source;
    this.#pending.length = 0;
    this.#line = 1;
    this.#tick = -1;
    this.#previous = this.#start;
    // Processes come and go: their headers must not pile up.
    if (this.#sections.size <= MAX_SECTIONS) return;
    this.#sections.clear();
    this.#start.next = null;
  }

  setTick(tick: TickId): void {
    this.#tick = tick;
  }

  /** In pieces, so that the buffer stays small. */
  feed(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length; from += MAX_PENDING) {
      this.#pending.add(chunk.subarray(from, from + MAX_PENDING));
      this.#run();
    }
  }

  end(): void {
    this.#final = true;
    this.#run();
    this.#final = false;
    this.#pending.length = 0;
  }

  /** Reads as far as the bytes go and keeps the rest. */
  #run(): void {
    const both = this.#pending.all();
    const { bytes } = both;
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
    this.#pending.drop(p);
  }

  #plainLine(bytes: Uint8Array, from: number): number {
    const newline = bytes.indexOf(NEWLINE, from);
    if (newline < 0) {
      if (!this.#final) return WAIT;
      this.#sayCut(this.#line);
      return bytes.length;
    }
    if (bytes[from] === AT_SIGN && bytes[from + 1] === AT_SIGN) {
      this.#previous = this.#start;
      this.#handlers.directive(decoder.decode(bytes.subarray(from, Math.min(newline, from + MAX_HEADER))), this.#line);
    } else this.#say("stray-line", this.#line, "A line stands under no file's header.", "The line is left out.");
    this.#line++;
    return newline + 1;
  }

  /** Position after the section that begins at `from`, or WAIT. */
  #section(both: Bytes, from: number): number {
    const { bytes } = both;
    const guess = this.#previous.next;
    if (guess !== null) {
      const after = this.#again(guess, both, from);
      if (after > 0) return after;
      if (after === INCOMPLETE) return WAIT;
    }
    const isNext = guess !== null && this.#sections.isAt(guess, both, from, bytes.length);
    const section = isNext ? guess : this.#header(bytes, from);
    if (section === null) return this.#plainLine(bytes, from);
    if (section.binding.boundIn !== this.#source) this.#lookUp(section);
    const start = from + section.length;
    const { target } = section;
    if (target !== null && this.#tick >= 0) {
      const after = this.#store.attempt(target, both, start, bytes.length);
      if (after === INCOMPLETE && !this.#final) return WAIT;
      if (after > start) {
        const boundary = isBoundary(bytes, after, this.#final);
        if (boundary === null) return WAIT;
        if (boundary) return this.#accept(section, target, both, from, after);
      }
    }
    return this.#slow(both, section, from, { tick: this.#tick, source: this.#source, line: this.#line + 1 });
  }

  /** Position after the section if its text is the last one but for some numbers; MISMATCH: it is to be read as any other. */
  #again(section: Section, both: Bytes, from: number): number {
    const { target, textLength } = section;
    const { texts } = this.#sections;
    if (section.binding.boundIn !== this.#source || this.#tick < 0 || this.#final) return MISMATCH;
    if (target === null) return this.#takeAgain(section, both, from);
    const { series } = target;
    const { shape } = series;
    if (series.textIn !== section || !texts.has(section) || shape === null) return MISMATCH;
    const { bytes, view } = both;
    const end = bytes.length;
    if (from + textLength > end) return INCOMPLETE;
    const same = texts.same(section, view, from);
    if (same === textLength) {
      const after = from + same;
      if (isBoundary(bytes, after, false) !== true) return MISMATCH;
      series.repeat(this.#tick, this.#source, this.#line + 1);
      this.#line += 1 + shape.lines;
      this.#follow(section);
      return after;
    }
    if (same < section.length && !this.#sections.isAt(section, both, from, end)) return MISMATCH;
    const after = retrace(shape, texts, section, both, from, Math.max(same, section.length), series.lastOf(shape));
    if (after < 0) return after;
    if (isBoundary(bytes, after, false) !== true) return MISMATCH;
    this.#store.matchedOwn(target);
    return this.#accept(section, target, both, from, after);
  }

  /** The same for a content that is not the film's own to read. */
  #takeAgain(section: Section, { bytes, view }: Bytes, from: number): number {
    const { takeAgain, textLength, lines } = section;
    const { texts } = this.#sections;
    const after = from + textLength;
    if (takeAgain === null || !texts.has(section) || after > bytes.length) return MISMATCH;
    if (texts.same(section, view, from) < textLength || isBoundary(bytes, after, false) !== true) return MISMATCH;
    takeAgain({ tick: this.#tick, source: this.#source, line: this.#line + 1 });
    this.#line += 1 + lines;
    this.#follow(section);
    return after;
  }

  /** Keeps what was found in a section. */
  #accept(section: Section, target: Target, both: Bytes, from: number, after: number): number {
    this.#line += 1 + this.#store.commit(target, this.#tick, this.#source, this.#line + 1);
    const { series } = target;
    if (series.shape !== null && this.#sections.texts.learn(section, both, from, after, series.shape.kind.length))
      series.textIn = section;
    this.#follow(section);
    return after;
  }

  #slow(both: Bytes, section: Section, from: number, at: At): number {
    const { bytes } = both;
    const start = from + section.length;
    const stop = this.#endOf(bytes, from, start);
    if (stop === WAIT) return WAIT;
    // The blank line before the next header is tail's.
    const blank =
      stop < bytes.length && stop - 1 > start && bytes[stop - 1] === NEWLINE && bytes[stop - 2] === NEWLINE ? 1 : 0;
    const whole = bytes.subarray(start, stop - blank);
    const complete = whole.subarray(0, whole.lastIndexOf(NEWLINE) + 1);
    const lines = countLines(complete);
    if (complete.length < whole.length) this.#sayCut(at.line + lines);
    if (complete.length > 0 && !(complete.length === 1 && complete[0] === NEWLINE)) {
      section.takeAgain = this.#keep(section, complete, at);
      section.lines = lines;
      if (section.takeAgain !== null) this.#sections.texts.learnWhole(section, both, from, start + complete.length);
    }
    this.#line += 1 + lines + blank;
    this.#follow(section);
    return stop;
  }

  /** What takes the same content again, if it is not the film's own to read. */
  #keep(section: Section, content: Uint8Array, at: At): Section["takeAgain"] {
    const { path, target } = section;
    if (section.dropped || path === null) return null;
    if (this.#tick < 0) {
      const what = "A file stands outside every tick.";
      this.#say("sample-outside-tick", at.line, what, "It cannot be put on the clock and is left out.");
      return null;
    }
    if (target !== null) {
      this.#store.build(target, content, at);
      return null;
    }
    const taken = this.#handlers.other(path, content, at);
    if (taken === null) this.#store.sayUnknown(path, { ...at, line: at.line - 1 });
    return taken;
  }

  #follow(section: Section): void {
    this.#searched = 0;
    this.#previous.next = section;
    this.#previous = section;
  }

  /** Null: no header, or not all of its line. */
  #header(bytes: Uint8Array, from: number): Section | null {
    const newline = bytes.indexOf(NEWLINE, from);
    if (newline < 0 || newline - from > MAX_HEADER) return null;
    const line = decoder.decode(bytes.subarray(from, newline));
    if (!line.startsWith("==> ") || !line.endsWith(" <==") || line.length < 9) return null;
    const header = line.slice(4, -4);
    const section = this.#sections.find(header) ?? this.#sections.add(header);
    // Bytes that are no UTF-8 would not be found again.
    return section.length === newline + 1 - from ? section : null;
  }

  #lookUp(section: Section): void {
    const { path, binding } = this.#handlers.path(section.header, this.#line);
    section.binding = binding ?? this.#clear;
    if (path !== null && path === section.path) return;
    section.takeAgain = null;
    const target = path === null ? null : this.#store.target(path);
    section.path = path;
    section.dropped = target === "drop";
    section.target = target === "drop" ? null : target;
  }

  /** Start of the next header or directive, or WAIT. */
  #endOf(bytes: Uint8Array, section: number, content: number): number {
    let line = Math.max(content, section + this.#searched);
    while (line < bytes.length) {
      const starts = startsNext(bytes, line, this.#final);
      if (starts === true) return line;
      const newline = starts === null ? -1 : lineEnd(bytes, line);
      if (newline < 0) break;
      line = newline + 1;
    }
    this.#searched = line - section;
    return this.#final ? bytes.length : WAIT;
  }

  /** A section (or a line) longer than any that is real. */
  #passOver(bytes: Uint8Array, from: number): number {
    const what = `A file of more than ${MAX_PENDING} bytes stands here.`;
    this.#say("oversized-section", this.#line, what, "It is left out.");
    this.#searched = 0;
    const last = bytes.lastIndexOf(NEWLINE);
    const to = last < from ? bytes.length : last + 1;
    this.#line += countLines(bytes.subarray(from, to));
    return to;
  }

  #sayCut(line: number): void {
    this.#say("cut-line", line, "The file ends within a line.", "The line is left out: its number may be cut.");
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
