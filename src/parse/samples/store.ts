// The film of /proc and /sys while it is read: finds the format of a path, the layout of a content, and keeps what changed.
import type { Problem, Report } from "../../model/evidence.ts";
import type { CgroupDir, SampledFile, Samples, Tick } from "../../model/samples.ts";
import { Arena } from "./arena.ts";
import type { Format } from "./format.ts";
import { found } from "./found.ts";
import { frozenFile, type SourceFile } from "./frozen-file.ts";
import { pageSizeOf } from "./page-size.ts";
import { INCOMPLETE, MISMATCH } from "./read-number.ts";
import { type Bytes, replay, SLACK } from "./replay.ts";
import { FileSeries } from "./series.ts";
import { type Shape, ShapeDraft, shapeKey } from "./shape.ts";
import { Film } from "./film.ts";
import type {
  At,
  ContentFate,
  FilmHandlers,
  FilmReader,
  SampleSink,
  SourceId,
  TaskReading,
  TickDraft,
  TickId,
} from "./sink.ts";
import { Tally } from "./tally.ts";
import { TaskStore } from "./tasks.ts";
import { inOrder } from "./tick-order.ts";

/** Formats by path; "drop": known and of no use here; null: unknown. */
export type FormatOf = (nodePath: string) => Format | "drop" | null;

export interface Target {
  readonly format: Format;
  readonly series: FileSeries;
}

/** No file of /proc or /sys has nearly as many; what has is not one. */
const MAX_FIELDS = 40_000;
/** Layouts tried for a file that is new: those last seen of its format. */
const RECENT = 4;

export class SampleStore implements SampleSink {
  readonly #tally = new Tally();
  readonly #last: (() => void)[] = [];
  readonly #formatOf: FormatOf;
  readonly #ticks: Tick[] = [];
  readonly #sources: SourceFile[] = [];
  readonly #targets = new Map<string, Target | "drop" | null>();
  readonly #shapes = new Map<string, Shape>();
  readonly #recent = new Map<string, Shape[]>();
  readonly #arena = new Arena();
  readonly #tasks = new TaskStore(this.#arena);
  #matched: Shape | null = null;
  #pageSize: number | null = null;

  constructor(formatOf: FormatOf) {
    this.#formatOf = formatOf;
  }

  tick(draft: TickDraft): TickId {
    // A copy of our own: it is amended.
    this.#ticks.push({ ...draft });
    return this.#ticks.length - 1;
  }

  tickAt(id: TickId): Tick | undefined {
    return this.#ticks[id];
  }

  amendTick(id: TickId, change: Partial<TickDraft>): void {
    const tick = this.#ticks[id];
    if (tick !== undefined) Object.assign(tick, change);
  }

  sourcePath(id: SourceId): string | null {
    return this.#sources[id]?.path ?? null;
  }

  source(path: string, modifiedMs: number | null): SourceId {
    this.#sources.push({ path, modifiedMs });
    return this.#sources.length - 1;
  }

  task(reading: TaskReading): void {
    this.#tasks.add(reading);
  }

  say(kind: string, problem: Problem): void {
    this.#tally.add(kind, problem);
  }

  sayUnknown(path: string, { source, line }: At): void {
    this.say(path.slice(path.lastIndexOf("/") + 1), {
      severity: "info",
      code: "unknown-sample",
      file: this.sourcePath(source),
      line,
      message: `Nothing here reads ${path}.`,
      costs: null,
    });
  }

  pageSize(bytes: number): void {
    this.#pageSize = bytes;
  }

  film(handlers: FilmHandlers): FilmReader {
    return new Film(this, handlers);
  }

  atEnd(action: () => void): void {
    this.#last.push(action);
  }

