// Slowed, not killed: above memory.high a task reclaims and then sleeps on its way back to user mode, (usage/high − 1)² × the pages
// charged in seconds, at most 2 s (mm/memcontrol.c mem_cgroup_handle_over_high(), calculate_high_delay()).
import { type Answer, fact, holds, refuted, remedy, unknown } from "../answer.ts";
import { type CgroupView, limitAt, nameOf } from "../inputs/cgroup.ts";
import type { Case } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { type Track, readingAt, readingsIn, stretchOf, valueAt } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { number, percent, quantity, size, span } from "../text/format.ts";
import { highThrottle } from "../../timeline/memory-high/throttle.ts";

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
  readonly events: number;
  readonly max: number;
  readonly some: number | null;
  readonly full: number | null;
  readonly predicted: number | null;
}

const share = (track: Track | null, field: string, first: number, last: number): number | null => {
  if (track === null) return null;
  const a = track.value(first, field);
  const b = track.value(last, field);
  const seconds = (track.upMs(last) - track.upMs(first)) / 1000;
  return a === null || b === null || seconds < 2 ? null : Math.max(0, Math.min(1, (b - a) / 1e6 / seconds));
};

/** The 20 s in which it met its high limit most often. */
const worst = (view: CgroupView): Throttled | null => {
  const { events, current } = view;
  if (events === null || current === null || view.high === null) return null;
  let best: Throttled | null = null;
  for (let i = 0; i < events.length; i += Math.max(1, Math.floor(events.length / 60))) {
    const fromMs = events.ms(i);
    const toMs = fromMs + WINDOW_MS;
    const stretch = stretchOf(events, fromMs, toMs);
    const high = limitAt(view.high, toMs);
    const usage = valueAt(current, "", toMs);
    if (stretch === null || high === null || usage === null) continue;
    const delta = (field: string) =>
      (events.value(stretch.last, field) ?? 0) - (events.value(stretch.first, field) ?? 0);
    const met = delta("high");
    if (best !== null && met <= best.events) continue;
    const pressure = stretchOf(view.pressure, fromMs, toMs);
    const peak = readingsIn(current, fromMs, toMs).reduce((m, r) => Math.max(m, current.value(r, "") ?? 0), 0);
    best = {
      view,
      fromMs,
      toMs,
      high,
      current: Math.max(usage, peak),
      events: met,
      max: delta("max"),
      some: pressure === null ? null : share(view.pressure, "some.total", pressure.first, pressure.last),
      full: pressure === null ? null : share(view.pressure, "full.total", pressure.first, pressure.last),
      predicted:
        highThrottle({ usageBytes: usage, highBytes: high, highEvents: met, seconds: stretch.seconds })?.stalledShare ??
        null,
    };
  }
  return best;
};

const incidentOf = (incidents: readonly Case[], { fromMs, toMs }: Throttled): Case | null =>
  incidents.find((i) => i.span !== null && i.span.fromMs <= toMs && i.span.toMs >= fromMs) ?? null;

const evaluate = (inputs: Needs, throttled: Throttled): Answer | null => {
  const { view, high, current, events, max, some, full, predicted, fromMs, toMs } = throttled;
  const incidentId = incidentOf(inputs.incidents, throttled)?.id ?? null;
  const name = `${nameOf(view.pod) ?? view.cgroup}${view.pod?.container == null ? "" : `, container ${view.pod.container}`}`;
  const at = (track: Track | null, field: string) =>
    track === null || readingAt(track, toMs) < 0 ? null : track.ref(readingAt(track, toMs), field);
  const facts = [
    fact(
      "memory.high",
      `${size(high)}; memory.current ${size(current)} (${percent(current / high - 1)} over)`,
      at(view.high, ""),
      at(view.current, ""),
    ),
    fact(
      "Throttled",
      `${events} “high” events in ${span(toMs - fromMs)}, ${max} at the limit`,
      at(view.events, "high"),
      at(view.events, "max"),
    ),
    ...(some === null
      ? []
      : [
          fact(
            "Stalled for memory",
            `some ${percent(some)}${full === null ? "" : `, full ${percent(full)}`} of the time`,
            at(view.pressure, "some.total"),
            at(view.pressure, "full.total"),
          ),
        ]),
    ...(predicted === null
      ? []
      : [
          fact(
            "Sleep that memory.high must have caused",
            `at least ${percent(predicted)} of the time, from the events and the overage`,
            at(view.events, "high"),
          ),
        ]),
  ] as const;
  if (events === 0 || current <= high)
    return refuted({ incidentId, explanation: `${name} stayed below its memory.high of ${size(high)}.`, facts });
  if (some === null)
    return unknown({
      incidentId,
      explanation: `${name} met its memory.high ${events} times; how long it slept is not in the samples.`,
      facts,
      wouldDecide: "memory.pressure of its cgroup (absent where PSI is off)",
    });
  if (max > 0 || some <= STALLED_SHARE)
    return unknown({
      incidentId,
      explanation: `${name} met its memory.high ${events} times, ${max > 0 ? `and its limit ${max} times: reclaim at the limit stalls as well` : `and stalled ${percent(some)} of the time only`}.`,
      facts,
      wouldDecide: "samples over a longer time of throttling",
    });
  return holds({
    incidentId,
    explains: "time",
    share: some,
    role: "cause",
    explanation: `${name} was slowed, not killed: it stood ${percent(current / high - 1)} over its memory.high of ${size(high)}, met it ${number(events / ((toMs - fromMs) / 1000))} times a second and waited for memory ${percent(some)} of the time. memory.high never kills: nothing ends this but less memory or a higher limit.`,
    facts,
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
