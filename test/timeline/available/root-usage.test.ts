// What the kubelet counts as used of the node: by its release, by the version of cgroups, and by what fits a printed quantity.
import { describe, expect, it } from "vitest";
import { nodeVariants } from "../../../src/timeline/available/memory-available.ts";
import { rootUsageOf, rootUsageShown } from "../../../src/timeline/available/root-usage.ts";
import { floorsOf } from "../../../src/timeline/story/floors.ts";
import { hasCaptures, parsed } from "../../parse/samples/film-builders.ts";
import { when } from "../builders.ts";
import { realStory } from "../real-story.ts";

const MIB = 1024 * 1024;
const FILES = { counts: "anon-and-file", sure: true };
const ALL = { counts: "all-but-free", sure: true };
const OPEN = { counts: "anon-and-file", sure: false };

describe("by release and version of cgroups", () => {
  it.each([
    ["v1.36.2", 2, FILES],
    ["Kubernetes v1.29.0", 2, FILES],
    ["v1.31.4+k3s1", null, FILES],
    ["v1.28.3", 2, OPEN],
    ["v1.27.7", 2, OPEN],
    ["v1.26.15", 2, ALL],
    ["v1.22.0", 2, ALL],
    // which version of cgroups is not known: v1 counts files and anonymous memory
    ["v1.22.0", null, OPEN],
    ["v1.22.0", 1, FILES],
    [null, 1, FILES],
    [null, 2, OPEN],
    ["", 2, OPEN],
  ] as const)("%s on cgroup v%s", (version, cgroups, usage) => {
    expect(rootUsageOf(version, cgroups)).toEqual(usage);
  });

  it("a quantity that the kubelet printed overrules the release", () => {
    const told = rootUsageOf("v1.28.3", 2);
    expect(rootUsageShown({ variant: "MemTotal − MemFree", fitted: true }, told)).toEqual(ALL);
    expect(rootUsageShown({ variant: "anon + file", fitted: true }, told)).toEqual(FILES);
    expect(rootUsageShown({ variant: "MemTotal − MemFree", fitted: false }, told)).toEqual(OPEN);
    expect(rootUsageShown(null, told)).toEqual(OPEN);
  });

  it("leaves the variants that this release can have", async () => {
    const { facts } = await parsed([
      {
        path: "ticks/000001.full",
        text: "@@ memforensics 1 tier=full segment=1 boot= interval=30\n@@ tick 1 up=9.00 real=1795484163 gen=0\n==> /proc/meminfo <==\nMemTotal:        1000000 kB\nMemFree:          300000 kB\n\n==> /sys/fs/cgroup/memory.stat <==\nanon 400000000\nfile 100000000\ninactive_file 30000000\n\n@@ end 1 up=9.40 real=1795484163 vanished=0\n",
      },
    ]);
    const names = (version: string | null) =>
      nodeVariants(facts.samples, () => when(0), version).map(({ variant }) => variant);
    expect(names("v1.36.2")).toEqual(["anon + file"]);
    expect(names("v1.26.15")).toEqual(["MemTotal − MemFree"]);
    expect(names("v1.28.3")).toEqual(["anon + file", "MemTotal − MemFree"]);
    expect(names(null)).toEqual(["anon + file", "MemTotal − MemFree"]);
  });
});

describe.skipIf(!hasCaptures())("the level at which a node dies", () => {
  it("is free + inactive_file where all but free memory is counted: a3's report prints 14184 and 10167 pages of them", async () => {
    const story = await realStory("a3-global-oom-json-6.12");
    const floor = (counts: "anon-and-file" | "all-but-free") =>
      floorsOf(story.kills, { counts, sure: true }, [], story.samples, story.tickAt)[0]?.bytes ?? NaN;
    expect(floor("all-but-free")).toBe((14184 + 10167) * 4096);
    expect(Math.round(floor("anon-and-file") / MIB)).toBe(158);
  });
});
