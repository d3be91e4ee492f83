// Segments of format 1: many ticks of one tier, "==> path <==" sections between "@@ tick" and "@@ end". A segment stands alone.
import type { CapturedFile } from "../../model/capture.ts";
import type { Tick } from "../../model/samples.ts";
import type { FactSink, Parser } from "../parser.ts";
import type { Binding, FilmReader, NodePath, SampleSink, SourceId, TickId } from "../samples/sink.ts";
import { withoutCarriageReturns } from "../samples/whole-file.ts";
import { type Directive, directive } from "./directives.ts";
import { sawSegment } from "./inventory.ts";
import { ProcReader } from "./tasks.ts";

const NAME = /^(?:.*\/)?ticks\/\d{1,12}\.(fast|mid|full)$/;
const HEAD = "@@ memforensics ";

export const segment: Parser = {
  id: "segment",
  claims: (file) => NAME.test(pathOf(file)) || startsWithHead(file.head),
  parse: async (file, sink) => {
    sawSegment(sink.samples, file.path);
    const reader = new SegmentReader(file, sink);
    const isWindows = hasWindowsLineEnds(file.head);
    for await (const chunk of file.chunks()) reader.film.feed(isWindows ? withoutCarriageReturns(chunk) : chunk);
    reader.end();
  },
};

const pathOf = (file: CapturedFile): string => file.path.replace(/\.(?:gz|zst)$/, "");
const startsWithHead = (head: Uint8Array): boolean => new TextDecoder().decode(head.subarray(0, HEAD.length)) === HEAD;
/** Neither /proc nor the collector writes any: a copy went through something that did. */
const hasWindowsLineEnds = (head: Uint8Array): boolean => {
  const newline = head.indexOf(10);
  return newline > 0 && head[newline - 1] === 13;
};
const tierOf = (name: string | null | undefined): Tick["tier"] | null =>
  name === "fast" || name === "mid" || name === "full" ? name : null;

interface Directory extends Binding {
  readonly path: string;
}

/** What is kept from segment to segment: the reader of sections, whose buffer is large, what numbers stood for, and tasks' last readings. */
interface Reel {
  readonly film: FilmReader;
  readonly dirs: Map<string, Directory>;
  readonly tasks: ProcReader;
  current: SegmentReader | null;
}

const reels = new WeakMap<SampleSink, Reel>();
/** Directories come and go. */
const MAX_DIRS = 100_000;

class SegmentReader {
  readonly film: FilmReader;
  readonly #path: string;
  readonly #sink: FactSink;
  readonly #source: SourceId;
  /** By number, of this segment and of those before. */
  readonly #dirs: Map<string, Directory>;
  readonly #tasks: ProcReader;
  #tier: Tick["tier"];
  #bootId: string | null = null;
  #open: { readonly id: TickId; readonly number: number; readonly line: number } | null = null;
  #ticks = 0;

