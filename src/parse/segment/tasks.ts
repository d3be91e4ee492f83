// Hot loop: tasks of a full tick, from /proc/<pid>/{status,stat,statm,cgroup,oom_score,oom_score_adj} in any subset and order.
import type { TaskField } from "../../model/samples.ts";
import type { At, SampleSink } from "../samples/sink.ts";

const PATH = /^\/proc\/(\d{1,10})\/(status|stat|statm|cgroup|oom_score|oom_score_adj)$/;
const decoder = new TextDecoder();

// VmRSS:	   13776 kB
// fs/proc/task_mmu.c task_mem(), fs/proc/array.c proc_pid_status(); kB
const SIZES: Readonly<Record<string, TaskField>> = {
  VmRSS: "rss",
  RssAnon: "rssAnon",
  RssFile: "rssFile",
  RssShmem: "rssShmem",
  VmSwap: "swap",
  VmPTE: "pageTables",
  VmSize: "vmSize",
};
const STATUS_SIZE = /^(VmRSS|RssAnon|RssFile|RssShmem|VmSwap|VmPTE|VmSize):[ \t]*(\d{1,15}) kB$/;

interface Draft {
  readonly pid: number;
  readonly at: At;
  comm: string | null;
  cgroup: string | null;
  line: number;
  text: string;
  readonly values: Partial<Record<TaskField, number>>;
}

/** Gathers the files of each process of a tick. */
export class ProcReader {
  readonly #samples: SampleSink;
  readonly #drafts = new Map<number, Draft>();

  constructor(samples: SampleSink) {
    this.#samples = samples;
  }

  /** True: the path is a task's. */
  take(path: string, content: Uint8Array, at: At): boolean {
    const match = PATH.exec(path);
    if (match === null) return false;
    const pid = Number(match[1]);
    let draft = this.#drafts.get(pid);
    if (draft === undefined) {
      draft = { pid, at, comm: null, cgroup: null, line: at.line, text: "", values: {} };
      this.#drafts.set(pid, draft);
    }
    const text = decoder.decode(content);
    if (match[2] === "status") readStatus(draft, text, at);
    else if (match[2] === "stat") readStat(draft, text, at);
    else if (match[2] === "cgroup") draft.cgroup = cgroupOf(text);
    else if (match[2] === "statm") readStatm(draft, text, at);
    else {
      const score = /^-?\d{1,6}/.exec(text)?.[0];
      if (score !== undefined) draft.values[match[2] === "oom_score" ? "oomScore" : "oomScoreAdj"] = Number(score);
    }
    return true;
  }

  /** At the end of the tick. */
  flush(): void {
    for (const { pid, at, comm, cgroup, line, text, values } of this.#drafts.values()) {
      if (comm === null) {
        const message = `Process ${pid} was captured without a name (it ended while it was read).`;
        this.#samples.say("task", {
          severity: "info",
          code: "nameless-task",
          file: null,
          line: null,
          message,
          costs: null,
        });
      } else this.#samples.task({ tick: at.tick, source: at.source, line, pid, comm, cgroup, text, values });
    }
    this.#drafts.clear();
  }
}

const readStatus = (draft: Draft, text: string, at: At): void => {
  let line = at.line;
  for (let from = 0; from < text.length; line++) {
    const newline = text.indexOf("\n", from);
    const end = newline < 0 ? text.length : newline;
    const first = text[from];
    if (first === "V" || first === "R") {
      const [whole, key, size] = STATUS_SIZE.exec(text.slice(from, end)) ?? [];
      const field = SIZES[key ?? ""];
      if (field !== undefined) {
        draft.values[field] = Number(size) * 1024;
        if (field === "rss") [draft.line, draft.text] = [line, whole ?? ""];
      }
    } else if (text.startsWith("Name:\t", from)) {
      draft.comm = text.slice(from + 6, end);
      if (draft.text === "") [draft.line, draft.text] = [line, text.slice(from, end)];
    } else if (text.startsWith("State:\t", from)) draft.values.state = text.charCodeAt(from + 7);
    else if (text.startsWith("Threads:\t", from)) draft.values.threads = Number(text.slice(from + 9, end));
    from = end + 1;
  }
};

// 1 (systemd) S 0 1 1 0 -1 4194560 …
// fs/proc/array.c do_task_stat(): after the name, state is field 3, num_threads 20, vsize 23 (bytes), rss 24 (pages)
const readStat = (draft: Draft, text: string, at: At): void => {
  // The name may hold anything, a parenthesis too.
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  if (open < 0 || close < open) return;
  draft.comm ??= text.slice(open + 1, close);
  const rest = text.slice(close + 2).split(" ", 21);
  draft.values.state ??= (rest[0] ?? "").charCodeAt(0);
  const threads = Number(rest[17]);
  const size = Number(rest[20]);
  if (Number.isSafeInteger(threads)) draft.values.threads ??= threads;
  if (Number.isSafeInteger(size)) draft.values.vmSize ??= size;
  if (draft.text === "" && !text.slice(0, close).includes("\n")) [draft.line, draft.text] = [at.line, text.trimEnd()];
};

/** Pages; the page size is not known here, so only what `status` lacks is told by its absence. */
const readStatm = (draft: Draft, text: string, at: At): void => {
  if (draft.text === "") [draft.line, draft.text] = [at.line, text.trimEnd()];
};

// 0::/kubepods.slice/…
// 9:memory:/kubepods/…
const cgroupOf = (text: string): string | null => {
  let unified: string | null = null;
  for (const line of text.split("\n")) {
    const [, controllers, path] = /^\d{1,5}:([^:]{0,200}):(\/.{0,4096})$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    if (controllers.split(",").includes("memory")) return path;
    if (controllers === "") unified = path;
  }
  return unified;
};
