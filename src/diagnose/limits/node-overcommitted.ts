// Use above the requests: what pods hold beyond what the scheduler counted is what the node lacks.
import { type Answer, fact, holds, refuted, remedy, unknown } from "../answer.ts";
import { type CgroupView, heldAt, limitAt, nameOf, workingSetAt } from "../inputs/cgroup.ts";
import { type EndOfFall, endOfFall } from "../inputs/end-of-fall.ts";
import { shareOf } from "../inputs/loss.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { killRef } from "../inputs/refs.ts";
import { refAt } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { list, percent, quantity, roundedUp, size } from "../text/format.ts";
import { bearableLimit } from "../text/remedies.ts";
import type { PodFact } from "../../model/kubelet.ts";

type Needs = Pick<
  Inputs,
  "incidents" | "cgroups" | "podFacts" | "node" | "thresholds" | "floors" | "available" | "allocatable" | "loss"
>;

/** One pod above this share of the excess: its growth, not the packing, is the matter. */
const ONE_POD_SHARE = 0.6;
const REQUEST_FACTOR = 1.15;

interface Over {
  readonly view: CgroupView;
  readonly name: string;
  readonly used: number;
  readonly request: number;
  readonly fact: PodFact;
}

const requestOf = (pod: PodFact): number | null => pod.requestBytes ?? (pod.qosClass === "BestEffort" ? 0 : null);

const podsOver = (inputs: Needs, ms: number): { readonly over: readonly Over[]; readonly unmatched: number } => {
  let unmatched = 0;
  const over = inputs.cgroups
    .filter((c) => c.level === "pod")
    .flatMap((view): Over[] => {
      const used = workingSetAt(view, ms);
      if (used === null) return [];
      const pod = inputs.podFacts.find(
        (p) => p.uid !== null && (p.uid === view.pod?.uid || p.hash === view.pod?.uid) && requestOf(p) !== null,
      );
      const request = pod === undefined ? null : requestOf(pod);
      if (pod === undefined || request === null) {
        unmatched += used;
        return [];
      }
      return [{ view, name: nameOf(view.pod) ?? pod.name ?? view.cgroup, used, request, fact: pod }];
    });
  return { over: over.toSorted((a, b) => b.used - b.request - (a.used - a.request)), unmatched };
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const at = incident.killMs ?? incident.window?.toMs ?? null;
  if (at === null) return null;
  const ms = at - 1;
  const { over, unmatched } = podsOver(inputs, ms);
  const incidentId = incident.id;
  const [kill] = incident.kills;
  if (over.length === 0) {
    const seen = inputs.cgroups.some((c) => c.level === "pod");
    return !seen || kill === undefined
      ? null
      : unknown({
          incidentId,
          explanation: "Which memory the pods requested is not in the input.",
          facts: [fact("The kill", "at node scope", killRef(kill))],
          wouldDecide: "the pods' objects: kubectl get pods -A -o yaml",
        });
  }
  const excess = over.reduce((n, p) => n + Math.max(0, p.used - p.request), 0);
  const end = endOfFall(inputs, incident);
  const missing = end === null ? null : Math.max(0, end.targetBytes - end.signal.bytes);
  const [top] = over;
  if (top === undefined) return null;
  const requests = over.reduce((n, p) => n + p.request, 0);
  const lines = over
    .slice(0, 3)
    .map((p) =>
      fact(
        p.name,
        `working set ${size(p.used)}, request ${size(p.request)}: ${size(p.used - p.request)} over`,
        refAt(p.view.current, "", ms),
        p.fact.from[0],
      ),
    );
  const facts = [
    fact(
      "Beyond requests, all pods together",
      `${size(excess)}; Σ requests ${size(requests)}`,
      refAt(top.view.current, "", ms),
    ),
    ...lines,
  ] as const;
  if (excess === 0 && unmatched === 0)
    return refuted({
      incidentId,
      explanation:
        "Every pod stayed within its request: the reservations for daemons and kernel are the matter, not the pods.",
      facts,
    });
  if (missing === null || end === null || excess <= missing)
    return unknown({
      incidentId,
      explanation: `The pods stood ${size(excess)} above their requests${unmatched > 0 ? `; of ${size(unmatched)} more the request is not known` : ""}.`,
      facts,
      wouldDecide: "the requests of all pods, and samples up to the kill",
    });
  const one = (top.used - top.request) / excess;
  const loss = inputs.loss(incident);
  const anon = shareOf(loss, "anon");
  const consumed =
    loss === null || anon === null
      ? []
      : [
          fact(
            "Anonymous memory against the loss",
            `grew by ${size(loss.grown.anon ?? 0)} of ${size(loss.lostBytes)} lost (${percent(anon)})`,
            ...loss.refs("anon"),
          ),
        ];
  return holds({
    incidentId,
    explains: "frame",
    share: Math.min(1, excess / Math.max(1, inputs.node.memTotalBytes ?? excess)),
    role: "contributes",
    heuristic: true,
    explanation: `Pods held ${size(excess)} beyond what they had requested, when ${end.signal.name} was ${size(missing)} short of ${size(end.targetBytes)}. ${one > ONE_POD_SHARE ? `${percent(one)} of that is ${top.name}: its growth is the matter, more than the packing of the node.` : `The most over: ${list(over.slice(0, 3).map((p) => p.name))}.`}`,
    facts: [...facts, ...consumed],
    remedies: overRemedies(top, one, end),
  });
};

const overRemedies = (top: Over, one: number, end: EndOfFall) => {
  if (one > ONE_POD_SHARE) {
    const held = heldAt(top.view, end.ms - 1);
    const bearable =
      held === null || limitAt(top.view.max, end.ms) !== null
        ? null
        : bearableLimit({
            name: top.name,
            heldBytes: held,
            signal: end.signal,
            targetBytes: end.targetBytes,
            page: "node-overcommitted",
          });
    return bearable === null ? [] : [bearable];
  }
  const request = roundedUp(top.used * REQUEST_FACTOR);
  return [
    remedy(
      `Give ${top.name} a request of ${quantity(request)}`,
      `Pod spec, resources.requests.memory: it held ${size(top.used)} against a request of ${size(top.request)}; × 1.15, rounded up to 64 MiB. The scheduler then keeps that much free for it. Cost: fewer pods fit on the node. Check: Σ(working set − request) stays below the threshold.`,
      "node-overcommitted",
      { setting: `request of ${top.name}`, need: request },
    ),
  ];
};

export const nodeOvercommitted = defineRule({
  id: "node-overcommitted",
  group: "limits",
  title: "Pods held more than they had requested, and the node lacked it",
  needs: ["incidents", "cgroups", "podFacts", "node", "thresholds", "floors", "available", "allocatable", "loss"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
