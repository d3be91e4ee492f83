// Kernel memory ate the node outside the signal: slab, page tables, percpu and vmalloc are not in anon + file − inactive_file, so
// memory.available looks healthy while they grow (runc rootStatsFromMeminfo, opencontainers/cgroups fs2/memory.go).
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { lastBefore } from "../inputs/hard-crossing.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { KERNEL_FIELDS } from "../inputs/loss-sources.ts";
import { LEAST_LOSS_BYTES, type Loss } from "../inputs/loss.ts";
import { floorOf, hardRef } from "../inputs/refs.ts";
import type { Signal } from "../inputs/signal.ts";
import { refAt } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { moved, percent, quantity, roundedUp, size } from "../text/format.ts";
import { MOST_SHARE } from "../text/threshold-remedies.ts";
import { asCounted, killFact } from "../text/facts.ts";

type Needs = Pick<Inputs, "incidents" | "freeLoss" | "meminfo" | "available" | "floors" | "thresholds" | "node">;

const MAIN_SHARE = 0.5;
const INNOCENT_SHARE = 0.1;
const FRESH_MS = 10_000;

interface Measured {
  readonly loss: Loss;
  readonly kernel: number;
  readonly share: number;
  readonly signal: Signal;
}

/** The signal counts anon and file: what the kernel holds for itself is outside. */
const seesNoKernel = (variant: string): boolean => /anon/.test(variant) && /file/.test(variant);

const measure = (inputs: Needs, incident: Case): Measured | null => {
  const loss = inputs.freeLoss(incident);
  const kernel = loss?.grown.kernel ?? null;
  if (loss === null || kernel === null || inputs.available === null || loss.lostBytes < LEAST_LOSS_BYTES) return null;
  return { loss, kernel, share: kernel / loss.lostBytes, signal: inputs.available };
};

const factsOf = (inputs: Needs, { loss, kernel, share, signal }: Measured) =>
  [
    fact(
      "Growth of slab, page tables, percpu and vmalloc",
      `${size(kernel)} of ${size(loss.lostBytes)} of free and file pages lost (${percent(share)})`,
      refAt(inputs.meminfo, "Slab", loss.baseline.toMs),
      ...KERNEL_FIELDS.map((field) => refAt(inputs.meminfo, field, loss.endMs)),
    ),
    fact(
      "memory.available",
      `${signal.variant}${signal.fitted ? ", which fits a quantity that the kubelet printed" : ""}`,
      ...signal.refs(loss.endMs),
    ),
  ] as const;

/** memory.available when the kernel killed: from its report, else from the last sample before. */
const atKill = (inputs: Needs, incident: Case): number | null => {
  if (incident.killMs === null) return null;
  return (
    floorOf(inputs.floors, incident)?.bytes ?? lastBefore(inputs.available, incident.killMs, FRESH_MS)?.value ?? null
  );
};

const notMeasured = (inputs: Needs, incident: Case): Answer | null => {
  const [kill] = incident.kills;
  if (kill === undefined || inputs.meminfo === null) return null;
  return unknown({
    incidentId: incident.id,
    explanation: "How much kernel memory grew before the loss is not in the samples.",
    facts: [killFact(kill)],
    wouldDecide: wanted(
      "/proc/meminfo and the root memory.stat from a minute before the fall on",
      "baseline",
      "node-memory",
      "root-stat",
    ),
  });
};

const decide = (inputs: Needs, incident: Case, measured: Measured): Answer => {
  const { kernel, share } = measured;
  const common = { incidentId: incident.id, facts: factsOf(inputs, measured) };
  const threshold = inputs.thresholds.memoryHardBytes;
  const level = atKill(inputs, incident);
  const byPods = incident.evictions.some((e) => e.doc.signal === "allocatableMemory.available");
  if (incident.kills.length === 0 && byPods) {
    const explanation = `Kernel memory grew by ${size(kernel)}, and it was seen: charged to pods it counts in allocatableMemory.available, which fired. The kernel killed nothing.`;
    return refuted({ ...common, explanation });
  }
  if (threshold === null || level === null || level < threshold) {
    const explanation = `Kernel memory grew by ${size(kernel)} (${percent(share)} of what was lost), but the signal was not shown to be above its threshold at a kill.`;
    return unknown({
      ...common,
      explanation,
      wouldDecide: wanted("the threshold in force, and samples up to the kill", "kubelet-config", "fast-samples"),
    });
  }
  if (share < MAIN_SHARE && kernel <= threshold) {
    const explanation = `Kernel memory makes ${percent(share)} of the loss: a part, not the whole.`;
    return unknown({ ...common, explanation, wouldDecide: wanted("a longer baseline before the fall", "baseline") });
  }
  return holds({
    ...common,
    explains: "memory",
    share,
    role: "cause",
    explanation: `Kernel memory grew by ${size(kernel)} outside the kubelet's signal: memory.available still stood at ${size(level)}${asCounted(floorOf(inputs.floors, incident))}, above its threshold of ${size(threshold)}, when the kernel killed.`,
    facts: [...common.facts, fact("Threshold", size(threshold), hardRef(inputs.thresholds))],
    remedies: raised(threshold, kernel, inputs.node.memTotalBytes),
  });
};

/** Too large a share of the machine is no threshold: then the cache that grew must be bounded (slab-growth). */
const raised = (threshold: number, kernel: number, total: number | null) => {
  const value = roundedUp(threshold + kernel);
  if (total === null || value > MOST_SHARE * total) return [];
  return [
    remedy(
      `Raise evictionHard memory.available by the growth, to ${quantity(value)}`,
      `Kubelet configuration: ${size(threshold)} + ${size(kernel)} of kernel memory at its peak, rounded up to 64 MiB, and find the cache that grew (slab-growth). Cost: allocatable memory shrinks by ${size(value - threshold)}. Check: Slab reaches a plateau, “attempting to reclaim” stands before any kill.`,
      "kernel-memory-unseen",
      { setting: "evictionHard memory.available", need: value },
    ),
  ];
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const measured = measure(inputs, incident);
  const fell = inputs.freeLoss(incident);
  if (measured === null && fell !== null && fell.lostBytes < LEAST_LOSS_BYTES)
    return refuted({
      incidentId: incident.id,
      explanation: `Free and file pages together ${fell.lostBytes > 0 ? `fell by ${size(fell.lostBytes)} only` : "did not fall"}: there is no loss that kernel memory could explain.`,
      facts: [
        fact(
          "Free and file pages",
          `${size(fell.baselineBytes)} before, ${size(fell.endBytes)} at the end`,
          ...fell.signal.refs(fell.endMs),
        ),
      ],
    });
  if (measured === null) return notMeasured(inputs, incident);
  const { loss, kernel, share, signal } = measured;
  const common = { incidentId: incident.id, facts: factsOf(inputs, measured) };
  if (share < INNOCENT_SHARE) {
    const explanation = `Kernel memory ${moved(kernel)} while ${size(loss.lostBytes)} of free and file pages was lost: it is not what took it.`;
    return refuted({ ...common, explanation });
  }
  if (!seesNoKernel(signal.variant)) {
    const explanation = `On this node memory.available counts kernel memory as used (${signal.variant}), so its growth was not unseen.`;
    return refuted({ ...common, explanation });
  }
  return decide(inputs, incident, measured);
};

export const kernelMemoryUnseen = defineRule({
  id: "kernel-memory-unseen",
  group: "blind-spots",
  title: "Kernel memory grew outside the kubelet's signal",
  needs: ["incidents", "freeLoss", "meminfo", "available", "floors", "thresholds", "node"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
