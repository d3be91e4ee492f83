// Orders belong to what happened, not to what the clocks showed.
import { assert, asyncProperty, integer } from "fast-check";
import { describe, expect, it } from "vitest";
import type { Facts, LogFacts } from "../../../src/model/facts.ts";
import type { ClockKind, Stamp } from "../../../src/model/instant.ts";
import type { Timeline } from "../../../src/model/timeline.ts";
import { factsOf, kill, klogTime, kmsg, type Line, told } from "../adversarial/scene.ts";
import { filesOf, kubeletLines, plans, RUNS, sourcesOf } from "./any-scene.ts";

const BOOT_CLOCKS: readonly ClockKind[] = ["printk", "boot", "receipt-monotonic"];

/** Every stamp in it, moved: those of the wall by `wallMs`, those since boot by `bootMs`. */
const shifted = <T>(value: T, wallMs: number, bootMs: number): T => {
  const move = (given: unknown): unknown => {
    if (Array.isArray(given)) return given.map(move);
    if (given === null || typeof given !== "object") return given;
    if ("clock" in given && "ms" in given && "zoned" in given) {
      const stamp = given as Stamp;
      return { ...stamp, ms: stamp.ms + (BOOT_CLOCKS.includes(stamp.clock) ? bootMs : wallMs) };
    }
    return Object.fromEntries(
      Object.entries(given).map(([key, inner]) => [
        key,
        key === "uptimeSec" && typeof inner === "number" ? inner + bootMs / 1000 : move(inner),
      ]),
    );
  };
  return move(value) as T;
};

const shiftedFacts = (facts: Facts, wallMs: number, bootMs: number): Facts => ({
  ...facts,
  logs: facts.logs.map((log: LogFacts) => shifted({ ...log, kubeletBeats: [...log.kubeletBeats] }, wallMs, bootMs)),
  bindings: shifted(facts.bindings, wallMs, bootMs),
  samples: {
    ...facts.samples,
    // /proc/uptime as a file of the ticks would have to move as well: the ticks' own readings are enough.
    files: new Map([...facts.samples.files].filter(([path]) => path !== "/proc/uptime")),
    ticks: facts.samples.ticks.map((tick) => ({
      ...tick,
      startReal: tick.startReal + wallMs,
      endReal: tick.endReal + wallMs,
      startUp: tick.startUp + bootMs / 1000,
      endUp: tick.endUp + bootMs / 1000,
    })),
  },
});

const instants = ({ kills, evictions, incidents }: Timeline): number[] =>
  [...kills, ...evictions].map(({ at }) => at.best as number).concat(incidents.map(({ from }) => from.best as number));
const story = ({ verdict, incidents }: Timeline) => ({
  outcome: verdict.outcome,
  outcomes: incidents.map(({ doc }) => [doc.scope, doc.outcome]),
  milestones: incidents.map(({ milestones }) => milestones.map(({ kind }) => kind)),
});

describe("every clock moved by one constant", () => {
  it("moves every instant by it, and changes neither order nor outcome nor margin", async () => {
    const hours = integer({ min: -20_000_000, max: 20_000_000 });
    const up = integer({ min: 0, max: 50_000 });
    await assert(
      asyncProperty(plans, hours, up, async (plan, wallMs, bootMs) => {
        const facts = await factsOf(filesOf(sourcesOf(plan)));
        const before = told(shiftedFacts(facts, 0, 0));
        const after = told(shiftedFacts(facts, wallMs, bootMs));
        expect(story(after)).toEqual(story(before));
        const [a, b] = [instants(before), instants(after)];
        expect(b.length).toBe(a.length);
        // printk is bound by its drift since boot where nothing better binds it: an older machine leaves more of it, the middle stays.
        a.forEach((ms, i) => {
          if (Number.isFinite(ms)) expect(Math.abs((b[i] ?? Number.NaN) - ms - wallMs)).toBeLessThan(60);
          else expect(b[i]).toBeNaN();
        });
      }),
      RUNS,
    );
  });
});

describe("two clocks that nothing binds", () => {
  it("leave no order between them, whatever lies between", async () => {
    const offsets = integer({ min: -48, max: 56 }).map((quarters) => quarters / 4);
    await assert(
      asyncProperty(plans, offsets, integer({ min: -400, max: 100_000 }), async (plan, zoneH, aheadS) => {
        const killAt = plan.killAt ?? 42;
        const klog = kubeletLines({ ...plan, reactsAt: plan.reactsAt ?? 50 })
          .toSorted(([a]: Line, [b]: Line) => a - b)
          .map(([s, text]) => `I${klogTime(s, zoneH)}     410 eviction_manager.go:381] ${text}\n`)
          .join("");
        const { verdict, kills } = told(await factsOf({ ...kmsg(kill(killAt, 77), aheadS), "kubelet.log": klog }));
        expect(kills.length).toBe(1);
        expect([verdict.outcome, verdict.marginMs]).toEqual(["undetermined", null]);
      }),
      RUNS,
    );
  });

  it("a zone that only the kubelet's own log would tell is never guessed into an order", async () => {
    await assert(
      asyncProperty(plans, async (plan) => {
        const sources = sourcesOf({ ...plan, kubelet: "klog", kernel: "kmsg-marked", film: true });
        const { verdict, evictions } = told(await factsOf(filesOf(sources)));
        if (evictions.length === 0 || plan.killAt === null || plan.atPodLimit) return;
        expect(verdict.outcome).toBe("undetermined");
      }),
      RUNS,
    );
  });
});
