// Daemons and kernel outgrew what was reserved for them. kubeReserved and systemReserved are not enforced by default
// (enforceNodeAllocatable: [pods]), so the difference is taken from the threshold.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { systemPoints, systemRefs } from "../inputs/system-share.ts";
import { defineRule } from "../rule.ts";
import { quantity, roundedUp, size } from "../text/format.ts";
import type { SourceRef } from "../../model/evidence.ts";

type Needs = Pick<Inputs, "incidents" | "kills" | "meminfo" | "kubepods" | "node" | "config" | "zoneinfo" | "pageSize">;

const QUANTILE = 0.95;
const RESERVE_FACTOR = 1.1;
const LEAST_POINTS = 10;

const p95 = (values: readonly number[]): number | null =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * QUANTILE)] ?? null;

/** Free pages that no allocation may take. */
const keptBack = (inputs: Needs): number => {
  const { zoneinfo } = inputs;
  if (zoneinfo === null) return 0;
  return zoneinfo
    .fields()
    .filter((f) => /\.min$/.test(f))
    .reduce((n, f) => n + (zoneinfo.value(0, f) ?? 0) * inputs.pageSize, 0);
};

const settingFact = ({ config, node }: Needs, sum: number) => {
  const { kubeBytes, systemBytes } = node.reserved ?? { kubeBytes: null, systemBytes: null };
  const words =
    sum === 0
      ? "nothing: neither kubeReserved nor systemReserved is set"
      : `${size(kubeBytes ?? 0)} kubeReserved + ${size(systemBytes ?? 0)} systemReserved`;
  const refs: (SourceRef | undefined)[] = [config?.refs["kubeReserved.memory"], config?.refs["systemReserved.memory"]];
  return fact("Reserved", words, ...(refs.some((r) => r !== undefined) ? refs : [config?.from[0]]));
};

const reserve = (inputs: Needs, held: number, sum: number) => {
  const kept = keptBack(inputs);
  const needed = roundedUp(RESERVE_FACTOR * held + kept);
  return remedy(
    `Reserve ${quantity(needed)} for daemons and kernel (kubeReserved + systemReserved; now ${size(sum)})`,
    `Kubelet configuration: 1.1 × ${size(held)} + ${size(kept)} that the watermarks keep back, rounded up to 64 MiB; divide it as the memory of kubelet and runtime to that of the other units. The pods' limit (kubepods) falls with it, so they meet it before the node runs out. Cost: fewer pods fit. Check: allocatableMemory.available fires before the node's own signal.`,
    "reservation-too-small",
    { setting: "reservations", need: needed },
  );
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const toMs = incident.killMs ?? incident.window?.toMs ?? null;
  if (toMs === null) return null;
  const points = systemPoints(inputs, inputs.kills, -Infinity, toMs);
  const held = p95(points.map((p) => p.bytes));
  if (held === null || points.length < LEAST_POINTS) return null;
  const incidentId = incident.id;
  const value = `${size(held)} over ${points.length} samples, caches left out`;
  const used = fact("Held beside the pods, 95th percentile", value, ...systemRefs(inputs, points.at(-1)?.ms ?? toMs));
  const { reserved } = inputs.node;
  if (reserved === null || inputs.config === null) {
    const explanation = `Daemons and kernel held ${size(held)}; what was reserved for them is not in the input.`;
    const wouldDecide = wanted(
      "kubeReserved and systemReserved of the kubelet's configuration (configz)",
      "kubelet-config",
    );
    return unknown({ incidentId, explanation, facts: [used], wouldDecide });
  }
  const sum = (reserved.kubeBytes ?? 0) + (reserved.systemBytes ?? 0);
  const facts = [used, settingFact(inputs, sum)] as const;
  if (held <= sum) {
    const explanation = `Daemons and kernel held ${size(held)}, within the ${size(sum)} reserved for them.`;
    return refuted({ incidentId, explanation, facts });
  }
  return holds({
    incidentId,
    explains: "frame",
    share: 0.3,
    role: "contributes",
    explanation: `Daemons and kernel held ${size(held)} beside the pods, ${size(held - sum)} more than was reserved for them: the pods were promised memory that was never free.`,
    facts,
    remedies: [reserve(inputs, held, sum)],
  });
};

export const reservationTooSmall = defineRule({
  id: "reservation-too-small",
  group: "limits",
  title: "Daemons and kernel outgrew their reservation",
  needs: ["incidents", "kills", "meminfo", "kubepods", "node", "config", "zoneinfo", "pageSize"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
