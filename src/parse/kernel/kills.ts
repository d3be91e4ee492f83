// The processes that a report killed, each once.
import type { KilledProcess, OomTask } from "../../model/kernel.ts";
import { type Bytes, bytes, bytesOfKib, bytesOfPages, kib, pages } from "../../model/units.ts";
import type { Draft } from "./draft.ts";
import type { ShapeOf } from "./shape.ts";

const kibOrNull = (value: number | null): Bytes | null => (value === null ? null : bytesOfKib(kib(value)));

const cell = (row: ShapeOf<"row">, column: string): number | null => {
  const at = row.columns.indexOf(column);
  return at < 0 ? null : (row.values[at] ?? null);
};

/** Page tables: bytes since 4.15, before that counts of pages by level. */
const pageTablesOf = (row: ShapeOf<"row">, pageSize: Bytes): Bytes | null => {
  const direct = cell(row, "pgtables_bytes");
  if (direct !== null) return bytes(direct);
  const ptes = cell(row, "nr_ptes");
  return ptes === null ? null : bytesOfPages(pages(ptes + (cell(row, "nr_pmds") ?? 0)), pageSize);
};

export const tasksOf = (draft: Draft, pageSize: Bytes): OomTask[] =>
  draft.rows.flatMap(({ shape, ref }): OomTask[] => {
    const [uid, tgid, totalVm, rss] = ["uid", "tgid", "total_vm", "rss"].map((column) => cell(shape, column));
    if (uid == null || tgid == null || totalVm == null || rss == null) return [];
    const sizeOf = (column: string): Bytes | null => {
      const value = cell(shape, column);
      return value === null ? null : bytesOfPages(pages(value), pageSize);
    };
    return [
      {
        pid: shape.pid,
        tgid,
        uid,
        comm: shape.comm,
        totalVmBytes: bytesOfPages(pages(totalVm), pageSize),
        rssBytes: bytesOfPages(pages(rss), pageSize),
        rssAnonBytes: sizeOf("rss_anon"),
        rssFileBytes: sizeOf("rss_file"),
        rssShmemBytes: sizeOf("rss_shmem"),
        pageTablesBytes: pageTablesOf(shape, pageSize),
        swapBytes: sizeOf("swapents"),
        oomScoreAdj: cell(shape, "oom_score_adj"),
        from: ref,
      },
    ];
  });

/**
 * 5.4.0 to 5.4.8 print bytes and say kB (fixed by 941f762bcb27). The table, which says bytes, proves it; without it, page tables larger
 * than what they map do.
 */
const killedPageTables = (kill: ShapeOf<"killed">, task: OomTask | undefined): Bytes | null => {
  const printed = kill.pageTablesPrinted;
  if (printed === null) return null;
  const tooLarge = kill.totalVmKib !== null && printed > kill.totalVmKib && printed % 4096 === 0;
  return task?.pageTablesBytes === printed || tooLarge ? bytes(printed) : bytesOfKib(kib(printed));
};

const UNKNOWN_SIZES = {
  totalVmBytes: null,
  anonRssBytes: null,
  fileRssBytes: null,
  shmemRssBytes: null,
  pageTablesBytes: null,
} as const;

/** The announced pid may be a thread of the killed process; a process of its own had its child killed in its place. */
const scoreOf = (draft: Draft, { pid, comm }: ShapeOf<"killed">): number | null => {
  const announced = draft.kill?.shape;
  if (announced?.comm !== comm) return null;
  const itself = announced.pid === pid || !draft.rows.some(({ shape }) => shape.pid === announced.pid);
  return itself ? announced.score : null;
};

export const killsOf = (draft: Draft, tasks: readonly OomTask[]): KilledProcess[] => {
  const taskOf = (pid: number): OomTask | undefined =>
    tasks.find((task) => task.pid === pid) ?? tasks.find((task) => task.tgid === pid);
  const summary = draft.summary?.shape;
  const kills: KilledProcess[] = draft.killed.map(({ shape, ref, stamps }, index) => {
    const task = taskOf(shape.pid);
    return {
      pid: shape.pid,
      comm: shape.comm,
      uid: shape.uid ?? (summary?.pid === shape.pid ? summary.uid : null) ?? task?.uid ?? null,
      totalVmBytes: kibOrNull(shape.totalVmKib),
      anonRssBytes: kibOrNull(shape.anonRssKib),
      fileRssBytes: kibOrNull(shape.fileRssKib),
      shmemRssBytes: kibOrNull(shape.shmemRssKib),
      pageTablesBytes: killedPageTables(shape, task),
      oomScoreAdj: shape.oomScoreAdj ?? task?.oomScoreAdj ?? null,
      score: index === 0 ? scoreOf(draft, shape) : null,
      lineSeen: true,
      stamps,
      from: ref,
    };
  });
  const others = [
    ...draft.sharing.map((part) => ({ part, pid: part.shape.pid, comm: part.shape.comm, lineSeen: true })),
    // the summary names the chosen victim, and the kill follows it without fail
    ...(draft.summary && summary?.pid != null
      ? [{ part: draft.summary, pid: summary.pid, comm: summary.comm ?? "", lineSeen: false }]
      : []),
    ...draft.reaped.map((part) => ({ part, pid: part.shape.pid, comm: part.shape.comm, lineSeen: false })),
  ];
  for (const { part, pid, comm, lineSeen } of others) {
    if (kills.some((kill) => kill.pid === pid)) continue;
    const task = taskOf(pid);
    kills.push({
      ...UNKNOWN_SIZES,
      pid,
      comm,
      uid: (summary?.pid === pid ? summary.uid : null) ?? task?.uid ?? null,
      oomScoreAdj: task?.oomScoreAdj ?? null,
      score: null,
      lineSeen,
      stamps: part.stamps,
      from: part.ref,
    });
  }
  return kills;
};
