// This node dies above its hard threshold: the kernel's watermarks, slab and page tables are not in the kubelet's arithmetic, so
// memory.available never gets near 0 before the kernel kills.
import { type Answer, fact, holds, refuted, unknown } from "../answer.ts";
import { crossingBefore, searchFrom } from "../inputs/hard-crossing.ts";
import { type Case, contestedWithKill } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { reactionOf } from "../inputs/loop.ts";
import { hardRef, killRef } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { clock, size } from "../text/format.ts";
import { higherThreshold } from "../text/remedies.ts";

type Needs = Pick<Inputs, "incidents" | "thresholds" | "floors" | "available" | "node">;

const HOW = {
  "oom-report": "from the kernel's report alone: RAM − reserved − anon − unevictable − active_file",
  "meminfo-in-tick": "from /proc/meminfo read in the tick of the kill, before it",
  "last-tick": "the last sample before the kill",
} as const;

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const floors = incident.kills
    .filter((kill) => kill.doc.scope === "node")
    .flatMap((kill) => inputs.floors.filter((f) => f.killId === kill.doc.id).map((floor) => ({ kill, floor })));
  const [first] = floors;
  const hard = inputs.thresholds.memoryHardBytes;
  const incidentId = incident.id;
  if (first === undefined) return null;
  const { floor, kill } = first;
  const floorFact = fact(
    "memory.available when the kernel killed",
    `${size(floor.bytes)} (${HOW[floor.how]})`,
    ...floor.from,
    killRef(kill),
  );
  if (!inputs.thresholds.known)
    return unknown({
      incidentId,
      explanation: `When the kernel killed, memory.available stood at ${size(floor.bytes)} in the kubelet's arithmetic. A hard threshold below that cannot fire on this node; which one was in force is not known.`,
      facts: [floorFact],
      wouldDecide: "the kubelet's configuration (/configz, or its config file) says which hard threshold was in force",
    });
  if (hard === null) return null;
  const thresholdFact = fact("Hard threshold in force", size(hard), hardRef(inputs.thresholds));
  const killMs = incident.killMs;
  const crossed = killMs === null ? null : crossingBefore(inputs.available, hard, killMs, searchFrom(incident, killMs));
  if (floor.bytes < hard)
    return refuted({
      incidentId,
      explanation: `The threshold could fire: memory.available was ${size(floor.bytes)} at the kill, below ${size(hard)}.`,
      facts: [thresholdFact, floorFact],
    });
  if (crossed !== null)
    return unknown({
      incidentId,
      explanation: `memory.available was ${size(floor.bytes)} at the kill, above the hard threshold of ${size(hard)}, but a sample before it stood below: the level at which this node dies swings around the threshold.`,
      facts: [
        thresholdFact,
        floorFact,
        fact(
          "A sample below it",
          `${size(crossed.point.value)} at ${clock(crossed.point.ms)}`,
          ...crossed.signal.refs(crossed.point.ms),
        ),
      ],
      wouldDecide: "samples at most 1 s apart through the kill",
    });
  const remedies = [
    higherThreshold({
      incident,
      reaction: reactionOf(incident, inputs.thresholds),
      floorBytes: floor.bytes,
      currentBytes: hard,
      memTotalBytes: inputs.node.memTotalBytes,
    }),
  ];
  return holds({
    incidentId,
    explains: "outcome",
    share: 1,
    role: "cause",
    confidence: floor.how === "last-tick" ? "medium" : "high",
    explanation: `The kernel kills on this node while memory.available still stands at ${size(floor.bytes)}: free pages kept back by watermarks, slab, page tables and kernel stacks are not in the kubelet's arithmetic. The hard threshold of ${size(hard)} lies ${size(floor.bytes - hard)} below that floor, so it cannot fire, however fast the kubelet is.`,
    facts: [
      thresholdFact,
      ...floors.map(({ kill: k, floor: f }, i) =>
        i === 0
          ? floorFact
          : fact("memory.available at a further kill", `${size(f.bytes)} (${HOW[f.how]})`, ...f.from, killRef(k)),
      ),
    ],
    remedies: remedies.filter((r) => r !== null),
  });
};

export const thresholdBelowFloor = defineRule({
  id: "threshold-below-floor",
  group: "race",
  title: "The hard threshold lies below the level at which this node dies",
  needs: ["incidents", "thresholds", "floors", "available", "node"],
  evaluate: (inputs) => contestedWithKill(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
