// What if MemoryQoS had been on: memory.high = request + factor × (limit − request). Always a heuristic: it slows, never kills, and
// what a slowed program then does is not in a bundle.
import { type Answer, fact, holds, unknown } from "../answer.ts";
import { nameOf } from "../inputs/cgroup.ts";
import { type Case, atLimit } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { readingAt } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { size, span } from "../text/format.ts";
import { lifePoints, shapeOf } from "../container/shape.ts";

type Needs = Pick<Inputs, "incidents" | "cgroups" | "podFacts" | "node" | "pageSize">;

/** pkg/kubelet/apis/config/v1beta1/defaults.go DefaultMemoryThrottlingFactor since 1.27. */
const FACTOR = 0.9;
const WITHIN_MS = 60_000;
const OVER = 1.1;

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  if (inputs.node.memoryQoS === "on" || incident.killMs === null) return null;
  const [kill] = incident.kills;
  const shape = shapeOf(incident, inputs.cgroups);
  const pod = inputs.podFacts.find((p) => p.uid !== null && p.uid === kill?.doc.pod?.uid && p.containers.length > 0);
  const limit = kill?.doc.limitBytes ?? null;
  const container = pod?.containers.filter((c) => !c.init);
  const request = container?.length === 1 ? (container[0]?.requestBytes ?? 0) : null;
  if (
    shape === null ||
    limit === null ||
    request === null ||
    request === limit ||
    kill === undefined ||
    pod === undefined
  )
    return null;
  const high = Math.floor((request + FACTOR * (limit - request)) / inputs.pageSize) * inputs.pageSize;
  const crossed = lifePoints(shape.view, shape.lastMs - shape.trend.spanMs - 1, incident.killMs).find(
    (p) => p.value > high,
  );
  const name = nameOf(kill.doc.pod) ?? "the pod";
  const facts = [
    fact(
      "memory.high that the kubelet would have set",
      `${size(high)} = ${size(request)} + 0.9 × (${size(limit)} − ${size(request)})`,
      pod.from[0],
    ),
    shape.fact,
  ] as const;
  const incidentId = incident.id;
  if (crossed === undefined)
    return unknown({
      incidentId,
      heuristic: true,
      explanation: `With MemoryQoS ${name} would have had a memory.high of ${size(high)}; no sample shows it between that and its limit.`,
      facts,
      wouldDecide: "samples at most a tenth of its life apart",
    });
  const over = high * (OVER - 1);
  const steep = shape.trend.slope * (WITHIN_MS / 1000) > over;
  return holds({
    incidentId,
    explains: "frame",
    share: 0.1,
    role: "note",
    confidence: "low",
    heuristic: true,
    explanation: `With the MemoryQoS feature gate ${name} would have had a memory.high of ${size(high)}, which it passed ${span(incident.killMs - crossed.ms)} before the kill. At its slope it would have been ${steep ? "10 % over it within a minute: it stalls instead of dying, and nothing ends that" : "slowed"}.`,
    facts: [
      ...facts,
      fact(
        "Passed it with",
        size(crossed.value),
        shape.current.ref(Math.max(0, readingAt(shape.current, crossed.ms)), ""),
      ),
    ],
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
