// What a kernel line must hold, or begin with, to be of any shape that classify.ts knows. A line of the kernel's own without any of it
// is only counted: a new pattern there needs its word here (test/parse/log/glance.test.ts finds those that have none).
import { Starts } from "../text/starts.ts";

/** Somewhere in the line. */
export const KERNEL_WORDS: readonly string[] = [
  " invoked oom-killer",
  " mems_allowed=",
  ",mems_allowed=",
  // frames: report-lines.ts FRAMES
  "dump_header",
  "oom_kill_process",
  "mem_cgroup_out_of_memory",
  "mem_cgroup_oom_synchronize",
  "try_charge",
  "mem_cgroup_handle_over_high",
  "__alloc_pages_may_oom",
  "__alloc_pages_slowpath",
  "pagefault_out_of_memory",
  "moom_callback",
  "OOM request ignored",
  " callbacks suppressed",
  "page allocation ",
  "soft lockup",
  " pages RAM",
  " pages reserved",
  " total pagecache pages",
  " pages in swap cache",
  " pages HighMem/MovableOnly",
  " pages cma reserved",
  " pages hwpoisoned",
  " printk messages dropped",
  // behind a prefix that is still to be learnt (window.ts)
  "Mem-Info:",
  "Hardware name: ",
  "oom-kill:constraint=",
  "Memory cgroup stats for /",
];

/** At its beginning; letters of either size. */
const STARTS = new Starts([
  // report-lines.ts
  "CPU: ",
  "PID: ",
  "UID: ",
  "Kernel panic - not syncing: ",
  "Out of memory",
  "sysrq",
  // memcg-lines.ts
  "Task in /",
  "Memory limit reached",
  "Memory cgroup ",
  "memory: usage ",
  "memory+swap: usage ",
  "swap: usage ",
  "kmem: usage ",
  // mem-info-lines.ts
  "Mem-Info:",
  "Unreclaimable slab info:",
  "Node ",
  "lowmem_reserve[]:",
  "Free swap ",
  "Total swap ",
  "active_anon:",
  "inactive_anon:",
  "active_file:",
  "inactive_file:",
  "unevictable:",
  "slab_reclaimable:",
  "mapped:",
  "sec_pagetables:",
  "kernel_misc_reclaimable:",
  "free:",
  "dirty:",
  // task-lines.ts
  "Tasks state ",
  // kill-lines.ts
  "oom-kill:",
  ",cpuset=",
  ",oom_memcg=",
  ",global_oom",
  ",task_memcg=",
  ",task=",
  "/", // a path that another CPU's line has parted from the summary
  "oom_reaper: ",
  "Kill process ",
  "Killed process ",
  "Tasks in /",
  // note-lines.ts
  "dump_header: ",
  "out_of_memory: ",
  "__oom_kill_process: ",
  "** ",
  "mark ",
  "memforensics: mark ",
  "Linux version ",
  "INFO: task ",
  "BUG: workqueue ",
]);

const BLANK = 0x20;
const COLON = 0x3a;
const isBlank = (byte: number): boolean => byte === BLANK || (byte >= 0x09 && byte <= 0x0d);
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isCapital = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a;
const isSmall = (byte: number): boolean => byte >= 0x61 && byte <= 0x7a;

/** `inactive_file 15908864`: memory.stat in a report */
const isStat = (bytes: Uint8Array, from: number, to: number): boolean => {
  if (!isDigit(bytes[to - 1] ?? 0)) return false;
  let at = from;
  for (; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (!isSmall(byte) && !isDigit(byte) && byte !== 0x5f) break;
  }
  if (bytes[at] !== BLANK) return false;
  for (at++; at < to; at++) if (!isDigit(bytes[at] ?? 0)) return false;
  return true;
};

/** `DMA free:15360kB …`, `Normal: 1*4kB …`: a zone of a machine without NUMA */
const isZone = (bytes: Uint8Array, from: number, to: number): boolean => {
  let at = from;
  while (at < to && (isSmall(bytes[at] ?? 0) || isCapital(bytes[at] ?? 0) || isDigit(bytes[at] ?? 0))) at++;
  if (bytes[at] === COLON) return bytes[at + 1] === BLANK && isDigit(bytes[at + 2] ?? 0);
  return bytes[at] === BLANK && bytes[at + 1] === 0x66 && bytes[at + 5] === COLON;
};

/** Whether what begins at `from` may be a line of a report or a note; what stands further within it is for KERNEL_WORDS. */
export const mayBeShaped = (bytes: Uint8Array, start: number, end: number): boolean => {
  let from = start;
  let to = end;
  while (from < to && isBlank(bytes[from] ?? 0)) from++;
  while (to > from && isBlank(bytes[to - 1] ?? 0)) to--;
  const first = bytes[from] ?? 0;
  if (first === 0x5b) {
    const second = bytes[from + 1] ?? 0;
    return isBlank(second) || isDigit(second); // `[   1031]     0  1031 …`: the table of tasks
  }
  if (bytes[to - 1] === 0x42 && bytes[to - 2] === 0x4b) return true; // `kmalloc-2k           1252KB       1328KB`
  if (isSmall(first) && isStat(bytes, from, to)) return true;
  if (isCapital(first) && isZone(bytes, from, to)) return true;
  return STARTS.begin(bytes, from, to);
};
