// The sampler's table of all tasks, read by its own header; sizes in kB. A row is a process.
import type { TaskField } from "../../model/samples.ts";

// pid	ppid	state	comm	oom_score	oom_score_adj	VmRSS	RssAnon	RssFile	RssShmem	VmSwap	Threads	cgroup
// 181	1	R	systemd-journal	502	-250	11944	1304	10632	8	0	1	/system.slice/systemd-journald.service
const FIELDS: ReadonlyMap<string, { readonly field: TaskField; readonly scale: number }> = new Map(
  Object.entries({
    VmRSS: { field: "rss", scale: 1024 },
    RssAnon: { field: "rssAnon", scale: 1024 },
    RssFile: { field: "rssFile", scale: 1024 },
    RssShmem: { field: "rssShmem", scale: 1024 },
    VmSwap: { field: "swap", scale: 1024 },
    VmPTE: { field: "pageTables", scale: 1024 },
    VmSize: { field: "vmSize", scale: 1024 },
    oom_score: { field: "oomScore", scale: 1 },
    oom_score_adj: { field: "oomScoreAdj", scale: 1 },
    Threads: { field: "threads", scale: 1 },
  }),
);

export interface PidRow {
  readonly pid: number;
  readonly comm: string;
  readonly cgroup: string | null;
  readonly values: Partial<Record<TaskField, number>>;
}

export const pidColumns = (header: string): readonly string[] | null => {
  const columns = header.split("\t");
  return columns.includes("pid") && columns.includes("comm") ? columns : null;
};

/** Null: not a row of this table. */
export const pidRow = (columns: readonly string[], line: string): PidRow | null => {
  const cells = line.split("\t");
  // comm may hold a tab: then the row is longer than the header, and no cell can be trusted.
  if (cells.length !== columns.length) return null;
  const cell = (name: string): string => cells[columns.indexOf(name)] ?? "";
  const pid = integer(cell("pid"));
  if (pid === null || pid <= 0) return null;
  const values: Partial<Record<TaskField, number>> = {};
  columns.forEach((column, i) => {
    const known = FIELDS.get(column);
    const value = integer(cells[i] ?? "");
    if (known !== undefined && value !== null) values[known.field] = value * known.scale;
  });
  const state = cell("state");
  if (state.length === 1) values.state = state.charCodeAt(0);
  return { pid, comm: cell("comm"), cgroup: cell("cgroup") || null, values };
};

const integer = (text: string): number | null => (/^-?\d{1,15}$/.test(text) ? Number(text) : null);