  constructor(file: CapturedFile, sink: FactSink) {
    this.#path = file.path;
    this.#sink = sink;
    this.#tier = tierOf(NAME.exec(pathOf(file))?.[1]) ?? "full";
    this.#source = sink.samples.source(file.path, null);
    const reel = reelOf(sink.samples);
    this.#tasks = reel.tasks;
    reel.current = this;
    if (reel.dirs.size > MAX_DIRS) reel.dirs.clear();
    this.#dirs = reel.dirs;
    this.film = reel.film;
    this.film.begin(this.#source);
  }

  /** "17/memory.current" and "/proc/meminfo". */
  path(header: string, line: number): NodePath {
    if (header.startsWith("/")) return { path: header, binding: null };
    const slash = header.indexOf("/");
    const dir = slash < 0 ? undefined : this.#dirs.get(header.slice(0, slash));
    if (dir?.boundIn === this.#source) return { path: dir.path + header.slice(slash), binding: dir };
    this.#say(
      "unbound-path",
      line,
      `"${header.slice(0, 80)}" stands for a directory that no line of the segment names.`,
      "The file is left out.",
    );
    return { path: null, binding: { boundIn: this.#source } };
  }

  /** "@@ path 17 /sys/fs/cgroup/…": mostly what the segment before said, too. */
  #bind(number: string, dir: string): void {
    const known = this.#dirs.get(number);
    const path = dir.replace(/\/$/, "");
    if (known?.path === path) known.boundIn = this.#source;
    else {
      if (known !== undefined) known.boundIn = -1;
      this.#dirs.set(number, { path, boundIn: this.#source });
    }
  }

  directive(line: string, number: number): void {
    const read = directive(line);
    if (read === null)
      this.#say("unknown-directive", number, `"${line.slice(0, 60)}" is no line of a segment.`, "It is left out.");
    else if (read.kind === "head") this.#head(read, number);
    else if (read.kind === "path") this.#bind(read.number, read.dir);
    else if (read.kind === "tick") this.#begin(read, line, number);
    else if (read.kind === "end") this.#finish(read, number);
  }

  end(): void {
    this.film.end();
    this.#tear();
    if (this.#ticks === 0)
      this.#say("empty-segment", 1, "The segment holds no tick.", "Nothing could be read from it.");
  }

  #head(head: Extract<Directive, { kind: "head" }>, line: number): void {
    if (head.version !== 1) {
      this.#say(
        "newer-format",
        line,
        `The segment is of format ${head.version}, this reads format 1.`,
        "What format 1 does not know is left out.",
      );
    }
    this.#tier = tierOf(head.tier) ?? this.#tier;
    this.#bootId = head.boot;
    if (head.boot !== null) this.#sink.bootId(head.boot);
  }

  #begin(tick: Extract<Directive, { kind: "tick" | "end" }>, text: string, line: number): void {
    this.#tear();
    const { up, real, upResolutionMs, realResolutionMs, number } = tick;
    const id = this.#sink.samples.tick({
      tier: this.#tier,
      bootId: this.#bootId,
      startUp: up,
      endUp: NaN,
      startReal: real,
      endReal: NaN,
      torn: true,
      upResolutionMs,
      realResolutionMs,
      ref: { file: this.#path, line, text },
    });
    this.#open = { id, number, line };
    this.#ticks++;
    this.film.setTick(id);
  }

  #finish(end: Extract<Directive, { kind: "tick" | "end" }>, line: number): void {
    if (this.#open?.number !== end.number) {
      this.#say("unknown-directive", line, `The end of tick ${end.number} has no beginning.`, "It is left out.");
      return;
    }
    this.#tasks.flush();
    this.#sink.samples.amendTick(this.#open.id, { endUp: end.up, endReal: end.real, torn: false });
    this.#open = null;
    this.film.setTick(-1);
  }

  /** A tick whose end never came. */
  #tear(): void {
    this.#tasks.flush();
    if (this.#open !== null) {
      const { number, line } = this.#open;
      this.#say(
        "torn-tick",
        line,
        `Tick ${number} has no end.`,
        "What it holds is kept; files that were not read yet are missing.",
      );
    }
    this.#open = null;
    this.film.setTick(-1);
  }

  #say(code: string, line: number, message: string, costs: string): void {
    this.#sink.samples.say("segment", { severity: "warning", code, file: this.#path, line, message, costs });
  }
}

const reelOf = (samples: SampleSink): Reel => {
  const known = reels.get(samples);
  if (known !== undefined) return known;
  const tasks = new ProcReader(samples);
  const film = samples.film({
    path: (header, line) => reels.get(samples)?.current?.path(header, line) ?? { path: null, binding: null },
    directive: (line, number) => reels.get(samples)?.current?.directive(line, number),
    other: (path, content, at) => tasks.take(path, content, at),
  });
  const reel: Reel = { film, dirs: new Map(), tasks, current: null };
  reels.set(samples, reel);
  return reel;
};
