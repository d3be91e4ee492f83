import { describe, expect, it } from "vitest";
import { type Contest, decide } from "../../src/timeline/incidents/outcome.ts";
import { sentenceOf } from "../../src/timeline/incidents/sentence.ts";
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

const told = (change: Partial<Contest>): string => sentenceOf(contest(change), decide(contest(change)));

describe("what is not in the input is not claimed", () => {
  it("a daemon alone in the input was first for sure only where the kernel and the kubelet would have told", () => {
    const alone = { userspaceKills: [userspaceKill(when(0))] };
    expect([decide(contest(alone)).outcome, decide(contest(alone)).confidence]).toEqual(["userspace-won", "high"]);
    const unheard = decide(contest({ ...alone, kernelSilenceProven: false, kubeletCovers: null }));
    expect([unheard.outcome, unheard.confidence]).toEqual(["userspace-won", "low"]);
    expect(unheard.reason).toMatch(
      /but neither a kernel log nor an oom_kill counter covers that time, and no kubelet log or event does\.$/,
    );
    expect(decide(contest({ ...alone, kubeletCovers: null })).reason).toMatch(
      /but no kubelet log or event covers that time\.$/,
    );
    expect(told(alone)).toMatch(/; no kill by the kernel and no eviction is in the input\.$/);
    expect(told({ ...alone, kills: [kill(when(5000))] })).toMatch(/, before the kernel acted\.$/);
  });

  it("a reaction that names no pod is not told as an eviction of none", () => {
    const nameless = eviction(when(74_000));
    const evictions = [{ ...nameless, doc: { ...nameless.doc, pods: [] } }];
    expect(told({ kills: [kill(when(0))], evictions })).toContain(
      "The kubelet reacted 74.0 s later and began to reclaim memory (no line names a pod).",
    );
    expect(decide(contest({ evictions })).reason).toMatch(/^The kubelet's reclaim stands in its log or events;/);
    expect(decide(contest({ evictions, kernelSilenceProven: false })).reason).toMatch(/^The kubelet acted; whether/);
    expect(decide(contest({ evictions: [nameless], kernelSilenceProven: false })).reason).toMatch(
      /^The kubelet evicted; whether/,
    );
    expect(told({ evictions })).toContain("it began to reclaim memory (no line names a pod) at 01:16:14");
    expect(told({ kills: [kill(when(90_000))], evictions })).toContain(
      "the kubelet had decided to reclaim memory (no line names a pod) at",
    );
  });

  it("a kill known from an event alone is not said to lack a stamp of the kernel's", () => {
    const plain = kill(off(5000));
    const fromEvent = { ...plain, doc: { ...plain.doc, knownFrom: "event" as const } };
    const evictions = [eviction(off(79_000))];
    expect(decide(contest({ kills: [fromEvent], evictions })).reason).toMatch(/known from the kubelet's event alone/);
    expect(decide(contest({ kills: [plain], evictions })).reason).toMatch(/Nothing binds the kernel's stamps/);
  });

  it("events that the API folded into one are no count of kills", () => {
    const evictions = [eviction(when(74_000))];
    const event = (count: number, text: string) => {
      const plain = kill(when(0));
      const evidence = [{ file: "events.txt", line: 1, endLine: null, text }];
      return { ...plain, doc: { ...plain.doc, knownFrom: "event" as const, count, evidence } };
    };
    const single = event(1, "SystemOOM 75s kubelet System OOM encountered, victim process: stress, pid: 1");
    const folded = event(1, "75s SystemOOM node/a (combined from similar events): System OOM encountered");
    expect(told({ kills: [single, event(1, "")], evictions })).toContain("The kernel killed first, twice: it");
    expect(told({ kills: [single, folded], evictions })).toContain("The kernel killed first, at least 2 times: it");
    expect(told({ kills: [single, event(6, "")], evictions })).toContain(
      "The kernel killed first, at least 2 times: it",
    );
    expect(told({ kills: [event(6, "")], evictions })).toContain("The kernel killed first, more than once: it");
  });

  it("the processes of one kill are not counted in runs", () => {
    const plain = kill(when(0), "pod", "/kubepods/pod1");
    const four = { ...plain, doc: { ...plain.doc, count: 4 } };
    expect(told({ scope: "pod", kills: [four] })).toContain("killed 4 of its processes at 01:15:00");
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
