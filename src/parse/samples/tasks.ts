// Tasks over time: one series per process and life. Rows keep the line that they were read from.
import { sourceRef, type SourceRef } from "../../model/evidence.ts";
import type { TaskField, TaskSeries } from "../../model/samples.ts";
import { frozenFile, type SourceFile } from "./frozen-file.ts";
import type { Arena } from "./arena.ts";
import { FileSeries, rowTick } from "./series.ts";
import type { TaskReading } from "./sink.ts";

const TASK_FIELDS: readonly TaskField[] = [
  "rss",
  "rssAnon",
  "rssFile",
  "rssShmem",
  "swap",
  "oomScore",
  "oomScoreAdj",
  "threads",
  "pageTables",
  "vmSize",
  "state",
];

interface Entry {
  readonly pid: number;
  readonly comm: string;
  readonly cgroup: string | null;
  readonly series: FileSeries;
  /** By arrival; shared where the text repeats. */
  readonly texts: string[];
}

export class TaskStore {
  readonly #entries = new Map<string, Entry>();
  readonly #arena: Arena;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  add(reading: TaskReading): void {
    // A pid is used again by another process, and exec changes its name: each is a series of its own.
    const key = `${reading.pid} ${reading.comm} ${reading.cgroup}`;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      const { pid, comm, cgroup } = reading;
      entry = { pid, comm, cgroup, series: new FileSeries(`/proc/${pid}`, this.#arena), texts: [] };
      this.#entries.set(key, entry);
    }
    const { values } = reading;
    entry.series.commitValues(
      TASK_FIELDS,
      TASK_FIELDS.map((field) => values[field] ?? NaN),
      reading.tick,
      reading.source,
      reading.line,
    );
    const before = entry.texts.at(-1);
    entry.texts.push(before === reading.text ? before : reading.text);
  }

  freeze(place: Uint32Array, sources: readonly SourceFile[]): TaskSeries[] {
    return [...this.#entries.values()]
      .map((entry) => frozenTask(entry, place, sources))
      .sort((a, b) => a.pid - b.pid || a.tickOf(0) - b.tickOf(0));
  }
}

const frozenTask = (entry: Entry, place: Uint32Array, sources: readonly SourceFile[]): TaskSeries => {
  const { pid, comm, cgroup, series, texts } = entry;
  const file = frozenFile(series, place, sources);
  // Texts stand by arrival, readings in time.
  const ticks = Uint32Array.from(series.arena.copy(series.rows), (row) => place[rowTick(row)] ?? 0);
  const arrivals = Array.from(texts, (_, i) => i).sort((a, b) => (ticks[a] ?? 0) - (ticks[b] ?? 0) || a - b);
  return {
    pid,
    comm,
    cgroup,
    length: file.length,
    tickOf: (reading) => file.tickOf(reading),
    column: (field: TaskField) => file.column(field),
    ref: (reading): SourceRef => {
      const { file: path, line } = file.ref(reading, "rss");
      return sourceRef(path, line, texts[arrivals[reading] ?? -1] ?? "");
    },
  };
};
