// The kernel killed while the grace period of the soft threshold still ran. Grace counts from the first pass that sees it met
// (pkg/kubelet/eviction/helpers.go thresholdsMetGracePeriod).
import { type Answer, type FindingFact, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type Case, contestedWithKill } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { reactionOf } from "../inputs/loop.ts";
import { killRef, linesIn, softRef } from "../inputs/refs.ts";
import { pointsIn } from "../inputs/signal.ts";
import { defineRule } from "../rule.ts";
import { EVICTION_PERIOD_MS } from "../../timeline/race/replay.ts";
import { clock, perSecond, size, span } from "../text/format.ts";

type Needs = Pick<Inputs, "incidents" | "thresholds" | "available" | "kubelet">;

/** When the soft threshold was seen met: by the kubelet's own line, else by the first sample below it. */
const softMet = (inputs: Needs, incident: Case, softBytes: number, killMs: number) => {
  const from = incident.span?.fromMs ?? killMs - 600_000;
  const line = linesIn(inputs.kubelet?.lines ?? [], { fromMs: from - 5000, toMs: killMs }).find(
    ({ event }) => event.kind === "criteria-not-met" && /memory/.test(event.signal ?? ""),
  );
  if (line !== undefined)
    return {
      ms: line.at.best as number,
      what: 'the kubelet\'s "eviction criteria not yet met"',
      refs: [...line.event.from],
    };
  const point = pointsIn(inputs.available, from - 5000, killMs).find((p) => p.value < softBytes);
  return point === undefined || inputs.available === null
    ? null
    : {
        ms: point.ms,
        what: `memory.available ${size(point.value)} below ${size(softBytes)}`,
        refs: [...inputs.available.refs(point.ms)],
      };
};

/** (soft − hard) ÷ fall rate − one reaction. */
const shorterGrace = (inputs: Needs, incident: Case, soft: number) => {
  const rate = incident.race?.fallRateBytesPerSec ?? null;
  const hard = inputs.thresholds.memoryHardBytes ?? 0;
  const whole = reactionOf(incident, inputs.thresholds).wholeMs;
  const bearable = rate === null || rate <= 0 ? null : ((soft - hard) / rate) * 1000 - whole;
  if (rate === null || bearable === null || bearable <= 0) return [];
  return [
    remedy(
      `Lower evictionSoftGracePeriod memory.available to ${Math.floor(bearable / 1000)}s`,
      `Kubelet configuration. (${size(soft)} − ${size(hard)}) ÷ ${perSecond(rate)} − one reaction of ${span(whole)} = ${span(bearable)}. Cost: pods are evicted earlier. Check: "attempting to reclaim" stands before any kill.`,
      "soft-grace-too-long",
      { setting: "evictionSoftGracePeriod memory.available", need: -bearable },
    ),
  ];
};

const decide = (
  inputs: Needs,
  incident: Case,
  held: number,
  facts: readonly [FindingFact, ...FindingFact[]],
): Answer | null => {
  const { memorySoftBytes: soft, memorySoftGraceMs: grace } = inputs.thresholds;
  if (soft === null || grace === null) return null;
  const common = { incidentId: incident.id, facts };
  if (held < grace)
    return holds({
      ...common,
      explains: "outcome",
      share: 0.9,
      role: "cause",
      explanation: `The kernel killed ${span(held)} after the soft threshold was seen met, while its grace period of ${span(grace)} still ran.`,
      remedies: shorterGrace(inputs, incident, soft),
    });
  if (held > grace + EVICTION_PERIOD_MS) {
    const explanation = `The grace period of ${span(grace)} was over ${span(held - grace)} before the kill, longer than the loop's period of ${span(EVICTION_PERIOD_MS)}: the next pass was due and did not come, so the grace is not what delayed the eviction.`;
    return refuted({ ...common, explanation });
  }
  const explanation = `The grace period ended ${span(held - grace)} before the kill, within one period of the kubelet's loop.`;
  return unknown({
    ...common,
    explanation,
    wouldDecide: wanted("the kubelet's log at verbosity 3, which shows when each pass began", "kubelet-log"),
  });
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const { memorySoftBytes: soft, memorySoftGraceMs: grace } = inputs.thresholds;
  const { killMs } = incident;
  const [kill] = incident.kills;
  if (soft === null || grace === null || killMs === null || kill === undefined) return null;
  const setting = fact("Soft threshold", `${size(soft)} for ${span(grace)}`, softRef(inputs.thresholds));
  const met = softMet(inputs, incident, soft, killMs);
  if (met === null)
    return unknown({
      incidentId: incident.id,
      explanation: "When the soft threshold was crossed is neither in the kubelet's log nor in the samples.",
      facts: [setting, fact("The kill", clock(killMs), killRef(kill))],
      wouldDecide: wanted(
        "the kubelet's log at verbosity 2 or more, or samples through the kill",
        "kubelet-log",
        "fast-samples",
      ),
    });
  const held = killMs - met.ms;
  const seen = fact("First seen met", `${clock(met.ms)}, by ${met.what}`, ...met.refs);
  return decide(inputs, incident, held, [setting, seen, fact("The kill", `${span(held)} later`, killRef(kill))]);
};

export const softGraceTooLong = defineRule({
  id: "soft-grace-too-long",
  group: "race",
  title: "The kernel killed while the soft threshold's grace period still ran",
  needs: ["incidents", "thresholds", "available", "kubelet"],
  evaluate: (inputs) => contestedWithKill(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
