// Several boots in one input stay apart: each has its own clock, and that the machine started anew is told.
import { describe, expect, it } from "vitest";
import { fall, HARD_300, kernelJournal, kill, kmsg, kubelet, type Line, mark, T0, ticks, timelineOf } from "./scene.ts";

const [A, B] = ["a".repeat(32), "b".repeat(32)];
const BANNER = "Linux version 6.12.117 (debian-kernel@lists.debian.org) #1 SMP";
/** Boot B began 100 s after T0. */
const upOfB = (s: number): number => s - 100;
const journals = {
  "journal-kernel-1.json": kernelJournal([[1, "quiet"], ...kill(42, 77), [50, "quiet"]], { bootId: A }),
  "journal-kernel-2.json": kernelJournal([[100.5, BANNER], ...kill(160, 77), [180, "quiet"]], {
    bootId: B,
    upOf: upOfB,
  }),
};

describe("two boots", () => {
  it("a process of the same pid and name in each: two kills, each on its own boot's clock, two incidents", async () => {
    const { kills, incidents } = await timelineOf({ ...journals, ...HARD_300, ...kubelet([]) });
    expect(kills.map(({ at }) => Math.round((at.latest - T0) / 1000))).toEqual([42, 160]);
    expect(new Set(kills.map(({ at }) => at.clock)).size).toBe(2);
    expect(kills.map(({ at }) => (at.bootSec === null ? null : Math.round(at.bootSec)))).toEqual([542, 60]);
    expect(incidents.map(({ doc }) => doc.oomKillIds.length)).toEqual([1, 1]);
  });

  it("the reboot is a milestone and a consequence of the incident before it, and of none after it", async () => {
    const { incidents } = await timelineOf({ ...journals, ...HARD_300, ...kubelet([]) });
    const reboots = incidents.map(({ consequences }) => consequences.filter(({ kind }) => kind === "node-rebooted"));
    expect(reboots.map((found) => found.length)).toEqual([1, 0]);
    expect(reboots[0]?.[0]?.evidence).toMatchObject([{ file: "journal-kernel-2.json", line: 1 }]);
    const kinds = incidents[0]?.milestones.map(({ kind }) => kind) ?? [];
    expect(kinds.at(-1)).toBe("node-rebooted");
    expect(incidents[1]?.milestones.map(({ kind }) => kind)).not.toContain("node-rebooted");
  });

  it("samples of the second boot do not place the first one's kill", async () => {
    const film = ticks(110, 200, (s) => (s < 160 ? 400 : 3000), { sleptS: () => -600 });
    const { kills } = await timelineOf({ ...journals, ...film, ...HARD_300, ...kubelet([]) });
    const [first, second] = kills.map(({ at }) => at);
    expect(first?.earliest).toBeLessThanOrEqual(T0 + 42_011);
    expect(first?.latest).toBeGreaterThanOrEqual(T0 + 42_009);
    expect(second?.earliest).toBeLessThanOrEqual(T0 + 160_011);
    expect(second?.latest).toBeGreaterThanOrEqual(T0 + 160_009);
    // Bound by its own samples on both sides; the first one by journald's stamps from above alone.
    expect(Number.isFinite(second?.earliest)).toBe(true);
    expect((second?.latest ?? 0) - (second?.earliest ?? 0)).toBeLessThan(3000);
  });

  it("a console's log in which the kernel's clock falls back: its first boot is not the one that was captured", async () => {
    const printed = (lines: readonly Line[], up0: number): string =>
      lines.map(([s, text]) => `[${(up0 + s).toFixed(6).padStart(12)}] ${text}\n`).join("");
    const console =
      printed([[1, "quiet"], ...kill(42, 55), [50, "quiet"]], 7000) + printed([[0.5, BANNER], ...kill(60, 77)], 0);
    const { kills, incidents } = await timelineOf({
      "serial.log": console,
      ...ticks(-20, 120, fall()),
      ...kmsg([mark(1), [90, "quiet"]]),
      ...HARD_300,
    });
    const first = kills.find(({ doc }) => doc.victims[0]?.pid === 55);
    expect(first?.at.bootSec).toBeCloseTo(7042.01, 1);
    // Nothing binds that boot's clock to any wall.
    expect(Number.isFinite(first?.at.earliest)).toBe(false);
    const own = incidents.find(({ doc }) => doc.oomKillIds.includes(first?.doc.id ?? "?"));
    expect(own?.consequences.map(({ kind }) => kind)).toEqual(["node-rebooted"]);
  });
});

describe("drift", () => {
  it("a wall clock that NTP slews is told as drift and not as many steps", async () => {
    const stepMs = (s: number): number => (s < 0 ? 0 : s * 0.4);
    const { said, kills } = await timelineOf({
      ...ticks(-20, 400, (s) => (s > 42 ? 3000 : fall()(s)), { stepMs }),
      ...HARD_300,
      ...kmsg([mark(1), ...kill(42, 77), mark(60, 24)]),
    });
    const codes = said.map(({ code }) => code);
    expect(codes).toContain("clock-drift");
    expect(codes).not.toContain("clock-step");
    expect(Math.abs((kills[0]?.at.best ?? 0) - (T0 + 42_010 + 17))).toBeLessThan(200);
  });
});
