// All pods together hit the node's share: kubepods' limit is MemTotal − kubeReserved − systemReserved, and the allocatable signal
// fires the same threshold below it (pkg/kubelet/cm/node_container_manager_linux.go).
import { type Answer, type FindingFact, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type CgroupView, heldAt, limitAt, nameOf } from "../inputs/cgroup.ts";
import { endOfFall } from "../inputs/end-of-fall.ts";
import { lastBefore } from "../inputs/hard-crossing.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { hardRef, killRef } from "../inputs/refs.ts";
import { type Point, pointsIn } from "../inputs/signal.ts";
import { refAt, valueAt } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import type { StoryKill } from "../../model/timeline.ts";
import { clock, percent, quantity, roundedUp, size } from "../text/format.ts";
import { bearableLimit } from "../text/remedies.ts";

type Needs = Pick<
  Inputs,
  | "incidents"
  | "allocatable"
  | "available"
  | "thresholds"
  | "kubepods"
  | "cgroups"
  | "floors"
  | "podMemory"
  | "podsLoss"
  | "kubernetes"
>;

const FULL_SHARE = 0.95;
const REQUEST_FACTOR = 1.15;
const MAIN_SHARE = 0.5;
const AROUND_MS = 2500;
const KUBEPODS = /(?:^|[/-])kubepods(?:\.slice)?$/;

const lowest = (points: readonly Point[]): Point | null =>
  points.reduce<Point | null>((a, b) => (a === null || b.value < a.value ? b : a), null);

interface Measured {
  readonly ms: number | null;
  readonly threshold: number | null;
  readonly low: Point | null;
  readonly max: number | null;
  readonly current: number | null;
}

const measure = (inputs: Needs, incident: Case): Measured => {
  const { window } = incident;
  const ms = window?.toMs ?? null;
  return {
    ms,
    threshold: inputs.thresholds.allocatable ? inputs.thresholds.memoryHardBytes : null,
    low: window === null ? null : lowest(pointsIn(inputs.allocatable, window.fromMs - 1000, window.toMs)),
    max: ms === null ? null : limitAt(inputs.kubepods?.max ?? null, ms),
    current: ms === null ? null : valueAt(inputs.kubepods?.current ?? null, "", ms),
  };
};

const levelFact = (inputs: Needs, { low, threshold }: Measured): readonly FindingFact[] => {
  if (low === null) return [];
  const value = `${size(low.value)} at ${clock(low.ms)}${threshold === null ? "" : `, threshold ${size(threshold)}`}`;
  return [
    fact(
      "allocatableMemory.available, at the least",
      value,
      ...(inputs.allocatable?.refs(low.ms) ?? []),
      hardRef(inputs.thresholds),
    ),
  ];
};

const inTheKernelsName = (inputs: Needs, incident: Case, kill: StoryKill, measured: Measured): Answer => {
  const limit = kill.doc.limitBytes === null ? "" : ` (${size(kill.doc.limitBytes)})`;
  return holds({
    incidentId: incident.id,
    explains: "frame",
    share: 1,
    role: "cause",
    explanation: `All pods together reached the limit of kubepods${limit}: the kernel killed in its name. It prints like a pod's fault and is the node's.`,
    facts: [
      fact("Limited cgroup", kill.doc.limitedCgroup ?? "kubepods", killRef(kill)),
      ...levelFact(inputs, measured),
    ],
    remedies: shareRemedies(inputs, incident),
  });
};

/** What the node had left on either side of that moment, at the least: it may fall as fast as the pods' share. */
const nodeHad = (inputs: Needs, { ms, latestMs }: Point): number | null => {
  const before = lastBefore(inputs.available, ms + 1, AROUND_MS);
  const after = inputs.available?.points.find((point) => point.ms > ms && point.ms <= latestMs + AROUND_MS);
  return before === null || after === undefined ? null : Math.min(before.value, after.value);
};

