// The head of a report (mm/oom_kill.c dump_header()) and its other ends: panic, no killable process, sysrq.
import { COMM_MAX, SCORE } from "./fields.ts";
import type { Shape } from "./shape.ts";

const numberOf = (text: string | undefined): number | null => (text === undefined ? null : Number(text));

/** `java invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=958` */
const INVOKED = /^(\S.{0,63}?) invoked oom-killer(?::|\s|$)/;
/** What follows shows that neither is cut. */
const GFP = /gfp_mask=(0x[0-9a-f]{1,16})(?:\(([^)]{0,1000})\)|(?=,))/;
const ORDER = /order=(-?\d{1,3})(?=,)/;
const ADJ = new RegExp(`oom_score_adj=${SCORE}`);

/** Without what stands before the name: a longer one has a decoration before it that nothing knew, but where bytes are escaped. */
const commOf = (text: string): string => {
  if (text.length <= COMM_MAX || text.includes("\\")) return text;
  return /(?:.*[\]:>|,*]\s{1,8}|.*\s)(\S.{0,14})$/.exec(text)?.[1] ?? text;
};

export const invokedLine = (text: string): Shape | null => {
  const match = INVOKED.exec(text);
  if (!match) return null;
  const [whole, comm = ""] = match;
  const fields = text.slice(whole.length);
  const gfp = GFP.exec(fields);
  const order = numberOf(ORDER.exec(fields)?.[1]);
  const oomScoreAdj = numberOf(ADJ.exec(fields)?.[1]);
  return {
    kind: "invoked",
    comm: commOf(comm),
    gfpMask: gfp?.[1] ?? null,
    gfpFlags: gfp?.[2] === undefined || gfp[2] === "" ? null : gfp[2].replaceAll(" ", ""), // a wrapped list has blanks
    order,
    oomScoreAdj,
    weight:
      1 +
      (gfp ? 1 : 0) +
      (gfp?.[2] === undefined ? 0 : 1) +
      (order === null ? 0 : 1) +
      (oomScoreAdj === null ? 0 : 1 + String(oomScoreAdj).length / 100),
    complete: false, // the last number may go on in the next line
  };
};

/** `memorymonster cpuset=/ mems_allowed=0` (up to 4.20, a line of its own) */
const CPUSET = /^(\S.{0,63}?) cpuset=(\S.{0,4095}?) mems_allowed=[\d,-]{1,200}$/;

export const cpusetLine = (text: string): Shape | null => {
  const match = CPUSET.exec(text);
  if (!match) return null;
  const [, comm = "", cpuset = ""] = match;
  return { kind: "cpuset", comm, cpuset, weight: 2, complete: true };
};

/**
 * `CPU: 1 UID: 0 PID: 1014 Comm: java Not tainted 6.12.117+deb13-cloud-amd64 #1  Debian 6.12.117-1`,
 * `CPU: 8 PID: 3923954 Comm: php-fpm Tainted: P           O      5.15.158-2-pve #1`,
 * `Pid: 29481, comm: mysqld Not tainted 2.6.32-431.el6.x86_64 #1` (lib/dump_stack.c)
 */
const IDENT =
  /^(?:CPU: \d{1,6} )?(?:UID: \d{1,10} )?P(?:ID|id): (\d{1,10}),? [Cc]omm: (\S.{0,63}?)(?: Kdump: \w{1,16})?(?: (?:Not tainted|Tainted: )|\s*$)/;
const RELEASE = /\s(\d{1,3}\.\d{1,4}[.\w+~-]{0,100})(?=\s)/;

export const identLine = (text: string): Shape | null => {
  const match = IDENT.exec(text);
  if (!match) return null;
  const [whole, pid, comm = ""] = match;
  const release = RELEASE.exec(` ${text.slice(whole.length)}`)?.[1] ?? null;
  return {
    kind: "ident",
    pid: Number(pid),
    comm,
    release,
    weight: release === null ? 2 : 3 + release.length / 1000, // of a cut one the longer is the whole
    complete: release !== null,
  };
};

/** ` out_of_memory+0x219/0x4b0`, ` [<ffffffff81188094>] oom_kill_process+0x254/0x3d0`, ` show_stack from dump_stack_lvl+0x2b/0x34` */
const FRAMES: readonly (readonly [RegExp, "dump" | "memcg" | "page-allocator" | "page-fault" | "sysrq"])[] = [
  [/\b(?:dump_header|oom_kill_process)\b/, "dump"],
  [
    /\b(?:mem_cgroup_out_of_memory|mem_cgroup_oom_synchronize|try_charge|try_charge_memcg|mem_cgroup_handle_over_high)\b/,
    "memcg",
  ],
  [/\b(?:__alloc_pages_may_oom|__alloc_pages_slowpath)\b/, "page-allocator"],
  [/\bpagefault_out_of_memory\b/, "page-fault"],
  [/\bmoom_callback\b/, "sysrq"],
];

export const frameLine = (text: string): Shape | null => {
  // `? fn+0x…` is a guess of the unwinder, left over on the stack
  if (text.length > 300 || !(text.includes("+0x") || text.startsWith("Workqueue: ")) || text.includes("? "))
    return null;
  const found = FRAMES.find(([pattern]) => pattern.test(text));
  return found ? { kind: "frame", of: found[1], weight: 1, complete: true } : null;
};

/** `Kernel panic - not syncing: Out of memory: system-wide panic_on_oom is enabled`, `… System is deadlocked on memory` */
const PANIC = /^Kernel panic - not syncing: (.{0,300})/;
const NO_KILLABLE = /^Out of memory and no killable processes/;
/** `sysrq: OOM request ignored. No task eligible` (drivers/tty/sysrq.c) */
const IGNORED = /OOM request ignored/;
/** `sysrq: Manual OOM execution`, `SysRq : Manual OOM execution` */
const SYSRQ = /^sysrq ?: .{0,40}(?:Manual OOM|oom)/i;

export const endLine = (text: string): Shape | null => {
  const panic = PANIC.exec(text);
  if (panic) {
    const what = (panic[1] ?? "").trim();
    return {
      kind: "panic",
      text: what,
      ofMemory: /out of memory|deadlocked on memory/i.test(what),
      weight: 1,
      complete: true,
    };
  }
  if (NO_KILLABLE.test(text)) return { kind: "no-killable", weight: 1, complete: true };
  if (IGNORED.test(text)) return { kind: "request-ignored", weight: 1, complete: true };
  return SYSRQ.test(text) ? { kind: "sysrq-oom", weight: 1, complete: true } : null;
};
