// Hot loop: the tasks of a full tick, put together from their files in any subset and order. Most tasks sleep: what none of their files
// says anew is the reading of the tick before.
import type { At, SampleSink, TaskReading } from "../samples/sink.ts";
import { readTaskFile, TASK_FILES, type TaskPart } from "./task-files.ts";

const PATH = /^\/proc\/(\d{1,10})\/(status|stat|statm|cgroup|oom_score|oom_score_adj)$/;
const CGROUP = TASK_FILES.indexOf("cgroup");
const STATM = TASK_FILES.indexOf("statm");
const STAT = TASK_FILES.indexOf("stat");
const STATUS = TASK_FILES.indexOf("status");
const decoder = new TextDecoder();

/** The files of one process in one tick, by their place in TASK_FILES. */
interface Draft {
  readonly pid: number;
  readonly at: At;
  readonly parts: (TaskPart | undefined)[];
  readonly lines: number[];
}

interface Known {
  readonly parts: Draft["parts"];
  readonly said: Said;
}
type Said = Pick<TaskReading, "cgroup" | "text" | "values"> & {
  readonly comm: string | null;
  /** File and line of `text`. */
  readonly from: number;
  readonly below: number;
};

/** Gathers the files of each process of a tick. */
export class ProcReader {
  readonly #samples: SampleSink;
  #drafts = new Map<number, Draft>();
  /** Of the tick before. */
  #known = new Map<number, Known>();

  constructor(samples: SampleSink) {
    this.#samples = samples;
  }

  /** Null: the path is no task's. Else it was taken; what is returned takes the same content again, in another tick. */
  take(path: string, content: Uint8Array, at: At): ((at: At) => void) | null {
    const match = PATH.exec(path);
    if (match === null) return null;
    const pid = Number(match[1]);
    const file = TASK_FILES.findIndex((name) => name === match[2]);
    const part = readTaskFile(TASK_FILES[file] ?? "status", decoder.decode(content));
    const again = (when: At): void => this.#add(pid, file, part, when);
    again(at);
    return again;
  }

  #add(pid: number, file: number, part: TaskPart, at: At): void {
    let draft = this.#drafts.get(pid);
    if (draft === undefined) {
      draft = { pid, at, parts: TASK_FILES.map(() => undefined), lines: TASK_FILES.map(() => 0) };
      this.#drafts.set(pid, draft);
    }
    draft.parts[file] = part;
    draft.lines[file] = at.line;
  }

  /** At the end of the tick. */
  flush(): void {
    if (this.#drafts.size === 0) return;
    const now = new Map<number, Known>();
    for (const draft of this.#drafts.values()) {
      const { pid, at, parts, lines } = draft;
      const before = this.#known.get(pid);
      const said = before !== undefined && isSame(before.parts, parts) ? before.said : saidIn(parts);
      now.set(pid, { parts, said });
      const { comm, cgroup, text, values, from, below } = said;
      if (comm === null) this.#sayNameless(pid);
      else {
        const line = (lines[from] ?? 0) + below;
        this.#samples.task({ tick: at.tick, source: at.source, line, pid, comm, cgroup, text, values });
      }
    }
    this.#known = now;
    this.#drafts = new Map();
  }

  #sayNameless(pid: number): void {
    this.#samples.say("task", {
      severity: "info",
      code: "nameless-task",
      file: null,
      line: null,
      message: `Process ${pid} was captured without a name (it ended while it was read).`,
      costs: null,
    });
  }
}

const isSame = (a: Draft["parts"], b: Draft["parts"]): boolean => {
  for (let file = 0; file < b.length; file++) if (a[file] !== b[file]) return false;
  return true;
};

/** The resident set's line is cited; a kernel thread has none. */
const citedIn = (parts: Draft["parts"]): number => {
  const order = parts[STATUS]?.values.rss === undefined ? [STAT, STATM, STATUS] : [STATUS];
  return order.find((file) => typeof parts[file]?.text === "string") ?? STATUS;
};

const saidIn = (parts: Draft["parts"]): Said => {
  const from = citedIn(parts);
  return {
    comm: parts[STATUS]?.comm ?? parts[STAT]?.comm ?? null,
    cgroup: parts[CGROUP]?.cgroup ?? null,
    // what `status` says stands
    values: Object.assign({}, ...parts.map((part) => part?.values)) as Said["values"],
    text: parts[from]?.text ?? "",
    from,
    below: parts[from]?.below ?? 0,
  };
};
