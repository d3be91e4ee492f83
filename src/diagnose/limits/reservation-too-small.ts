// Daemons and kernel outgrew what was reserved for them. kubeReserved and systemReserved are not enforced by default
// (enforceNodeAllocatable: [pods]), so the difference is taken from the threshold.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { LEAST_LOSS_BYTES } from "../inputs/loss.ts";
import { sumOver, zonesAt } from "../inputs/zones.ts";
import { type SystemPoint, systemPoints, systemRefs } from "../inputs/system-share.ts";
import { defineRule } from "../rule.ts";
import { quantity, roundedUp, size } from "../text/format.ts";
import type { SourceRef } from "../../model/evidence.ts";

type Needs = Pick<
  Inputs,
  "incidents" | "loss" | "freeLoss" | "kills" | "meminfo" | "kubepods" | "node" | "config" | "zoneinfo" | "pageSize"
>;

const QUANTILE = 0.95;
const RESERVE_FACTOR = 1.1;
const LEAST_POINTS = 10;
/** Grown by half: one daemon's or the kernel's growth, which no reservation should follow. Heuristic. */
const GREW_FACTOR = 1.5;
/** Of a baseline that may already lie on the slope only its beginning is taken. */
const LEAST_BEFORE_MS = 10_000;

const p95 = (values: readonly number[]): number | null =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * QUANTILE)] ?? null;

/** Free pages that an ordinary allocation may not take: min of each zone, and what it keeps back from those that could go higher. */
const keptBack = ({ zoneinfo, pageSize }: Needs): number =>
  zoneinfo === null ? 0 : sumOver(zonesAt(zoneinfo, 0), (zone) => zone.min + zone.protection) * pageSize;

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

/** Held before the fall; null where too few samples stand before it. */
const usualBefore = (inputs: Needs, incident: Case, points: readonly SystemPoint[]): number | null => {
  const until = inputs.loss(incident)?.baseline ?? inputs.freeLoss(incident)?.baseline ?? null;
  const before = points.filter((p) => until !== null && p.ms <= until.fromMs + LEAST_BEFORE_MS);
  return before.length < LEAST_POINTS / 2 ? null : p95(before.map((p) => p.bytes));
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const { endMs: toMs } = incident;
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
  const usual = usualBefore(inputs, incident, points);
  if (usual !== null && held - usual > LEAST_LOSS_BYTES && held > GREW_FACTOR * usual) {
    const grew = `Daemons and kernel held ${size(usual)} before memory fell and ${size(held)} in the fall: that growth is the matter`;
    if (usual <= sum) {
      const explanation = `${grew}, not the reservation of ${size(sum)}, within which they had stood.`;
      return refuted({ incidentId, explanation, facts });
    }
    const explanation = `${grew}; that ${size(usual)} were more than the ${size(sum)} reserved comes second.`;
    return holds({ incidentId, explains: "frame", share: 0.1, role: "note", explanation, facts, remedies: [] });
  }
  if (held <= sum) {
    const explanation = `Daemons and kernel held ${size(held)}, within the ${size(sum)} reserved for them.`;
    return refuted({ incidentId, explanation, facts });
  }
  return holds({
    incidentId,
    explains: "frame",
    share: 0.3,
    role: "contributes",
    explanation: `Daemons and kernel held ${size(held)} beside the pods, ${sum === 0 ? "and nothing was reserved for them" : `${size(held - sum)} more than the ${size(sum)} reserved for them`}: the pods were promised memory that was never free.`,
    facts,
    remedies: [reserve(inputs, held, sum)],
  });
};

export const reservationTooSmall = defineRule({
  id: "reservation-too-small",
  group: "limits",
  title: "Daemons and kernel outgrew their reservation",
  needs: ["incidents", "loss", "freeLoss", "kills", "meminfo", "kubepods", "node", "config", "zoneinfo", "pageSize"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
