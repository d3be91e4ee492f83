// The lines of one text on their way to the readers. Most are only looked at: plain lines of the form that the last ones had are read as
// bytes, and a LogLine is made where a reader asks for it. All others are decoded whole, and all readers have them.
import type { ClockKind, Stamp } from "../../model/instant.ts";
import type { LogLine } from "../../model/log.ts";
import { sourceRef } from "../../model/evidence.ts";
import type { LineReader } from "../parser.ts";
import { lineEnd, LineScan, UNCLEAN } from "../text/line-scan.ts";
import { type RunVisitor, visitText } from "../text/lines.ts";
import type { WordScan } from "../text/word-scan.ts";
import { createBootNamer } from "./boots.ts";
import { createBindings, createCoverage } from "./coverage.ts";
import type { Glance } from "./glance.ts";
import { unescape } from "./forms/kmsg.ts";
import { LineDecoder, type LineSink } from "./line-decoder.ts";
import { createSkims } from "./skim/index.ts";
import { mayBePrintk } from "./skim/skim.ts";
import { Speakers, type Speaker } from "./skim/speakers.ts";

const BACKSLASH = 0x5c;
const EMPTY: Uint8Array = new Uint8Array(0);
/** The line that is looked at. */
class Current implements Glance {
  readonly #make: (at: Current) => LogLine;
  readonly #decoder = new TextDecoder();
  bytes = EMPTY;
  /** Where the line begins, its decoration included. */
  start = 0;
  from = 0;
  to = 0;
  line = 0;
  clock: ClockKind = "printk";
  ms = 0;
  resolutionMs = 0;
  zoned = false;
  sequence: number | null = null;
  words = 0;
  /** /dev/kmsg's, with escapes. */
  escaped = false;
  speaker: Speaker | null = null;

  constructor(make: (at: Current) => LogLine) {
    this.#make = make;
  }

  text(from: number, to: number): string {
    return this.#decoder.decode(this.bytes.subarray(from, to));
  }

  stamp(): Stamp {
    return { clock: this.clock, ms: this.ms, resolutionMs: this.resolutionMs, zoned: this.zoned };
  }

  toLine(): LogLine {
    return this.#make(this);
  }
}

const lineOf = (path: string, at: Current): LogLine => {
  const text = at.text(at.start, at.to);
  return {
    stamps: [at.stamp()],
    bootId: null,
    host: at.speaker?.host ?? null,
    ident: at.speaker?.ident ?? null,
    pid: at.speaker?.pid ?? null,
    caller: null,
    sequence: at.sequence,
    message: at.escaped ? unescape(text.slice(at.from - at.start)) : text.slice(at.from - at.start),
    ref: sourceRef(path, at.line, text),
  };
};

export interface FlowOptions {
  readonly path: string;
  readonly readers: readonly LineReader<unknown>[];
  /** Null: every line is decoded, and every reader has it. What is read must be the same. */
  readonly words: WordScan | null;
  /** The text shows that it is (mail.ts). */
  readonly quotedPrintable: boolean;
  unreadable(line: number, why: "cut" | "blob"): void;
}

export class LineFlow implements RunVisitor {
  readonly coverage = createCoverage();
  readonly bindings = createBindings();
  readonly bootIds = new Set<string>();
  readonly forms = new Map<string, number>();
  /** Of the text so far. */
  lines = 0;
  readonly #options: FlowOptions;
  readonly #boots: ReturnType<typeof createBootNamer>;
  readonly #decoder: LineDecoder;
  readonly #utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #scan = new LineScan();
  readonly #at: Current;
  readonly #speakers: ReadonlyMap<string, Speakers>;
  readonly #passing: Speaker[] = [];
  #form: Speakers | null = null;
  /** What the decoder makes of one line. */
  #made: { readonly line: LogLine; readonly form: string }[] = [];

  constructor(options: FlowOptions) {
    this.#options = options;
    this.#boots = createBootNamer(options.path);
    const sink: LineSink = {
      line: (line, form) => this.#take(line, form),
      unreadable: (line, why) => options.unreadable(line, why),
    };
    this.#decoder = new LineDecoder(options.path, sink, options.quotedPrintable);
    this.#at = new Current((at) => this.#boots.name(lineOf(options.path, at)));
    this.#speakers = new Map(createSkims().map((skim) => [skim.form, new Speakers(skim)]));
  }

  readonly line = (text: string, line: number): void => {
    this.lines = line;
    this.#made = [];
    this.#decoder.push(text, line);
  };

