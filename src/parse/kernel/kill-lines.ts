// The tail of a report: who was chosen and killed (mm/oom_kill.c dump_oom_summary(), __oom_kill_process(), oom_reap_task()).
import { SCORE } from "./fields.ts";
import type { KillMessage, Shape, SummaryShape } from "./shape.ts";

/** What stands between two anchors, or null where either is missing. */
const between = (text: string, start: string, ends: readonly string[]): string | null => {
  const at = text.indexOf(start);
  if (at < 0) return null;
  const from = at + start.length;
  const to = ends.map((end) => text.indexOf(end, from)).find((index) => index >= 0);
  return to === undefined ? null : text.slice(from, to);
};

/** Paths of cgroups begin with "/"; a part of one is none (pr_cont broken inside it). */
const pathOf = (text: string | null): string | null => (text?.startsWith("/") ? text : null);

/**
 * `oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=cri-containerd-….scope,mems_allowed=0,oom_memcg=/kubepods.slice/…,
 * task_memcg=/kubepods.slice/…,task=java,pid=1028,uid=0` (since 5.0). nodemask and cpuset may hold commas, a comm anything: parsed by
 * its anchors. A path is only taken where what follows it is there too: pagers and terminals cut long lines.
 */
export const parseSummary = (text: string): SummaryShape => {
  // a pid that nothing follows may be cut
  const task = /,task=(.{0,64}),pid=(\d{1,10}),(?:uid=(\d{1,10}))?(?!\d)/.exec(text);
  return {
    kind: "summary",
    text,
    constraint: /constraint=(\w{1,64}),/.exec(text)?.[1] ?? null,
    cpuset: between(text, "cpuset=", [",mems_allowed="]) || null,
    oomMemcg: pathOf(between(text, ",oom_memcg=", [",task_memcg="])),
    global: text.includes(",global_oom"),
    taskMemcg: pathOf(between(text, ",task_memcg=", [",task=", ","])),
    comm: task?.[1] ?? null,
    pid: task ? Number(task[2]) : null,
    uid: task?.[3] === undefined ? null : Number(task[3]),
  };
};

export const summaryLine = (text: string): Shape | null => {
  if (text.startsWith("oom-kill:")) {
    const summary = parseSummary(text);
    // no blank stands in a summary but in a name: of two ways to join a wrapped one, the way without blanks is right
    const items = (text.split("=").length - 1 - (text.split(" ").length - 1)) / 10;
    const known = [
      summary.constraint,
      summary.cpuset,
      summary.oomMemcg,
      summary.taskMemcg,
      summary.comm,
      summary.uid,
    ].filter((x) => x !== null);
    const uid = summary.uid === null ? 0 : String(summary.uid).length / 100;
    return { ...summary, weight: 1 + known.length + (summary.global ? 1 : 0) + items + uid, complete: false };
  }
  // printed by pr_cont(), a path by one of its own: another CPU's line may part it there
  return /^\/\S{0,4095}(?:$| .{0,64},pid=\d)/.test(text) ||
    /^(?:,(?:cpuset|oom_memcg|task_memcg|task)=|,global_oom|[^\s,=]{0,255},mems_allowed=)/.test(text)
    ? { kind: "summary-tail", text, weight: 1, complete: true }
    : null;
};

const messageOf = (text: string): KillMessage => {
  if (/^memory cgroup out of memory/i.test(text)) return "memcg";
  return /^out of memory/i.test(text) ? "global" : null;
};

/**
 * `Memory cgroup out of memory: Kill process 28285 (calloc) score 1955 or sacrifice child` (up to 5.0; first `… or a child`); the pid may be
 * a thread's or the parent's. A score that nothing follows may be cut, or the rest may stand in the next line.
 */
const KILL =
  /^(?:([A-Z][\w ()]{0,60}): )?[Kk]ill process (\d{1,10}) \((.{0,64})\)(?:,? score (-?\d{1,20})( or )?| (sharing same memory))/;
/** `Memory cgroup out of memory: Killed process 1028 (java) total-vm:158696kB, anon-rss:155904kB, …`; el6: `Killed process 40738, UID 27, (mysqld) …` */
const KILLED = /^(?:([A-Z][\w ()]{0,60}): )?Killed process (\d{1,10})(?:, UID (\d{1,10}),)? \(/;
/** What ends a comm, which may hold brackets itself. */
const COMM_END = /\)(?=,? (?:total-vm|vsz):|,|\.?\s{0,8}$)/g; // 2.6.18: "Out of memory: Killed process 4122 (java)."
const SIZES = /(total-vm|vsz|anon-rss|file-rss|shmem-rss|pgtables):(\d{1,15})kB(?!\w)/g;
const UID = /UID:(\d{1,10})(?!\d)/;
const ADJ = new RegExp(`oom_score_adj:${SCORE}`);

