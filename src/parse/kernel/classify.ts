// One line to one shape: a cheap test by its first character and a word in it, then one pattern.
import { killLine, summaryLine } from "./kill-lines.ts";
import { memInfoDetail, memInfoLine, slabRow } from "./mem-info-lines.ts";
import { memcgLine, statLine } from "./memcg-lines.ts";
import { bootLine, lossLine, markLine, noteLine } from "./note-lines.ts";
import { cpusetLine, endLine, frameLine, identLine, invokedLine } from "./report-lines.ts";
import type { Shape } from "./shape.ts";
import { tableLine, tasksLine } from "./task-lines.ts";

/** printk cuts a record at 1 KiB (CONSOLE_LOG_MAX); with joined lines and paths of cgroups 4 KiB long, this is ample. */
const LINE_MAX = 16_384;

export interface ClassifyContext {
  /** Columns of the last table's header. */
  columns: readonly string[] | null;
}

const capital = (text: string, first: number): Shape | null => {
  if (first === 0x4d) return memcgLine(text) ?? memInfoLine(text) ?? killLine(text); // "Memory …", "Mem-Info:"
  if (first === 0x4f) return killLine(text) ?? endLine(text); // "Out of memory …"
  if (first === 0x4b) return killLine(text) ?? endLine(text); // "Killed process", "Kernel panic"
  if (first === 0x54) return tasksLine(text) ?? killLine(text) ?? memcgLine(text) ?? memInfoLine(text); // "Tasks …", "Task in", "Total swap"
  if (first === 0x43 || first === 0x50) return identLine(text); // "CPU:", "PID:", "Pid:"
  if (first === 0x4c) return bootLine(text); // "Linux version"
  if (first === 0x57) return frameLine(text); // "Workqueue:"
  if (first === 0x53) return endLine(text); // "SysRq"
  if (first === 0x42 || first === 0x49) return noteLine(text); // "BUG:", "INFO:"
  return memInfoLine(text); // "Node", "DMA", "Normal", "Free swap", "Unreclaimable slab info:"
};

const small = (text: string, first: number): Shape | null => {
  if (first === 0x6f) return summaryLine(text) ?? killLine(text) ?? lossLine(text); // "oom-kill:", "oom_reaper:", "oom_kill_process:"
  if (first === 0x6d) return memcgLine(text) ?? markLine(text) ?? memInfoDetail(text) ?? statLine(text); // "memory: usage", "mapped:", "memforensics:"
  if (first === 0x6b || first === 0x73)
    return memcgLine(text) ?? endLine(text) ?? memInfoDetail(text) ?? statLine(text); // "kmem:", "swap:", "sysrq:"
  if (first === 0x6c) return memInfoLine(text); // "lowmem_reserve[]:"
  return memInfoDetail(text) ?? statLine(text);
};

const byFirst = (text: string, context: ClassifyContext): Shape | null => {
  const first = text.charCodeAt(0);
  if (first === 0x5b) return frameLine(text) ?? tableLine(text, context.columns); // "["
  if (first === 0x2c || first === 0x2f) return summaryLine(text); // "," and "/": the rest of a summary
  if (first === 0x2a) return lossLine(text); // "*"
  if (first >= 0x30 && first <= 0x39) return memInfoDetail(text) ?? lossLine(text);
  if (first >= 0x41 && first <= 0x5a) return capital(text, first);
  return first >= 0x61 && first <= 0x7a ? small(text, first) : null;
};

const anywhere = (text: string): Shape | null => {
  if (text.includes(" invoked oom-killer")) return invokedLine(text);
  if (text.includes(" cpuset=") && text.includes(" mems_allowed=")) return cpusetLine(text);
  if (text.includes("+0x")) return frameLine(text);
  if (text.includes("page allocation ") || text.includes("soft lockup")) return noteLine(text);
  if (text.includes(" callbacks suppressed")) return lossLine(text);
  if (text.includes(",mems_allowed=")) return summaryLine(text); // behind the cpuset's name
  return slabRow(text);
};

/** Null: nothing that matters here. `text` without quotes and blanks before it. */
export const classify = (text: string, context: ClassifyContext): Shape | null => {
  if (text === "" || text.length > LINE_MAX) return null;
  return byFirst(text, context) ?? anywhere(text);
};
