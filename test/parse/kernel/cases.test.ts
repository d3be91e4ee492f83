import { describe, expect, it } from "vitest";
import { caseNamed, cases } from "./cases.ts";
import { describeFacts, killsOf, readBytes, readText, reportsOf } from "./read-log.ts";

describe("kernel logs of test/fixtures/kernel", () => {
  it.each(cases)("$name says what stands above it", async ({ log, expected }) => {
    expect(describeFacts(await readBytes(log))).toEqual(expected);
  });

  it("one report has the same facts in every form of the log", async () => {
    const forms = cases.filter(({ name }) => name.startsWith("capture-excerpt-"));
    expect(forms.length).toBeGreaterThanOrEqual(14);
    const tellings = await Promise.all(forms.map(async ({ log }) => (await readBytes(log)).facts));
    const [first] = tellings;
    const bare = (facts: typeof first) =>
      facts && killsOf(facts).map((kill) => ({ ...kill, from: null, stamps: null }));
    for (const facts of tellings) {
      expect(bare(facts)).toEqual(bare(first));
      expect(reportsOf(facts)[0]?.invoked).toMatchObject({ comm: "grep", pid: 1150, oomScoreAdj: -999 });
      expect(reportsOf(facts)[0]?.reaped).toMatchObject([{ pid: 1031 }]);
    }
  });
});

