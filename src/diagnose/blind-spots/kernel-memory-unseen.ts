// Kernel memory ate the node outside the signal: slab, page tables, percpu and vmalloc are not in anon + file − inactive_file, so
// memory.available looks healthy while they grow (runc rootStatsFromMeminfo, opencontainers/cgroups fs2/memory.go).
import { type Answer, fact, holds, refuted, remedy, unknown } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { KERNEL_FIELDS } from "../inputs/loss-sources.ts";
import type { Loss } from "../inputs/loss.ts";
import { lastBefore } from "../inputs/hard-crossing.ts";
import { hardRef, killRef } from "../inputs/refs.ts";
import { type Track, refAt, valueAt } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { percent, quantity, roundedUp, size } from "../text/format.ts";

type Needs = Pick<Inputs, "incidents" | "loss" | "meminfo" | "available" | "floors" | "thresholds">;

const MAIN_SHARE = 0.5;
const INNOCENT_SHARE = 0.1;

/** Fall of MemFree over the same span. */
const freeLost = (meminfo: Track | null, loss: Loss): number | null => {
  const before = valueAt(meminfo, "MemFree", loss.baseline.toMs);
  const after = valueAt(meminfo, "MemFree", loss.endMs);
  return before === null || after === null ? null : before - after;
};

/** The signal counts anon and file: what the kernel holds for itself is outside. */
const seesNoKernel = (variant: string): boolean => /anon/.test(variant) && /file/.test(variant);

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const loss = inputs.loss(incident);
  const incidentId = incident.id;
  const kernel = loss?.grown.kernel ?? null;
  const lost = loss === null ? null : freeLost(inputs.meminfo, loss);
  if (loss === null || kernel === null || lost === null || lost <= 0) {
    const [kill] = incident.kills;
    return kill === undefined || inputs.meminfo === null
      ? null
      : unknown({
          incidentId,
          explanation: "How much kernel memory grew before the loss is not in the samples.",
          facts: [fact("The kill", kill.doc.victims[0]?.comm ?? "a process", killRef(kill))],
          wouldDecide: "/proc/meminfo and the root memory.stat from a minute before the fall on",
        });
  }
  const share = kernel / lost;
  const parts = KERNEL_FIELDS.map((field) => refAt(inputs.meminfo, field, loss.endMs));
  const facts = [
    fact(
      "Growth of slab, page tables, percpu and vmalloc",
      `${size(kernel)} of ${size(lost)} of free memory lost (${percent(share)})`,
      ...parts,
      refAt(inputs.meminfo, "Slab", loss.baseline.toMs),
    ),
    fact(
      "memory.available",
      `${loss.signal.variant}${loss.signal.fitted ? ", which fits a quantity that the kubelet printed" : ""}`,
      ...loss.signal.refs(loss.endMs),
    ),
  ] as const;
  if (share < INNOCENT_SHARE)
    return refuted({
      incidentId,
      explanation: `Kernel memory grew by ${size(kernel)} while ${size(lost)} of free memory was lost: it is not what took it.`,
      facts,
    });
  if (!seesNoKernel(loss.signal.variant))
    return refuted({
      incidentId,
      explanation: `On this node memory.available counts kernel memory as used (${loss.signal.variant}), so its growth was not unseen.`,
      facts,
    });
  const threshold = inputs.thresholds.memoryHardBytes;
  const atKill =
    incident.killMs === null
      ? null
      : (inputs.floors.find((f) => incident.kills.some((k) => k.doc.id === f.killId))?.bytes ??
        lastBefore(inputs.available, incident.killMs, 10_000)?.value ??
        null);
  if (threshold === null || atKill === null || atKill < threshold)
    return unknown({
      incidentId,
      explanation: `Kernel memory grew by ${size(kernel)} (${percent(share)} of the free memory lost), but the signal was not shown to be above its threshold at a kill.`,
      facts,
      wouldDecide: "the threshold in force, and samples up to the kill",
    });
  if (share < MAIN_SHARE && kernel <= threshold)
    return unknown({
      incidentId,
      explanation: `Kernel memory makes ${percent(share)} of the loss: a part, not the whole.`,
      facts,
      wouldDecide: "a longer baseline before the fall",
    });
  return holds({
    incidentId,
    explains: "memory",
    share,
    role: "cause",
    explanation: `Kernel memory grew by ${size(kernel)} outside the kubelet's signal: memory.available still stood at ${size(atKill)}, above its threshold of ${size(threshold)}, when the kernel killed.`,
    facts: [...facts, fact("Threshold", size(threshold), hardRef(inputs.thresholds))],
    remedies: [
      remedy(
        `Raise evictionHard memory.available by the growth, to ${quantity(roundedUp(threshold + kernel))}`,
        `Kubelet configuration: ${size(threshold)} + ${size(kernel)} of kernel memory at its peak, rounded up to 64 MiB, and find the cache that grew (slab-growth). Cost: allocatable memory shrinks by as much. Check: Slab reaches a plateau, “attempting to reclaim” stands before any kill.`,
        "kernel-memory-unseen",
      ),
    ],
  });
};

export const kernelMemoryUnseen = defineRule({
  id: "kernel-memory-unseen",
  group: "blind-spots",
  title: "Kernel memory grew outside the kubelet's signal",
  needs: ["incidents", "loss", "meminfo", "available", "floors", "thresholds"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
