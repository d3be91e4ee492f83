// Files of /proc in the words of several kernels: exact values, exact lines; bad input is a problem, never a throw.
import { describe, expect, it } from "vitest";
import { parsed, type Parsed, type TextFile } from "../samples/film-builders.ts";

const node = (nodePath: string, text: string, more: Partial<TextFile> = {}): TextFile => ({
  path: `node/start${nodePath}`,
  nodePath,
  text,
  ...more,
});

const valueOf = ({ facts }: Parsed, path: string, field: string): number | undefined =>
  facts.samples.files.get(path)?.column(field)?.[0];

const textOf = ({ facts }: Parsed, path: string, field: string): [number, string] | undefined => {
  const ref = facts.samples.files.get(path)?.ref(0, field);
  return ref === undefined ? undefined : [ref.line, ref.text];
};

describe("/proc/meminfo", () => {
  // 9 digits are wider than the format's 8; HugePages_* are counts of 5.
  const text =
    "MemTotal:       263921664 kB\nMemFree:         2011368 kB\nActive(anon):     601940 kB\nVmallocTotal:   13743895347199 kB\nHugePages_Total:   123456\nHugePages_Free:       12\nHugepagesize:       2048 kB\nGPUActive:             0 kB\n";

  it("is kept in bytes, huge pages as counts, and cited as printed", async () => {
    const read = await parsed([node("/proc/meminfo", text)]);
    expect(read.problems).toEqual([]);
    expect(valueOf(read, "/proc/meminfo", "MemTotal")).toBe(263921664 * 1024);
    expect(valueOf(read, "/proc/meminfo", "HugePages_Total")).toBe(123456);
    expect(valueOf(read, "/proc/meminfo", "VmallocTotal")).toBe(13743895347199 * 1024);
    for (const [i, line] of text.trimEnd().split("\n").entries()) {
      expect(textOf(read, "/proc/meminfo", line.slice(0, line.indexOf(":")))).toEqual([i + 1, line]);
    }
  });

  it("takes a value whose padding differs from the kernel's, and cites no line that does not stand there", async () => {
    const read = await parsed([node("/proc/meminfo", "MemTotal: 16 kB\nMemFree:\t\t7 kB\n")]);
    expect(valueOf(read, "/proc/meminfo", "MemTotal")).toBe(16 * 1024);
    const [, cited] = textOf(read, "/proc/meminfo", "MemTotal") ?? [];
    expect("MemTotal: 16 kB").toContain(cited);
    expect(read.problems).toMatchObject([{ code: "unreadable-line", line: 2 }]);
  });

  it("takes negative, huge and garbled numbers as absent, once per kind with a count", async () => {
    const bad =
      "MemTotal:        3049640 kB\nMemFree:         -5 kB\nMemAvailable:   18446744073709551615 kB\nBuffers: lots\nCached: \u0000\n";
    const read = await parsed([node("/proc/meminfo", bad)]);
    expect(valueOf(read, "/proc/meminfo", "MemTotal")).toBe(3049640 * 1024);
    expect(valueOf(read, "/proc/meminfo", "MemAvailable")).toBeNaN();
    expect(valueOf(read, "/proc/meminfo", "MemFree")).toBeUndefined();
    expect(read.problems.map(({ code, line, message }) => [code, line, message.includes("first of 3")])).toEqual([
      ["unreadable-line", 2, true],
      ["number-too-large", 3, false],
    ]);
  });

  it("does not believe a number at which the file was cut", async () => {
    const cut = "MemTotal:        3049640 kB\nMemFree:         20113";
    const read = await parsed([node("/proc/meminfo", cut, { bytes: 1478 })]);
    expect(valueOf(read, "/proc/meminfo", "MemFree")).toBeUndefined();
    expect(read.problems).toMatchObject([{ code: "cut-line" }]);
    // Only the last line's end was left off: the whole file is there.
    const whole = await parsed([node("/proc/loadavg", "10.90 6.82 3.12 16/200 1055")]);
    expect(valueOf(whole, "/proc/loadavg", "1m")).toBe(10.9);
    expect(whole.problems).toEqual([]);
  });

  it("says that an empty file was not captured", async () => {
    const read = await parsed([node("/proc/meminfo", "")]);
    expect(read.facts.samples.files.size).toBe(0);
    expect(read.problems).toMatchObject([{ severity: "info", code: "not-captured" }]);
  });

  it("reads Windows line ends", async () => {
    const read = await parsed([
      node("/proc/meminfo", "MemTotal:        3049640 kB\r\nMemFree:         2011368 kB\r\n"),
    ]);
    expect(valueOf(read, "/proc/meminfo", "MemFree")).toBe(2011368 * 1024);
    expect(read.problems).toEqual([]);
  });
});

