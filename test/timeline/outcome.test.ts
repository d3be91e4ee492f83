import { describe, expect, it } from "vitest";
import { type Contest, decide } from "../../src/timeline/incidents/outcome.ts";
import { eviction, kill, off, thresholds, userspaceKill, when } from "./builders.ts";

const MIB = 2 ** 20;
const contest = (change: Partial<Contest>): Contest => ({
  scope: "node",
  kills: [],
  evictions: [],
  userspaceKills: [],
  thresholds: thresholds(300 * MIB),
  kubeletCovers: "log",
  underThreshold: false,
  kernelSilenceProven: true,
  severalNodes: [],
  stalled: null,
  ...change,
});

describe("who won one incident", () => {
  it("kernel first, with margin and uncertainty of both clocks", () => {
    const result = decide(
      contest({ kills: [kill(when(0, 460, "printk@a"))], evictions: [eviction(when(20_776, 0.0005))] }),
    );
    expect(result.outcome).toBe("kernel-won");
    expect(result.marginMs).toBeCloseTo(20_776, 1);
    expect(result.marginUncertaintyMs).toBeCloseTo(460, 0);
    expect(result.confidence).toBe("high");
  });

  it("the kubelet had decided and the kernel killed before memory was free", () => {
    const result = decide(contest({ kills: [kill(when(60_000, 400, "printk@a"))], evictions: [eviction(when(0))] }));
    expect([result.outcome, Math.round(result.marginMs ?? 0)]).toEqual(["kernel-won-mid-eviction", -60_000]);
  });

  it("an eviction that completed before the kill was not enough", () => {
    expect(
      decide(contest({ kills: [kill(when(60_000))], evictions: [eviction(when(0), { completed: when(12_000) })] }))
        .outcome,
    ).toBe("eviction-insufficient");
  });

  it("an order within the clocks' uncertainty is not guessed", () => {
    const result = decide(contest({ kills: [kill(when(0, 500, "printk@a"))], evictions: [eviction(when(300, 200))] }));
    expect(result.outcome).toBe("undetermined");
    expect(result.reason).toMatch(/marks in the kernel log would decide/);
  });

  it("clocks that nothing binds give no order", () => {
    expect(decide(contest({ kills: [kill(off(5000))], evictions: [eviction(when(0))] })).outcome).toBe("undetermined");
  });

  it("says whether the kubelet's log or the API's events show that it did not react", () => {
    const kills = [kill(when(0))];
    expect(decide(contest({ kills })).reason).toContain("The kubelet's log covers the kill and shows no reaction");
    expect(decide(contest({ kills, kubeletCovers: "events" })).reason).toContain(
      "Events of the API from before and after the kill show no reaction",
    );
  });

  it("no reaction is a win only where the kubelet's log covers the kill and a threshold was in force", () => {
    const kills = [kill(when(0))];
    expect(decide(contest({ kills })).outcome).toBe("kernel-won");
    expect(decide(contest({ kills, kubeletCovers: null })).outcome).toBe("undetermined");
    expect(decide(contest({ kills, thresholds: { ...thresholds(null), known: false } })).outcome).toBe("undetermined");
  });

  it("without a memory threshold there was nobody to race, whatever the log covers", () => {
    expect(decide(contest({ kills: [kill(when(0))], thresholds: thresholds(null), kubeletCovers: null })).outcome).toBe(
      "unopposed",
    );
  });

  it("a kill at a pod's or a container's limit is no race, even with no kubelet log", () => {
    expect(
      decide(contest({ scope: "container", kills: [kill(when(0), "container")], kubeletCovers: null })).outcome,
    ).toBe("no-race");
  });

  it("an eviction alone wins only where the kernel's silence is proven", () => {
    expect(decide(contest({ evictions: [eviction(when(0))] })).outcome).toBe("kubelet-won");
    const unproven = decide(contest({ evictions: [eviction(when(0))], kernelSilenceProven: false }));
    expect(unproven.outcome).toBe("undetermined");
  });

  it("a userspace killer before everybody else", () => {
    expect(decide(contest({ userspaceKills: [userspaceKill(when(0))], kills: [kill(when(5000))] })).outcome).toBe(
      "userspace-won",
    );
    expect(decide(contest({ userspaceKills: [userspaceKill(when(9000))], kills: [kill(when(5000))] })).outcome).toBe(
      "kernel-won",
    );
  });
});

describe("instants without any time", () => {
  it("give no order and no distance", () => {
    const unknown = { ...off(Number.NaN), clock: "none", bootSec: null };
    const result = decide(contest({ kills: [kill(unknown)], evictions: [eviction(unknown)] }));
    expect([result.outcome, result.marginMs]).toEqual(["undetermined", null]);
    expect(result.reason).not.toMatch(/NaN/);
  });
});
