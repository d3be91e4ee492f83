import { describe, expect, it } from "vitest";
import { runRules } from "../../src/diagnose/run.ts";
import { highWouldHave } from "../../src/diagnose/memory-qos/high-would-have.ts";
import { container } from "./cases/container.ts";
import { MIB, single } from "./builders/track.ts";

describe("what memory.high would have done", () => {
  it("is not asked where the container has a memory.min: MemoryQoS was on and gave it none", () => {
    const made = container["high-would-have"]?.holds();
    if (made === undefined) throw new Error("no case");
    expect(runRules([highWouldHave], made).findings).toHaveLength(1);
    const min = single("/memory.min", 0, 95, 30, () => 256 * MIB);
    const cgroups = made.cgroups.map((view) => ({ ...view, min }));
    expect(runRules([highWouldHave], { ...made, cgroups })).toMatchObject({ findings: [], problems: [] });
  });
});
