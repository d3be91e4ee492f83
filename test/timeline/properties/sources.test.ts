// What is not known may never become a winner, and a winner never another one, because less was captured.
import { assert, asyncProperty } from "fast-check";
import { describe, expect, it } from "vitest";
import type { Outcome } from "../../../src/model/analysis.ts";
import { timelineOf } from "../adversarial/scene.ts";
import { filesOf, type Plan, plans, RUNS, sourcesOf } from "./any-scene.ts";

const WINNERS: readonly Outcome[] = [
  "kernel-won",
  "kernel-won-mid-eviction",
  "kubelet-won",
  "eviction-insufficient",
  "userspace-won",
];
const isWinner = (outcome: Outcome): boolean => WINNERS.includes(outcome);

/** What really happened, as far as a scene has an opinion. */
const allowed = (plan: Plan): readonly Outcome[] => {
  const { killAt, reactsAt, completesAfter, atPodLimit } = plan;
  const killed = killAt !== null && !atPodLimit;
  if (!killed) return reactsAt === null ? [] : ["kubelet-won"];
  // Half a minute after the kill it is another incident, in which the kernel did nothing.
  if (reactsAt !== null && reactsAt > killAt + 25) return ["kernel-won", "kubelet-won"];
  if (reactsAt === null || reactsAt > killAt + 0.01) return ["kernel-won"];
  const freed = completesAfter !== null && reactsAt + completesAfter + 1 < killAt;
  return freed ? ["eviction-insufficient"] : ["kernel-won-mid-eviction", "eviction-insufficient"];
};

describe("sources taken away", () => {
  it("never turn undetermined into a winner, nor one winner into another", async () => {
    await assert(
      asyncProperty(plans, async (plan) => {
        const sources = sourcesOf(plan);
        const whole = (await timelineOf(filesOf(sources))).verdict.outcome;
        for (const name of Object.keys(sources)) {
          const { [name]: _gone, ...rest } = sources;
          const { outcome } = (await timelineOf(filesOf(rest))).verdict;
          const told = `${whole} without ${name}: ${outcome}`;
          if (whole === "undetermined") expect(isWinner(outcome), told).toBe(false);
          else if (isWinner(whole) && isWinner(outcome)) expect(outcome, told).toBe(whole);
        }
      }),
      RUNS,
    );
  });

  it("and whoever is said to have won did", async () => {
    await assert(
      asyncProperty(plans, async (plan) => {
        const { incidents } = await timelineOf(filesOf(sourcesOf(plan)));
        const told = incidents.map(({ doc }) => doc.outcome).filter(isWinner);
        expect(allowed(plan)).toEqual(expect.arrayContaining([...new Set(told)]));
      }),
      RUNS,
    );
  });
});