  target(path: string): Target | "drop" | null {
    const known = this.#targets.get(path);
    if (known !== undefined) return known;
    const format = this.#formatOf(path);
    const target =
      format === null || format === "drop" ? format : { format, series: new FileSeries(path, this.#arena) };
    this.#targets.set(path, target);
    return target;
  }

  content(path: string, at: At, bytes: Uint8Array): ContentFate {
    const target = this.target(path);
    if (target === null) return "unknown";
    if (target === "drop") return "dropped";
    if (bytes.length === 0) return "empty";
    const after = this.attempt(target, withSlack(bytes), 0, bytes.length);
    if (after === bytes.length) this.commit(target, at.tick, at.source, at.line);
    else this.build(target, bytes, at);
    return "kept";
  }

  /** Position after the content, if one of the known layouts fits from `from` on. Follow with commit(). */
  attempt({ series, format }: Target, bytes: Bytes, from: number, end: number): number {
    const own = series.shape;
    // A layout with a bad line would let the next bad line pass unseen.
    if (own !== null && own.bad.length === 0) {
      const after = replay(own, bytes, from, end, series.lastOf(own));
      if (after >= 0 || after === INCOMPLETE) {
        this.#matched = own;
        return after;
      }
    }
    for (const shape of this.#recent.get(format.id) ?? []) {
      if (shape === own) continue;
      const after = replay(shape, bytes, from, end, series.lastOf(shape));
      if (after >= 0 || after === INCOMPLETE) {
        this.#matched = shape;
        return after;
      }
    }
    return MISMATCH;
  }

  /** What was found by another way than attempt() is in the file's own layout. Follow with commit(). */
  matchedOwn({ series }: Target): void {
    this.#matched = series.shape;
  }

  /** Keeps what was found; returns how many lines that was. */
  commit(target: Target, tick: TickId, source: SourceId, line: number): number {
    const shape = this.#matched;
    if (shape === null) return 0;
    if (found.doubtful.length > 0) this.#sayDoubtful(target, shape, { tick, source, line });
    target.series.commit(shape, tick, source, line);
    return shape.lines;
  }

  /** Slow path: lays the content out anew. `bytes` end with the last newline. */
  build(target: Target, bytes: Uint8Array, at: At): void {
    const lines = new TextDecoder().decode(bytes).split("\n");
    lines.pop();
    const draft = new ShapeDraft();
    target.format.build(lines, draft);
    const shape = this.#intern(target.format, draft.finish());
    for (const bad of shape.bad) this.#sayBad(target, bad.text, at, bad.line);
    const fits =
      shape.slots.length + target.series.fields.length <= MAX_FIELDS &&
      replay(shape, withSlack(bytes), 0, bytes.length, target.series.lastOf(shape)) === bytes.length;
    // A table without rows (no swap) is a reading; one whose every line is bad is not.
    if (!fits || (shape.slots.length === 0 && shape.bad.length > 0)) {
      this.#say(
        target,
        at,
        0,
        "unreadable-sample",
        `${target.format.id} could not be read here.`,
        "This reading of the file is missing.",
      );
      return;
    }
    this.#matched = shape;
    this.commit(target, at.tick, at.source, at.line);
  }

  /** Everything read so far, in time's order. */
  finish(report: Report): Samples {
    for (const action of this.#last) action();
    this.#tally.flush(report);
    const { ticks, place } = inOrder(this.#ticks);
    const files = new Map<string, SampledFile>();
    for (const [path, target] of this.#targets) {
      if (target === null || target === "drop" || target.series.length === 0) continue;
      files.set(path, frozenFile(target.series, place, this.#sources));
    }
    const pageSize = this.#pageSize === null ? pageSizeOf(files) : { bytes: this.#pageSize, proven: true };
    return { ticks, files, tasks: this.#tasks.freeze(place, this.#sources), cgroups: cgroupsOf(files), pageSize };
  }

  #intern(format: Format, shape: Shape): Shape {
    // A layout with a bad line would let other bad lines pass unseen.
    if (shape.bad.length > 0) return shape;
    const key = `${format.id} ${shapeKey(shape)}`;
    const known = this.#shapes.get(key) ?? shape;
    this.#shapes.set(key, known);
    const recent = this.#recent.get(format.id) ?? [];
    this.#recent.set(format.id, [known, ...recent.filter((other) => other !== known)].slice(0, RECENT));
    return known;
  }

  #sayDoubtful(target: Target, shape: Shape, at: At): void {
    for (const { slot, what } of found.doubtful) {
      const { field, line } = shape.slots[slot] ?? { field: "", line: 0 };
      const why = what === "negative-number" ? "is negative where the kernel prints no sign" : "is over 2^53";
      this.#say(
        target,
        at,
        line,
        what,
        `${field === "" ? target.series.path : field} of ${target.format.id} ${why}.`,
        "This value is taken as absent.",
      );
    }
  }

  #sayBad(target: Target, text: string, at: At, line: number): void {
    const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
    this.#say(
      target,
      at,
      line,
      "unreadable-line",
      `A line of ${target.format.id} could not be read: "${shown}".`,
      "The line is left out; the others of the file are kept.",
    );
  }

  #say(target: Target, at: At, line: number, code: string, message: string, costs: string): void {
    const problem: Problem = {
      severity: "warning",
      code,
      file: this.sourcePath(at.source),
      line: at.line + line,
      message,
      costs,
    };
    this.#tally.add(target.format.id, problem);
  }
}

/** A copy behind which replay() may look. */
const withSlack = (bytes: Uint8Array): Bytes => {
  const copy = new Uint8Array(bytes.length + SLACK);
  copy.set(bytes);
  return { bytes: copy, view: new DataView(copy.buffer) };
};

const V1_MOUNT = "/sys/fs/cgroup/memory";
const V2_MOUNTS = ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"] as const;

/** A hybrid machine has both: the v1 memory controller under memory/, the v2 tree without it under unified/. */
const cgroupsOf = (files: ReadonlyMap<string, SampledFile>): CgroupDir[] => {
  const dirs = new Map<string, CgroupDir>();
  const paths = [...files.keys()].filter((path) => path.startsWith("/sys/fs/cgroup/"));
  const hasV1 = paths.some((path) => path.startsWith(`${V1_MOUNT}/`) && path.endsWith("_in_bytes"));
  for (const path of paths) {
    const dir = path.slice(0, path.lastIndexOf("/"));
    const mount = hasV1
      ? [V1_MOUNT, V2_MOUNTS[0]].find((root) => isWithin(dir, root))
      : V2_MOUNTS.find((root) => isWithin(dir, root));
    // Else a directory of another v1 controller.
    if (mount !== undefined)
      dirs.set(dir, { cgroup: dir.slice(mount.length) || "/", dir, version: mount === V1_MOUNT ? 1 : 2 });
  }
  return [...dirs.values()];
};

const isWithin = (dir: string, root: string): boolean => dir === root || dir.startsWith(`${root}/`);
