// Who was first, where the story is built to mislead.
import { describe, expect, it } from "vitest";
import { whatIf } from "../../../src/timeline/race/what-if.ts";
import {
  config,
  evicted,
  fall,
  HARD_300,
  kill,
  kmsg,
  kubelet,
  mark,
  notYet,
  POD,
  reclaim,
  sawOom,
  T0,
  ticks,
  timelineOf,
} from "./scene.ts";

const SOFT_700 = config(
  "evictionHard:\n  memory.available: 100Mi\nevictionSoft:\n  memory.available: 700Mi\nevictionSoftGracePeriod:\n  memory.available: 1m30s",
);
const marks = [mark(1), mark(60)];

describe("the race", () => {
  it("the kernel alone, the kubelet's log through it: the kernel won", async () => {
    const { verdict, kills } = await timelineOf({
      ...ticks(-20, 120, fall()),
      ...HARD_300,
      ...kmsg([...marks, ...kill(42, 77)]),
      ...kubelet([]),
    });
    expect([verdict.outcome, verdict.confidence, verdict.marginMs]).toEqual(["kernel-won", "high", null]);
    expect(Math.abs((kills[0]?.at.best ?? 0) - (T0 + 42_010))).toBeLessThan(60);
  });

  it("a soft eviction in its grace when the kernel kills is no reaction, and its line is a milestone", async () => {
    const { verdict, incidents } = await timelineOf({
      ...ticks(-20, 120, fall()),
      ...SOFT_700,
      ...kmsg([...marks, ...kill(42, 77)]),
      ...kubelet([notYet(18), notYet(28), notYet(38)]),
    });
    expect([verdict.outcome, verdict.marginMs]).toEqual(["kernel-won", null]);
    const kinds = incidents[0]?.milestones.map(({ kind }) => kind) ?? [];
    expect(kinds.indexOf("kubelet-noticed")).toBeGreaterThanOrEqual(0);
    expect(kinds.indexOf("kubelet-noticed")).toBeLessThan(kinds.indexOf("kernel-killed"));
  });

  it("an eviction that had ended, and the kernel killed all the same; the replay says so too", async () => {
    const timeline = await timelineOf({
      ...ticks(-20, 120, fall()),
      ...HARD_300,
      ...kmsg([...marks, ...kill(42, 77)]),
      ...kubelet([...reclaim(36), ...evicted(39)]),
    });
    expect(timeline.verdict.outcome).toBe("eviction-insufficient");
    const [answer] = whatIf(timeline, {});
    expect(answer?.replayed === true ? answer.judged.outcome : answer?.why).toBe("eviction-insufficient");
  });

  it("an eviction that had not ended: killed in its midst, 6 s after the decision", async () => {
    const { verdict } = await timelineOf({
      ...ticks(-20, 120, fall()),
      ...HARD_300,
      ...kmsg([...marks, ...kill(42, 77)]),
      ...kubelet([...reclaim(36), ...evicted(50)]),
    });
    expect(verdict.outcome).toBe("kernel-won-mid-eviction");
    expect(Math.abs((verdict.marginMs ?? 0) + 6010)).toBeLessThanOrEqual(verdict.marginUncertaintyMs ?? 0);
  });

  it("an eviction for disk only is no reaction to a lack of memory", async () => {
    const { verdict, evictions, incidents } = await timelineOf({
      ...ticks(-20, 120, fall()),
      ...HARD_300,
      ...kmsg([...marks, ...kill(42, 77)]),
      ...kubelet([...reclaim(30, "ephemeral-storage"), ...evicted(33)]),
    });
    expect(verdict.outcome).toBe("kernel-won");
    expect(evictions.map(({ doc }) => doc.signal)).not.toContain("memory.available");
    expect(incidents.flatMap(({ doc }) => doc.evictionIds)).toEqual([]);
  });

  it("disk alone, with memory to spare: no memory incident at all", async () => {
    const { verdict } = await timelineOf({
      ...ticks(-20, 120, () => 3000),
      ...HARD_300,
      ...kmsg(marks),
      ...kubelet([...reclaim(30, "ephemeral-storage"), ...evicted(33)]),
    });
    expect(verdict.outcome).toBe("none");
  });

  it("a userspace killer that was before both", async () => {
    const { verdict } = await timelineOf({
      ...ticks(-20, 120, fall()),
      ...HARD_300,
      ...kmsg([...marks, ...kill(42, 77)]),
      ...kubelet([]),
      "journal-oomd.short-iso-precise":
        "2026-11-24T01:15:34.000000+00:00 worker-1 systemd-oomd[300]: Killed /system.slice/x.service due to memory pressure for /system.slice being 93.04% > 60.00% for > 30s with reclaim activity\n",
    });
    // Its line's own receipt leaves 60 s; the order is proven only where that lies before the kill.
    expect(["userspace-won", "kernel-won", "undetermined"]).toContain(verdict.outcome);
    expect(verdict.outcome).not.toBe("kubelet-won");
  });

  it("a container's kills at its own limit beside a real eviction: two incidents, the node's is the verdict", async () => {
    const { verdict, incidents } = await timelineOf({
      // The counter moves for those kills, and is no sign of one of the node.
      ...ticks(-20, 120, fall(40), { oomKill: (s) => Number(s > 20) + Number(s > 30) + Number(s > 39) }),
      ...HARD_300,
      ...kmsg([...marks, ...kill(20, 77, POD), ...kill(30, 78, POD), ...kill(39, 79, POD)]),
      ...kubelet([...reclaim(38), ...evicted(41)]),
    });
    expect(incidents.map(({ doc }) => [doc.scope, doc.outcome])).toEqual(
      expect.arrayContaining([
        ["pod", "no-race"],
        ["node", "kubelet-won"],
      ]),
    );
    expect(verdict.outcome).toBe("kubelet-won");
  });

  it("no memory threshold in force: unopposed", async () => {
    const { verdict } = await timelineOf({
      ...ticks(-20, 120, fall()),
      ...config("evictionHard:\n  nodefs.available: 10%"),
      ...kmsg([...marks, ...kill(42, 77)]),
      ...kubelet([]),
    });
    expect(verdict.outcome).toBe("unopposed");
  });

  it("the kubelet's late word of a kill is the same kill, not a second one", async () => {
    const { kills } = await timelineOf({
      ...ticks(-20, 120, fall()),
      ...HARD_300,
      ...kmsg([...marks, ...kill(42, 77)]),
      ...kubelet([sawOom(75, 77, 41.3)]),
    });
    expect(kills.map(({ doc }) => [doc.knownFrom, doc.count])).toEqual([["report", 1]]);
  });
});
