// Use above the requests: what pods hold beyond what the scheduler counted is what the node lacks.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type CgroupView, heldAt, limitAt, nameOf, workingSetAt } from "../inputs/cgroup.ts";
import { type EndOfFall, endOfFall } from "../inputs/end-of-fall.ts";
import { LEAST_LOSS_BYTES, type Loss, shareOf } from "../inputs/loss.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { killRef } from "../inputs/refs.ts";
import { readingsIn, refAt } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { count, list, percent, quantity, roundedUp, size } from "../text/format.ts";
import { bearableLimit } from "../text/remedies.ts";
import type { PodFact } from "../../model/kubelet.ts";

type Needs = Pick<
  Inputs,
  | "incidents"
  | "cgroups"
  | "podFacts"
  | "nodeFacts"
  | "node"
  | "thresholds"
  | "floors"
  | "available"
  | "allocatable"
  | "loss"
  | "podsLoss"
>;

/** One pod above this share of the excess: its growth, not the packing, is the matter. */
const ONE_POD_SHARE = 0.6;
const REQUEST_FACTOR = 1.15;

interface Over {
  readonly view: CgroupView;
  readonly name: string;
  readonly used: number;
  /** Of it what reclaim could not drop. */
  readonly held: number;
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
      const held = heldAt(view, ms) ?? used;
      return [{ view, name: nameOf(view.pod) ?? pod.name ?? view.cgroup, used, held, request, fact: pod }];
    });
  return { over: over.toSorted((a, b) => b.used - b.request - (a.used - a.request)), unmatched };
};

const overFact = (p: Over, ms: number) =>
  fact(
    p.name,
    `working set ${size(p.used)}, request ${size(p.request)}: ${size(p.used - p.request)} over`,
    refAt(p.view.current, "", ms),
    p.fact.from[0],
  );

const anonFact = (loss: Loss | null) => {
  const share = shareOf(loss, "anon");
  if (loss === null || share === null) return [];
  const value = `grew by ${size(loss.grown.anon ?? 0)} of ${size(loss.lostBytes)} lost (${percent(share)})`;
  return [fact("Anonymous memory against the loss", value, ...loss.refs("anon"))];
};

interface Excess {
  readonly over: readonly [Over, ...Over[]];
  readonly bytes: number;
  readonly unmatched: number;
  readonly ms: number;
}

/** Promises and use against what the scheduler may give away. */
const promisedFact = (inputs: Needs, { over, ms }: Excess) => {
  const node = inputs.nodeFacts.find((n) => n.allocatableMemoryBytes !== null);
  const allocatable = node?.allocatableMemoryBytes ?? null;
  if (node === undefined || allocatable === null || allocatable <= 0) return [];
  const of = (bytes: number): string => `${size(bytes)} (${percent(bytes / allocatable)})`;
  const sum = (value: (p: Over) => number): number => over.reduce((n, p) => n + value(p), 0);
  const limits = over.map((p) => p.fact.limitBytes ?? limitAt(p.view.max, ms));
  const bare = limits.filter((limit) => limit === null).length;
  const limited = limits.reduce<number>((n, limit) => n + (limit ?? 0), 0);
  const unbounded = bare === 0 ? "" : ` and ${count(bare, "pod")} without one, so without bound`;
  const value = `Σ requests ${of(sum((p) => p.request))}, Σ limits ${of(limited)}${unbounded}, Σ working sets ${of(sum((p) => p.used))}`;
  return [fact(`Against ${size(allocatable)} allocatable`, value, node.from[0])];
};

const factsOf = (inputs: Needs, excess: Excess) => {
  const { over, bytes, ms } = excess;
  const [top] = over;
  const requests = over.reduce((n, p) => n + p.request, 0);
  const sum = `${size(bytes)}; Σ requests ${size(requests)}`;
  return [
    fact("Beyond requests, all pods together", sum, refAt(top.view.current, "", ms)),
    ...promisedFact(inputs, excess),
    ...over.slice(0, 3).map((p) => overFact(p, ms)),
  ] as const;
};

const holding = (inputs: Needs, incident: Case, excess: Excess, end: EndOfFall, missing: number): Answer => {
  const { over, bytes } = excess;
  const [top] = over;
  const one = (top.used - top.request) / bytes;
  const who =
    one > ONE_POD_SHARE
      ? `${percent(one)} of that is ${top.name}: its growth is the matter, more than the packing of the node.`
      : `The most over: ${list(over.slice(0, 3).map((p) => p.name))}.`;
  const [head, ...tail] = factsOf(inputs, excess);
  return holds({
    incidentId: incident.id,
    explains: "frame",
    share: Math.min(1, bytes / Math.max(1, inputs.node.memTotalBytes ?? bytes)),
    role: "contributes",
    heuristic: true,
    explanation: `Pods held ${size(bytes)} beyond what they had requested, when ${end.signal.name} was ${size(missing)} short of ${size(end.targetBytes)}. ${who}`,
    facts: [head, ...tail, ...anonFact(inputs.loss(incident))],
    remedies: overRemedies(top, one, end),
  });
};

