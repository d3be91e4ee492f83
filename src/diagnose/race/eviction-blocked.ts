// Nothing could be evicted, or the kill hung: "cannot evict a critical pod", "unable to evict any pods", "pod failed to evict",
// "timed out waiting for pods to be cleaned up" (pkg/kubelet/eviction/eviction_manager.go). "failed" is no proof that the pod lived on.
import { type Answer, type FindingFact, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { evictedOf, evictionRef, killRef, linesIn, victimName } from "../inputs/refs.ts";
import { pointsIn } from "../inputs/signal.ts";
import { deltaOf } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { clock, list, size, span } from "../text/format.ts";
import { protectUnits } from "../text/protect.ts";
import { isPlaced } from "../../model/instant.ts";
import type { KubeletEvent } from "../../model/kubelet.ts";
import type { SourceRef } from "../../model/evidence.ts";
import type { PlacedEvent, StoryEviction, StoryKill } from "../../model/timeline.ts";

type Needs = Pick<
  Inputs,
  "incidents" | "kubelet" | "available" | "allocatable" | "thresholds" | "vmstat" | "coverage" | "cgroups"
>;

/** killPodNow waits at least 10 s (pkg/kubelet/pod_workers.go); a kill within it and 2 s of polling is an ordinary one. */
const ORDINARY_MS = 12_000;

/** Memory that is back stays so: 20 s. Heuristic. */
const STAYS_MS = 20_000;

const BLOCKING: Partial<Record<KubeletEvent["kind"], string>> = {
  "failed-to-evict": "the kill did not return in time",
  "cleanup-timed-out": "waiting for the pod's clean-up timed out",
  "critical-not-evicted": "the pod is critical and may not be evicted",
  "unable-to-evict": "no pod on the node could be evicted",
  "no-pods-to-evict": "no pod was active to evict",
};

const blockingLines = (inputs: Needs, incident: Case): readonly PlacedEvent<KubeletEvent>[] =>
  incident.span === null
    ? []
    : linesIn(inputs.kubelet?.lines ?? [], incident.span, 60_000).filter(
        ({ event }) => BLOCKING[event.kind] !== undefined,
      );

/** When the signal that fired was back over its threshold after the decision. */
const backAt = (
  inputs: Needs,
  eviction: StoryEviction,
): { ms: number; value: number; refs: readonly NonNullable<ReturnType<typeof killRef>>[] } | null => {
  const threshold = eviction.doc.thresholdBytes ?? inputs.thresholds.memoryHardBytes;
  if (!isPlaced(eviction.at) || threshold === null) return null;
  const signals = [inputs.available, ...(inputs.thresholds.allocatable ? [inputs.allocatable] : [])];
  // Both must be back, and stay: either fires, and reclaim makes the value swing.
  const back = signals.map((signal) => {
    const points = pointsIn(signal, eviction.at.best, eviction.at.best + 600_000);
    const point = points.find(
      (p, i) =>
        p.value >= threshold &&
        points.slice(i).every((q) => q.ms > p.ms + STAYS_MS || q.value >= threshold) &&
        (points.at(-1)?.ms ?? 0) - p.ms >= STAYS_MS / 4,
    );
    return signal === null || point === undefined
      ? null
      : { ms: point.ms, value: point.value, refs: signal.refs(point.ms) };
  });
  const known = back.filter((b) => b !== null);
  return known.length === signals.length ? known.reduce((a, b) => (b.ms > a.ms ? b : a)) : null;
};

/** Proven that the kernel killed nothing meanwhile. */
const kernelKept = (inputs: Needs, incident: Case): boolean =>
  inputs.coverage.sources["kernelLog"] === "present" ||
  (incident.span !== null && deltaOf(inputs.vmstat, "oom_kill", incident.span.fromMs, incident.span.toMs) === 0);

interface Killed {
  readonly kill: StoryKill;
  readonly afterMs: number;
}

interface Measured {
  readonly lines: readonly PlacedEvent<KubeletEvent>[];
  /** The one that an obstacle met, else the first. */
  readonly first: StoryEviction | null;
  /** A kill after the decision and before the pod was cleaned up; one that came later says nothing of this eviction. */
  readonly killed: Killed | null;
  readonly back: { readonly value: number; readonly afterMs: number; readonly refs: readonly SourceRef[] } | null;
  readonly words: string;
}

const killedMeanwhile = (incident: Case, { at, completedAt }: StoryEviction): Killed | null => {
  if (!isPlaced(at)) return null;
  const untilMs = completedAt !== null && isPlaced(completedAt) ? completedAt.best : Infinity;
  const kill = incident.kills.find((k) => isPlaced(k.at) && k.at.best > at.best && k.at.best <= untilMs);
  return kill === undefined ? null : { kill, afterMs: kill.at.best - at.best };
};

const isBlocked = (eviction: StoryEviction): boolean => eviction.timedOut || eviction.killFailed;

const measure = (inputs: Needs, incident: Case): Measured => {
  const lines = blockingLines(inputs, incident);
  const placed = incident.evictions.filter((e) => isPlaced(e.at));
  const first = placed.find(isBlocked) ?? placed[0] ?? incident.evictions[0] ?? null;
  const decidedMs = first !== null && isPlaced(first.at) ? first.at.best : null;
  const back = first === null ? null : backAt(inputs, first);
  const said = [...new Set(lines.map(({ event }) => BLOCKING[event.kind] ?? ""))];
  return {
    lines,
    first,
    killed: first === null ? null : killedMeanwhile(incident, first),
    back:
      back === null || decidedMs === null ? null : { value: back.value, afterMs: back.ms - decidedMs, refs: back.refs },
    words: list(said.length > 0 ? said : ["the kill did not return in time"]),
  };
};

const factsOf = ({ first, lines, back, killed }: Measured): readonly [FindingFact, ...FindingFact[]] | null => {
  const decided = first === null ? "" : isPlaced(first.at) ? clock(first.at.best) : evictedOf(first);
  const [head, ...tail] = [
    ...(first === null ? [] : [fact("Decided", decided, evictionRef(first))]),
    ...lines.map(({ event, at }) => fact(`At ${clock(at.best)}`, BLOCKING[event.kind] ?? "", event.from[0])),
    ...(back === null
      ? []
      : [
          fact(
            "Memory back over the threshold",
            `${size(back.value)}, ${span(back.afterMs)} after the decision`,
            ...back.refs,
          ),
        ]),
    ...(killed === null
      ? []
      : [fact("The kernel killed after the decision", victimName(killed.kill), killRef(killed.kill))]),
  ];
  return head === undefined ? null : [head, ...tail];
};

/** No line of an obstacle: cleaned up, or not known. */
const unblocked = (
  inputs: Needs,
  incident: Case,
  first: StoryEviction,
  facts: readonly [FindingFact, ...FindingFact[]],
): Answer => {
  const done = first.completedAt;
  const common = { incidentId: incident.id, facts };
  if (done === null || !isPlaced(done) || !isPlaced(first.at)) {
    const explanation = "That a pod was evicted is known, how the kill went is not.";
    return unknown({
      ...common,
      explanation,
      wouldDecide: wanted("the kubelet's log through the eviction", "kubelet-log"),
    });
  }
  const tookMs = done.best - first.at.best;
  const cleaned = `${evictedOf(first)} was cleaned up ${span(tookMs)} after the decision`;
  if (tookMs <= ORDINARY_MS) return refuted({ ...common, explanation: `Nothing blocked the eviction: ${cleaned}.` });
  const graceMs = first.doc.kind === "soft" ? (inputs.thresholds.config?.evictionMaxPodGracePeriodSec ?? 0) * 1000 : 0;
  if (tookMs <= ORDINARY_MS + graceMs) {
    const explanation = `Nothing blocked the eviction: ${cleaned}, within the ${span(graceMs)} of grace that a soft eviction may leave it (evictionMaxPodGracePeriod).`;
    return refuted({ ...common, explanation });
  }
  return unknown({
    ...common,
    explanation: `The kubelet names no obstacle, but ${cleaned}, where ${span(ORDINARY_MS)} are usual.`,
    wouldDecide: wanted("the kubelet's log at verbosity 3 and the runtime's through the eviction", "kubelet-log"),
  });
};

const decide = (
  inputs: Needs,
  incident: Case,
  measured: Measured,
  facts: readonly [FindingFact, ...FindingFact[]],
): Answer => {
  const { first, killed, back, words, lines } = measured;
  const common = { incidentId: incident.id, facts };
  if (killed === null && !kernelKept(inputs, incident)) {
    const explanation = `The kubelet logged that ${words}; whether the kernel killed meanwhile is not in the input.`;
    return unknown({
      ...common,
      explanation,
      wouldDecide: wanted(
        "the kernel's log through the eviction, or oom_kill of /proc/vmstat",
        "kernel-report",
        "node-memory",
      ),
    });
  }
  if (killed === null && back === null) {
    const explanation = `The kubelet logged that ${words}; whether memory came back all the same is not in the samples.`;
    return unknown({
      ...common,
      explanation,
      wouldDecide: wanted("samples of memory.available after the decision", "afterwards", "root-stat"),
    });
  }
  if (killed === null && back !== null && back.afterMs <= ORDINARY_MS) {
    const explanation = `The kubelet logged that ${words}, yet memory was back ${span(back.afterMs)} after its decision: the kill went on in the background and freed it.`;
    return refuted({ ...common, explanation });
  }
  const took =
    killed === null
      ? `Memory came back ${span(back?.afterMs ?? 0)} after the decision.`
      : `The kernel killed ${span(killed.afterMs)} after the decision, before the pod was cleaned up.`;
  return holds({
    ...common,
    explains: "outcome",
    share: 0.95,
    role: "cause",
    explanation: `The kubelet had chosen ${first === null ? "a pod" : evictedOf(first)}, and the eviction did not get through: ${words}. ${took}`,
    remedies: blockedRemedies(inputs, incident, lines),
  });
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const measured = measure(inputs, incident);
  const { first, lines } = measured;
  const facts = factsOf(measured);
  if (facts === null) return null;
  const blocked = lines.length > 0 || (first !== null && isBlocked(first));
  return blocked || first === null
    ? decide(inputs, incident, measured, facts)
    : unblocked(inputs, incident, first, facts);
};

const blockedRemedies = (inputs: Needs, incident: Case, lines: readonly PlacedEvent<KubeletEvent>[]) => {
  if (lines.some(({ event }) => event.kind === "critical-not-evicted" || event.kind === "unable-to-evict")) {
    const pods = lines.flatMap(({ event }) => ("pods" in event ? event.pods.map((p) => p.name ?? "a pod") : []));
    return [
      remedy(
        `Take priority 2000000000 or more from large pods (${list([...new Set(pods)].slice(0, 3)) || "see the lines above"})`,
        "Pods of system-critical priority, static and mirror pods are never evicted (pkg/kubelet/types/pod_update.go IsCriticalPod). Use a priority class below 2,000,000,000 for whatever may grow. Check: the manager names them among the pods that it may evict.",
        "eviction-blocked",
      ),
    ];
  }
  const protect =
    incident.window === null
      ? null
      : protectUnits(
          inputs.cgroups,
          incident.killMs ?? incident.window.toMs,
          "“pods successfully cleaned up” within 12 s of “attempting to reclaim”",
          "eviction-blocked",
        );
  return protect === null ? [] : [protect];
};

export const evictionBlocked = defineRule({
  id: "eviction-blocked",
  group: "race",
  title: "The eviction was decided and did not get through",
  needs: ["incidents", "kubelet", "available", "allocatable", "thresholds", "vmstat", "coverage", "cgroups"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
