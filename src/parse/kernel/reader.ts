// The kernel's own lines, as events. Who speaks decides: what node-problem-detector or the kubelet quote of the kernel is no kernel line;
// in a text without speakers a line counts if it begins as the kernel's does.
import type { Report } from "../../model/evidence.ts";
import type { KernelEvent, KernelNote } from "../../model/kernel.ts";
import type { LogLine } from "../../model/log.ts";
import { type Glance, type Glancer, WORDS_OF } from "../log/glance.ts";
import type { LineReader } from "../parser.ts";
import { Assembler, type LooseReaper } from "./assembler.ts";
import { type ClassifyContext, classify } from "./classify.ts";
import { Direction } from "./direction.ts";
import { type Draft, tells } from "./draft.ts";
import { Joiner, type ShapedLine } from "./joiner.ts";
import { reportOf } from "./report.ts";
import { Window } from "./window.ts";
import { mayBeShaped } from "./words.ts";

/** Written to /dev/kmsg by the collector; journald takes its name for the speaker. */
const COLLECTOR = "memforensics";
/** `systemd-journald[181]: Missed 37 kernel messages`, `/dev/kmsg buffer overrun, some messages lost.` (journald-kmsg.c): in the place of those. */
const JOURNALD = "systemd-journald";
const MISSED = /^(?:Missed \d{1,12} kernel messages|\/dev\/kmsg buffer overrun)/;
/** Notes of a stalled machine come in floods. */
const NOTES_MAX = 5000;
/** Sequence numbers of one read of /dev/kmsg only rise; a fall is another read of it. */
const GAP_MAX = 1e9;

const baseOf = ({ line, ref }: ShapedLine) => ({
  stamps: line.stamps,
  bootId: line.bootId,
  host: line.host,
  from: [ref] as const,
});

const noteOf = (at: ShapedLine): KernelEvent | null => {
  const { shape, line } = at;
  const note = (kind: KernelNote["kind"], comm: string | null = null, pid: number | null = null): KernelNote => ({
    ...baseOf(at),
    kind,
    comm,
    pid,
    summary: line.message.trim().slice(0, 200),
  });
  switch (shape.kind) {
    case "lost":
      return { ...baseOf(at), kind: "lost", count: shape.count, what: shape.what };
    case "mark":
      return { ...baseOf(at), kind: "mark", number: shape.number, uptimeSec: shape.uptimeSec, realSec: shape.realSec };
    case "boot":
      return { ...baseOf(at), kind: "boot", release: shape.release };
    case "note":
      return note(shape.note, shape.comm, shape.pid);
    case "panic":
      return note("panic");
    case "sysrq-oom":
      return note("sysrq-oom");
    case "no-killable":
      return note("no-killable");
    default:
      return null;
  }
};

/**
 * The same line again, by two ways into one file (syslog's own and journald's). Two kills of one second may print the same "Task in …"
 * where the clock tells whole seconds only; everything else of a report holds a number of its own. `doubled`: the line before stood there
 * twice as well.
 */
const isRepeat = (before: ShapedLine, at: ShapedLine, doubled: boolean): boolean => {
  if (before.text !== at.text) return false;
  const shared = before.line.stamps.flatMap((a) => {
    const b = at.line.stamps.find(({ clock }) => clock === a.clock);
    return b ? [{ same: a.ms === b.ms, fine: b.resolutionMs < 1 }] : [];
  });
  if (shared.length === 0 && before.line.stamps.length + at.line.stamps.length > 0) return false;
  if (shared.some(({ same }) => !same)) return false;
  const otherWay = before.line.stamps.length !== at.line.stamps.length;
  return at.shape.kind !== "task-in" || doubled || otherWay || shared.some(({ fine }) => fine);
};

