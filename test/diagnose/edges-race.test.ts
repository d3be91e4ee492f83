// What the rules of the race say where the evidence is partial, or an event is not the one that it looks like.
import { describe, expect, it } from "vitest";
import type { Inputs } from "../../src/diagnose/inputs/inputs.ts";
import { evictionBlocked } from "../../src/diagnose/race/eviction-blocked.ts";
import { evictionFreedTooLittle } from "../../src/diagnose/race/eviction-freed-too-little.ts";
import { staleObservationEviction } from "../../src/diagnose/race/stale-observation-eviction.ts";
import { thresholdBelowFloor } from "../../src/diagnose/race/threshold-below-floor.ts";
import { thresholdTooSmall } from "../../src/diagnose/race/threshold-too-small.ts";
import type { Rule } from "../../src/diagnose/rule.ts";
import { runRules } from "../../src/diagnose/run.ts";
import type { Finding } from "../../src/model/analysis.ts";
import type { Floor } from "../../src/model/timeline.ts";
import { coverage, floor, inputs, sampled } from "./builders/inputs.ts";
import { beats, eviction, incident, kill, says, saysOfPod, thresholds } from "./builders/story.ts";
import { GIB, MIB } from "./builders/track.ts";

const said = (rule: Rule, given: Partial<Inputs>): Finding => {
  const { findings, problems } = runRules(
    [rule],
    inputs({ thresholds: thresholds({ memoryHardBytes: 300 * MIB }), ...given }),
  );
  expect(problems).toEqual([]);
  const [finding] = findings;
  if (finding === undefined) throw new Error(`${rule.id} says nothing`);
  return finding;
};

describe("an eviction whose kill did not return in time", () => {
  const given = (killAt: number) => ({
    available: sampled(0, 200, (s) => (s >= 75 ? GIB : 200 * MIB)),
    incidents: [incident({ kills: [kill(killAt)], evictions: [eviction(70, { killFailed: true, completedAt: 82 })] })],
    kubelet: { lines: [saysOfPod(80, "failed-to-evict")], beats: [] },
    coverage: coverage({ kernelLog: "present" }),
  });

  it("is not blamed for a kill that came when its pod was cleaned up", () => {
    const { verdict, explanation } = said(evictionBlocked, given(150));
    expect([verdict, explanation]).toEqual([
      "refuted",
      "The kubelet logged that the kill did not return in time, yet memory was back 5.0 s after its decision: the kill went on in the background and freed it.",
    ]);
  });

  it("is blamed for a kill before that", () => {
    const { verdict, explanation } = said(evictionBlocked, given(73));
    expect(verdict).toBe("holds");
    expect(explanation).toContain("The kernel killed 3.0 s after the decision, before the pod was cleaned up.");
  });

  it("is the one that is told of, not one before it that went through", () => {
    const failed = { ...eviction(90, { killFailed: true }), rankedAt: null };
    const incidents = [incident({ kills: [kill(120)], evictions: [eviction(70, { completedAt: 74 }), failed] })];
    const { explanation } = said(evictionBlocked, {
      ...given(120),
      incidents,
      available: sampled(0, 200, () => 200 * MIB),
    });
    expect(explanation).toContain("The kernel killed 30.0 s after the decision");
  });
});

describe("what an eviction freed", () => {
  const evicted = eviction(70, { completedAt: 80 });

  it("is not what a kill after it freed", () => {
    const { verdict, explanation } = said(evictionFreedTooLittle, {
      available: sampled(0, 200, (s) => (s > 88 ? GIB : 200 * MIB)),
      incidents: [incident({ kills: [kill(88)], evictions: [evicted] })],
    });
    expect(verdict).toBe("holds");
    expect(explanation).toContain("still stood at 200 MiB at most, below 300 MiB; 8.0 s later the kernel killed.");
  });

  it("is not known where no sample stands between it and the kill", () => {
    const { verdict, explanation } = said(evictionFreedTooLittle, {
      available: sampled(85, 200, () => GIB),
      incidents: [incident({ kills: [kill(83)], evictions: [evicted] })],
    });
    expect(verdict).toBe("unknown");
    expect(explanation).toContain("No sample stands between the eviction and the kill 3.0 s later");
  });

  it("tells of what followed where it was over the threshold and short of the minimum reclaim", () => {
    const { verdict, explanation } = said(evictionFreedTooLittle, {
      thresholds: thresholds({ memoryHardBytes: 300 * MIB, minimumReclaimBytes: 500 * MIB }),
      available: sampled(0, 200, () => 400 * MIB),
      incidents: [incident({ kills: [kill(88)], evictions: [evicted] })],
    });
    expect([verdict, explanation]).toEqual([
      "unknown",
      "After the eviction memory.available reached 400 MiB: over the threshold of 300 MiB, and less than the 800 MiB at which the kubelet stops (evictionMinimumReclaim). 8.0 s later the kernel killed.",
    ]);
  });
});

