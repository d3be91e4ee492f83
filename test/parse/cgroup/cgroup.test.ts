// Memory files of cgroups: v2, v1, and machines that have both.
import { describe, expect, it } from "vitest";
import { parsed, type TextFile } from "../samples/film-builders.ts";

const V1 = "/sys/fs/cgroup/memory/kubepods/burstable/pod321460f7-1149-42c9-b5c1-9ed4ffea99cd";

const segment = (body: string): TextFile => ({
  path: "ticks/000001.full",
  text: `@@ memforensics 1 tier=full segment=1 boot= interval=30\n@@ tick 1 up=9.00 real=1795484163 gen=0\n${body}@@ end 1 up=9.40 real=1795484163 vanished=0\n`,
});

const V1_BODY = `==> ${V1}/memory.usage_in_bytes <==
104857600

==> ${V1}/memory.limit_in_bytes <==
9223372036854771712

==> ${V1}/memory.stat <==
cache 8192
rss 4096
hierarchical_memory_limit 104857600
hierarchical_memsw_limit 9223372036854710272
total_inactive_file 53690368

==> ${V1}/memory.failcnt <==
12

==> ${V1}/memory.oom_control <==
oom_kill_disable 0
under_oom 1
oom_kill 3

==> ${V1}/memory.kmem.usage_in_bytes <==
2048

==> ${V1}/memory.memsw.limit_in_bytes <==
9223372036854771712
`;

describe("cgroup v1", () => {
  it("reads usage, counters and the totals of memory.stat; PAGE_COUNTER_MAX is no limit", async () => {
    const { facts, problems } = await parsed([segment(V1_BODY)]);
    expect(problems).toEqual([]);
    const value = (name: string, field = ""): number | undefined =>
      facts.samples.files.get(`${V1}/${name}`)?.column(field)?.[0];
    expect(value("memory.usage_in_bytes")).toBe(104857600);
    expect(value("memory.limit_in_bytes")).toBe(Infinity);
    expect(value("memory.memsw.limit_in_bytes")).toBe(Infinity);
    expect(value("memory.stat", "hierarchical_memsw_limit")).toBe(Infinity);
    expect(value("memory.stat", "total_inactive_file")).toBe(53690368);
    expect(value("memory.failcnt")).toBe(12);
    expect(value("memory.oom_control", "oom_kill")).toBe(3);
    expect(value("memory.kmem.usage_in_bytes")).toBe(2048);
    expect(facts.samples.files.get(`${V1}/memory.limit_in_bytes`)?.ref(0, "")).toEqual({
      file: "ticks/000001.full",
      line: 7,
      text: "9223372036854771712",
    });
    expect(facts.samples.cgroups).toEqual([{ cgroup: V1.slice("/sys/fs/cgroup/memory".length), dir: V1, version: 1 }]);
  });

  it("keeps the trees of a hybrid machine and of other controllers apart", async () => {
    const { facts } = await parsed([
      segment(
        `${V1_BODY}\n==> /sys/fs/cgroup/unified/kubepods/cgroup.stat <==\nnr_descendants 3\n\n==> /sys/fs/cgroup/pids/kubepods/pids.current <==\n7\n\n==> /sys/fs/cgroup/memory/memory.usage_in_bytes <==\n1\n`,
      ),
    ]);
    expect(facts.samples.cgroups.map(({ cgroup, version }) => [cgroup, version])).toEqual([
      ["/kubepods/burstable/pod321460f7-1149-42c9-b5c1-9ed4ffea99cd", 1],
      ["/kubepods", 2],
      ["/", 1],
    ]);
  });
});

describe("cgroup v2", () => {
  it("keeps unknown fields, and takes one that vanished as absent", async () => {
    const dir = "/sys/fs/cgroup/kubepods.slice";
    const tick = (n: number, stat: string): string =>
      `@@ tick ${n} up=${n}.00 real=${1795484163 + n} gen=0\n==> ${dir}/memory.stat <==\n${stat}@@ end ${n} up=${n}.50 real=- vanished=0\n`;
    const text = `@@ memforensics 1 tier=full segment=1 boot= interval=30\n${tick(1, "anon 1\nzzz_new 5\nfile 2\n")}${tick(2, "anon 1\nfile 3\n")}${tick(3, "file 3\nanon 4\nzzz_new 5\n")}`;
    const { facts, problems } = await parsed([{ path: "ticks/000001.full", text }]);
    expect(problems).toEqual([]);
    const stat = facts.samples.files.get(`${dir}/memory.stat`);
    expect([...(stat?.column("zzz_new") ?? [])]).toEqual([5, NaN, 5]);
    expect([...(stat?.column("anon") ?? [])]).toEqual([1, 1, 4]);
    expect([...(stat?.column("file") ?? [])]).toEqual([2, 3, 3]);
    expect(stat?.column("nothing")).toBeNull();
    // In the third reading the lines stand in another order.
    expect(stat?.ref(2, "anon")).toMatchObject({ line: 16, text: "anon 4" });
    expect(stat?.ref(0, "anon")).toMatchObject({ line: 4, text: "anon 1" });
    expect([stat?.readingAtOrBefore(-1), stat?.readingAtOrBefore(0), stat?.readingAtOrBefore(7)]).toEqual([-1, 0, 2]);
  });
});