class KernelReader implements LineReader<KernelEvent[]> {
  readonly #report: Report;
  readonly #context: ClassifyContext = { columns: null };
  readonly #rowCount = { rows: 0 };
  /** By machine and boot: each has an oom_lock of its own. */
  #assemblers = new Map<string, Assembler>();
  #events: KernelEvent[] = [];
  readonly #joiner: Joiner;
  readonly #window: Window;
  readonly #direction = new Direction();
  #previous: ShapedLine | null = null;
  /** The previous one stood there more than once, and the one before it did. */
  #repeated = false;
  #doubled = false;
  #notes = 0;
  #lastSequence: number | null = null;
  #least = Infinity;
  #greatest = -Infinity;
  #lastKey: string | null = null;
  /** The line that was taken last and where to. */
  #last: { readonly line: LogLine; readonly assembler: Assembler } | null = null;
  /** The line before, where it was only looked at. */
  #glanced: Glance | null = null;

  constructor(report: Report) {
    this.#report = report;
    this.#joiner = new Joiner(this.#context, (at) => this.#take(at));
    this.#window = new Window({
      wrapped: (wrap) => this.#joiner.wrapped(wrap),
      line: (line) => this.#read(line),
    });
  }

  line(line: LogLine): void {
    if (line.ident === null) this.settle();
    this.#glanced = null;
    this.#window.push(line);
  }

  #read(line: LogLine): void {
    this.#takeSequence(line);
    this.#direction.line(line);
    if (line.ident === JOURNALD && MISSED.test(line.message)) {
      this.#joiner.flush();
      for (const assembler of this.#assemblers.values()) assembler.loss();
    }
    if (line.ident === null || line.ident === "kernel" || line.ident === COLLECTOR) this.#joiner.push(line);
    else this.#joiner.foreign(line);
  }

  glancer(ident: string): Glancer {
    if (ident === JOURNALD) return () => false;
    if (ident !== "kernel" && ident !== COLLECTOR) return (at) => this.#passes(at);
    return (at) => (at.words & WORDS_OF.kernel) === 0 && !mayBeShaped(at.bytes, at.from, at.to) && this.#passes(at);
  }

  /** A line without decoration may go on where the last one ended. */
  settle(): void {
    const glanced = this.#glanced;
    this.#glanced = null;
    if (glanced !== null) this.#window.push(glanced.toLine());
  }

  #passes(at: Glance): boolean {
    const { sequence, clock, ms } = at;
    if (!this.#window.passes()) return false;
    if (sequence !== null && this.#lastSequence !== null && sequence !== this.#lastSequence + 1) return false;
    if (sequence !== null) this.#reach(sequence);
    this.#direction.stamp(clock, ms);
    this.#joiner.flush();
    this.#glanced = at;
    return true;
  }

  /** Least and greatest sequence number that was read; null where no line had one. */
  get sequences(): readonly [first: number, last: number] | null {
    return this.#lastSequence === null ? null : [this.#least, this.#greatest];
  }

  end(): KernelEvent[] {
    this.#window.drain();
    this.#joiner.flush();
    const backwards = this.#direction.backwards();
    if (backwards) this.#readAgain(backwards);
    const all = [...this.#assemblers.values()];
    const drafts = all.flatMap((assembler) => assembler.drafts);
    this.#events.push(
      ...drafts.map((draft) => (tells(draft) ? reportOf(draft) : listingOf(draft))),
      ...all.flatMap(({ looseReapers }) => looseReapers.map(reaperOf)),
    );
    const lostRows = drafts.find((draft) => draft.rowsLost);
    if (lostRows) this.#report(rowsProblem(lostRows));
    const events = this.#events.sort((a, b) => a.from[0].line - b.from[0].line);
    return backwards ? events.reverse() : events;
  }

  #assemblerOf(line: LogLine): Assembler {
    const last = this.#last;
    if (last && (line.ident === null || (last.line.bootId === line.bootId && last.line.host === line.host)))
      return last.assembler;
    const assembler = this.#assemblerFor(line);
    this.#last = { line, assembler };
    return assembler;
  }

  #assemblerFor(line: LogLine): Assembler {
    // a wrapped or pasted line without a speaker goes with the lines before it
    const key = (line.ident === null ? this.#lastKey : null) ?? `${line.bootId ?? ""}|${line.host ?? ""}`;
    this.#lastKey = key;
    const known = this.#assemblers.get(key);
    if (known) return known;
    // a first line cut off in its decoration names no host: what it began goes on in the next one's report
    const headless = this.#assemblers.size === 1 && line.bootId === null ? this.#assemblers.get("|") : undefined;
    const goesOn = headless?.isEmpty() ? headless : null;
    if (goesOn) this.#assemblers.delete("|");
    const made = goesOn ?? new Assembler(this.#rowCount);
    this.#assemblers.set(key, made);
    return made;
  }

  /** Newest first: what was made of the lines in their order in the file is dropped. */
  #readAgain(backwards: readonly ShapedLine[]): void {
    this.#assemblers = new Map();
    this.#last = null;
    this.#events = [];
    this.#previous = null;
    this.#notes = 0;
    this.#rowCount.rows = 0;
    this.#context.columns = null;
    for (const at of backwards) {
      // a row was read before its header
      const shape = at.shape.kind === "row" ? (classify(at.text, this.#context) ?? at.shape) : at.shape;
      this.#take({ ...at, shape, line: withoutMadeUpBoot(at.line) });
    }
  }

  #take(at: ShapedLine): void {
    const { shape, line } = at;
    const previous = this.#previous;
    this.#previous = at;
    if (previous && isRepeat(previous, at, this.#doubled)) {
      this.#repeated = true;
      return;
    }
    this.#doubled = this.#repeated;
    this.#repeated = false;
    this.#direction.shaped(at);
    if (shape.kind === "mark" && line.ident !== COLLECTOR && !line.message.startsWith(COLLECTOR)) return;
    // prose about the OOM killer has no mask
    if (shape.kind === "invoked" && line.ident === null && shape.weight === 1) return;
    if (shape.kind === "columns") this.#context.columns = shape.columns;
    const note = noteOf(at);
    if (note && this.#notes++ < NOTES_MAX) this.#events.push(note);
    const assembler = this.#assemblerOf(line);
    if (shape.kind === "lost") assembler.loss();
    assembler.take(at);
  }

  #reach(sequence: number): void {
    this.#lastSequence = sequence;
    this.#least = Math.min(this.#least, sequence);
    this.#greatest = Math.max(this.#greatest, sequence);
  }

  #takeSequence(line: LogLine): void {
    if (line.sequence === null) return;
    const gap = this.#lastSequence === null ? 0 : line.sequence - this.#lastSequence - 1;
    this.#reach(line.sequence);
    if (gap <= 0 || gap > GAP_MAX) return;
    this.#joiner.flush();
    this.#assemblerOf(line).loss();
    const { stamps, bootId, host, ref } = line;
    this.#events.push({ stamps, bootId, host, from: [ref], kind: "lost", count: gap, what: "records" });
  }
}

