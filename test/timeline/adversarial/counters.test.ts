// Kills of which no line survived: the kernel's counters tell that there were some, when, how many at least and whose limit it was.
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openCapture } from "../../../src/collect/open-capture.ts";
import { parse } from "../../../src/parse/index.ts";
import { buildTimeline } from "../../../src/timeline/build-timeline.ts";
import {
  CONTAINER,
  type Counters,
  fall,
  HARD_300,
  kill,
  kmsg,
  kubelet,
  mark,
  POD,
  T0,
  ticks,
  timelineOf,
} from "./scene.ts";

const KUBEPODS = "/kubepods.slice";
const quiet = kmsg([mark(1), mark(60)]);

/** Counters of the victim's cgroups: 0 until second `at`, then as given. */
const since =
  (at: number, after: Readonly<Record<string, Counters>>) =>
  (s: number): Readonly<Record<string, Counters>> =>
    Object.fromEntries(Object.entries(after).map(([path, counters]) => [path, s > at ? counters : {}]));

const rise = (at: number, by: number) => (s: number) => (s > at ? by : 0);
const told = (timeline: Awaited<ReturnType<typeof timelineOf>>) =>
  timeline.kills.map(({ doc }) => [doc.knownFrom, doc.count, doc.scope]);

describe("kills without a line", () => {
  const global = since(42, {
    [KUBEPODS]: { oomKill: 2, oomGroupKill: 1 },
    [POD]: { oomKill: 2, oomGroupKill: 1 },
    [CONTAINER]: { oomKill: 2, oomGroupKill: 1 },
  });

  it("a group's chosen victim counts twice: one process of the node, between two samples, reports lost", async () => {
    const timeline = await timelineOf({
      ...ticks(-20, 120, fall(), { oomKill: rise(42, 2), events: global }),
      ...HARD_300,
      ...quiet,
      ...kubelet([]),
    });
    expect(told(timeline)).toEqual([["counter", 1, "node"]]);
    const [found] = timeline.kills;
    expect([found?.doc.victims, found?.doc.victimCgroup, found?.doc.complete]).toEqual([[], CONTAINER, false]);
    expect(found?.at.earliest).toBeGreaterThan(T0 + 41_900);
    expect(found?.at.latest).toBeLessThan(T0 + 43_200);
    expect(found?.doc.evidence.map(({ text }) => text)).toEqual(expect.arrayContaining(["oom_kill 0", "oom_kill 2"]));
    expect(timeline.said.map(({ code }) => code)).toContain("kill-reports-lost");
    expect(timeline.verdict.outcome).toBe("kernel-won");
    expect(timeline.verdict.sentence).toContain(
      "it shot at least 1 process of the pod with uid 11111111-2222-3333-4444-555555555555 (reports lost)",
    );
  });

  it("a limit that was hit is named: the deepest cgroup whose oom counter rose", async () => {
    const events = since(42, {
      [KUBEPODS]: { oom: 1, oomKill: 1 },
      [POD]: { oom: 1, oomKill: 1 },
      [CONTAINER]: { oomKill: 1 },
    });
    const timeline = await timelineOf({
      ...ticks(-20, 120, () => 3000, { oomKill: rise(42, 1), events }),
      ...HARD_300,
      ...quiet,
    });
    expect(told(timeline)).toEqual([["counter", 1, "pod"]]);
    expect(timeline.kills[0]?.doc.limitedCgroup).toBe(POD);
    expect(timeline.verdict.outcome).toBe("no-race");
  });

  it("without cgroups nobody knows whose limit: at least half, for each may have counted twice, and no winner", async () => {
    const timeline = await timelineOf({
      ...ticks(-20, 120, fall(), { oomKill: rise(42, 6) }),
      ...HARD_300,
      ...quiet,
      ...kubelet([]),
    });
    expect(told(timeline)).toEqual([["counter", 3, null]]);
    expect(timeline.verdict.outcome).toBe("undetermined");
  });

  it("counts that a known kill explains add none, counted twice or not", async () => {
    for (const by of [1, 2]) {
      const files = { ...ticks(-20, 120, fall(), { oomKill: rise(42, by) }), ...HARD_300, ...kubelet([]) };
      const group: [number, string][] =
        by === 1 ? [] : [[42.02, `Tasks in ${CONTAINER} are going to be killed due to memory.oom.group set`]];
      const timeline = await timelineOf({ ...files, ...kmsg([mark(1), ...kill(42, 77), ...group, mark(60)]) });
      expect(timeline.kills.map(({ doc }) => doc.knownFrom)).toEqual(["report"]);
    }
  });

  it("what is left over beside a known kill is told", async () => {
    const events = since(42, { [POD]: { oomKill: 5, oomGroupKill: 0 } });
    const timeline = await timelineOf({
      ...ticks(-20, 120, fall(), { oomKill: rise(42, 5), events }),
      ...HARD_300,
      ...kmsg([mark(1), ...kill(42, 77), mark(60)]),
      ...kubelet([]),
    });
    expect(told(timeline)).toEqual([
      ["report", 1, "node"],
      ["counter", 4, "node"],
    ]);
  });

  it("a counter that began anew is no kill", async () => {
    const timeline = await timelineOf({
      ...ticks(-20, 120, () => 3000, { oomKill: (s) => (s < 40 ? 7 : 0) }),
      ...HARD_300,
    });
    expect(timeline.kills).toEqual([]);
  });
});

const CAPTURES = "../shared/captures";
const present = existsSync(CAPTURES);
if (!present) console.warn(`SKIPPED: ${CAPTURES} is not here, so no capture is read without its logs`);
if (!present && process.env["CI"]) throw new Error(`${CAPTURES} is demanded in CI`);

describe.skipIf(!present)("real captures", () => {
  const ignore = (): void => {};
  const read = async (name: string) => parse(await openCapture(`${CAPTURES}/${name}.tgz`, ignore), ignore);

  it("gain none where their lines survived", async () => {
    for (const name of [
      "a3-global-oom-json-6.12",
      "c1-both-6.12",
      "d1-container-oom-loop-6.12",
      "h1-memoryhigh-throttle-6.12",
    ]) {
      const timeline = buildTimeline(await read(name), ignore);
      expect([name, timeline.kills.filter(({ doc }) => doc.knownFrom === "counter")]).toEqual([name, []]);
    }
  });

  it.each([
    ["a3-global-oom-json-6.12", [["node", 1]], 1],
    [
      "c1-both-6.12",
      [
        ["node", 1],
        ["node", 1],
      ],
      2,
    ],
    [
      "d1-container-oom-loop-6.12",
      [
        ["pod", 2],
        ["pod", 2],
      ],
      2,
    ],
  ])("%s without any log: the film alone has them, with scope and number", async (name, expected, count) => {
    const facts = await read(name);
    const { kills } = buildTimeline(
      { ...facts, logs: [], events: [], pods: facts.pods.map((pod) => ({ ...pod, containers: [] })) },
      ignore,
    );
    expect(kills.length).toBe(count);
    expect(kills.map(({ doc }) => [doc.scope, doc.count])).toEqual(expected);
    expect(kills.every(({ doc }) => doc.knownFrom === "counter" && doc.pod !== null)).toBe(true);
  });
});
