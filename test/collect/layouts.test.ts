import { describe, expect, it } from "vitest";
import { nodePathOf, tickOf } from "../../src/collect/layouts/index.ts";

const at = (path: string, head = ""): string | null => nodePathOf(path, Buffer.from(head));

describe("where a file stood on the node", () => {
  it.each([
    ["node/start/proc/sys/vm/min_free_kbytes", "", "/proc/sys/vm/min_free_kbytes"],
    ["node/end/etc/os-release", "", "/etc/os-release"],
    ["node/end/api/pods.json", "", null],
    ["ticks/000012.fast", "", null],
    ["ticks/1795482763.272/slabinfo", "", "/proc/slabinfo"],
    ["ticks/1795482763.272/pids", "", null],
    ["var-log/pods/batch_stubborn-0_b75d/stubborn/2.log", "", "/var/log/pods/batch_stubborn-0_b75d/stubborn/2.log"],
    ["sosreport-node7/proc/meminfo", "", "/proc/meminfo"],
    ["a/sys/fs/cgroup/kubepods.slice/memory.stat", "", "/sys/fs/cgroup/kubepods.slice/memory.stat"],
    ["collect/sys/notes", "", null],
    ["meminfo", "MemTotal:        3911208 kB\nMemFree: 1 kB\n", "/proc/meminfo"],
    ["before.txt", "MemTotal:        3911208 kB\r\nMemFree: 1 kB\r\n", "/proc/meminfo"],
    ["vmstat.txt", "nr_free_pages 162530\n", "/proc/vmstat"],
    ["vmstat", "procs -----------memory----------\n", null],
    ["system/pressure_memory.txt", "some avg10=0.00 avg60=0.00 avg300=0.00 total=59\n", "/proc/pressure/memory"],
    ["pressure.io", "some avg10=0.00 avg60=0.00 avg300=0.00 total=59\n", "/proc/pressure/io"],
    ["memory.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=59\n", null],
    ["zone", "Node 0, zone      DMA\n  per-node stats\n", "/proc/zoneinfo"],
    ["frag", "Node 0, zone      DMA      1      1      1      0      2\n", "/proc/buddyinfo"],
    ["uptime", "341.80 39.41\n", "/proc/uptime"],
    ["uptime", " 01:15:56 up 5 min,  0 users,  load average: 4.1\n", null],
    ["version", "Linux version 6.12.0 (gcc)\n", "/proc/version"],
    ["version", "1.36.2\n", null],
    ["notes.txt", "hello\n", null],
    // Names that every object of JavaScript has.
    ["constructor", "hello\n", null],
    ["ticks/1795482763.272/toString", "hello\n", null],
  ])("%s", (path, head, nodePath) => {
    expect(at(path, head)).toBe(nodePath);
  });
});

describe("ticks", () => {
  it("are named by their wall clock", () => {
    expect(tickOf("ticks/1795482763.272/meminfo")).toEqual({ name: "1795482763.272", realMs: 1_795_482_763_272 });
    expect(tickOf("ticks/1795482763.5/meminfo")?.realMs).toBe(1_795_482_763_500);
    expect(tickOf("ticks/1795482763.272500/meminfo")?.realMs).toBe(1_795_482_763_272.5);
    expect(tickOf("ticks/000012.fast")).toBeNull();
    expect(tickOf("kmsg")).toBeNull();
  });
});
