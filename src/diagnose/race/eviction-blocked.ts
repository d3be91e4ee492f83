// Nothing could be evicted, or the kill hung: "cannot evict a critical pod", "unable to evict any pods", "pod failed to evict",
// "timed out waiting for pods to be cleaned up" (pkg/kubelet/eviction/eviction_manager.go). "failed" is no proof that the pod lived on.
import { type Answer, fact, holds, refuted, remedy, unknown } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { evictedOf, evictionRef, killRef, linesIn } from "../inputs/refs.ts";
import { pointsIn } from "../inputs/signal.ts";
import { deltaOf } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { clock, list, size, span } from "../text/format.ts";
import { protectUnits } from "../text/protect.ts";
import { isPlaced } from "../../model/instant.ts";
import type { KubeletEvent } from "../../model/kubelet.ts";
import type { PlacedEvent, StoryEviction } from "../../model/timeline.ts";

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

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const lines = blockingLines(inputs, incident);
  const first = incident.evictions.find((e) => isPlaced(e.at)) ?? incident.evictions[0];
  if (first === undefined && lines.length === 0) return null;
  const incidentId = incident.id;
  const decided =
    first === undefined
      ? []
      : [fact("Decided", isPlaced(first.at) ? clock(first.at.best) : evictedOf(first), evictionRef(first))];
  const killed = incident.kills.find(
    (k) => first !== undefined && isPlaced(k.at) && isPlaced(first.at) && k.at.best > first.at.best,
  );
  const blocked = lines.length > 0 || (first !== undefined && (first.timedOut || first.killFailed));
  const back = first === undefined ? null : backAt(inputs, first);
  const tookMs = first === undefined || back === null || !isPlaced(first.at) ? null : back.ms - first.at.best;
  const backFact =
    back === null || tookMs === null
      ? []
      : [
          fact(
            "Memory back over the threshold",
            `${size(back.value)}, ${span(tookMs)} after the decision`,
            ...back.refs,
          ),
        ];
  if (!blocked) {
    const completed = first?.completedAt ?? null;
    const [only] = decided;
    if (only === undefined) return null;
    if (completed !== null && isPlaced(completed) && first !== undefined && isPlaced(first.at))
      return refuted({
        incidentId,
        explanation: `Nothing blocked the eviction: ${evictedOf(first)} was cleaned up ${span(completed.best - first.at.best)} after the decision.`,
        facts: [only, ...backFact],
      });
    return unknown({
      incidentId,
      explanation: "That a pod was evicted is known, how the kill went is not.",
      facts: [only, ...backFact],
      wouldDecide: "the kubelet's log through the eviction",
    });
  }
  const words = [...new Set(lines.map(({ event }) => BLOCKING[event.kind] ?? ""))];
  const [line, ...more] = lines.map(({ event, at }) =>
    fact(`At ${clock(at.best)}`, BLOCKING[event.kind] ?? "", event.from[0]),
  );
  const facts = [
    ...decided,
    ...(line === undefined ? [] : [line, ...more]),
    ...backFact,
    ...(killed === undefined
      ? []
      : [fact("The kernel killed after the decision", killed.doc.victims[0]?.comm ?? "a process", killRef(killed))]),
  ];
  const [head, ...tail] = facts;
  if (head === undefined) return null;
  if (killed === undefined && !kernelKept(inputs, incident))
    return unknown({
      incidentId,
      explanation: `The kubelet logged that ${list(words.length > 0 ? words : ["the kill did not return in time"])}; whether the kernel killed meanwhile is not in the input.`,
      facts: [head, ...tail],
      wouldDecide: "the kernel's log through the eviction, or oom_kill of /proc/vmstat",
    });
  if (killed === undefined && tookMs !== null && tookMs <= ORDINARY_MS)
    return refuted({
      incidentId,
      explanation: `The kubelet logged that ${list(words)}, yet memory was back ${span(tookMs)} after its decision: the kill went on in the background and freed it.`,
      facts: [head, ...tail],
    });
  if (killed === undefined && back === null)
    return unknown({
      incidentId,
      explanation: `The kubelet logged that ${list(words.length > 0 ? words : ["the kill did not return in time"])}; whether memory came back all the same is not in the samples.`,
      facts: [head, ...tail],
      wouldDecide: "samples of memory.available after the decision",
    });
  const who = first === undefined ? "the pod" : evictedOf(first);
  const took =
    killed !== undefined && first !== undefined && isPlaced(killed.at) && isPlaced(first.at)
      ? `The kernel killed ${span(killed.at.best - first.at.best)} after the decision, before the eviction had freed anything.`
      : `Memory came back ${span(tookMs ?? 0)} after the decision.`;
  return holds({
    incidentId,
    explains: "outcome",
    share: 0.95,
    role: "cause",
    explanation: `The kubelet had chosen ${who}, and the eviction did not get through: ${list(words.length > 0 ? words : ["the kill did not return in time"])}. ${took}`,
    facts: [head, ...tail],
    remedies: blockedRemedies(inputs, incident, lines),
  });
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
          incident.window.fromMs - 120_000,
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
