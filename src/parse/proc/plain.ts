// Files of a line or two: uptime, loadavg, swaps, sockstat, stat, and single numbers of /proc/sys.
import type { Format } from "../samples/format.ts";
import { numberAt, type ShapeDraft } from "../samples/shape.ts";

// 403.81 43.48
// fs/proc/uptime.c uptime_proc_show(): CLOCK_BOOTTIME and the sum of all CPUs' idle time, in seconds
export const uptime: Format = {
  id: "proc/uptime",
  names: ["uptime"],
  owns: (path) => path === "/proc/uptime",
  build: (lines, draft) => buildRow(lines, draft, ["up", "idle"], 2),
};

// 10.90 6.82 3.12 16/200 1055
// fs/proc/loadavg.c loadavg_proc_show()
export const loadavg: Format = {
  id: "proc/loadavg",
  names: ["loadavg"],
  owns: (path) => path === "/proc/loadavg",
  build: (lines, draft) => {
    for (const line of lines) {
      let at = 0;
      for (const field of ["1m", "5m", "15m"]) {
        if (at >= 0 && field !== "1m") draft.literal(" ");
        at = at < 0 ? -1 : numberAt(draft, line, field === "1m" ? 0 : at + 1, field, { decimals: 2 });
      }
      const tasks = at < 0 ? null : /^ (\d{1,10})\/(\d{1,10}) (\d{1,10})$/.exec(line.slice(at));
      if (tasks === null) draft.bad(line);
      else {
        ["running", "threads", "lastPid"].forEach((field, i) => {
          draft.literal(i === 1 ? "/" : " ");
          draft.number(field);
        });
      }
      draft.newline();
    }
  },
};

// Filename				Type		Size		Used		Priority
// /dev/sda2                               partition	2097148		0		-2
// mm/swapfile.c swap_show(); sizes in kB, kept in bytes
export const swaps: Format = {
  id: "proc/swaps",
  names: ["swaps"],
  owns: (path) => path === "/proc/swaps",
  build: (lines, draft) => {
    for (const line of lines) {
      const [whole, head, name] =
        /^((\S{1,255})[ \t]+[a-z]{1,20}[ \t]+)\d{1,20}[ \t]+\d{1,20}[ \t]+-?\d{1,10}$/.exec(line) ?? [];
      if (line.startsWith("Filename")) {
        draft.literal(line);
        // A table without rows is a fact of its own: no swap.
        draft.newline();
        continue;
      }
      if (whole === undefined || head === undefined || name === undefined) draft.bad(line);
      else {
        draft.literal(head);
        const size = numberAt(draft, line, head.length, `${name}.size`, { scale: 1024 });
        const used = numberAt(draft, line, size, `${name}.used`, { scale: 1024 });
        numberAt(draft, line, used, `${name}.priority`, { signed: true });
      }
      draft.newline();
    }
  },
};

// TCP: inuse 139 orphan 0 tw 11 alloc 145 mem 0
// net/ipv4/proc.c sockstat_seq_show(); TCP mem is in pages
export const sockstat: Format = {
  id: "proc/sockstat",
  names: ["sockstat", "sockstat6"],
  owns: (path) => path.startsWith("/proc/net/"),
  build: (lines, draft) => {
    for (const line of lines) {
      const protocol = /^([A-Za-z0-9]{1,20}):(?: [a-z]{1,20} \d{1,40}){1,20}$/.exec(line)?.[1];
      if (protocol === undefined) draft.bad(line);
      else {
        let at = 0;
        for (const match of line.matchAll(/ ([a-z]{1,20}) \d/g)) {
          const start = match.index + match[0].length - 1;
          draft.literal(line.slice(at, start));
          at = numberAt(draft, line, start, `${protocol}.${match[1]}`);
        }
      }
      draft.newline();
    }
  },
};

// btime 1795482421
// fs/proc/stat.c show_stat(); of the rows with many columns only the first of "cpu" (the sum of all) is kept
export const stat: Format = {
  id: "proc/stat",
  names: ["stat"],
  owns: (path) => path === "/proc/stat",
  build: (lines, draft) => {
    for (const line of lines) {
      const key = /^[a-z0-9_]{1,32}/.exec(line)?.[0];
      if (key === undefined) draft.bad(line);
      else if (key === "cpu") {
        draft.literal("cpu ");
        let at = 4;
        for (const field of [
          "user",
          "nice",
          "system",
          "idle",
          "iowait",
          "irq",
          "softirq",
          "steal",
          "guest",
          "guest_nice",
        ]) {
          const end = numberAt(draft, line, at, `cpu.${field}`);
          if (end < 0) break;
          at = end;
        }
        draft.literal(line.slice(at));
      } else if (/^[a-z_]+ \d+$/.test(line)) {
        draft.literal(`${key} `);
        draft.number(key);
      } else {
        draft.literal(`${key} `);
        draft.skip();
      }
      draft.newline();
    }
  },
};

// 60
// 256	256	32	0	0
// A text (core_pattern) is no number and no fault.
export const sysctl: Format = {
  id: "proc/sysctl",
  names: [],
  owns: (path) => path.startsWith("/proc/sys/"),
  build: (lines, draft) => {
    for (const line of lines) {
      const count = /^-?\d+(?:[ \t]+-?\d+){0,15}$/.test(line) ? line.split(/[ \t]+/).length : 0;
      if (count === 0 || lines.length > 1) draft.skip();
      let at = 0;
      for (let i = 0; i < count && lines.length === 1; i++) {
        at = numberAt(draft, line, at, count === 1 ? "" : String(i), { signed: true });
      }
      draft.newline();
    }
  },
};

/** One line of numbers in fixed places. */
const buildRow = (lines: readonly string[], draft: ShapeDraft, fields: readonly string[], decimals: number): void => {
  for (const line of lines) {
    let at = 0;
    for (const field of fields) at = at < 0 ? -1 : numberAt(draft, line, at, field, { decimals });
    if (at < 0) draft.bad(line);
    else draft.literal(line.slice(at));
    draft.newline();
  }
};
