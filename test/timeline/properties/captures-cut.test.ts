// Whole captures cut at tick boundaries: what the film holds up to there is told, nothing beyond, and no other winner comes of it.
import { describe, expect, it } from "vitest";
import { openCapture } from "../../../src/collect/open-capture.ts";
import type { Outcome } from "../../../src/model/analysis.ts";
import type { Facts } from "../../../src/model/facts.ts";
import type { SampledFile, Samples, TaskField, TaskSeries } from "../../../src/model/samples.ts";
import type { Timeline } from "../../../src/model/timeline.ts";
import { parse } from "../../../src/parse/index.ts";
import { buildTimeline } from "../../../src/timeline/build-timeline.ts";
import { CAPTURE_NAMES, capturePath, hasCaptures } from "../../parse/samples/film-builders.ts";

const ignore = (): void => {};

/** Readings of the ticks before `ticks`. */
const readingsBefore = (series: Pick<SampledFile, "length" | "tickOf">, ticks: number): number => {
  let n = series.length;
  while (n > 0 && series.tickOf(n - 1) >= ticks) n--;
  return n;
};

const fileBefore = (file: SampledFile, ticks: number): SampledFile => {
  const length = readingsBefore(file, ticks);
  return {
    path: file.path,
    length,
    tickOf: (i) => file.tickOf(i),
    modifiedOf: (i) => file.modifiedOf(i),
    column: (field) => file.column(field)?.subarray(0, length) ?? null,
    fields: () => file.fields(),
    ref: (i, field) => file.ref(i, field),
    readingAtOrBefore: (tick) => Math.min(file.readingAtOrBefore(tick), length - 1),
  };
};

const taskBefore = (task: TaskSeries, ticks: number): TaskSeries => {
  const length = readingsBefore(task, ticks);
  return {
    pid: task.pid,
    comm: task.comm,
    cgroup: task.cgroup,
    length,
    tickOf: (i) => task.tickOf(i),
    column: (field: TaskField) => task.column(field)?.subarray(0, length) ?? null,
    ref: (i) => task.ref(i),
  };
};

const cut = (facts: Facts, ticks: number): Facts => {
  const { samples } = facts;
  const files = [...samples.files].map(([path, file]) => [path, fileBefore(file, ticks)] as const);
  const before: Samples = {
    ...samples,
    ticks: samples.ticks.slice(0, ticks),
    files: new Map(files.filter(([, file]) => file.length > 0)),
    tasks: samples.tasks.map((task) => taskBefore(task, ticks)).filter(({ length }) => length > 0),
  };
  return { ...facts, samples: before };
};

const filmAlone = (facts: Facts): Facts => ({ ...facts, logs: [], events: [], pods: [] });

const LOSERS: readonly Outcome[] = ["undetermined", "pressure-only", "none"];
const killsOf = ({ kills }: Timeline) => kills.map(({ doc, at }) => [doc.scope, doc.count, Math.round(at.earliest)]);

describe.skipIf(!hasCaptures()).each(CAPTURE_NAMES)("%s", (name) => {
  it("cut in its midst or about the first kill: the logs' verdict stays or is open, the film's kills are those up to the cut", async () => {
    const facts = await parse(await openCapture(capturePath(name), ignore), ignore);
    const whole = buildTimeline(facts, ignore);
    const film = buildTimeline(filmAlone(facts), ignore);
    const total = facts.samples.ticks.length;
    const shown = film.kills.map(({ at }) =>
      facts.samples.ticks.findIndex((_, i) => film.tickAt(i).latest >= at.latest - 1),
    );
    // About the sample that shows the first kill, and in the midst of the film.
    const first = shown[0] ?? Math.floor(total / 3);
    for (const ticks of [Math.floor(total / 2), first - 1]) {
      const told = buildTimeline(cut(facts, ticks), ignore);
      const at = `${name} cut at ${ticks} of ${total}`;
      expect([whole.verdict.outcome, ...LOSERS], at).toContain(told.verdict.outcome);
      // What the logs tell of is told however short the film.
      expect(told.kills.filter(({ report }) => report !== null).length, at).toBe(
        whole.kills.filter(({ report }) => report !== null).length,
      );
    }
    for (const ticks of [first - 1, first + 2]) {
      const alone = buildTimeline(filmAlone(cut(facts, ticks)), ignore);
      const at = `the film of ${name} alone, cut at ${ticks} of ${total}`;
      expect(killsOf(alone), at).toEqual(killsOf(film).filter((_, i) => (shown[i] ?? total) < ticks));
      for (const { at: when } of alone.kills)
        expect(when.latest, at).toBeLessThanOrEqual(film.tickAt(ticks - 1).latest + 1);
      expect(["kernel-won", "kubelet-won", "kernel-won-mid-eviction"], at).not.toContain(alone.verdict.outcome);
    }
  });
});