const bySignal = (inputs: Needs, incident: Case, measured: Measured, low: Point, threshold: number): Answer => {
  const node = nodeHad(inputs, low);
  const beside = node === null || node < threshold ? "" : `, while the node itself still had ${size(node)}`;
  const limit = measured.max === null ? "not read" : size(measured.max);
  return holds({
    incidentId: incident.id,
    explains: "frame",
    share: 1,
    role: "cause",
    explanation: `The pods together used up their share of the node: kubepods' limit minus its working set fell to ${size(low.value)}, below ${size(threshold)}${beside}. The kubelet logs “memory” for this signal as well.`,
    facts: [
      fact("Limit of kubepods", limit, refAt(inputs.kubepods?.max ?? null, "", low.ms)),
      ...levelFact(inputs, measured),
    ],
    remedies: shareRemedies(inputs, incident),
  });
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const measured = measure(inputs, incident);
  const { low, threshold, max, current, ms } = measured;
  const byKernel = incident.kills.find((k) => k.doc.limitedCgroup !== null && KUBEPODS.test(k.doc.limitedCgroup));
  if (byKernel !== undefined) return inTheKernelsName(inputs, incident, byKernel, measured);
  if (threshold !== null && low !== null && low.value < threshold)
    return bySignal(inputs, incident, measured, low, threshold);
  const incidentId = incident.id;
  if (max === null || current === null || low === null || ms === null) {
    const [kill] = incident.kills;
    if (kill === undefined) return null;
    const facts = [fact("The kill", "at node scope", killRef(kill))] as const;
    const wouldDecide = wanted("memory.current, memory.stat and memory.max of kubepods", "kubepods");
    return unknown({
      incidentId,
      explanation: "What all pods together held is not in the samples.",
      facts,
      wouldDecide,
    });
  }
  const share = percent(current / max);
  const refs = [refAt(inputs.kubepods?.current ?? null, "", ms), refAt(inputs.kubepods?.max ?? null, "", ms)];
  const facts = [
    fact("kubepods at the event", `${size(current)} of ${size(max)} (${share})`, ...refs),
    ...levelFact(inputs, measured),
  ] as const;
  if (current / max < FULL_SHARE && inputs.thresholds.known) {
    const explanation = `The pods' share was not used up: kubepods held ${share} of its limit when the node ran out.`;
    return refuted({ incidentId, explanation, facts });
  }
  const explanation = `kubepods held ${share} of its limit: node and pods ran out at once, or the threshold is not known.`;
  return unknown({
    incidentId,
    explanation,
    facts,
    wouldDecide: wanted(
      "which cgroup the kernel names as limited, and the threshold in force",
      "kernel-report",
      "kubelet-config",
    ),
  });
};

interface Over {
  readonly name: string;
  readonly request: number;
  readonly view: CgroupView | null;
  /** What reclaim could not drop, at the end of the fall; the peak of its working set where that was not sampled. */
  readonly held: number;
}

const overOf = (inputs: Needs, ms: number | null): readonly Over[] =>
  inputs.podMemory
    .flatMap((p): Over[] => {
      const view =
        inputs.cgroups.find((c) => c.level === "pod" && c.pod?.uid != null && c.pod.uid === p.pod.uid) ?? null;
      const held = (view === null || ms === null ? null : heldAt(view, ms)) ?? p.peak?.workingSetBytes ?? null;
      if (held === null || p.requestBytes === null) return [];
      return [{ name: nameOf(p.pod) ?? "the pod", request: p.requestBytes, view, held }];
    })
    .toSorted((a, b) => b.held - b.request - (a.held - a.request));

/** The pod furthest over its request is what the share lacks: a limit on it where it has none, else a request that it keeps. */
const shareRemedies = (inputs: Needs, incident: Case) => {
  const end = endOfFall(inputs, incident);
  const [top] = overOf(inputs, end === null ? null : end.ms - 1);
  const loss = inputs.podsLoss(incident);
  // Over by little of what was lost: it is not this pod's own memory that filled the share.
  if (top === undefined || loss === null || top.held - top.request < MAIN_SHARE * loss.lostBytes) return [];
  const { name, held, request } = top;
  if (end !== null && top.view !== null) {
    const bearable = bearableLimit(name, top.view, end, "kubepods-exhausted");
    if (bearable !== null) return [bearable];
  }
  const value = roundedUp(held * REQUEST_FACTOR);
  return [
    remedy(
      `Give ${name} a request of ${quantity(value)}: it held ${size(held)} against a request of ${size(request)}`,
      `Pod spec, resources.requests.memory: ${size(held)} × 1.15, rounded up to 64 MiB, so that the scheduler counts it. Cost: fewer pods fit. Check: allocatableMemory.available stays above the threshold.`,
      "kubepods-exhausted",
      { setting: `request of ${name}`, need: value },
    ),
  ];
};

export const kubepodsExhausted = defineRule({
  id: "kubepods-exhausted",
  group: "limits",
  title: "All pods together used up their share of the node",
  needs: [
    "incidents",
    "allocatable",
    "available",
    "thresholds",
    "kubepods",
    "cgroups",
    "floors",
    "podMemory",
    "podsLoss",
    "kubernetes",
  ],
  evaluate: (inputs) =>
    inputs.kubernetes ? contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)) : [],
});
