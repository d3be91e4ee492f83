// This node dies above its hard threshold: the kernel's watermarks, slab and page tables are not in the kubelet's arithmetic, so
// memory.available never gets near 0 before the kernel kills.
import { type Answer, fact, holds, refuted, unknown, wanted } from "../answer.ts";
import { crossingBefore, searchFrom } from "../inputs/hard-crossing.ts";
import { type Case, contestedWithKill } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { LEAST_LOSS_BYTES } from "../inputs/loss.ts";
import { hardRef, killRef } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { clock, size } from "../text/format.ts";
import { asCounted } from "../text/facts.ts";
import { THRESHOLD_NEEDS, type ThresholdInputs, thresholdRemedies } from "../text/threshold-remedies.ts";
import type { Floor, StoryKill } from "../../model/timeline.ts";

type Needs = Pick<Inputs, "incidents" | "freeLoss" | "kubernetes"> & ThresholdInputs;

const HOW = {
  "meminfo-in-tick": "from /proc/meminfo read in the tick of the kill, before it",
  "last-tick": "the last sample before the kill",
} as const;
const OF_REPORT = {
  "anon-and-file": "RAM − reserved − anon − unevictable − active_file",
  "all-but-free": "free + inactive_file",
} as const;
/** What is not in the kubelet's arithmetic and is left when the kernel kills. */
const LEFT = {
  "anon-and-file":
    "free pages kept back by watermarks, slab, page tables and kernel stacks are not in the kubelet's arithmetic",
  "all-but-free": "free pages kept back by watermarks count as available in the kubelet's arithmetic",
} as const;

const howOf = ({ how, usage }: Floor): string =>
  how === "oom-report" ? `from the kernel's report alone: ${OF_REPORT[usage.counts]}` : HOW[how];

type Floored = { readonly kill: StoryKill; readonly floor: Floor };

const floorsOf = (inputs: Needs, incident: Case): readonly Floored[] =>
  incident.kills
    .filter((kill) => kill.doc.scope === "node")
    .flatMap((kill) => inputs.floors.filter((f) => f.killId === kill.doc.id).map((floor) => ({ kill, floor })));

const floorFact = ({ kill, floor }: Floored, label = "memory.available when the kernel killed") =>
  fact(label, `${size(floor.bytes)} (${howOf(floor)})`, ...floor.from, killRef(kill));

/** Growth of what the kubelet does not count: the loss of free and file pages that neither anonymous nor shared memory took. */
const beyondTheSignal = (inputs: Needs, incident: Case): number | null => {
  const loss = inputs.freeLoss(incident);
  if (loss === null || loss.grown.anon === null || loss.grown.shmem === null) return null;
  const grown = loss.lostBytes - loss.grown.anon - loss.grown.shmem;
  return grown < LEAST_LOSS_BYTES ? null : grown;
};

const holding = (
  inputs: Needs,
  incident: Case,
  hard: number,
  [first, ...more]: readonly [Floored, ...Floored[]],
): Answer => {
  const { floor } = first;
  const beyond = beyondTheSignal(inputs, incident);
  // Without what grew outside the kubelet's arithmetic this threshold would have been crossed: that growth is the nearer cause.
  const grown = beyond !== null && floor.bytes - beyond < hard ? beyond : null;
  return holds({
    incidentId: incident.id,
    explains: grown === null ? "outcome" : "frame",
    share: 1,
    role: "cause",
    confidence: floor.how === "last-tick" || !floor.usage.sure ? "medium" : "high",
    explanation: `The kernel kills on this node while memory.available still stands at ${size(floor.bytes)}${asCounted(floor)}: ${LEFT[floor.usage.counts]}. The hard threshold of ${size(hard)} lies ${size(floor.bytes - hard)} below that floor, so it cannot fire, however fast the kubelet is.${grown === null ? "" : ` Memory outside that arithmetic had grown by ${size(grown)}; without it the threshold would have been crossed.`}`,
    facts: [
      fact("Hard threshold in force", size(hard), hardRef(inputs.thresholds)),
      floorFact(first),
      ...more.map((floored) => floorFact(floored, "memory.available at a further kill")),
    ],
    remedies: thresholdRemedies(inputs, incident, hard, "threshold-below-floor"),
  });
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const [first, ...more] = floorsOf(inputs, incident);
  if (first === undefined) return null;
  const incidentId = incident.id;
  const level = size(first.floor.bytes);
  if (!inputs.thresholds.known) {
    const explanation = `When the kernel killed, memory.available stood at ${level} in the kubelet's arithmetic${asCounted(first.floor)}. A hard threshold below that cannot fire on this node; which one was in force is not known.`;
    const wouldDecide = wanted(
      "the kubelet's configuration (/configz, or its config file) says which hard threshold was in force",
      "kubelet-config",
    );
    return unknown({ incidentId, explanation, facts: [floorFact(first)], wouldDecide });
  }
  const hard = inputs.thresholds.memoryHardBytes;
  if (hard === null) return null;
  const facts = [fact("Hard threshold in force", size(hard), hardRef(inputs.thresholds)), floorFact(first)] as const;
  if (first.floor.bytes < hard) {
    const explanation = `The threshold could fire: memory.available was ${level} at the kill, below ${size(hard)}.`;
    return refuted({ incidentId, explanation, facts });
  }
  const under = more.find(({ floor }) => floor.bytes < hard);
  if (under !== undefined)
    return unknown({
      incidentId,
      explanation: `memory.available was ${level} at the first kill, above the hard threshold of ${size(hard)}, and ${size(under.floor.bytes)} at a further one, below it: the level at which this node dies swings around the threshold.`,
      facts: [...facts, floorFact(under, "memory.available at a further kill")],
      wouldDecide: wanted("samples at most 1 s apart through the kills", "fast-samples"),
    });
  const { killMs } = incident;
  const crossed = killMs === null ? null : crossingBefore(inputs.available, hard, killMs, searchFrom(incident, killMs));
  if (crossed === null) return holding(inputs, incident, hard, [first, ...more]);
  const { point, signal } = crossed;
  const below = fact("A sample below it", `${size(point.value)} at ${clock(point.ms)}`, ...signal.refs(point.ms));
  const explanation = `memory.available was ${level} at the kill, above the hard threshold of ${size(hard)}, but a sample before it stood below: the level at which this node dies swings around the threshold.`;
  return unknown({
    incidentId,
    explanation,
    facts: [...facts, below],
    wouldDecide: wanted("samples at most 1 s apart through the kill", "fast-samples"),
  });
};

export const thresholdBelowFloor = defineRule({
  id: "threshold-below-floor",
  group: "race",
  title: "The hard threshold lies below the level at which this node dies",
  needs: ["incidents", "freeLoss", "kubernetes", ...THRESHOLD_NEEDS],
  evaluate: (inputs) =>
    inputs.kubernetes ? contestedWithKill(inputs.incidents).map((incident) => evaluate(inputs, incident)) : [],
});
