// Files that someone put together: by the path on the node that theirs ends in, by their bare name, by what they hold.
import type { Layout } from "./layout.ts";

const ON_NODE =
  /(?:^|\/)((?:proc|sys\/(?:fs|kernel|devices|module|block|class)|etc|var\/(?:log|lib|run)|run)\/.{1,4096})$/;

interface Known {
  readonly nodePath: string;
  /** Base name without ".txt", ".log", ".out". */
  readonly name: RegExp;
  /** What such a file begins with; a name alone is no proof ("vmstat" may be the output of the program). */
  readonly head: RegExp;
  /** The beginning is so peculiar that any name will do. */
  readonly anyName: boolean;
}

const KNOWN: readonly Known[] = [
  // "MemTotal:        3911208 kB", fs/proc/meminfo.c
  { nodePath: "/proc/meminfo", name: /meminfo/, head: /^MemTotal: {1,20}\d{1,20} kB\r?\n/, anyName: true },
  // "nr_free_pages 162530", mm/vmstat.c
  { nodePath: "/proc/vmstat", name: /vmstat/, head: /^nr_free_pages \d{1,20}\r?\n/, anyName: true },
  // "slabinfo - version: 2.1", mm/slab_common.c
  { nodePath: "/proc/slabinfo", name: /slabinfo/, head: /^slabinfo - version: \d/, anyName: true },
  // "Node 0, zone      DMA      1      1 …", mm/vmstat.c frag_show_print()
  {
    nodePath: "/proc/buddyinfo",
    name: /buddyinfo/,
    head: /^Node \d{1,4}, zone {1,20}\w{1,20}(?: {1,20}\d{1,20}){4,20}/,
    anyName: true,
  },
  // "Node 0, zone      DMA\n  per-node stats", mm/vmstat.c zoneinfo_show_print()
  { nodePath: "/proc/zoneinfo", name: /zoneinfo/, head: /^Node \d{1,4}, zone {1,20}\w{1,20}\r?\n/, anyName: true },
  // "some avg10=0.00 avg60=0.00 avg300=0.00 total=59", kernel/sched/psi.c psi_show()
  {
    nodePath: "/proc/pressure/memory",
    name: /^(?:pressure|psi)[._-]?(?:memory|mem)$/,
    head: /^some avg10=/,
    anyName: false,
  },
  { nodePath: "/proc/pressure/cpu", name: /^(?:pressure|psi)[._-]?cpu$/, head: /^some avg10=/, anyName: false },
  { nodePath: "/proc/pressure/io", name: /^(?:pressure|psi)[._-]?io$/, head: /^some avg10=/, anyName: false },
  // "0.52 0.61 0.40 3/512 12345", fs/proc/loadavg.c
  {
    nodePath: "/proc/loadavg",
    name: /^(?:proc[._-])?loadavg$/,
    head: /^\d{1,8}\.\d\d \d{1,8}\.\d\d \d{1,8}\.\d\d \d{1,8}\/\d/,
    anyName: false,
  },
  // "341.80 39.41", fs/proc/uptime.c
  {
    nodePath: "/proc/uptime",
    name: /^(?:proc[._-])?uptime$/,
    head: /^\d{1,12}\.\d\d \d{1,14}\.\d\d\r?\n?$/,
    anyName: false,
  },
  // "cpu  8154 0 …", fs/proc/stat.c
  { nodePath: "/proc/stat", name: /^(?:proc[._-])?stat$/, head: /^cpu {1,4}\d/, anyName: false },
  { nodePath: "/proc/swaps", name: /^(?:proc[._-])?swaps$/, head: /^Filename\s/, anyName: false },
  {
    nodePath: "/proc/cpuinfo",
    name: /^(?:proc[._-])?cpuinfo$/,
    head: /^(?:processor|vendor_id|system type)\s/,
    anyName: false,
  },
  { nodePath: "/proc/version", name: /^(?:proc[._-])?version$/, head: /^Linux version /, anyName: false },
  {
    nodePath: "/proc/cmdline",
    name: /^(?:proc[._-])?cmdline$/,
    head: /(?:^|\s)(?:root|BOOT_IMAGE|console)=/,
    anyName: false,
  },
  { nodePath: "/etc/os-release", name: /^os[._-]release$/, head: /^(?:[A-Z_]{2,40}=|#)/, anyName: false },
];

export const loose: Layout = {
  id: "loose",
  isSignature: () => false,
  nodePath: (path, head) => {
    const suffix = ON_NODE.exec(path)?.[1];
    if (suffix !== undefined) return `/${suffix}`;
    const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.(?:txt|log|out)$/, "");
    const text = head.startsWith("\ufeff") ? head.slice(1) : head;
    return KNOWN.find((known) => (known.anyName || known.name.test(name)) && known.head.test(text))?.nodePath ?? null;
  },
  tick: () => null,
};