describe("a value that was old when the kubelet acted on it", () => {
  it("has no kill in between where the kill came before it was read", () => {
    const given = (killAt: number) => ({
      available: sampled(0, 200, (s) => (s > 125 ? GIB : 200 * MIB)),
      incidents: [
        incident({
          kills: [kill(killAt)],
          evictions: [eviction(150, { observedBytes: 250 * MIB, observedAt: 115, completedAt: 155 })],
        }),
      ],
    });
    expect(said(staleObservationEviction, given(120)).explanation).toContain("In between the kernel had killed memhog");
    expect(said(staleObservationEviction, given(100)).explanation).not.toContain("In between");
  });
});

describe("the level at which the node dies", () => {
  it("decides nothing where one kill came above the threshold and another below it", () => {
    const [first, second] = [kill(120), kill(130)];
    const { verdict, explanation } = said(thresholdBelowFloor, {
      floors: [floor(first.doc.id, 320 * MIB), floor(second.doc.id, 200 * MIB)],
      incidents: [incident({ kills: [first, second] })],
    });
    expect(verdict).toBe("unknown");
    expect(explanation).toContain(
      "was 320 MiB at the first kill, above the hard threshold of 300 MiB, and 200 MiB at a further one",
    );
  });
});

describe("the distance from the threshold to the floor", () => {
  it("is not judged by samples that came after the crossing", () => {
    const killed = kill(120);
    const { verdict, explanation } = said(thresholdTooSmall, {
      // Three samples of the fall, and eighty of what came after the kill.
      available: sampled(117, 200, (s) => (s < 119 ? GIB : 200 * MIB)),
      floors: [floor(killed.doc.id, 160 * MIB)],
      kubelet: { lines: [says(10, "no-resources-starved")], beats: beats(0, 200, 10) },
      incidents: [incident({ kills: [killed], race: { fallRateBytesPerSec: 20 * MIB } })],
    });
    expect(verdict).toBe("unknown");
    expect(explanation).toBe("How large the threshold had to be cannot be said without the fall itself.");
  });
});

describe("the level at which a node dies, in the kubelet's arithmetic", () => {
  const died = (usage: Partial<Floor["usage"]>): Finding => {
    const killed = kill(120);
    const level = floor(killed.doc.id, 600 * MIB);
    return said(thresholdBelowFloor, {
      incidents: [incident({ kills: [killed], from: 60 })],
      floors: [{ ...level, usage: { ...level.usage, ...usage } }],
    });
  };

  it("is that of this kubelet where its release or a printed quantity tells", () => {
    const { explanation, confidence } = died({});
    expect(explanation).toMatch(
      /^The kernel kills on this node while memory\.available still stands at 600 MiB: free pages kept back by watermarks, slab, page tables and kernel stacks are not/,
    );
    expect(confidence).toBe("high");
  });

  it("is said to be the newest's where nothing does", () => {
    const { explanation, confidence } = died({ sure: false });
    expect(explanation).toContain("still stands at 600 MiB, as kubelets from 1.29 on count it: free pages");
    expect(confidence).toBe("medium");
  });

  it("holds slab as used with kubelets up to 1.26", () => {
    const { explanation, facts } = died({ counts: "all-but-free" });
    expect(explanation).toContain("600 MiB: free pages kept back by watermarks count as available");
    expect(explanation).not.toContain("slab");
    expect(facts[1]?.value).toBe("600 MiB (from the kernel's report alone: free + inactive_file)");
  });
});
