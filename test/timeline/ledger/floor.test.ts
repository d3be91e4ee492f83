// The floor of the four node-wide kills, three ways: the OOM report alone, meminfo within the tick, the last tick before.
import { describe, expect, it } from "vitest";
import { floorsOf } from "../../../src/timeline/story/floors.ts";
import { type CaptureName, hasCaptures } from "../../parse/samples/film-builders.ts";
import { realStory } from "../real-story.ts";

const MIB = 1024 * 1024;
const rounded = (bytes: number): number => Math.round((bytes / MIB) * 10) / 10;

const newest = { counts: "anon-and-file", sure: true } as const;

const FROM_REPORT: readonly [CaptureName, readonly number[]][] = [
  ["a3-global-oom-json-6.12", [158.0]],
  ["b3-eviction-6.12", [161.0]],
  ["c1-both-6.12", [158.6, 158.5]],
];

describe.skipIf(!hasCaptures())("floor at a node-wide kill", () => {
  it.each(FROM_REPORT)("%s: %j MiB by the OOM report alone", async (name, floors) => {
    const story = await realStory(name);
    expect(story.floors.map((floor) => [floor.how, rounded(floor.bytes)])).toEqual(
      floors.map((mib) => ["oom-report", mib]),
    );
  });

  it.each(FROM_REPORT)(
    "%s: the report agrees within 3 MiB with the last reading proven earlier, meminfo of the tick in which the kill fell",
    async (name, floors) => {
      const story = await realStory(name);
      const bare = story.kills.map((kill) => ({ ...kill, report: null }));
      const found = floorsOf(bare, newest, story.available?.samples ?? [], story.samples, story.tickAt);
      expect(found).toHaveLength(floors.length);
      for (const [i, floor] of found.entries()) {
        expect(floor.how).toBe("meminfo-in-tick");
        expect(Math.abs(floor.bytes / MIB - (floors[i] ?? 0))).toBeLessThan(3);
        expect(floor.from.length).toBeGreaterThan(0);
      }
    },
  );

  it("b3's kill fell inside a tick: its meminfo gives 161.0 MiB, cited where it stands", async () => {
    const story = await realStory("b3-eviction-6.12");
    const bare = story.kills.map((kill) => ({ ...kill, report: null }));
    const [floor] = floorsOf(bare, newest, story.available?.samples ?? [], story.samples, story.tickAt);
    expect(floor?.how).toBe("meminfo-in-tick");
    expect(Math.abs((floor?.bytes ?? 0) / MIB - 161.0)).toBeLessThan(0.2);
    expect(floor?.from.map((ref) => ref.text.split(":")[0])).toEqual([
      "MemTotal",
      "AnonPages",
      "Cached",
      "Buffers",
      "Inactive(file)",
    ]);
  });
});
