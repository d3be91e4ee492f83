// What if MemoryQoS had been on: memory.high = request + factor × (limit − request). Always a heuristic: it slows, never kills, and
// what a slowed program then does is not in a bundle.
import { type Answer, fact, holds, refuted, unknown, wanted } from "../answer.ts";
import { limitAt, nameOf } from "../inputs/cgroup.ts";
import { type Case, atLimit } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { readingAt } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { size, span } from "../text/format.ts";
import { type Shape, lifePoints, shapeOf } from "../container/shape.ts";
import type { PodFact } from "../../model/kubelet.ts";

type Needs = Pick<Inputs, "incidents" | "cgroups" | "podFacts" | "node" | "pageSize">;

/** pkg/kubelet/apis/config/v1beta1/defaults.go DefaultMemoryThrottlingFactor since 1.27. */
const FACTOR = 0.9;
const WITHIN_MS = 60_000;
const OVER = 1.1;

interface WhatIf {
  readonly shape: Shape;
  readonly name: string;
  readonly high: number;
  readonly request: number;
  readonly limit: number;
  readonly pod: PodFact;
  readonly killMs: number;
}

/**
 * memory.high is cgroup v2's. Where the container has a memory.min, the gate was on (the kubelet writes it with no other), and gave this
 * one no memory.high: its request is its limit.
 */
const measure = (inputs: Needs, incident: Case): WhatIf | null => {
  const { killMs } = incident;
  const [kill] = incident.kills;
  if (inputs.node.memoryQoS === "on" || killMs === null || kill === undefined) return null;
  const shape = shapeOf(incident, inputs.cgroups);
  const pod = inputs.podFacts.find((p) => p.uid !== null && p.uid === kill.doc.pod?.uid && p.containers.length > 0);
  const limit = kill.doc.limitBytes;
  const containers = pod?.containers.filter((c) => !c.init) ?? [];
  const request = containers.length === 1 ? (containers[0]?.requestBytes ?? 0) : null;
  if (
    shape === null ||
    shape.view.version === 1 ||
    (limitAt(shape.view.min, killMs) ?? 0) > 0 ||
    pod === undefined ||
    limit === null ||
    request === null ||
    request === limit
  )
    return null;
  const high = Math.floor((request + FACTOR * (limit - request)) / inputs.pageSize) * inputs.pageSize;
  return { shape, name: nameOf(kill.doc.pod) ?? "the pod", high, request, limit, pod, killMs };
};

/** Where request and limit are equal the kubelet sets no memory.high (pkg/kubelet/kuberuntime generateLinuxContainerResources()). */
const setsNone = (inputs: Needs, incident: Case): Answer | null => {
  const [kill] = incident.kills;
  const limit = kill?.doc.limitBytes ?? null;
  const pod = inputs.podFacts.find((p) => p.uid !== null && p.uid === kill?.doc.pod?.uid && p.containers.length > 0);
  const containers = pod?.containers.filter((c) => !c.init) ?? [];
  if (inputs.node.memoryQoS === "on" || pod === undefined || limit === null || containers.length !== 1) return null;
  if (containers[0]?.requestBytes !== limit) return null;
  return refuted({
    incidentId: incident.id,
    heuristic: true,
    explanation: `MemoryQoS would have changed nothing: request and limit of ${nameOf(kill?.doc.pod ?? null) ?? "the pod"} are both ${size(limit)}, and the kubelet then sets no memory.high.`,
    facts: [fact("Request and limit", size(limit), pod.from[0])],
  });
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const measured = measure(inputs, incident);
  if (measured === null) return setsNone(inputs, incident);
  const { shape, name, high, request, limit, pod, killMs } = measured;
  const crossed = lifePoints(shape.view, shape.lastMs - shape.trend.spanMs - 1, killMs).find((p) => p.value > high);
  const formula = `${size(high)} = ${size(request)} + 0.9 × (${size(limit)} − ${size(request)})`;
  const facts = [fact("memory.high that the kubelet would have set", formula, pod.from[0]), shape.fact] as const;
  const common = { incidentId: incident.id, heuristic: true, facts };
  if (crossed === undefined) {
    const explanation = `With MemoryQoS ${name} would have had a memory.high of ${size(high)}; no sample shows it between that and its limit.`;
    return unknown({
      ...common,
      explanation,
      wouldDecide: wanted("samples at most a tenth of its life apart", "fast-samples"),
    });
  }
  const steep = shape.trend.slope * (WITHIN_MS / 1000) > high * (OVER - 1);
  const then = steep ? "10 % over it within a minute: it stalls instead of dying, and nothing ends that" : "slowed";
  const at = shape.current.ref(Math.max(0, readingAt(shape.current, crossed.ms)), "");
  return holds({
    ...common,
    explains: "frame",
    share: 0.1,
    role: "note",
    confidence: "low",
    explanation: `With the MemoryQoS feature gate ${name} would have had a memory.high of ${size(high)}, which it passed ${span(killMs - crossed.ms)} before the kill. At its slope it would have been ${then}.`,
    facts: [...facts, fact("Passed it with", size(crossed.value), at)],
    remedies: [],
  });
};

export const highWouldHave = defineRule({
  id: "high-would-have",
  group: "memory-qos",
  title: "What memory.high would have done",
  needs: ["incidents", "cgroups", "podFacts", "node", "pageSize"],
  evaluate: (inputs) => atLimit(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
