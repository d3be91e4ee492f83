// No memory threshold was in force: setting any evictionHard key drops every default (pkg/kubelet/eviction/defaults_linux.go,
// cmd/kubelet/app/server.go); k3s, RKE2 and kind ship without one.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type Case, contestedWithKill } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { hardRef, linesIn } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { quantity, roundedUp, size } from "../text/format.ts";
import { THRESHOLD_NEEDS, type ThresholdInputs, thresholdRemedies } from "../text/threshold-remedies.ts";
import type { KubeletEvent } from "../../model/kubelet.ts";
import type { Floor, PlacedEvent, StoryKill } from "../../model/timeline.ts";
import { killFact } from "../text/facts.ts";

type Needs = Pick<Inputs, "incidents" | "kubernetes"> & ThresholdInputs;

const MEMORY_LINES: readonly KubeletEvent["kind"][] = ["attempting-to-reclaim", "criteria-not-met"];

/** The loop looks every 10 s, and may have noticed between two samples. */
const AROUND_MS = 5000;

const isOnMemory = ({ event }: PlacedEvent<KubeletEvent>): boolean => {
  if (!MEMORY_LINES.includes(event.kind)) return false;
  const what = event.kind === "criteria-not-met" ? event.signal : "resource" in event ? event.resource : null;
  return /memory/.test(what ?? "");
};

/** A line of the eviction manager that acts on, or waits for, a memory threshold: the incident's own before any other. */
const actedOnMemory = (inputs: Needs, { window }: Case) => {
  const lines = (inputs.kubelet?.lines ?? []).filter(isOnMemory);
  return (window === null ? undefined : linesIn(lines, window, AROUND_MS)[0]) ?? lines[0];
};

const firstThreshold = (inputs: Needs, incident: Case, floor: Floor | null) => {
  const raise = thresholdRemedies(inputs, incident, null, "eviction-not-enforced");
  if (raise.length > 0 || floor === null) return raise;
  const value = roundedUp(2 * floor.bytes);
  return [
    remedy(
      `Set evictionHard memory.available to ${quantity(value)}`,
      `Kubelet configuration, beside the disk keys that are set: this node died with memory.available at ${size(floor.bytes)}, so a threshold must lie well above that; twice it, rounded up to 64 MiB, until a capture with samples shows how fast memory falls. Cost: allocatable memory shrinks by as much. Check: "attempting to reclaim" stands before any kill.`,
      "eviction-not-enforced",
      { setting: "evictionHard memory.available", need: value },
    ),
  ];
};

const holding = (inputs: Needs, incident: Case, kill: StoryKill): Answer => {
  const set = inputs.thresholds.hard.map((t) => `${t.signal} ${t.value}`).join(", ");
  return holds({
    incidentId: incident.id,
    explains: "outcome",
    share: 1,
    role: "cause",
    explanation:
      "No memory eviction threshold was in force: evictionHard is set without memory.available, which drops the default of 100Mi. The kubelet could not have evicted anything for memory.",
    facts: [fact("Thresholds in force", set || "none", hardRef(inputs.thresholds)), killFact(kill)],
    remedies: firstThreshold(inputs, incident, inputs.floors.find((f) => f.killId === kill.doc.id) ?? null),
  });
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const { thresholds } = inputs;
  const [kill] = incident.kills;
  if (kill === undefined) return null;
  const incidentId = incident.id;
  const line = actedOnMemory(inputs, incident);
  if (line !== undefined) {
    const explanation = "A memory threshold was in force: the eviction manager acted on one.";
    return refuted({ incidentId, explanation, facts: [fact("Its line", "about memory", line.event.from[0])] });
  }
  if (!thresholds.known)
    return unknown({
      incidentId,
      explanation: "Which eviction thresholds were in force is not in the input.",
      facts: [killFact(kill)],
      wouldDecide: wanted(
        "the kubelet's configuration: kubectl get --raw /api/v1/nodes/NODE/proxy/configz",
        "kubelet-config",
      ),
    });
  const bytes = thresholds.memoryHardBytes ?? thresholds.memorySoftBytes;
  if (bytes === null) return holding(inputs, incident, kill);
  const byDefault = thresholds.source === "default" ? " (the default: no evictionHard key is set)" : "";
  const explanation = `A memory threshold of ${size(bytes)} was in force${byDefault}.`;
  return refuted({ incidentId, explanation, facts: [fact("Threshold", size(bytes), hardRef(thresholds))] });
};

export const evictionNotEnforced = defineRule({
  id: "eviction-not-enforced",
  group: "race",
  title: "No memory eviction threshold was in force",
  needs: ["incidents", "kubernetes", ...THRESHOLD_NEEDS],
  evaluate: (inputs) =>
    inputs.kubernetes ? contestedWithKill(inputs.incidents).map((incident) => evaluate(inputs, incident)) : [],
});
