// memory.available and allocatableMemory.available against what the kubelet printed when it acted.
import { describe, expect, it } from "vitest";
import { allocatableVariant, nodeVariants } from "../../../src/timeline/available/memory-available.ts";
import { hasCaptures, parsed } from "../../parse/samples/film-builders.ts";
import { when } from "../builders.ts";
import { realStory } from "../real-story.ts";

const MIB = 1024 * 1024;

describe.skipIf(!hasCaptures())("what the kubelet printed", () => {
  it("b-eviction-wins: 283900Ki is the allocatable signal, 267–287 MiB then, while the node stood at 318–337", async () => {
    const story = await realStory("b-eviction-wins-6.12");
    const [eviction] = story.evictions;
    expect(eviction?.doc).toMatchObject({ signal: "allocatableMemory.available", observedBytes: 283900 * 1024 });
    const read = eviction?.observedAt;
    if (!read) throw new Error("no reading found");
    const near = (samples: readonly { at: { best: number }; value: number }[]): number[] =>
      samples.filter(({ at }) => Math.abs(at.best - read.best) < 1500).map(({ value }) => value / MIB);
    const allocatable = near(story.allocatable?.samples ?? []);
    const node = near(story.available?.samples ?? []);
    expect(Math.min(...allocatable)).toBeGreaterThan(250);
    expect(Math.min(...allocatable)).toBeLessThan(283900 / 1024 + 10);
    expect(Math.max(...allocatable)).toBeGreaterThan(283900 / 1024 - 10);
    expect(Math.min(...node)).toBeGreaterThan(300);
  });

  it("b3: 221848Ki is capacity − (anon + file − inactive_file); MemTotal − MemFree would have been below 150 MiB", async () => {
    const story = await realStory("b3-eviction-6.12");
    const [eviction] = story.evictions;
    expect(eviction?.doc).toMatchObject({ signal: "memory.available", observedBytes: 221848 * 1024 });
    expect(story.available).toMatchObject({ variant: "anon + file", fitted: true });
    const variants = nodeVariants(story.samples, story.tickAt, null);
    const read = eviction?.observedAt;
    if (!read) throw new Error("no reading found");
    const nearest = (variant: string): number => {
      const samples = variants.find((series) => series.variant === variant)?.samples ?? [];
      const distance = ({ at }: (typeof samples)[number]): number => Math.abs(at.best - read.best);
      return (samples.toSorted((a, b) => distance(a) - distance(b))[0]?.value ?? NaN) / MIB;
    };
    expect(Math.abs(nearest("anon + file") - 221848 / 1024)).toBeLessThan(5);
    expect(nearest("MemTotal − MemFree")).toBeLessThan(150);
  });
});

describe("variants from built files", () => {
  const segment = (body: string) => ({
    path: "ticks/000001.full",
    text: `@@ memforensics 1 tier=full segment=1 boot= interval=30\n@@ tick 1 up=9.00 real=1795484163 gen=0\n==> /proc/meminfo <==\nMemTotal:        1000000 kB\nMemFree:          300000 kB\n\n${body}@@ end 1 up=9.40 real=1795484163 vanished=0\n`,
  });
  const tickAt = () => when(0);

  it("v1: capacity − (usage_in_bytes − total_inactive_file), of the root and of kubepods", async () => {
    const dir = "/sys/fs/cgroup/memory";
    const files = (path: string, usage: number, limit: number): string =>
      `==> ${path}/memory.usage_in_bytes <==\n${usage}\n\n==> ${path}/memory.limit_in_bytes <==\n${limit}\n\n==> ${path}/memory.stat <==\ninactive_file 1\ntotal_inactive_file 1024000\n\n`;
    const { facts } = await parsed([
      segment(files(dir, 512_000_000, 9223372036854771712) + files(`${dir}/kubepods`, 300_000_000, 700_000_000)),
    ]);
    const [variant, ...others] = nodeVariants(facts.samples, tickAt, null);
    expect(others).toEqual([]);
    expect(variant?.samples.map(({ value }) => value)).toEqual([1_024_000_000 - (512_000_000 - 1_024_000)]);
    expect(allocatableVariant(facts.samples, tickAt)).toMatchObject({ limitBytes: 700_000_000 });
    expect(allocatableVariant(facts.samples, tickAt)?.samples.map(({ value }) => value)).toEqual([
      700_000_000 - (300_000_000 - 1_024_000),
    ]);
  });

  it("v2: both variants; no allocatable signal where kubepods has no limit", async () => {
    const { facts } = await parsed([
      segment(
        "==> /sys/fs/cgroup/memory.stat <==\nanon 400000000\nfile 100000000\ninactive_file 30000000\n\n==> /sys/fs/cgroup/kubepods/memory.current <==\n5\n\n==> /sys/fs/cgroup/kubepods/memory.max <==\nmax\n\n==> /sys/fs/cgroup/kubepods/memory.stat <==\ninactive_file 1\n",
      ),
    ]);
    const variants = nodeVariants(facts.samples, tickAt, null).map(({ variant, samples }) => [
      variant,
      samples.map(({ value }) => value),
    ]);
    expect(variants).toContainEqual(["anon + file", [1_024_000_000 - 470_000_000]]);
    expect(variants).toContainEqual(["MemTotal − MemFree", [1_024_000_000 - (700_000 * 1024 - 30_000_000)]]);
    expect(allocatableVariant(facts.samples, tickAt)).toBeNull();
  });
});
