// Lines beside the reports: losses of the log itself, the collector's marks, a new boot, and signs of a stalled machine.
import type { Shape } from "./shape.ts";

/** `oom_kill_process: 5 callbacks suppressed` (lib/ratelimit.c): so many reports were not printed */
const SUPPRESSED = /^(?:oom_kill_process|dump_header|out_of_memory|__oom_kill_process): (\d{1,9}) callbacks suppressed/;
/** `** 123 printk messages dropped **` (kernel/printk/printk.c); what takes off markdown's stars takes off these */
const DROPPED = /^(?:\*\* )?(\d{1,12}) printk messages dropped(?: \*\*|\s*$)/;
/** Seconds since 1970 have ten digits; fewer are cut. `memforensics: mark 3 uptime 812.44 real 1795483102.867`, which journald parts into identifier and message */
const MARK =
  /^(?:memforensics: )?mark (\d{1,9}) uptime (\d{1,12}(?:\.\d{1,9})?)(?: real (\d{10,12}(?:\.\d{1,9})?)(?!\d))?/;
/** `Linux version 6.12.117+deb13-cloud-amd64 (…) …` */
const BOOT = /^Linux version (\d{1,3}\.\S{1,100})/;

/** `thp04: page allocation failure: order:0, mode:0x400dc0(…), nodemask=(null)`, `java: page allocation stalls for 10048ms, order:0, …` */
const ALLOCATION = /^(\S.{0,63}?): page allocation (failure|stalls)[:. ]/;
/** `INFO: task java:1014 blocked for more than 120 seconds.` */
const HUNG = /^INFO: task (\S.{0,63}):(\d{1,10}) (?:<[^>]{1,32}> )?blocked (?:in I\/O wait )?for more than \d/;
/** `watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [java:1014]` */
const SOFT_LOCKUP = /BUG: soft lockup - CPU#\d{1,5} stuck for \d{1,9}s!(?: \[(\S.{0,63}):(\d{1,10})\])?/;
/** `BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 35s!` */
const WORKQUEUE = /^BUG: workqueue lockup/;

const note = (
  kind: "alloc-failure" | "alloc-stall" | "hung-task" | "soft-lockup" | "workqueue-lockup",
  comm?: string,
  pid?: string,
): Shape => ({
  kind: "note",
  note: kind,
  comm: comm ?? null,
  pid: pid === undefined ? null : Number(pid),
  weight: 1,
  complete: true,
});

export const noteLine = (text: string): Shape | null => {
  const allocation = text.includes("page allocation ") ? ALLOCATION.exec(text) : null;
  if (allocation) return note(allocation[2] === "stalls" ? "alloc-stall" : "alloc-failure", allocation[1]);
  const hung = HUNG.exec(text);
  if (hung) return note("hung-task", hung[1], hung[2]);
  const soft = text.includes("soft lockup") ? SOFT_LOCKUP.exec(text.slice(0, 300)) : null;
  if (soft)
    return {
      ...note("soft-lockup", soft[1], soft[2]),
      weight: soft[1] === undefined ? 1 : 2,
      complete: soft[1] !== undefined,
    };
  return WORKQUEUE.test(text) ? note("workqueue-lockup") : null;
};

export const lossLine = (text: string): Shape | null => {
  const dropped = DROPPED.exec(text);
  if (dropped) return { kind: "lost", count: Number(dropped[1]), what: "records", weight: 1, complete: true };
  const suppressed = text.includes(" callbacks suppressed") ? SUPPRESSED.exec(text) : null;
  return suppressed
    ? { kind: "lost", count: Number(suppressed[1]), what: "oom-reports", weight: 1, complete: true }
    : null;
};

export const markLine = (text: string): Shape | null => {
  const match = MARK.exec(text);
  if (!match) return null;
  const [, number, uptime, real] = match;
  return {
    kind: "mark",
    number: Number(number),
    uptimeSec: Number(uptime),
    realSec: real === undefined ? null : Number(real),
    weight: 3,
    complete: true,
  };
};

export const bootLine = (text: string): Shape | null => {
  const release = BOOT.exec(text)?.[1];
  return release === undefined ? null : { kind: "boot", release, weight: 1, complete: true };
};