  run(bytes: Uint8Array, firstLine: number): number {
    const { words } = this.#options;
    const scan = this.#scan;
    scan.read(bytes);
    words?.read(bytes);
    let from = 0;
    for (let i = 0; i < scan.lines; i++) {
      const feed = scan.feed(i);
      const flags = scan.flags(i);
      const line = firstLine + i;
      if ((flags & UNCLEAN) !== 0) visitText(this.#utf8.decode(bytes.subarray(from, feed)), line, this.line);
      else {
        const to = lineEnd(bytes, from, feed);
        if (words === null || !this.#glance(words, bytes, from, to, line, flags)) this.#decode(bytes, from, to, line);
      }
      from = feed + 1;
    }
    this.lines = firstLine + scan.lines - 1;
    this.#endRun();
    return firstLine + scan.lines;
  }

  end(): void {
    this.#decoder.end();
  }

  #take(bare: LogLine, form: string): void {
    this.#made.push({ line: bare, form });
    if (bare.bootId !== null) this.bootIds.add(bare.bootId);
    const line = this.#boots.name(bare);
    this.#count(form, 1);
    this.coverage.add(line);
    this.bindings.add(line);
    for (const reader of this.#options.readers) reader.line(line);
  }

  #count(form: string, lines: number): void {
    this.forms.set(form, (this.forms.get(form) ?? 0) + lines);
  }

  #decode(bytes: Uint8Array, from: number, to: number, line: number): void {
    this.line(this.#utf8.decode(bytes.subarray(from, to)), line);
    const [made, ...more] = this.#made;
    if (made && more.length === 0) this.#learn(bytes, from, to, made.line, made.form);
  }

  /** A line that was decoded whole shows how the next ones may begin. */
  #learn(bytes: Uint8Array, from: number, to: number, line: LogLine, form: string): void {
    const { ident, host, pid, message, stamps } = line;
    const speakers = this.#speakers.get(form);
    if (!speakers || stamps.length !== 1 || ident === null || message === "") return;
    const { skim } = speakers;
    const at = skim.read(bytes, from, to);
    const head = to - message.length;
    if (at < 0 || skim.ms !== stamps[0]?.ms || head < at) return;
    this.#form = speakers;
    if (
      speakers.find(bytes, at, to) !== null ||
      skim.headEnd(bytes, at, to) !== head ||
      (head === at && !skim.ownSpeaker)
    )
      return;
    speakers.learn({
      head: bytes.slice(at, head),
      ident,
      host,
      pid,
      skim,
      glancers: this.#options.readers.map((reader) => reader.glancer(ident)),
      passed: 0,
      last: { start: 0, from: 0, to: 0, line: 0 },
    });
  }

  /** True: done with. */
  #glance(words: WordScan, bytes: Uint8Array, from: number, to: number, line: number, flags: number): boolean {
    const speakers = this.#form;
    if (speakers === null || !this.#decoder.idle) return false;
    const { skim } = speakers;
    const kmsg = skim.form === "kmsg";
    const at = skim.read(bytes, from, to);
    if (at < 0) return kmsg && this.#decoder.passDictionary(bytes, from, to);
    const speaker = speakers.find(bytes, at, to);
    if (speaker === null) return false;
    const message = at + speaker.head.length;
    const kernel = speaker.ident === "kernel";
    // what these may stand for only the decoder knows
    if (kmsg && flags !== 0 && bytes[message] === BACKSLASH) return false;
    if (!skim.ownSpeaker && mayBePrintk(bytes, message, to)) return false;
    if (kernel && !this.#boots.passes(speaker.host, skim.clock, skim.ms)) return false;
    this.#decoder.passed(kmsg);
    this.#fill(bytes, speaker, from, message, to, line);
    this.#at.words = words.bitsIn(from, to);
    this.#at.escaped = kmsg && flags !== 0;
    this.#show(speaker);
    return true;
  }

  /** The stamp is the one that was read last. */
  #fill(bytes: Uint8Array, speaker: Speaker, start: number, from: number, to: number, line: number): void {
    const at = this.#at;
    const { skim } = speaker;
    at.bytes = bytes;
    at.start = start;
    at.from = from;
    at.to = to;
    at.line = line;
    at.clock = skim.clock;
    at.ms = skim.ms;
    at.resolutionMs = skim.resolutionMs;
    at.zoned = skim.zoned;
    at.sequence = skim.sequence;
    at.speaker = speaker;
  }

  #show(speaker: Speaker): void {
    const { readers } = this.#options;
    const { glancers, last } = speaker;
    const at = this.#at;
    let whole: LogLine | null = null;
    for (let i = 0; i < readers.length; i++) {
      if (glancers[i]?.(at) === true) continue;
      whole ??= at.toLine();
      readers[i]?.line(whole);
    }
    if (speaker.passed++ === 0) this.#passing.push(speaker);
    last.start = at.start;
    last.from = at.from;
    last.to = at.to;
    last.line = at.line;
  }

  /** The bytes of these lines go away now. */
  #endRun(): void {
    for (const reader of this.#options.readers) reader.settle();
    const { bytes } = this.#at;
    for (const speaker of this.#passing) {
      const { skim, last, passed } = speaker;
      skim.read(bytes, last.start, last.to);
      this.#fill(bytes, speaker, last.start, last.from, last.to, last.line);
      this.coverage.addMany(passed, lineOf(this.#options.path, this.#at));
      this.#count(skim.form, passed);
      speaker.passed = 0;
    }
    this.#passing.length = 0;
    this.#at.bytes = EMPTY;
  }
}
