// The kubelet itself stalled: its loop, its leases and its calls to the runtime wait for the same memory as everybody else.
// Two signs of five, for each of them alone also has an innocent reason.
import { type Answer, type FindingFact, fact, holds, refuted, unknown, wanted } from "../answer.ts";
import type { CgroupView } from "../inputs/cgroup.ts";
import { type Case, type Window, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { median } from "../inputs/loss.ts";
import { hardRef, linesIn, softRef } from "../inputs/refs.ts";
import { LEAST_SILENCE_MS, silenceIn } from "../inputs/silence.ts";
import type { TaskView } from "../inputs/task.ts";
import { readingAt, readingsIn, stallShare } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { clock, list, percent, span } from "../text/format.ts";
import { protectUnits } from "../text/protect.ts";
import { EVICTION_PERIOD_MS } from "../../timeline/race/replay.ts";

type Needs = Pick<Inputs, "incidents" | "kubelet" | "cgroups" | "tasks" | "thresholds" | "psiMemory">;

const GAP_FACTOR = 3;
const STALLED_SHARE = 0.2;
/** /proc/PID/stat, state: 'D' uninterruptible sleep. */
const STATE_D = "D".charCodeAt(0);
const LEAST_D_SHARE = 0.25;

/** Its words stand in one list with those of the other signs: several of them are no list within it. */
type Sign = {
  readonly shown: boolean;
  readonly words: string | readonly string[];
  readonly fact: FindingFact;
} | null;

/** Two windows of its starving: up to the event, and a minute beyond, for the lines of a stalled process come late. */
const AFTER_MS = 60_000;
/** A shorter window has neither gaps nor shares to measure. */
const LEAST_WINDOW_MS = 20_000;

const silence = (inputs: Needs, window: Window): Sign => {
  const longest = silenceIn(inputs.kubelet, window);
  if (longest === null) return null;
  const near = inputs.kubelet?.lines.find(({ at }) => at.best >= longest.from.ms - 1)?.event.from[0];
  const ref = { file: longest.from.file, line: longest.from.line, text: "" };
  const cited = near !== undefined && near.file === ref.file && near.line === ref.line ? near : ref;
  return {
    shown: longest.shown,
    words: `no line of it for ${span(longest.ms)}`,
    fact: fact(
      "Longest gap between its lines",
      `${span(longest.ms)} from ${clock(longest.from.ms)}; median of its gaps before ${span(longest.usualMs)}`,
      cited,
      { file: longest.to.file, line: longest.to.line, text: "" },
    ),
  };
};

/** Its eviction loop was due and did not come: noticed, grace over, no action. */
const loopLate = (inputs: Needs, incident: Case, window: Window): Sign => {
  const silent = incident.race?.kubeletSilentMs ?? null;
  const noticed = linesIn(inputs.kubelet?.lines ?? [], window, 5000).find(
    ({ event }) => event.kind === "criteria-not-met" || event.kind === "attempting-to-reclaim",
  );
  if (silent === null || noticed === undefined) return null;
  const due =
    EVICTION_PERIOD_MS + (noticed.event.kind === "criteria-not-met" ? (inputs.thresholds.memorySoftGraceMs ?? 0) : 0);
  return {
    shown: silent > Math.max(LEAST_SILENCE_MS, 2 * due),
    words: `its eviction loop said nothing for ${span(silent)} after it had noticed`,
    fact: fact(
      "From noticing to the eviction manager's next line, or the kill",
      `${span(silent)}; due after ${span(due)}`,
      noticed.event.from[0],
      softRef(inputs.thresholds) ?? hardRef(inputs.thresholds),
    ),
  };
};

const ownLines = (inputs: Needs, window: Window): Sign => {
  if (inputs.kubelet === null || inputs.kubelet.lines.length === 0) return null;
  const lines = linesIn(inputs.kubelet.lines, { fromMs: window.fromMs, toMs: window.toMs + AFTER_MS });
  // "Housekeeping took longer than expected" stands in the log of any slow machine.
  const told = lines.filter(({ event }) => event.kind === "starving" && event.what !== "housekeeping-slow");
  const notReady = lines.filter(({ event }) => event.kind === "node-event" && event.event === "NodeNotReady");
  const found = [...told, ...notReady];
  const what = [
    ...new Set(
      found.map(({ event }) => (event.kind === "starving" ? LINE_WORDS[event.what] : "the node went NotReady")),
    ),
  ];
  const refs = found.map(({ event }) => event.from[0]);
  return {
    shown: found.length > 0,
    words: what,
    fact: fact(
      "Its own lines of starvation",
      found.length === 0 ? "none" : `${found.length}: ${list(what)}`,
      ...refs.slice(0, 3),
      found.length === 0 ? inputs.kubelet.lines[0]?.event.from[0] : null,
    ),
  };
};

const LINE_WORDS = {
  "pleg-unhealthy": "its list of containers was overdue (PLEG)",
  "housekeeping-slow": "housekeeping was slow",
  lease: "it could not renew its lease",
  "status-update": "it could not post the node's status",
  "runtime-call": "calls to the runtime timed out",
  "runtime-down": "the runtime did not answer",
} as const;

const KUBELET = /\/kubelet(?:\.service|\.slice)?$/;

const ownPressure = (inputs: Needs, window: Window): Sign => {
  const view: CgroupView | undefined = inputs.cgroups.find((c) => KUBELET.test(c.cgroup) && c.pressure !== null);
  const share = stallShare(view?.pressure ?? null, "full", window.fromMs, window.toMs);
  if (view?.pressure == null || share === null) return null;
  const last = readingAt(view.pressure, window.toMs);
  return {
    shown: share > STALLED_SHARE,
    words: `its cgroup stood still for memory ${percent(share)} of the time`,
    fact: fact(
      "Full memory stall of its cgroup",
      `${percent(share)} of ${span(window.toMs - window.fromMs)}`,
      view.pressure.ref(
        readingAt(view.pressure, window.fromMs) < 0 ? 0 : readingAt(view.pressure, window.fromMs),
        "full.total",
      ),
      view.pressure.ref(last, "full.total"),
    ),
  };
};

const taskState = (inputs: Needs, window: Window): Sign => {
  const task: TaskView | undefined = inputs.tasks.find((t) => t.comm === "kubelet");
  if (task === undefined) return null;
  const readings = Array.from({ length: task.length }, (_, i) => i).filter(
    (i) => task.ms(i) >= window.fromMs && task.ms(i) <= window.toMs && task.value(i, "state") !== null,
  );
  const [first] = readings;
  if (first === undefined || readings.length < 4) return null;
  const asleep = readings.filter((i) => task.value(i, "state") === STATE_D);
  const share = asleep.length / readings.length;
  return {
    shown: share >= LEAST_D_SHARE,
    words: `its main thread was in state D in ${percent(share)} of the samples`,
    fact: fact("Its task in state D", `${asleep.length} of ${readings.length} samples`, task.ref(asleep[0] ?? first)),
  };
};

const lateTicks = (inputs: Needs, window: Window): Sign => {
  const track = inputs.psiMemory;
  if (track === null) return null;
  const gapsOf = (readings: readonly number[]) =>
    readings.slice(1).map((reading, i) => ({ reading, ms: track.ms(reading) - track.ms(readings[i] ?? reading) }));
  const usual = median(gapsOf(readingsIn(track, window.fromMs - 120_000, window.fromMs)).map((g) => g.ms));
  const longest = gapsOf(readingsIn(track, window.fromMs, window.toMs)).reduce<{ reading: number; ms: number } | null>(
    (a, b) => (a === null || b.ms > a.ms ? b : a),
    null,
  );
  if (usual === null || longest === null || usual <= 0) return null;
  return {
    shown: longest.ms > GAP_FACTOR * usual && longest.ms > 2000,
    words: `the collector itself took ${span(longest.ms)} from one sample to the next`,
    fact: fact(
      "Longest gap between the collector's samples",
      `${span(longest.ms)}; usually ${span(usual)}`,
      track.ref(longest.reading, "full.total"),
    ),
  };
};

const signsOf = (inputs: Needs, incident: Case, window: Window) => ({
  silence: silence(inputs, window),
  loop: loopLate(inputs, incident, window),
  lines: ownLines(inputs, window),
  pressure: ownPressure(inputs, window),
  task: taskState(inputs, window),
  ticks: lateTicks(inputs, window),
});
type Signs = ReturnType<typeof signsOf>;

/** The silence and the overdue loop are one witness, the log; late samples alone speak of the node, not of the kubelet. */
const witnessesOf = (signs: Signs): number => {
  const log = signs.silence?.shown === true || signs.loop?.shown === true;
  const others = [signs.lines, signs.pressure, signs.task, signs.ticks].filter((sign) => sign?.shown === true);
  return others.length + (log ? 1 : 0);
};

/** Enough was captured to exclude it. */
const allSeen = ({ silence: gap, lines, pressure, task, ticks }: Signs): boolean =>
  gap !== null && lines !== null && (pressure !== null || task !== null) && ticks !== null;

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  if (incident.window === null) return null;
  const { fromMs, toMs } = incident.window;
  const window = { fromMs: Math.min(fromMs, toMs - LEAST_WINDOW_MS), toMs };
  const signs = signsOf(inputs, incident, window);
  const known = Object.values(signs).filter((sign) => sign !== null);
  const shown = known.filter((sign) => sign.shown);
  const [head, ...tail] = [...shown, ...known.filter((sign) => !sign.shown)].map((sign) => sign.fact);
  if (head === undefined) return null;
  const common = { incidentId: incident.id, heuristic: true, facts: [head, ...tail] as const };
  const witnesses = witnessesOf(signs);
  const words = list(shown.flatMap((sign) => sign.words));
  if (witnesses >= 2)
    return holds({
      ...common,
      explains: "outcome",
      share: Math.min(0.9, 0.3 * witnesses),
      // Where no threshold was crossed, no eviction was due: its stall then decided nothing.
      role: incident.crossing === null && incident.evictions.length === 0 ? "contributes" : "cause",
      confidence: witnesses >= 3 && signs.pressure?.shown !== false ? "high" : "medium",
      explanation: `The kubelet was starved itself: ${words}. A loop that should come round every 10 s cannot evict in time while it waits for memory.`,
      remedies: protection(inputs, window),
    });
  if (witnesses === 0 && allSeen(signs)) {
    const explanation =
      "The kubelet ran: its lines came as usual, it logged no failed lease or call, and it did not stand still for memory.";
    return refuted({ ...common, explanation });
  }
  const nothing =
    "Nothing shows the kubelet stalled, but not enough of its log and its cgroup was captured to exclude it.";
  const wouldDecide = wanted(
    "the kubelet's log at verbosity 2 or more, and memory.pressure of its cgroup, through the incident",
    "kubelet-log",
    "system-units",
    "pressure",
  );
  return unknown({ ...common, explanation: shown.length === 0 ? nothing : `One witness only: ${words}.`, wouldDecide });
};

const protection = (inputs: Needs, window: Window) => {
  const protect = protectUnits(
    inputs.cgroups,
    window.toMs,
    `no gap between the kubelet's lines over ${span(GAP_FACTOR * EVICTION_PERIOD_MS)}`,
    "kubelet-starved",
  );
  return protect === null ? [] : [protect];
};

export const kubeletStarved = defineRule({
  id: "kubelet-starved",
  group: "race",
  title: "The kubelet itself was starved of memory",
  needs: ["incidents", "kubelet", "cgroups", "tasks", "thresholds", "psiMemory"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
