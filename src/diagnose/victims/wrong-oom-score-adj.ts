// A task's oom_score_adj is not what its QoS class gives (pkg/kubelet/qos/policy.go): the program set it, or the request was resized.
import { type Answer, fact, holds, refuted, unknown, wanted } from "../answer.ts";
import { nameOf } from "../inputs/cgroup.ts";
import type { Case } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { killRef } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { size } from "../text/format.ts";
import type { PodFact } from "../../model/kubelet.ts";
import type { StoryKill } from "../../model/timeline.ts";

type Needs = Pick<Inputs, "incidents" | "podFacts" | "node">;

const GUARANTEED = -997;
const BEST_EFFORT = 1000;
/** Pods of this priority class are node-critical: −997 whatever their QoS class. */
const CRITICAL_PRIORITY = 2_000_000_000;
const TOLERANCE = 1;

/** Burstable: 1000 − 1000 × request ÷ MemTotal, integer division, at least 3; 1000 becomes 999. */
const burstable = (request: number, memTotal: number): number => {
  const raw = 1000 - Math.trunc((1000 * request) / memTotal);
  return raw < 3 ? 3 : Math.min(raw, 999);
};

const expectedOf = (pod: PodFact, container: string | null, memTotal: number): number | null => {
  if (pod.priority !== null && pod.priority >= CRITICAL_PRIORITY) return null;
  if (pod.qosClass === "Guaranteed") return GUARANTEED;
  if (pod.qosClass === "BestEffort") return BEST_EFFORT;
  const own = pod.containers.find((c) => c.name === container);
  return pod.qosClass === "Burstable" && own !== undefined ? burstable(own.requestBytes ?? 0, memTotal) : null;
};

const evaluate = (inputs: Needs, incident: Case, kill: StoryKill): Answer | null => {
  const adj = kill.doc.victims[0]?.oomScoreAdj ?? null;
  const pod = inputs.podFacts.find(
    (p) => p.uid !== null && p.uid === kill.doc.pod?.uid && p.qosClass !== null && p.containers.length > 0,
  );
  const total = inputs.node.memTotalBytes;
  if (adj === null) return null;
  if (pod === undefined || total === null)
    return kill.doc.pod === null
      ? null
      : unknown({
          incidentId: incident.id,
          explanation: `The victim's oom_score_adj was ${adj}; ${pod === undefined ? "the pod's request and QoS class" : "MemTotal"}, from which the kubelet computes it, ${pod === undefined ? "are" : "is"} not in the input.`,
          facts: [fact("oom_score_adj", `${adj} printed`, killRef(kill))],
          wouldDecide:
            pod === undefined
              ? wanted("the pod's object: kubectl get pods -A -o yaml", "api-objects")
              : wanted("MemTotal of /proc/meminfo", "node-memory"),
        });
  const expected = expectedOf(pod, kill.doc.pod?.container ?? null, total);
  if (expected === null) return null;
  const name = nameOf(kill.doc.pod) ?? "the pod";
  const facts = [
    fact(
      "oom_score_adj",
      `${adj} printed, ${expected} expected of ${pod.qosClass ?? "its class"} with MemTotal ${size(total)}`,
      killRef(kill),
      pod.from[0],
    ),
  ] as const;
  if (Math.abs(adj - expected) <= TOLERANCE)
    return refuted({
      incidentId: incident.id,
      explanation: `The victim's oom_score_adj of ${adj} is what the request and QoS class of ${name} give.`,
      facts,
    });
  return holds({
    incidentId: incident.id,
    explains: "frame",
    share: 0.2,
    role: "contributes",
    confidence: "medium",
    explanation: `The victim's oom_score_adj is ${adj}, but ${name} as captured gives ${expected}: the program set it itself, or its request was changed after the container was made.`,
    facts,
    remedies: [],
  });
};

export const wrongOomScoreAdj = defineRule({
  id: "wrong-oom-score-adj",
  group: "victims",
  title: "A victim's oom_score_adj is not what its request gives",
  needs: ["incidents", "podFacts", "node"],
  evaluate: (inputs) =>
    inputs.incidents.flatMap((incident) => incident.kills.slice(0, 3).map((kill) => evaluate(inputs, incident, kill))),
});
