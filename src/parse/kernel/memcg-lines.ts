// A memory cgroup's part of a report (mm/memcontrol.c mem_cgroup_print_oom_context(), mem_cgroup_print_oom_meminfo()).
import type { Shape } from "./shape.ts";

/** `Task in /kubepods/burstable/pod…/… killed as a result of limit of /kubepods/burstable/pod…` (up to 4.20) */
const TASK_IN = /^Task in (\/\S{0,4095}) killed as a result of limit of (\/\S{0,4095})\s{0,8}$/;
/** `Memory limit reached of cgroup /foo` */
const LIMIT_REACHED = /^Memory limit reached of cgroup (\/.{0,4095}?)\s{0,8}$/;
/** `memory: usage 524288kB, limit 524288kB, failcnt 69`; v1 has `memory+swap:` and `kmem:`, v2 `swap:` */
const USAGE = /^(memory|memory\+swap|swap|kmem): usage (\d{1,20})kB, limit (\d{1,20})kB, failcnt (\d{1,20})/;
/** `Memory cgroup stats for /test1: cache:0KB rss:49484KB …` (one line a group), `Memory cgroup stats for /foo:` (a block, since 5.3) */
const STATS = /^Memory cgroup stats for (\/.{0,4095})$/;
const ONE_LINE = /^(\/.{0,4095}?) ?: ?(cache:\d{1,20}KB.*)$/;
const BLOCK = /^(\/.{0,4095}?):((?:\s{1,8}[a-z][a-z0-9_]{0,47} \d{1,20}){0,400})\s{0,8}$/;
/** `inactive_file 15908864` (memory.stat in bytes) */
const STAT = /^\s{0,64}([a-z][a-z0-9_]{1,47}) (\d{1,20})\s{0,8}$/;

const oneLineStats = (text: string): Record<string, number> => {
  const stats: Record<string, number> = {};
  for (const [, name = "", kib] of text.matchAll(/([a-z][a-z0-9_]{0,47}):(\d{1,20})KB(?!\w)/g))
    stats[name] = Number(kib) * 1024;
  return stats;
};
const blockStats = (text: string): Record<string, number> => {
  const stats: Record<string, number> = {};
  for (const [, name = "", value] of text.matchAll(/([a-z][a-z0-9_]{0,47}) (\d{1,20})(?!\S)/g))
    stats[name] = Number(value);
  return stats;
};

const statsLine = (text: string): Shape | null => {
  const rest = STATS.exec(text)?.[1];
  if (rest === undefined) return null;
  const line = ONE_LINE.exec(rest);
  const block = line ? null : BLOCK.exec(rest);
  if (!line && !block) return null;
  const stats = line ? oneLineStats(line[2] ?? "") : blockStats(block?.[2] ?? "");
  return {
    kind: "stats",
    path: line?.[1] ?? block?.[1] ?? "",
    stats,
    weight: 2 + Object.keys(stats).length,
    complete: !line || stats["unevictable"] !== undefined,
  };
};

export const memcgLine = (text: string): Shape | null => {
  const usage = USAGE.exec(text);
  if (usage) {
    const [, what, usageKib, limitKib, failcnt] = usage;
    if (what !== "memory" && what !== "memory+swap" && what !== "swap" && what !== "kmem") return null;
    return {
      kind: "usage",
      what,
      usageKib: Number(usageKib),
      limitKib: Number(limitKib),
      failcnt: Number(failcnt),
      weight: 4,
      complete: true,
    };
  }
  const taskIn = TASK_IN.exec(text);
  if (taskIn) {
    // the path may go on in the next line; the longer one is the whole one
    const limit = taskIn[2] ?? "";
    return { kind: "task-in", task: taskIn[1] ?? null, limit, weight: 3 + limit.length / 8192, complete: false };
  }
  const reached = LIMIT_REACHED.exec(text);
  if (reached) return { kind: "task-in", task: null, limit: reached[1] ?? "", weight: 2, complete: true };
  return statsLine(text);
};

/** Only meant in a block's context: any program may print a word and a number. */
export const statLine = (text: string): Shape | null => {
  const match = STAT.exec(text);
  return match ? { kind: "stat", name: match[1] ?? "", value: Number(match[2]), weight: 1, complete: true } : null;
};
