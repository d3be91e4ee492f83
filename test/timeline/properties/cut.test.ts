// A capture that ends early tells what it holds, and nothing of what it does not.
import { assert, asyncProperty, integer } from "fast-check";
import { describe, expect, it } from "vitest";
import { type Files, type Told, T0, timelineOf } from "../adversarial/scene.ts";
import { filesOf, plans, RUNS, sourcesOf } from "./any-scene.ts";

const tickOf = (path: string): number | null => {
  const match = /^ticks\/([\d.]+)\//.exec(path);
  return match === null ? null : Math.round(Number(match[1]) * 1000 - T0) / 1000;
};

const cut = (files: Files, keep: (second: number, name: string) => boolean): Files =>
  Object.fromEntries(
    Object.entries(files).filter(([path]) => {
      const second = tickOf(path);
      return second === null || keep(second, path.slice(path.lastIndexOf("/") + 1));
    }),
  );

const story = ({ verdict, incidents, kills }: Told) => ({
  outcome: verdict.outcome,
  incidents: incidents.map(({ doc }) => [doc.scope, doc.outcome]),
  kills: kills.map(({ doc }) => [doc.knownFrom, doc.count]),
});
const instants = ({ verdict, kills }: Told): number[] => [verdict.marginMs ?? 0, ...kills.map(({ at }) => at.best)];

describe("cut at a tick", () => {
  const edges = integer({ min: -10, max: 110 });

  it("half a tick more at the end changes nothing of the story", async () => {
    await assert(
      asyncProperty(plans, edges, async (plan, last) => {
        const files = filesOf(sourcesOf({ ...plan, film: true }));
        const whole = await timelineOf(cut(files, (second) => second <= last));
        const torn = await timelineOf(
          cut(files, (second, name) => second <= last || (second === last + 1 && name === "uptime")),
        );
        expect(story(torn)).toEqual(story(whole));
        // One reading more of /proc/uptime binds the clocks a little better.
        instants(torn).forEach((ms, i) => {
          if (Number.isFinite(ms)) expect(Math.abs(ms - (instants(whole)[i] ?? Number.NaN))).toBeLessThan(10);
        });
      }),
      RUNS,
    );
  });

  it("kills that only counters know are told up to the cut, each where it was, and none beyond", async () => {
    await assert(
      asyncProperty(plans, edges, async (plan, last) => {
        const killAt = plan.killAt ?? 42;
        const bare = { ...plan, killAt, kernel: "none", kubelet: "none", film: true, counted: true } as const;
        const { kills, verdict } = await timelineOf(cut(filesOf(sourcesOf(bare)), (second) => second <= last));
        // The first tick that shows the rise is the first one after the kill.
        const shown = Math.floor(killAt) + 1 <= last;
        expect(kills.map(({ doc }) => doc.knownFrom)).toEqual(shown ? ["counter"] : []);
        for (const { at } of kills) {
          expect(at.earliest).toBeLessThanOrEqual(T0 + killAt * 1000);
          expect(at.latest).toBeGreaterThanOrEqual(T0 + killAt * 1000);
        }
        expect(["kernel-won", "kubelet-won"]).not.toContain(verdict.outcome);
      }),
      RUNS,
    );
  });
});
