// What each file of a task says, one by one: /proc/<pid>/{status,stat,statm,cgroup,oom_score,oom_score_adj}.
import type { TaskField } from "../../model/samples.ts";

export const TASK_FILES = ["oom_score", "oom_score_adj", "cgroup", "statm", "stat", "status"] as const;
export type TaskFile = (typeof TASK_FILES)[number];

export interface TaskPart {
  readonly comm: string | null;
  readonly cgroup: string | null;
  /** Sizes in bytes. */
  readonly values: Readonly<Partial<Record<TaskField, number>>>;
  /** The line to cite, verbatim, and how far below the first it stands; null: none that says what the task is. */
  readonly text: string | null;
  readonly below: number;
}

const NOTHING: TaskPart = { comm: null, cgroup: null, values: {}, text: null, below: 0 };

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

/** The line of the resident set is cited; a kernel thread, which has none, by its name. */
const readStatus = (text: string): TaskPart => {
  const values: Partial<Record<TaskField, number>> = {};
  let comm: string | null = null;
  let cited: { readonly text: string; readonly below: number } | null = null;
  for (let from = 0, below = 0; from < text.length; below++) {
    const newline = text.indexOf("\n", from);
    const end = newline < 0 ? text.length : newline;
    const first = text[from];
    if (first === "V" || first === "R") {
      const [whole = "", key, size] = STATUS_SIZE.exec(text.slice(from, end)) ?? [];
      const field = SIZES[key ?? ""];
      if (field !== undefined) values[field] = Number(size) * 1024;
      if (field === "rss") cited = { text: whole, below };
    } else if (text.startsWith("Name:\t", from)) {
      comm = text.slice(from + 6, end);
      cited ??= { text: text.slice(from, end), below };
    } else if (text.startsWith("State:\t", from)) values.state = text.charCodeAt(from + 7);
    else if (text.startsWith("Threads:\t", from)) values.threads = Number(text.slice(from + 9, end));
    from = end + 1;
  }
  return { comm, cgroup: null, values, text: cited?.text ?? null, below: cited?.below ?? 0 };
};

// 1 (systemd) S 0 1 1 0 -1 4194560 …
// fs/proc/array.c do_task_stat(): after the name, state is field 3, num_threads 20, vsize 23 (bytes), rss 24 (pages)
const readStat = (text: string): TaskPart => {
  // The name may hold anything, a parenthesis too.
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  if (open < 0 || close < open) return NOTHING;
  const rest = text.slice(close + 2).split(" ", 21);
  const values: Partial<Record<TaskField, number>> = { state: (rest[0] ?? "").charCodeAt(0) };
  const threads = Number(rest[17]);
  const size = Number(rest[20]);
  if (Number.isSafeInteger(threads)) values.threads = threads;
  if (Number.isSafeInteger(size)) values.vmSize = size;
  const cited = text.slice(0, close).includes("\n") ? null : text.trimEnd();
  return { comm: text.slice(open + 1, close), cgroup: null, values, text: cited, below: 0 };
};

const CGROUP = /^\d{1,5}:([^:]{0,200}):(\/.{0,4096})$/;

// 0::/kubepods.slice/…
// 9:memory:/kubepods/…
const cgroupOf = (text: string): string | null => {
  let unified: string | null = null;
  for (const line of text.split("\n")) {
    const [, controllers, path] = CGROUP.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    if (controllers.split(",").includes("memory")) return path;
    if (controllers === "") unified = path;
  }
  return unified;
};

const readScore = (text: string, field: "oomScore" | "oomScoreAdj"): TaskPart => {
  const score = /^-?\d{1,6}/.exec(text)?.[0];
  return score === undefined ? NOTHING : { ...NOTHING, values: { [field]: Number(score) } };
};

export const readTaskFile = (file: TaskFile, text: string): TaskPart => {
  switch (file) {
    case "status":
      return readStatus(text);
    case "stat":
      return readStat(text);
    case "cgroup":
      return { ...NOTHING, cgroup: cgroupOf(text) };
    case "statm": // pages; the page size is not known here
      return { ...NOTHING, text: text.trimEnd() };
    case "oom_score":
      return readScore(text, "oomScore");
    case "oom_score_adj":
      return readScore(text, "oomScoreAdj");
  }
};
