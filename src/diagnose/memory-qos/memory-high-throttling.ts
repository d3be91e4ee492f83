// Slowed, not killed: above memory.high a task reclaims and then sleeps on its way back to user mode, (usage/high − 1)² × the pages
// charged in seconds, at most 2 s (mm/memcontrol.c mem_cgroup_handle_over_high(), calculate_high_delay()).
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type CgroupView, limitAt, nameOf } from "../inputs/cgroup.ts";
import type { Case } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { readingsIn, refAt, stallShare, stretchOf, valueAt } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { clock, number, percent, quantity, size, span } from "../text/format.ts";
import { type HighReading, stalledAtHigh } from "../../timeline/memory-high/throttle.ts";

type Needs = Pick<Inputs, "incidents" | "cgroups" | "config" | "podFacts">;

const STALLED_SHARE = 0.3;
/** Long enough for the share not to hang on one tick. */
const WINDOW_MS = 20_000;

interface Throttled {
  readonly view: CgroupView;
  readonly fromMs: number;
  readonly toMs: number;
  readonly high: number;
  readonly current: number;
  /** Reading of memory.current with the peak. */
  readonly peakMs: number;
  readonly events: number;
  readonly max: number;
  readonly some: number | null;
  readonly full: number | null;
  readonly predicted: number | null;
}

const predictedIn = (view: CgroupView, fromMs: number, toMs: number): number | null => {
  const { events } = view;
  const readings = readingsIn(events, fromMs, toMs).flatMap((i): HighReading[] => {
    const ms = events?.ms(i) ?? NaN;
    const usage = valueAt(view.current, "", ms);
    const high = limitAt(view.high, ms);
    const met = events?.value(i, "high") ?? null;
    return usage === null || high === null || met === null
      ? []
      : [{ ms: events?.upMs(i) ?? ms, usageBytes: usage, highBytes: high, highEvents: met }];
  });
  return stalledAtHigh(readings);
};

const inWindow = (view: CgroupView, fromMs: number, toMs: number): Throttled | null => {
  const { events, current } = view;
  const stretch = stretchOf(events, fromMs, toMs);
  const high = limitAt(view.high, toMs);
  if (events === null || current === null || stretch === null || high === null) return null;
  const delta = (field: string) => (events.value(stretch.last, field) ?? 0) - (events.value(stretch.first, field) ?? 0);
  const readings = readingsIn(current, fromMs, toMs);
  const peak = readings.toSorted((a, b) => (current.value(b, "") ?? 0) - (current.value(a, "") ?? 0))[0];
  if (peak === undefined) return null;
  return {
    view,
    fromMs,
    toMs,
    high,
    current: current.value(peak, "") ?? 0,
    peakMs: current.ms(peak),
    events: delta("high"),
    max: delta("max"),
    some: stallShare(view.pressure, "some", fromMs, toMs),
    full: stallShare(view.pressure, "full", fromMs, toMs),
    predicted: predictedIn(view, fromMs, toMs),
  };
};

/** Windows looked at: enough to meet the worst one. */
const WINDOWS = 60;

/** The 20 s in which it met its high limit most often. */
const worst = (view: CgroupView): Throttled | null => {
  const { events } = view;
  if (events === null) return null;
  let best: Throttled | null = null;
  for (let i = 0; i < events.length; i += Math.max(1, Math.floor(events.length / WINDOWS))) {
    const here = inWindow(view, events.ms(i), events.ms(i) + WINDOW_MS);
    if (here !== null && (best === null || here.events > best.events)) best = here;
  }
  return best;
};

const incidentOf = (incidents: readonly Case[], { fromMs, toMs }: Throttled): Case | null =>
  incidents.find((i) => i.span !== null && i.span.fromMs <= toMs && i.span.toMs >= fromMs) ?? null;

const factsOf = ({ view, high, current, peakMs, events, max, some, full, predicted, fromMs, toMs }: Throttled) => {
  const share = `some ${percent(some ?? 0)}${full === null ? "" : `, full ${percent(full)}`} of the time`;
  const asleep = `at least ${percent(predicted ?? 0)} of the time, from the events and the overage`;
  return [
    fact(
      "memory.high",
      `${size(high)}; memory.current up to ${size(current)} (${percent(current / high - 1)} over)`,
      refAt(view.high, "", toMs),
      refAt(view.current, "", peakMs),
    ),
    fact(
      "Throttled",
      `${events} “high” events in ${span(toMs - fromMs)} from ${clock(fromMs)}, ${max} at the limit`,
      refAt(view.events, "high", fromMs),
      refAt(view.events, "high", toMs),
      refAt(view.events, "max", toMs),
    ),
    ...(some === null
      ? []
      : [
          fact(
            "Stalled for memory",
            share,
            refAt(view.pressure, "some.total", fromMs),
            refAt(view.pressure, "some.total", toMs),
          ),
        ]),
    ...(predicted === null
      ? []
      : [fact("Sleep that memory.high must have caused", asleep, refAt(view.events, "high", toMs))]),
  ] as const;
};