export const createKernelReader = (report: Report): KernelReader => new KernelReader(report);

/** Printed by a failed allocation and by sysrq-m as well. */
const listingOf = (draft: Draft): KernelNote => ({
  stamps: draft.first.stamps,
  bootId: draft.first.bootId,
  host: draft.first.host,
  from: [draft.memInfo?.from ?? draft.first.ref],
  kind: "other",
  comm: null,
  pid: null,
  summary: "a listing of the machine's memory (Mem-Info) without a report of the OOM killer",
});

/** In a text that is told backwards the kernel's clock falls with every line. */
const withoutMadeUpBoot = (line: LogLine): LogLine =>
  line.bootId?.startsWith("boot#") ? { ...line, bootId: null } : line;

const reaperOf = ({ line, part }: LooseReaper): KernelEvent => ({
  stamps: part.stamps,
  bootId: line.bootId,
  host: line.host,
  from: [part.ref],
  kind: "reaped",
  pid: part.shape.pid,
  comm: part.shape.comm,
});

const rowsProblem = (draft: Draft) =>
  ({
    severity: "warning",
    code: "task-rows-left-out",
    file: draft.first.ref.file,
    line: draft.tableFrom?.line ?? draft.first.ref.line,
    message: "From this OOM report on the tables of tasks are not kept: the file holds more than 200,000 rows of them.",
    costs: "The choice of these victims cannot be checked.",
  }) as const;
