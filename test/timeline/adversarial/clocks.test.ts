// Clocks that lie: each order that is told is the true one, and where nothing binds two clocks none is told.
import { describe, expect, it } from "vitest";
import type { Timeline } from "../../../src/model/timeline.ts";
import {
  evicted,
  fall,
  HARD_300,
  iso,
  kernelJournal,
  kill,
  klogTime,
  kmsg,
  kubelet,
  kubeletJournal,
  type Line,
  mark,
  quiet,
  reclaim,
  sawOom,
  spans,
  T0,
  ticks,
  timelineOf,
} from "./scene.ts";

const KILL_AT = 42.01;
const REACTION_AT = 50;
/** The kernel is first by 7.99 s. */
const TRUE_MARGIN = 7990;

const holds = ({ verdict }: Timeline): boolean =>
  verdict.marginMs !== null && Math.abs(verdict.marginMs - TRUE_MARGIN) <= (verdict.marginUncertaintyMs ?? 0) + 15;
const contains = ({ kills }: Timeline, trueS: number): boolean => spans(kills[0]?.at, trueS);
const reactions = [...reclaim(REACTION_AT), ...evicted(55)];

describe("clocks", () => {
  it("the journal received the kill 20 s late, after the kubelet's reaction: the kernel was first all the same", async () => {
    const late = kernelJournal([[1, "quiet"], ...kill(42, 77), [100, "quiet"]], {
      lagS: (s) => (s > 40 && s < 60 ? 20 : 0.002),
    });
    const timeline = await timelineOf({
      ...ticks(-20, 120, fall()),
      ...HARD_300,
      "journal-kernel.json": late,
      ...kubelet(reactions),
    });
    expect(timeline.verdict.outcome).toBe("kernel-won");
    expect([holds(timeline), contains(timeline, KILL_AT)]).toEqual([true, true]);
  });

  it("the kubelet's journal received its reaction late: klog's own stamp counts", async () => {
    const timeline = await timelineOf({
      ...ticks(-20, 120, fall()),
      ...HARD_300,
      ...kmsg([mark(1), ...kill(42, 77), mark(60)]),
      ...kubelet(reclaim(30), { lagS: (s) => (s > 29 && s < 31 ? 25 : 0.004) }),
    });
    expect(timeline.verdict.outcome).toBe("kernel-won-mid-eviction");
    expect(timeline.evictions[0]?.at.best).toBeCloseTo(T0 + 30_000, -1);
  });

  it.each([1, -5, 14])(
    "klog in local time, %i h from UTC: the journal's own stamps on its lines give the zone",
    async (zoneH) => {
      const timeline = await timelineOf({
        ...ticks(-20, 120, fall()),
        ...HARD_300,
        ...kmsg([mark(1), ...kill(42, 77), mark(60)]),
        ...kubelet(reactions, { zoneH }),
      });
      expect([timeline.verdict.outcome, holds(timeline)]).toEqual(["kernel-won", true]);
    },
  );

  const bare = (lines: readonly Line[], zoneH: number): string =>
    lines.map(([s, text]) => `I${klogTime(s, zoneH)}     410 eviction_manager.go:381] ${text}\n`).join("");

  it("klog alone, an hour off, and nothing that tells the zone: no order", async () => {
    const timeline = await timelineOf({
      ...ticks(-20, 120, fall()),
      ...HARD_300,
      ...kmsg([mark(1), ...kill(42, 77), mark(60)]),
      "kubelet.log": bare([quiet(-5), ...reactions, quiet(200)], 1),
    });
    expect(timeline.verdict.outcome).toBe("undetermined");
    expect(timeline.verdict.marginMs === null || (timeline.verdict.marginUncertaintyMs ?? 0) > 3_600_000).toBe(true);
  });

  it("klog alone, but the kubelet tells when the process died: zone found, order told", async () => {
    const timeline = await timelineOf({
      ...ticks(-20, 120, fall()),
      ...HARD_300,
      ...kmsg([mark(1), ...kill(42, 77), mark(60)]),
      "kubelet.log": bare([quiet(-5), ...reactions, sawOom(60, 77, 41.4), quiet(200)], -7),
    });
    expect([timeline.verdict.outcome, holds(timeline)]).toEqual(["kernel-won", true]);
  });

  it("year and zone missing everywhere: seconds after boot, nothing on the wall, no order", async () => {
    const timeline = await timelineOf({
      ...HARD_300,
      ...kmsg(kill(42, 77)),
      "kubelet.log": bare([quiet(-5), ...reactions, quiet(200)], 0),
    });
    expect(timeline.verdict.outcome).toBe("undetermined");
    expect(timeline.verdict.marginMs).toBeNull();
    expect(timeline.kills[0]?.at.bootSec).toBeCloseTo(542.01, 2);
    expect(timeline.said.map(({ code }) => code)).toEqual(expect.arrayContaining(["printk-unbound"]));
  });

  // The fraction keeps the names of ticks before and after the step apart.
  const STEP_S = 30.4;
  const stepped = (reactionS: number, journal: boolean) => {
    const stepMs = (s: number): number => (s >= 30 ? -STEP_S * 1000 : 0);
    const wallOf = ([s, text]: Line): Line => [s >= 30 ? s - STEP_S : s, text];
    const kernel: Line[] = [[1, "quiet"], ...kill(42, 77), [100, "quiet"]];
    return timelineOf({
      ...ticks(-20, 120, fall(), { stepMs }),
      ...HARD_300,
      ...(journal
        ? {
            "journal-kernel.json": kernelJournal(kernel.map(wallOf), {
              upOf: (s) => (s > 0.5 && s < 2 ? 500 + s : 500 + s + STEP_S),
            }),
          }
        : kmsg([mark(1), ...kill(42, 77), mark(60, -STEP_S * 1000)])),
      "journal-kubelet.short-iso-precise": kubeletJournal(
        [[-5, quiet(-5)[1]], ...[...reclaim(reactionS), quiet(200)].map(wallOf)],
        {},
      ),
    });
  };

  it.each([false, true])(
    "the wall clock stepped back 30 s in the midst of it: said, and the kill is where it was (journal: %s)",
    async (journal) => {
      const timeline = await stepped(65, journal);
      expect(timeline.said.find(({ code }) => code === "clock-step")?.message).toMatch(
        /stepped by -30\.[34]\d\d s, 530\.\d s after boot/,
      );
      expect(contains(timeline, KILL_AT - STEP_S)).toBe(true);
      expect(timeline.verdict.outcome).toBe("kernel-won");
      expect(Math.abs((timeline.verdict.marginMs ?? 0) - (65_000 - KILL_AT * 1000))).toBeLessThanOrEqual(
        (timeline.verdict.marginUncertaintyMs ?? 0) + 15,
      );
    },
  );

  it.each([25, 50])("a reaction at %i s that the stepped clock showed twice is not ordered", async (reactionS) => {
    expect((await stepped(reactionS, false)).verdict.outcome).toBe("undetermined");
  });

  it.each([false, true])(
    "suspended for 100 s: printk stands still, the boot clock does not; the kill's instant is not missed (marks before it: %s)",
    async (before) => {
      // Boot time goes on through the sleep, printk does not: after it printk is 100 s behind.
      const sleptS = (s: number): number => (s >= 0 ? 100 : 0);
      const timeline = await timelineOf({
        ...ticks(-20, 120, fall(), { sleptS, stepMs: (s) => (s >= 0 ? 100_000 : 0) }),
        ...HARD_300,
        ...kmsg([
          ...(before ? [mark(-10)] : []),
          ...kill(42, 77),
          [1.001, `memforensics: mark 1 uptime ${(501 + 100).toFixed(2)} real ${((T0 + 101_000) / 1000).toFixed(3)}`],
          [60.001, `memforensics: mark 2 uptime ${(560 + 100).toFixed(2)} real ${((T0 + 160_000) / 1000).toFixed(3)}`],
        ]),
        ...kubelet([...reclaim(REACTION_AT + 100), ...evicted(155)]),
      });
      expect(contains(timeline, KILL_AT + 100)).toBe(true);
      expect(timeline.verdict.outcome).toBe("kernel-won");
      expect(holds(timeline)).toBe(true);
      const told = timeline.said.filter(({ code }) => code === "clock-suspend").map(({ message }) => message);
      expect(told.length).toBe(before ? 1 : 0);
      if (before) expect(told[0]).toMatch(/the machine slept between 489 and 502 s .{1,60} went on for 100\.0 s/);
    },
  );

  it("a jump that the journal alone shows is a step or a sleep: said as that", async () => {
    const lines: Line[] = [[1, "quiet"], ...kill(42, 77), [160, "quiet"]];
    const { said } = await timelineOf({
      ...HARD_300,
      "journal-kernel.json": kernelJournal(lines, { upOf: (s) => 500 + (s < 100 ? s : s - 50) }),
    });
    const jumps = said.filter(({ code }) => code === "clock-jump");
    expect(jumps.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^the wall clock jumped by 50\.0 s .{1,80}it was stepped, or the machine slept$/),
    ]);
  });

  it.each([
    [0.6, 0.6, 0],
    [0.6, 0.2, 1],
  ])(
    "TimeOfDeath %d and %d s early: one constant in one life of the kubelet, two in two",
    async (first, second, said) => {
      const timeline = await timelineOf({
        ...ticks(-20, 120, fall()),
        ...HARD_300,
        ...kmsg([mark(1), ...kill(42, 77), ...kill(44, 78), mark(60)]),
        ...kubelet([sawOom(60, 77, 42.01 - first), sawOom(60.5, 78, 44.01 - second)]),
      });
      const told = timeline.said.filter(({ code }) => code === "time-of-death-varies");
      expect(told.length).toBe(said);
      if (said > 0) expect(told[0]?.message).toContain("varies by 400 ms");
      expect(contains(timeline, KILL_AT)).toBe(true);
    },
  );

  it("`dmesg -T` and an event nearer than its estimate: no order", async () => {
    const timeline = await timelineOf({
      ...HARD_300,
      "dmesg-T": kill(42, 77)
        .map(
          ([s, text]) =>
            `[${new Date(T0 + s * 1000).toUTCString().replace(/^(\w+), (\d+) (\w+) (\d+) (\S+) GMT$/, "$1 $3 $2 $5 $4")}] ${text}\n`,
        )
        .join(""),
      ...kubelet(reactions),
    });
    expect(timeline.kills.length).toBe(1);
    expect(timeline.verdict.outcome).toBe("undetermined");
  });

  it("a receipt stamp alone may be a minute late: a reaction 8 s after it is not ordered, one 70 s before it is", async () => {
    const syslog = (s: number): string =>
      kill(s, 77)
        .map(([at, text]) => `${iso(at)} worker-1 kernel: ${text}\n`)
        .join("");
    const near = await timelineOf({ ...HARD_300, "messages.log": syslog(42), ...kubelet(reclaim(30)) });
    expect(near.verdict.outcome).toBe("undetermined");
    const far = await timelineOf({
      ...HARD_300,
      "messages.log": syslog(42),
      ...kubelet([[-28.01, reclaim(0)[0]?.[1] ?? ""]]),
    });
    expect(far.verdict.outcome).toBe("kernel-won-mid-eviction");
  });
});