const evaluate = (inputs: Needs, throttled: Throttled): Answer | null => {
  const { view, high, current, events, max, some, fromMs, toMs } = throttled;
  const name = `${nameOf(view.pod) ?? view.cgroup}${view.pod?.container == null ? "" : `, container ${view.pod.container},`}`;
  const common = { incidentId: incidentOf(inputs.incidents, throttled)?.id ?? null, facts: factsOf(throttled) };
  if (events === 0 || current <= high)
    return refuted({ ...common, explanation: `${name} stayed below its memory.high of ${size(high)}.` });
  if (some === null) {
    const explanation = `${name} met its memory.high ${events} times; how long it slept is not in the samples.`;
    return unknown({
      ...common,
      explanation,
      wouldDecide: wanted("memory.pressure of its cgroup (absent where PSI is off)", "pressure"),
    });
  }
  if (max > 0 || some <= STALLED_SHARE) {
    const but =
      max > 0
        ? `and its limit ${max} times: reclaim at the limit stalls as well`
        : `and stalled ${percent(some)} of the time only`;
    const explanation = `${name} met its memory.high ${events} times, ${but}.`;
    return unknown({
      ...common,
      explanation,
      wouldDecide: wanted("samples over a longer time of throttling", "more-lives"),
    });
  }
  const often = number(events / ((toMs - fromMs) / 1000));
  return holds({
    ...common,
    explains: "time",
    share: some,
    role: "cause",
    explanation: `${name} was slowed, not killed: it stood up to ${percent(current / high - 1)} over its memory.high of ${size(high)}, met it ${often} times a second and waited for memory ${percent(some)} of the time. memory.high never kills: nothing ends this but less memory or a higher limit.`,
    remedies: highRemedies(inputs, view, high, current),
  });
};

/** The factor that puts memory.high above what it needs: (peak × 1.05 − request)/(limit − request). */
const highRemedies = (inputs: Needs, view: CgroupView, high: number, current: number) => {
  const pod = inputs.podFacts.find(
    (p) =>
      p.uid !== null &&
      p.uid === view.pod?.uid &&
      p.containers.some((c) => c.name === view.pod?.container && c.limitBytes !== null),
  );
  const container = pod?.containers.find((c) => c.name === view.pod?.container);
  const limit = container?.limitBytes ?? null;
  const request = container?.requestBytes ?? 0;
  const throttling = inputs.config?.memoryThrottlingFactor ?? null;
  if (limit === null)
    return [
      remedy(
        `Raise the memory limit of ${nameOf(view.pod) ?? view.cgroup}: memory.high (${size(high)}) follows from it`,
        `It held ${size(current)} against a memory.high of ${size(high)}. The kubelet computes memory.high from request, limit and memoryThrottlingFactor, which are not in the input: raise limit or factor until memory.high is above ${size(current * 1.05)} (what it held × 1.05). Check: “high” of memory.events stands still.`,
        "memory-high-throttling",
      ),
    ];
  const factor = (current * 1.05 - request) / (limit - request);
  const raised =
    Math.ceil((request + (current * 1.05 - request) / (throttling ?? 0.9)) / (64 * 2 ** 20)) * 64 * 2 ** 20;
  const byFactor =
    factor < 1
      ? [
          `set memoryThrottlingFactor to ${(Math.ceil(factor * 100) / 100).toFixed(2)} (kubelet configuration, for all pods of the node)`,
        ]
      : ["switch the MemoryQoS feature gate off, for the factor would have to be 1 or more"];
  return [
    remedy(
      `Raise the memory limit of ${nameOf(view.pod) ?? view.cgroup} to ${quantity(raised)}, or ${byFactor.join("")}`,
      `memory.high = request + factor × (limit − request) = ${size(request)} + ${throttling ?? 0.9} × (${size(limit)} − ${size(request)}) = ${size(request + (throttling ?? 0.9) * (limit - request))}. It held ${size(current)}, × 1.05 = ${size(current * 1.05)}: limit ≥ ${size(request)} + (${size(current * 1.05)} − ${size(request)}) ÷ ${throttling ?? 0.9}, rounded up to 64 MiB; or factor ≥ (${size(current * 1.05)} − ${size(request)}) ÷ (${size(limit)} − ${size(request)}) = ${factor.toFixed(3)}. What it needs beyond that is hidden by the throttling. Cost: ${size(raised - limit)} more of the node. Check: “high” of memory.events stands still.`,
      "memory-high-throttling",
    ),
  ];
};

export const memoryHighThrottling = defineRule({
  id: "memory-high-throttling",
  group: "memory-qos",
  title: "Slowed by memory.high, not killed",
  needs: ["incidents", "cgroups", "config", "podFacts"],
  evaluate: (inputs) => {
    const limited = inputs.cgroups.filter((view) => view.high !== null && limitAt(view.high, Infinity) !== null);
    const all = limited.map((view) => worst(view)).filter((t) => t !== null);
    const met = all.filter((t) => t.events > 0);
    // One that never met it is worth a line only where none did.
    return (met.length > 0 ? met : all.slice(0, 1)).map((throttled) => evaluate(inputs, throttled));
  },
});
