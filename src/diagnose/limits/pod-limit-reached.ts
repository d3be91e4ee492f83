// The sum of a pod hit the pod's limit, and no container its own: tmpfs, or a sidecar without a limit.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type CgroupView, heldAt, leafOf, limitAt, nameOf } from "../inputs/cgroup.ts";
import { type Case, atLimit } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { killRef } from "../inputs/refs.ts";
import { refAt } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { quantity, roundedUp, size } from "../text/format.ts";
import { isPlaced } from "../../model/instant.ts";
import type { StoryKill } from "../../model/timeline.ts";

type Needs = Pick<Inputs, "incidents" | "cgroups" | "podFacts">;

const OWN_SHARE = 0.9;

/** Limits of the pod's containers, from its cgroups, else from the API object. */
const containerLimits = (inputs: Needs, kill: StoryKill, ms: number): readonly (number | null)[] => {
  const uid = kill.doc.pod?.uid;
  const views = inputs.cgroups.filter(
    (c) => c.level === "container" && c.pod?.uid === uid && c.max !== null && c.pod?.container != null,
  );
  if (views.length > 0) return views.map((v) => limitAt(v.max, ms));
  return (
    inputs.podFacts
      .find((p) => p.uid !== null && p.uid === uid && p.containers.length > 0)
      ?.containers.filter((c) => !c.init)
      .map((c) => c.limitBytes) ?? []
  );
};

type Reached = { readonly kill: StoryKill; readonly limit: number; readonly ms: number; readonly name: string };

const containersOf = (inputs: Needs, { kill, ms }: Reached): readonly CgroupView[] =>
  inputs.cgroups.filter((c) => c.level === "container" && c.pod?.uid === kill.doc.pod?.uid && heldAt(c, ms) !== null);

const containerFact = (view: CgroupView, ms: number) => {
  const limit = limitAt(view.max, ms);
  const name = view.pod?.container ?? leafOf(view);
  return fact(
    `Container ${name}`,
    `${size(heldAt(view, ms) ?? 0)}, limit ${limit === null ? "none" : size(limit)}`,
    refAt(view.current, "", ms),
  );
};

const reachedFact = ({ kill, limit, name }: Reached) =>
  fact("Limited cgroup", `${name}, limit ${size(limit)}`, killRef(kill));

const holding = (incident: Case, reached: Reached, containers: readonly CgroupView[]): Answer => {
  const { limit, name, ms } = reached;
  const sum = containers.reduce((n, c) => n + (heldAt(c, ms) ?? 0), 0);
  const rest = sum < limit * 0.75 ? `, so ${size(limit - sum)} was charged to the pod itself, as tmpfs is` : "";
  const raised = roundedUp(limit * 1.2);
  return holds({
    incidentId: incident.id,
    explains: "memory",
    share: 0.9,
    role: "cause",
    explanation: `The sum of ${name} reached the pod's limit of ${size(limit)}, while no container was near its own: together they held ${size(sum)}${rest}.`,
    facts: [reachedFact(reached), ...containers.slice(0, 3).map((c) => containerFact(c, ms))],
    remedies: [
      remedy(
        `Raise the pod's limit of ${name} to ${quantity(raised)}, or bound what is not a container's`,
        `Pod spec: the pod's limit is the sum of its containers' (${size(limit)}); × 1.2, rounded up to 64 MiB. Where the rest is tmpfs, give its emptyDir a sizeLimit. Cost: ${size(raised - limit)} of the node. Check: “max” of the pod's memory.events stands still.`,
        "pod-limit-reached",
        { setting: `limit of ${name}`, need: raised },
      ),
    ],
  });
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const kill = incident.kills.find((k) => k.doc.scope === "pod");
  if (kill === undefined || !isPlaced(kill.at) || kill.doc.limitBytes === null) return null;
  const limit = kill.doc.limitBytes;
  const name = nameOf(kill.doc.pod) ?? kill.doc.limitedCgroup ?? "the pod";
  const reached: Reached = { kill, limit, name, ms: kill.at.best - 1 };
  const common = { incidentId: incident.id, facts: [reachedFact(reached)] as const };
  const limits = containerLimits(inputs, kill, reached.ms);
  if (limits.length === 0) {
    const explanation = `The kernel names the pod's cgroup of ${name}; the limits of its containers are not in the input.`;
    return unknown({
      ...common,
      explanation,
      wouldDecide: wanted("the pod's object, or memory.max of its containers", "api-objects", "cgroups"),
    });
  }
  if (limits.length === 1 && limits[0] === limit) {
    const explanation = `${name} has one container with the same limit of ${size(limit)}: the kernel then names the pod's cgroup, and it is the container's limit.`;
    return refuted({ ...common, explanation });
  }
  const containers = containersOf(inputs, reached);
  if (containers.length === 0) {
    const explanation = `The kernel names the pod's cgroup of ${name}; what its containers held is not in the samples.`;
    return unknown({
      ...common,
      explanation,
      wouldDecide: wanted("memory.current and memory.stat of its containers before the kill", "cgroups"),
    });
  }
  const full = containers.find(
    (c) => (heldAt(c, reached.ms) ?? 0) >= OWN_SHARE * (limitAt(c.max, reached.ms) ?? Infinity),
  );
  if (full === undefined) return holding(incident, reached, containers);
  const facts = [...common.facts, containerFact(full, reached.ms)] as const;
  return refuted({ ...common, explanation: `A container of ${name} stood at its own limit.`, facts });
};

export const podLimitReached = defineRule({
  id: "pod-limit-reached",
  group: "limits",
  title: "The pod's limit was reached, no container's own",
  needs: ["incidents", "cgroups", "podFacts"],
  evaluate: (inputs) => atLimit(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
