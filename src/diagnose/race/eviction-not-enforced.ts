// No memory threshold was in force: setting any evictionHard key drops every default (pkg/kubelet/eviction/defaults_linux.go,
// cmd/kubelet/app/server.go); k3s, RKE2 and kind ship without one.
import { type Answer, fact, holds, refuted, remedy, unknown } from "../answer.ts";
import { type Case, contestedWithKill } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { reactionOf } from "../inputs/loop.ts";
import { hardRef, killRef } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { quantity, roundedUp, size } from "../text/format.ts";
import { higherThreshold } from "../text/remedies.ts";

type Needs = Pick<Inputs, "incidents" | "thresholds" | "kubelet" | "floors" | "node">;

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const { thresholds } = inputs;
  const [kill] = incident.kills;
  if (kill === undefined) return null;
  const incidentId = incident.id;
  const killed = fact("The kill", kill.doc.victims[0]?.comm ?? "a process", killRef(kill));
  const line = inputs.kubelet?.lines.find(
    ({ event }) =>
      (event.kind === "attempting-to-reclaim" && /memory/.test(event.resource ?? "")) ||
      (event.kind === "criteria-not-met" && /memory/.test(event.signal ?? "")),
  );
  if (line !== undefined)
    return refuted({
      incidentId,
      explanation: "A memory threshold was in force: the eviction manager acted on one.",
      facts: [fact("Its line", "about memory", line.event.from[0])],
    });
  if (!thresholds.known)
    return unknown({
      incidentId,
      explanation: "Which eviction thresholds were in force is not in the input.",
      facts: [killed],
      wouldDecide: "the kubelet's configuration: kubectl get --raw /api/v1/nodes/NODE/proxy/configz",
    });
  if (thresholds.memoryHardBytes !== null || thresholds.memorySoftBytes !== null) {
    const bytes = thresholds.memoryHardBytes ?? thresholds.memorySoftBytes ?? 0;
    return refuted({
      incidentId,
      explanation: `A memory threshold of ${size(bytes)} was in force${thresholds.source === "default" ? " (the default: no evictionHard key is set)" : ""}.`,
      facts: [fact("Threshold", size(bytes), hardRef(thresholds))],
    });
  }
  const floor = inputs.floors.find((f) => f.killId === kill.doc.id) ?? null;
  const raise = higherThreshold({
    incident,
    reaction: reactionOf(incident, thresholds),
    floorBytes: floor?.bytes ?? null,
    currentBytes: null,
    memTotalBytes: inputs.node.memTotalBytes,
  });
  const plain =
    floor === null
      ? []
      : [
          remedy(
            `Set evictionHard memory.available to ${quantity(roundedUp(2 * floor.bytes))}`,
            `Kubelet configuration, beside the disk keys that are set: this node died with memory.available at ${size(floor.bytes)}, so a threshold must lie well above that; twice it, rounded up to 64 MiB, until a capture with samples shows how fast memory falls. Cost: allocatable memory shrinks by as much. Check: "attempting to reclaim" stands before any kill.`,
            "eviction-not-enforced",
          ),
        ];
  return holds({
    incidentId,
    explains: "outcome",
    share: 1,
    role: "cause",
    explanation:
      "No memory eviction threshold was in force: evictionHard is set without memory.available, which drops the default of 100Mi. The kubelet could not have evicted anything for memory.",
    facts: [
      fact(
        "Thresholds in force",
        thresholds.hard.map((t) => `${t.signal} ${t.value}`).join(", ") || "none",
        hardRef(thresholds),
      ),
      killed,
    ],
    remedies: raise === null ? plain : [raise],
  });
};

export const evictionNotEnforced = defineRule({
  id: "eviction-not-enforced",
  group: "race",
  title: "No memory eviction threshold was in force",
  needs: ["incidents", "thresholds", "kubelet", "floors", "node"],
  evaluate: (inputs) => contestedWithKill(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