const notKnown = (inputs: Needs, incident: Case): Answer | null => {
  const [kill] = incident.kills;
  if (kill === undefined || !inputs.cgroups.some((c) => c.level === "pod")) return null;
  return unknown({
    incidentId: incident.id,
    explanation: "Which memory the pods requested is not in the input.",
    facts: [fact("The kill", "at node scope", killRef(kill))],
    wouldDecide: wanted("the pods' objects: kubectl get pods -A -o yaml", "api-objects"),
  });
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const at = incident.endMs;
  if (at === null) return null;
  const ms = at - 1;
  const { over, unmatched } = podsOver(inputs, ms);
  const [top, ...more] = over;
  if (top === undefined) return notKnown(inputs, incident);
  const bytes = over.reduce((n, p) => n + Math.max(0, p.used - p.request), 0);
  const excess: Excess = { over: [top, ...more], bytes, unmatched, ms };
  const common = { incidentId: incident.id, facts: factsOf(inputs, excess) };
  if (bytes === 0 && unmatched === 0) {
    const explanation =
      "Every pod stayed within its request: the reservations for daemons and kernel are the matter, not the pods.";
    return refuted({ ...common, explanation });
  }
  const end = endOfFall(inputs, incident);
  const missing = end === null ? null : Math.max(0, end.targetBytes - end.signal.bytes);
  const innocent =
    end === null || missing === null || bytes <= missing ? null : innocence(inputs, incident, over, missing);
  if (innocent !== null) {
    const explanation = `Pods stood ${size(bytes)} above their requests, but ${innocent}: that is not what the node lacked.`;
    return refuted({ ...common, explanation });
  }
  if (end !== null && missing !== null && bytes > missing) return holding(inputs, incident, excess, end, missing);
  const rest = unmatched > 0 ? `; of ${size(unmatched)} more the request is not known` : "";
  const explanation = `The pods stood ${size(bytes)} above their requests${rest}.`;
  return unknown({
    ...common,
    explanation,
    wouldDecide: wanted("the requests of all pods, and samples up to the kill", "api-objects", "fast-samples"),
  });
};

/** Less than this of what was lost is no part of it. */
const INNOCENT_SHARE = 0.1;

/** Above their requests by what reclaim can drop, or by so little that it is no part of the loss. Null: neither. */
const innocence = (inputs: Needs, incident: Case, over: readonly Over[], missing: number): string | null => {
  const held = over.reduce((n, p) => n + Math.max(0, p.held - p.request), 0);
  if (held <= missing) return `all of it except ${size(held)} was cache and slab that reclaim can drop`;
  const loss = incident.scope === "allocatable" ? inputs.podsLoss(incident) : inputs.loss(incident);
  if (loss === null || loss.lostBytes < LEAST_LOSS_BYTES || held >= INNOCENT_SHARE * loss.lostBytes) return null;
  return `beside cache and slab that reclaim can drop it was ${size(held)}, ${percent(held / loss.lostBytes)} of the ${size(loss.lostBytes)} lost`;
};

const overRemedies = (top: Over, one: number, end: EndOfFall) => {
  if (one > ONE_POD_SHARE) {
    const bearable = bearableLimit(top.name, top.view, end, "node-overcommitted");
    return bearable === null ? [] : [bearable];
  }
  const usual = usualOf(top.view, end.ms);
  if (usual === null || usual * REQUEST_FACTOR <= top.request) return [];
  const request = roundedUp(usual * REQUEST_FACTOR);
  return [
    remedy(
      `Give ${top.name} a request of ${quantity(request)}`,
      `Pod spec, resources.requests.memory: the 95th percentile of what it held for good up to the event ${size(usual)} × 1.15, rounded up to 64 MiB; its request was ${size(top.request)}. The scheduler then keeps that much free for it. Cost: fewer pods fit on the node. Check: Σ(working set − request) stays below the threshold.`,
      "node-overcommitted",
      { setting: `request of ${top.name}`, need: request },
    ),
  ];
};

const QUANTILE = 0.95;

const usualOf = (view: CgroupView, toMs: number): number | null => {
  const held = readingsIn(view.current, -Infinity, toMs - 1)
    .map((i) => heldAt(view, view.current?.ms(i) ?? NaN))
    .filter((v) => v !== null)
    .toSorted((x, y) => x - y);
  return held[Math.floor((held.length - 1) * QUANTILE)] ?? null;
};

export const nodeOvercommitted = defineRule({
  id: "node-overcommitted",
  group: "limits",
  title: "Pods held more than they had requested, and the node lacked it",
  needs: [
    "incidents",
    "cgroups",
    "podFacts",
    "nodeFacts",
    "node",
    "thresholds",
    "floors",
    "available",
    "allocatable",
    "loss",
    "podsLoss",
  ],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