describe("a report's parts in bytes", () => {
  it("the machine's memory by node, zone and free list", async () => {
    const [report] = reportsOf((await readBytes(caseNamed("capture-global-dmesg").log)).facts);
    const info = report?.memInfo;
    // "active_anon:53480 …", "Node 0 DMA32 free:44808kB …", "lowmem_reserve[]: 0 2954 …", all in the case's text
    const text = new TextDecoder().decode(caseNamed("capture-global-dmesg").log);
    const pages = (name: string): number => Number(new RegExp(` ${name}:(\\d+)\\s`).exec(text)?.[1]) * 4096;
    for (const name of ["active_anon", "inactive_file", "slab_unreclaimable", "free_pcp", "kernel_misc_reclaimable"]) {
      expect(info?.total[name]).toBe(pages(name));
    }
    const [dma, dma32] = info?.zones ?? [];
    expect(dma32?.values["free"]).toBe(Number(/DMA32 free:(\d+)kB/.exec(text)?.[1]) * 1024);
    expect(dma32?.values["managed"]).toBe(Number(/DMA32 .* managed:(\d+)kB/.exec(text)?.[1]) * 1024);
    expect(dma?.lowmemReserveBytes).toEqual([0, 2954, 2954, 2954, 2954].map((count) => count * 4096));
    expect(dma32?.lowmemReserveBytes).toEqual([0, 0, 0, 0, 0]);
    expect(dma32?.buddy).toHaveLength(11);
    const free = (dma32?.buddy ?? []).reduce((sum, count, order) => sum + count * 4096 * 2 ** order, 0);
    expect(free).toBe(Number(/DMA32: .* = (\d+)kB/.exec(text)?.[1]) * 1024);
    expect(info).toMatchObject({
      ramBytes: 786_293 * 4096,
      reservedBytes: 23_883 * 4096,
      totalSwapBytes: 0,
      freeSwapBytes: 0,
    });
    expect(info?.hugepages.map(({ sizeBytes }) => sizeBytes)).toEqual([2 ** 30, 2 ** 21]);
    expect(info?.nodes[0]?.values["isolated(anon)"]).toBe(0);
  });

  it("watermarks, reserves, swap, huge pages and the slab table, whatever the kernel calls them", async () => {
    const infoOf = async (name: string) => reportsOf((await readBytes(caseNamed(name).log)).facts)[0]?.memInfo;
    const newest = await infoOf("v7.0-newest-words");
    expect(newest?.zones[1]).toMatchObject({
      node: 0,
      name: "DMA32",
      values: {
        free: 43_964 * 1024,
        boost: 2048 * 1024,
        min: 7624 * 1024,
        low: 9020 * 1024,
        high: 10_416 * 1024,
        reserved_highatomic: 2048 * 1024,
        free_highatomic: 1024 * 1024,
        zspages: 0,
        managed: 1_994_412 * 1024,
      },
      buddy: [87, 12, 10, 21, 9, 5, 4, 3, 5, 2, 7],
    });
    expect(newest?.zones[0]?.lowmemReserveBytes).toEqual([0, 1947, 1947, 1947, 1947].map((count) => count * 4096));
    expect(newest?.nodes[0]?.values).toMatchObject({
      shmem_thp: 0,
      anon_thp: 1_126_400 * 1024,
      Balloon: 0,
      gpu_active: 0,
    });
    expect(newest).toMatchObject({
      ramBytes: 524_153 * 4096,
      reservedBytes: 21_710 * 4096,
      pagecacheBytes: 872 * 4096,
      swapCacheBytes: 0,
      hwpoisonedBytes: 0,
      cmaReservedBytes: null,
      totalSwapBytes: 1_048_572 * 1024,
      freeSwapBytes: 1_048_572 * 1024,
      hugepages: [
        { node: 0, total: 64, free: 60, surplus: 0, sizeBytes: 2 ** 21 },
        { node: 0, total: 1, free: 1, surplus: 0, sizeBytes: 2 ** 30 },
      ],
    });
    expect(newest?.unreclaimableSlab.map(({ name, totalBytes }) => [name, totalBytes / 1024])).toEqual([
      ["kmalloc-rnd-07-4k", 121_024],
      ["task_struct", 3264],
      ["page->ptl", 96],
      [":A-0000192", 16],
    ]);
    const arm = await infoOf("arm32-highmem-without-numa-and-memcg");
    expect(arm).toMatchObject({ highMemBytes: 2 ** 28, cmaReservedBytes: 0, nodes: [{ node: 0 }] });
    expect(arm?.zones.map(({ node, name, buddy }) => [node, name, buddy?.length])).toEqual([
      [null, "Normal", 10],
      [null, "HighMem", 10],
    ]);
    const old = await infoOf("v4.4-nr-pmds-sacrificed-child"); // 4.4 prints all of a zone on the zone's line
    expect(old?.zones[1]?.values).toMatchObject({ "isolated(anon)": 0, kernel_stack: 9008 * 1024, writeback_tmp: 0 });
    expect(old).toMatchObject({ totalSwapBytes: 2_097_148 * 1024, freeSwapBytes: 0, nodes: [] });
  });

  it("the memory cgroup's statistics are the block's, in bytes", async () => {
    const [report] = reportsOf((await readBytes(caseNamed("capture-memcg-group-kmsg").log)).facts);
    const text = new TextDecoder().decode(caseNamed("capture-memcg-group-kmsg").log);
    const stats = report?.memcgStats[0]?.stats ?? {};
    for (const name of ["anon", "file", "slab_reclaimable", "pgfault", "workingset_refault_anon"]) {
      expect(stats[name]).toBe(Number(new RegExp(`;${name} (\\d+)$`, "m").exec(text)?.[1]));
    }
  });

  it("tasks keep the columns that their table has", async () => {
    const tasksOf = async (name: string) =>
      reportsOf((await readBytes(caseNamed(name).log)).facts)[0]?.tasks?.rows ?? [];
    expect((await tasksOf("capture-global-dmesg")).find(({ comm }) => comm === "etcd")).toMatchObject({
      oomScoreAdj: -999,
      swapBytes: 0,
    });
    const [udevd, mysqld] = await tasksOf("el6-global"); // no page tables, no swap
    expect(udevd).toMatchObject({
      pid: 1012,
      oomScoreAdj: -1000,
      rssBytes: 12 * 4096,
      pageTablesBytes: null,
      swapBytes: null,
    });
    expect(mysqld).toMatchObject({ pid: 2140, uid: 27, totalVmBytes: 998_145 * 4096 });
    const [, worker] = await tasksOf("el7-memcg-thread-and-child"); // nr_ptes
    expect(worker).toMatchObject({ pageTablesBytes: 210 * 4096, swapBytes: 9464 * 4096, rssAnonBytes: null });
    const [sdPam, tmux, digits, odd] = await tasksOf("strange-names");
    expect(sdPam).toMatchObject({
      pid: 4_194_301,
      uid: 1_000_660_000,
      comm: "(sd-pam)",
      totalVmBytes: 314_159_265 * 4096,
      oomScoreAdj: -1000,
    });
    expect([tmux?.comm, digits?.comm, odd?.comm]).toEqual(["tmux: client", "531", "a) b, c(d"]);
    const [, aOut] = await tasksOf("bad-table"); // a column that no mainline kernel has
    expect(aOut).toMatchObject({ pid: 13_135, pageTablesBytes: 5_439_488, oomScoreAdj: 3 });
    const [java] = await tasksOf("page-size-64k");
    expect(java).toMatchObject({ rssBytes: 119_000 * 65_536, pageTablesBytes: 10_485_760 });
  });

  it("the page size is proven by free lists, by a victim or by its group, else assumed", async () => {
    const sizeOf = async (...lines: string[]) =>
      reportsOf((await readText(lines.map((line) => `[    1.000000] ${line}`).join("\n"))).facts)[0]?.pageSize;
    const columns = "[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name";
    expect(await sizeOf("java invoked oom-killer: order=0", "Node 0 Normal: 8*16kB (U) 1*32kB (U) = 160kB")).toEqual({
      bytes: 16_384,
      proven: true,
    });
    expect(
      await sizeOf(
        columns,
        "[ 7] 0 7 1000 900 4096 0 0 w",
        "Killed process 7 (w) total-vm:64000kB, anon-rss:4kB, file-rss:0kB",
      ),
    ).toEqual({ bytes: 65_536, proven: true });
    expect(
      await sizeOf("Memory cgroup stats for /a:", "anon 16384000", columns, "[ 7] 0 7 2000 1010 4096 0 0 w"),
    ).toEqual({ bytes: 16_384, proven: true });
    expect(await sizeOf(columns, "[ 7] 0 7 2000 1010 4096 0 0 w")).toEqual({ bytes: 4096, proven: false });
  });

  it("v1's memory+swap is given as swap alone, and no limit as null", async () => {
    const usageOf = async (name: string) => reportsOf((await readBytes(caseNamed(name).log)).facts)[0]?.memcgUsage;
    expect(await usageOf("el7-memcg-thread-and-child")).toMatchObject({
      usageBytes: 262_144 * 1024,
      limitBytes: 262_144 * 1024,
      swapUsageBytes: 37_856 * 1024,
      swapLimitBytes: 262_144 * 1024,
      kmemUsageBytes: 1024 * 1024,
    });
    // "memory+swap: usage 0kB" beside memory in use: swap is not accounted, which is not the same as none
    expect(await usageOf("memcg-5.1-constraint-lies")).toMatchObject({ swapUsageBytes: null, swapLimitBytes: null });
    expect(await usageOf("memcg-6.19-protection")).toMatchObject({
      swapUsageBytes: 1024 * 1024,
      swapLimitBytes: null,
      kmemUsageBytes: null,
    });
  });

  it("evidence is the line itself, and of wrapped ones the first and the last", async () => {
    const { facts } = await readBytes(caseNamed("mail-quoted-wrapped-72").log, "mail.txt");
    const [report] = reportsOf(facts);
    expect(report?.invoked?.from).toEqual({
      file: "mail.txt",
      line: 1,
      endLine: 3,
      text: "> [  951.727784] systemd invoked oom-killer:",
    });
    expect(report?.kills[0]?.from).toMatchObject({ line: 22, endLine: 24 });
    expect(report?.summary?.stamps).toMatchObject([{ clock: "printk", ms: 951_900 }]); // its stamp stands on the line above it
  });
});