describe("the other files", () => {
  it("reads pressure of both forms: cpu without full before 5.13, irq without some", async () => {
    const read = await parsed([
      node("/proc/pressure/cpu", "some avg10=90.67 avg60=82.45 avg300=59.20 total=314851925\n"),
      node("/proc/pressure/irq", "full avg10=0.00 avg60=0.00 avg300=0.07 total=42\n"),
      node("/proc/pressure/io", "some avg10=x\n"),
    ]);
    expect(valueOf(read, "/proc/pressure/cpu", "some.total")).toBe(314851925);
    expect(valueOf(read, "/proc/pressure/cpu", "some.avg10")).toBe(90.67);
    expect(valueOf(read, "/proc/pressure/cpu", "full.total")).toBeUndefined();
    expect(textOf(read, "/proc/pressure/irq", "full.total")).toEqual([
      1,
      "full avg10=0.00 avg60=0.00 avg300=0.07 total=42",
    ]);
    expect(read.facts.samples.files.has("/proc/pressure/io")).toBe(false);
    expect(read.problems.map((problem) => problem.code)).toEqual(["unreadable-line", "unreadable-sample"]);
  });

  it("reads zones, watermarks, protection and node counters by zone", async () => {
    const text =
      "Node 0, zone      DMA\n  per-node stats\n      nr_inactive_anon 0\n      nr_mapped    65011\n  pages free     3712\n        boost    0\n        min      56\n        managed  3840\n        protection: (0, 2954, 2954)\n      nr_free_pages 3712\n  pagesets\n    cpu: 0\n              count: 5\n              high:  14\n              batch: 1\n  vm stats threshold: 4\n  node_unreclaimable:  0\n  start_pfn:           1\nNode 1, zone   Normal\n  pages free     12\n        min      7\n";
    const read = await parsed([node("/proc/zoneinfo", text)]);
    expect(read.problems).toEqual([]);
    expect(valueOf(read, "/proc/zoneinfo", "Node 0/DMA.min")).toBe(56);
    expect(valueOf(read, "/proc/zoneinfo", "Node 0/DMA.protection.1")).toBe(2954);
    expect(valueOf(read, "/proc/zoneinfo", "Node 0.nr_mapped")).toBe(65011);
    expect(valueOf(read, "/proc/zoneinfo", "Node 0/DMA.node_unreclaimable")).toBe(0);
    expect(textOf(read, "/proc/zoneinfo", "Node 1/Normal.min")).toEqual([21, "        min      7"]);
    expect(textOf(read, "/proc/zoneinfo", "Node 0/DMA.protection.2")).toEqual([
      9,
      "        protection: (0, 2954, 2954)",
    ]);
  });

  it("reads slabinfo by its own header and cites a cache's line", async () => {
    const line =
      "dentry            3200421 3200421    192   21    1 : tunables    0    0    0 : slabdata 152401 152401      0";
    const header =
      "slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n";
    const read = await parsed([
      node(
        "/proc/slabinfo",
        `${header}${line}\nkmalloc-rnd-01-8k      4      4   8192    4    8 : tunables    0    0    0 : slabdata      1      1      0\nx\n`,
      ),
    ]);
    expect(valueOf(read, "/proc/slabinfo", "dentry.num_slabs")).toBe(152401);
    expect(valueOf(read, "/proc/slabinfo", "kmalloc-rnd-01-8k.objsize")).toBe(8192);
    expect(textOf(read, "/proc/slabinfo", "dentry.num_slabs")).toEqual([3, line]);
    expect(textOf(read, "/proc/slabinfo", "kmalloc-rnd-01-8k.num_slabs")?.[0]).toBe(4);
    expect(read.problems).toMatchObject([{ code: "unreadable-line", line: 5 }]);
  });

  it("reads swap in bytes, its priority with a sign, and no swap as a reading of its own", async () => {
    const head = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
    const read = await parsed([
      node("/proc/swaps", `${head}/dev/sda2                               partition\t2097148\t\t12\t\t-2\n`),
    ]);
    expect(valueOf(read, "/proc/swaps", "/dev/sda2.size")).toBe(2097148 * 1024);
    expect(valueOf(read, "/proc/swaps", "/dev/sda2.priority")).toBe(-2);
    const none = await parsed([node("/proc/swaps", head)]);
    expect(none.facts.samples.files.get("/proc/swaps")?.length).toBe(1);
    expect(none.problems).toEqual([]);
  });

  it("reads buddyinfo, sockstat, sysctls and the boot time", async () => {
    const read = await parsed([
      node(
        "/proc/buddyinfo",
        "Node 0, zone    DMA32      0      2      0      1     15     16      5      6      4      4    469 \n",
      ),
      node("/proc/net/sockstat", "sockets: used 234\nTCP: inuse 139 orphan 0 tw 11 alloc 145 mem 7\n"),
      node("/proc/sys/vm/lowmem_reserve_ratio", "256\t256\t32\t0\t0\n"),
      node("/proc/sys/vm/min_free_kbytes", "45056\n"),
      node(
        "/proc/stat",
        "cpu  24337 0 48302 4913 536 0 3327 0 0 0\ncpu0 1 2 3\ncpu1 1 2 3\nintr 434908 157 9 0\nctxt 675629\nbtime 1795482421\n",
      ),
    ]);
    expect(read.problems).toEqual([]);
    expect(valueOf(read, "/proc/buddyinfo", "Node 0/DMA32.10")).toBe(469);
    expect(valueOf(read, "/proc/net/sockstat", "TCP.mem")).toBe(7);
    expect(valueOf(read, "/proc/sys/vm/lowmem_reserve_ratio", "2")).toBe(32);
    expect(valueOf(read, "/proc/sys/vm/min_free_kbytes", "")).toBe(45056);
    expect(valueOf(read, "/proc/stat", "cpu.steal")).toBe(0);
    expect(read.facts.details.map(({ key, fact }) => [key, fact.value, fact.from[0].line])).toEqual([
      ["bootTimeSec", "1795482421", 6],
      ["cpus", "2", 3],
    ]);
  });

  it("names the node", async () => {
    const read = await parsed([
      node("/etc/os-release", 'NAME="Debian GNU/Linux"\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n'),
      node("/proc/version", "Linux version 6.12.117+deb13-cloud-amd64 (x@y) (gcc) #1 SMP\n"),
      node("/proc/sys/kernel/random/boot_id", "5e1c0f7a-93a4-4ad1-8b7a-0a7f3f7e2b11\n"),
      node("/sys/kernel/mm/lru_gen/enabled", "0x0007\n"),
      node("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n"),
      node("/proc/sys/kernel/core_pattern", "|/usr/share/apport\n"),
      node("/proc/sys/kernel/hostname", "worker-1\n"),
      {
        path: "versions",
        text: "kubelet: Kubernetes v1.36.2\ncontainerd: containerd github.com/containerd/containerd v1.7.24 abc\n",
      },
    ]);
    expect(read.facts.details.map(({ key, fact }) => [key, fact.value])).toEqual([
      ["osName", "Debian GNU/Linux 13 (trixie)"],
      ["hostname", "worker-1"],
      ["bootId", "5e1c0f7a-93a4-4ad1-8b7a-0a7f3f7e2b11"],
      ["kernelRelease", "6.12.117+deb13-cloud-amd64"],
      ["lruGen", "0x0007"],
      ["kubeletVersion", "v1.36.2"],
      ["containerRuntime", "containerd://1.7.24"],
    ]);
    expect(read.problems).toEqual([]);
  });

  it("works out the page size from zones and MemTotal, and says where it could not", async () => {
    const meminfo = node("/proc/meminfo", "MemTotal:        4194304 kB\nMemFree:          640000 kB\n");
    const zones = node("/proc/zoneinfo", "Node 0, zone   Normal\n  pages free     10000\n        managed  65536\n");
    expect((await parsed([meminfo, zones])).facts.samples.pageSize).toEqual({ bytes: 65536, proven: true });
    expect((await parsed([meminfo])).facts.samples.pageSize).toEqual({ bytes: 4096, proven: false });
    const vmstat = node("/proc/vmstat", "nr_free_pages 40000\n");
    expect((await parsed([meminfo, vmstat])).facts.samples.pageSize).toEqual({ bytes: 16384, proven: true });
  });

  it("does not believe the time of a copy that lies far from every tick", async () => {
    const read = await parsed([node("/proc/uptime", "403.81 43.48\n", { modifiedMs: Date.UTC(2030, 0, 1) })]);
    expect(read.facts.samples.ticks).toMatchObject([{ tier: "once", startReal: NaN }]);
  });
});
