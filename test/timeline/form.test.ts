import { describe, expect, it } from "vitest";
import { formGroups } from "../../src/timeline/incidents/form.ts";
import type { PressureSpan } from "../../src/timeline/incidents/pressure.ts";
import { T0, eviction, kill, off, when } from "./builders.ts";

const under = (from: number, to: number): PressureSpan => ({
  from: T0 + from,
  to: T0 + to,
  kind: "node-available",
  cgroup: null,
});
const pieces = {
  kills: [],
  evictions: [],
  userspaceKills: [],
  pressure: [],
  sampled: { from: T0 - 600_000, to: T0 + 3_600_000 },
  reboots: [],
};

describe("what belongs to one incident", () => {
  it("two kills three minutes apart with recovery between are two", () => {
    const groups = formGroups({
      ...pieces,
      kills: [kill(when(0)), kill(when(177_000))],
      pressure: [under(-57_000, 2000), under(118_000, 179_000)],
    });
    expect(groups.map((g) => [g.from - T0, g.to - T0, g.kills.length])).toEqual([
      [-57_000, 2000, 1],
      [118_000, 179_000, 1],
    ]);
  });

  it("an unfinished eviction holds its incident open over a recovery", () => {
    const decided = eviction(when(0), { finished: when(67_000) });
    const groups = formGroups({
      ...pieces,
      kills: [kill(when(60_000))],
      evictions: [decided],
      pressure: [under(-10_000, 2000)],
    });
    expect(groups.map((g) => [g.kills.length, g.evictions.length])).toEqual([[1, 1]]);
  });

  it("an eviction belongs to the pressure whose value it acted on", () => {
    const late = eviction(when(90_000), { observed: when(-5000), finished: when(95_000) });
    expect(
      formGroups({ ...pieces, kills: [kill(when(0))], evictions: [late], pressure: [under(-20_000, 1000)] }),
    ).toHaveLength(1);
    const fresh = eviction(when(90_000), { finished: when(95_000) });
    expect(
      formGroups({ ...pieces, kills: [kill(when(0))], evictions: [fresh], pressure: [under(-20_000, 1000)] }),
    ).toHaveLength(2);
  });

  it("kills of one cgroup within ten minutes are one incident with a count, however many", () => {
    const storm = Array.from({ length: 150 }, (_, i) => kill(when(i * 800), "container", "/kubepods/pod1/c1"));
    const later = kill(when(1_300_000), "container", "/kubepods/pod1/c1");
    expect(formGroups({ ...pieces, kills: [...storm, later] }).map((g) => g.kills.length)).toEqual([150, 1]);
  });

  it("a container's kills beside a real eviction stay apart", () => {
    const groups = formGroups({
      ...pieces,
      kills: [kill(when(0), "container", "/kubepods/pod1/c1")],
      evictions: [eviction(when(1000), { finished: when(9000) })],
    });
    expect(groups.map((g) => g.scope).toSorted()).toEqual(["container", "node"]);
  });

  it("kills that nothing puts on the wall clock do not meet an eviction that is on it", () => {
    expect(
      formGroups({ ...pieces, kills: [kill(off(1000)), kill(off(2000))], evictions: [eviction(when(0))] }).map(
        (g) => g.kills.length,
      ),
    ).toEqual([2, 0]);
  });
});
