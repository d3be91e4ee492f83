// The table of tasks (mm/oom_kill.c dump_tasks()): rows are read by the table's own header.
import type { Shape } from "./shape.ts";

/** `[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name` */
const HEADER = /^\[ {1,8}pid {1,8}\] {1,16}(\S.{0,300})$/;
/** `[   1031]     0  1031   572154   571470   571456       14         0  4624384        0           915 memhog` */
const ROW = /^\[ {0,12}(\d{1,10})\] {1,24}(?=\d)/;
const BLANKS_MAX = 24;
const DIGITS_MAX = 20;

/** Where the number ends that begins at `at` behind blanks, with a blank or nothing behind it; -1 where there is none. */
const numberEnd = (text: string, at: number): number => {
  let from = at;
  while (text.charCodeAt(from) === 0x20) from++;
  if (from - at > BLANKS_MAX) return -1;
  if (text.charCodeAt(from) === 0x2d) from++;
  let end = from;
  for (let code = text.charCodeAt(end); code >= 0x30 && code <= 0x39; code = text.charCodeAt(end)) end++;
  const whole = end === text.length || text.charCodeAt(end) === 0x20;
  return whole && end > from && end - from <= DIGITS_MAX ? end : -1;
};

/** Where the header is lost, the count of numbers tells which of the three tables it was; the middle column by its multiples of a page. */
const columnsByCount = (values: readonly number[]): readonly string[] | null => {
  const base = ["uid", "tgid", "total_vm", "rss"];
  const end = ["swapents", "oom_score_adj"];
  const tables = values[4] ?? 0;
  if (values.length === 7)
    return [...base, tables >= 4096 && tables % 4096 === 0 ? "pgtables_bytes" : "nr_ptes", ...end];
  if (values.length === 8) return [...base, "nr_ptes", "nr_pmds", ...end];
  return values.length === 10 ? [...base, "rss_anon", "rss_file", "rss_shmem", "pgtables_bytes", ...end] : null;
};

export const tasksLine = (text: string): Shape | null =>
  text.startsWith("Tasks state (memory values in pages):") ? { kind: "tasks", weight: 1, complete: true } : null;

/** Columns of all kernels; patched ones have more. */
const COLUMNS: ReadonlySet<string> = new Set(
  "uid tgid total_vm rss rss_anon rss_file rss_shmem nr_ptes nr_pmds pgtables_bytes swapents cpu oom_adj oom_score_adj name".split(
    " ",
  ),
);

const headerLine = (text: string): Shape | null => {
  const match = HEADER.exec(text);
  if (!match) return null;
  const columns = (match[1] ?? "").trim().split(/ +/);
  const known = columns.filter((name) => COLUMNS.has(name)).length;
  const complete = columns.at(-1) === "name" && columns.at(-2) === "oom_score_adj";
  // "oom_score_ad" and "j" are two columns only until the line is joined without a blank
  return { kind: "columns", columns, weight: (complete ? 20 : 0) + known, complete };
};

/** `columns`: those of the last header, its first one (pid) and its last one (name) included or null where none was seen. */
export const tableLine = (text: string, columns: readonly string[] | null): Shape | null => {
  const match = ROW.exec(text);
  if (!match) return headerLine(text);
  const numeric = columns ? columns.length - 1 : 10;
  const values: number[] = [];
  let end = match[0].length;
  while (values.length < numeric) {
    const next = numberEnd(text, end);
    if (next < 0) break;
    values.push(Number(text.slice(end, next)));
    end = next;
  }
  if (values.length < 4) return null;
  let comm = text.slice(end).trim();
  if (!columns && comm === "" && values.length > 7) comm = String(values.pop()); // a name of digits only
  const named = columns ? columns.slice(0, -1) : columnsByCount(values);
  if (!named) return null;
  const complete = values.length === named.length && comm !== "";
  return {
    kind: "row",
    pid: Number(match[1]),
    columns: named,
    values,
    comm,
    weight: values.length + (comm === "" ? 0 : 1),
    complete,
  };
};
