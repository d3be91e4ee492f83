// Memory files of a cgroup, v2 (Documentation/admin-guide/cgroup-v2.rst) and v1 (cgroup-v1/memory.rst). Bytes, unless said.
import type { Format } from "../samples/format.ts";
import { buildKeyValue, numberAt } from "../samples/shape.ts";

const isCgroup = (path: string): boolean => path.startsWith("/sys/fs/cgroup/");

// anon 609705984
// v1: total_inactive_file 53690368; hierarchical_memory_limit 9223372036854771712 (PAGE_COUNTER_MAX: no limit)
export const memoryStat: Format = {
  id: "cgroup/memory-stat",
  names: ["memory.stat"],
  owns: isCgroup,
  build: (lines, draft) => buildKeyValue(lines, draft, { limit: true }),
};

// oom_kill 2
// under_oom 0
// nr_dying_descendants 12
// throttled_usec 0
export const counters: Format = {
  id: "cgroup/counters",
  names: [
    "memory.events",
    "memory.events.local",
    "memory.swap.events",
    "memory.oom_control",
    "cgroup.stat",
    "cpu.stat",
    "cgroup.events",
  ],
  owns: isCgroup,
  build: (lines, draft) => buildKeyValue(lines, draft),
};

// 123456789
// max
// 9223372036854771712
export const single: Format = {
  id: "cgroup/single",
  names: [
    "memory.current",
    "memory.min",
    "memory.low",
    "memory.high",
    "memory.max",
    "memory.peak",
    "memory.oom.group",
    "memory.swap.current",
    "memory.swap.high",
    "memory.swap.max",
    "memory.swap.peak",
    "memory.zswap.current",
    "memory.zswap.max",
    "pids.current",
    "pids.max",
    "memory.usage_in_bytes",
    "memory.max_usage_in_bytes",
    "memory.limit_in_bytes",
    "memory.soft_limit_in_bytes",
    "memory.failcnt",
    "memory.swappiness",
    "memory.use_hierarchy",
    "memory.kmem.usage_in_bytes",
    "memory.kmem.limit_in_bytes",
    "memory.kmem.max_usage_in_bytes",
    "memory.kmem.failcnt",
    "memory.kmem.tcp.usage_in_bytes",
    "memory.kmem.tcp.limit_in_bytes",
    "memory.kmem.tcp.failcnt",
    "memory.memsw.usage_in_bytes",
    "memory.memsw.limit_in_bytes",
    "memory.memsw.max_usage_in_bytes",
    "memory.memsw.failcnt",
  ],
  owns: isCgroup,
  build: (lines, draft) => {
    lines.forEach((line, i) => {
      if (i > 0 || numberAt(draft, line, 0, "", { limit: true }) !== line.length) draft.bad(line);
      draft.newline();
    });
  },
};
