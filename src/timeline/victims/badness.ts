// The OOM killer's choice, recomputed from the report's own task dump (mm/oom_kill.c oom_badness()):
// points = rss + swap entries + page-table pages + oom_score_adj × (totalpages / 1000), in pages of the scope.
import type { OomKill } from "../../model/analysis.ts";
import type { OomReport, OomTask } from "../../model/kernel.ts";
import { type OomScope, rankedName, whyChosen } from "./choice.ts";

const OOM_SCORE_ADJ_MIN = -1000;

/** Pages that the scope of this kill could use: RAM and swap of the machine, or the memory cgroup's limit and its swap. Null where the report does not say. */
export const totalPagesOf = (report: OomReport): number | null => {
  const pageSize = report.pageSize.bytes;
  const info = report.memInfo;
  if (report.scope === "global") {
    if (info === null || info.ramBytes === null || info.reservedBytes === null) return null;
    return Math.floor((info.ramBytes - info.reservedBytes + (info.totalSwapBytes ?? 0)) / pageSize);
  }
  if (report.scope === "memcg") {
    const usage = report.memcgUsage;
    if (usage === null || usage.limitBytes === null) return null;
    // v2 prints the swap limit by itself; without one the machine's swap would count, which a memcg report does not print.
    return Math.floor((usage.limitBytes + (usage.swapLimitBytes ?? 0)) / pageSize) || 1;
  }
  return null;
};

const pagesOf = (bytes: number | null, pageSize: number): number => Math.round((bytes ?? 0) / pageSize);

/** Null for a task that can never be chosen. */
export const pointsOf = (task: OomTask, totalPages: number, pageSize: number): number | null => {
  if (task.oomScoreAdj === null || task.oomScoreAdj <= OOM_SCORE_ADJ_MIN) return null;
  const used =
    pagesOf(task.rssBytes, pageSize) +
    pagesOf(task.swapBytes, pageSize) +
    Math.floor((task.pageTablesBytes ?? 0) / pageSize);
  return used + task.oomScoreAdj * Math.trunc(totalPages / 1000);
};

export interface Ranked {
  readonly task: OomTask;
  readonly points: number;
}

/** Eligible tasks, worst first. Empty where the dump cannot be ranked. */
export const rankTasks = (report: OomReport): readonly Ranked[] => {
  const totalPages = totalPagesOf(report);
  if (totalPages === null || report.tasks === null) return [];
  const ranked: Ranked[] = [];
  for (const task of report.tasks.rows) {
    const points = task.pid === 1 ? null : pointsOf(task, totalPages, report.pageSize.bytes);
    if (points !== null) ranked.push({ task, points });
  }
  return ranked.toSorted((a, b) => b.points - a.points);
};

/** Kernels before 4.17 take 3 % off what processes of root have (oom_badness, CAP_SYS_ADMIN), which no line shows. */
const ROOT_SHARE = 0.97;

const rootWouldYield = (above: readonly Ranked[], chosen: Ranked): boolean =>
  chosen.task.uid !== 0 && above.every(({ task, points }) => task.uid === 0 && points * ROOT_SHARE <= chosen.points);

const noteOf = (ranked: readonly Ranked[], rank: number, complete: boolean, scope: OomScope): string | null => {
  const chosen = ranked[rank - 1];
  const first = ranked[0];
  if (!chosen || !first) return null;
  if (rank === 1) return whyChosen(ranked, scope);
  if (rootWouldYield(ranked.slice(0, rank - 1), chosen))
    return `not the highest: ${rankedName(first)} stood above it, as root's, and kernels before 4.17 take 3 % off those`;
  if (!complete) return "cannot verify: part of the task dump is missing";
  if (chosen.points <= 0)
    return "kernels before 5.9 raise points of 0 and less to 1, so that all such tasks tie and the first one is taken";
  if (first.task.comm === chosen.task.comm)
    return `not the highest: ${rankedName(first)} stood above it; kernels up to 5.0 may kill a child of the process that they chose`;
  return `not the highest: ${rankedName(first)} stood above it; it may have been exiting or already reaped, which the dump does not show`;
};

/** Null where the dump, the victim's row or the scope's size is missing. */
export const badnessOf = (report: OomReport): OomKill["badness"] => {
  const ranked = rankTasks(report);
  const victim = report.summary?.pid ?? report.kills[0]?.pid ?? null;
  const index = ranked.findIndex(({ task }) => task.pid === victim || task.tgid === victim);
  const chosen = ranked[index];
  const totalPages = totalPagesOf(report);
  if (!chosen || report.tasks === null || totalPages === null) return null;
  const above = ranked.filter(({ points }) => points > chosen.points);
  const rank = above.length + 1;
  const ordered = [...above, chosen, ...ranked.filter((r) => r !== chosen && r.points <= chosen.points)];
  const scope: OomScope = { totalPages, pageSize: report.pageSize.bytes, wholeNode: report.scope === "global" };
  return {
    points: chosen.points,
    rank,
    tasks: ranked.length,
    agrees: rank === 1,
    note: noteOf(ordered, rank, report.tasks.complete, scope),
  };
};