/** Of a number that a line's end may have cut the longer reading is the whole one. */
const digitsWeight = (digits: string | undefined): number => (digits === undefined ? 0 : 1 + digits.length / 100);

/** "Memory cgroup out of memory: " before the kill, which may have been parted from it. */
const WHOSE = 0.7;

/** With what is printed as \xNN; behind it stands another kill line, which lost its line feed. */
const COMM_PRINTED_MAX = 64;

const lastCommEnd = (text: string): number => {
  let end = -1;
  let sized = -1;
  // the last end that sizes follow, for a name may be "a) total-vm:1kB", else the last one
  for (const { index } of text.matchAll(COMM_END)) {
    if (index > COMM_PRINTED_MAX && end >= 0) break;
    end = index;
    if (/^\),? (?:total-vm|vsz):/.test(text.slice(index, index + 12))) sized = index;
  }
  return sized < 0 ? end : sized;
};

const killedLine = (text: string): Shape | null => {
  const match = KILLED.exec(text);
  if (!match) return null;
  const [whole, message = "", pid, el6Uid] = match;
  const rest = text.slice(whole.length, whole.length + 2000);
  const end = lastCommEnd(rest);
  if (end < 0 || end > COMM_PRINTED_MAX) return null;
  const sizes = new Map<string, number>();
  const behind = rest.slice(end);
  for (const [, name = "", kib] of behind.matchAll(SIZES)) if (!sizes.has(name)) sizes.set(name, Number(kib));
  const sizeOf = (name: string): number | null => sizes.get(name) ?? null;
  const uid = UID.exec(behind)?.[1] ?? el6Uid;
  const adj = ADJ.exec(behind)?.[1];
  return {
    kind: "killed",
    of: messageOf(message),
    pid: Number(pid),
    comm: rest.slice(0, end),
    uid: uid === undefined ? null : Number(uid),
    totalVmKib: sizeOf("total-vm") ?? sizeOf("vsz"),
    anonRssKib: sizeOf("anon-rss"),
    fileRssKib: sizeOf("file-rss"),
    shmemRssKib: sizeOf("shmem-rss"),
    pageTablesPrinted: sizeOf("pgtables"),
    oomScoreAdj: adj === undefined ? null : Number(adj),
    weight:
      2 +
      (message === "" ? 0 : WHOSE) +
      sizes.size +
      (uid === undefined ? 0 : 1) +
      digitsWeight(adj) -
      (rest.startsWith(" ") ? 0.5 : 0),
    complete: false, // the last number may go on in the next line
  };
};

/** `Tasks in /kubepods.slice/… are going to be killed due to memory.oom.group set` */
const GROUP = /^Tasks in (\/.{0,4095}?) are going to be killed due to memory\.oom\.group set/;
/** `oom_reaper: reaped process 1031 (memhog), now anon-rss:12kB, …`, `oom_reaper: unable to reap pid:1031 (memhog)` */
const REAPED =
  /^oom_reaper: (?:reaped process :?|unable to reap pid:)(\d{1,10}) \((.{0,64}?)\)(?=,| anon-rss|\s{0,8}$)/;

export const killLine = (text: string): Shape | null => {
  const kill = KILL.exec(text);
  if (kill) {
    const [, message = "", pid, comm = "", score, behind, sharing] = kill;
    const whole = behind !== undefined || sharing !== undefined;
    return {
      kind: "kill",
      of: messageOf(message),
      pid: Number(pid),
      comm,
      score: behind === undefined ? null : Number(score),
      sharing: sharing !== undefined,
      weight: whole ? 3 : 2,
      complete: whole,
    };
  }
  const group = GROUP.exec(text);
  if (group) return { kind: "group", path: group[1] ?? "", weight: 2, complete: true };
  const reaped = REAPED.exec(text);
  if (reaped) {
    const [, pid, comm = ""] = reaped;
    return {
      kind: "reaped",
      pid: Number(pid),
      comm,
      freed: !text.startsWith("oom_reaper: unable"),
      weight: 2,
      complete: true,
    };
  }
  return killedLine(text);
};
