// It needs more than its limit. Demand above a limit is censored: only "at least the limit" is known.
import { type Answer, fact, holds, refuted, remedy, unknown } from "../answer.ts";
import { type Case, atLimit } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { killRef, victimsOf } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { count, list, percent, quantity, roundedUp, size } from "../text/format.ts";
import { type Held, heldAtKill } from "./held-at-kill.ts";
import { shapeOf } from "./shape.ts";

type Needs = Pick<Inputs, "incidents" | "cgroups">;

const NEEDED_SHARE = 0.9;
const OTHER_SHARE = 0.8;
const LEAST_LIVES = 2;
const MIB = 1024 * 1024;

const describe = (held: Held) =>
  fact(
    "Held at the kill, beyond what reclaim could drop",
    `${size(held.bytes)} of ${size(held.limitBytes)} (${percent(held.bytes / held.limitBytes)})`,
    ...held.refs,
  );

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const helds = incident.kills.map((kill) => heldAtKill(kill, inputs.cgroups)).filter((h) => h !== null);
  const incidentId = incident.id;
  const [first] = helds;
  const [kill] = incident.kills;
  if (kill === undefined) return null;
  const who = list(victimsOf(incident).slice(0, 2));
  if (first === undefined)
    return unknown({
      incidentId,
      explanation: `What ${who} held when it was killed is not in the input.`,
      facts: [fact("The kill", kill.doc.victims[0]?.comm ?? "a process", killRef(kill))],
      wouldDecide:
        "the kernel's whole report (with “Memory cgroup stats for”) or memory.current and memory.stat of the cgroup",
    });
  const shares = helds.map((h) => h.bytes / h.limitBytes);
  const facts = [
    describe(first),
    fact("Kills at this limit", count(helds.length, "kill"), ...incident.kills.slice(0, 4).map(killRef)),
    ...helds.slice(1, 3).map(describe),
  ] as const;
  if (Math.max(...shares) < OTHER_SHARE)
    return refuted({
      incidentId,
      explanation: `${who} was killed at a limit of ${size(first.limitBytes)} of which its own memory made ${percent(Math.max(...shares))} only: cache under writeback, tmpfs or kernel memory took the rest.`,
      facts,
    });
  if (Math.min(...shares) < NEEDED_SHARE)
    return unknown({
      incidentId,
      explanation: `${who} held between ${percent(Math.min(...shares))} and ${percent(Math.max(...shares))} of its limit: neither clearly its own memory nor clearly something else.`,
      facts,
      wouldDecide: "memory.stat of its cgroup at most 1 s before a kill",
    });
  if (helds.length < LEAST_LIVES)
    return unknown({
      incidentId,
      explanation: `${who} reached its limit of ${size(first.limitBytes)} with its own memory, once. One life does not tell a limit that is too small from a leak or a burst.`,
      facts,
      wouldDecide: "a second kill, or samples of its memory over an hour",
    });
  const shape = shapeOf(incident, inputs.cgroups);
  if (shape === null)
    return unknown({
      incidentId,
      explanation: `${who} filled its limit of ${size(first.limitBytes)} with its own memory ${count(helds.length, "time")}; how it grew is not in the samples, so whether it leaks is open.`,
      facts,
      wouldDecide: "memory.current and memory.stat of its cgroup over at least two lives",
    });
  if (shape.kind !== "undecided")
    return refuted({
      incidentId,
      explanation: `${who} filled its limit with its own memory, but by ${shape.kind === "leak" ? "growing without end" : "one burst"}: a larger limit alone would be reached too.`,
      facts: [...facts, shape.fact],
    });
  const raised = roundedUp(Math.max(first.limitBytes + 100 * MIB, first.limitBytes * 1.2));
  return holds({
    incidentId,
    explains: "memory",
    share: Math.min(...shares),
    role: "cause",
    confidence: "medium",
    explanation: `${who} needs more than its limit of ${size(first.limitBytes)}: it filled it with memory that cannot be reclaimed in each of ${count(helds.length, "life", "lives")}. How much it needs is not known, for the limit cuts it off: at least ${size(first.limitBytes)}.`,
    facts: [...facts, shape.fact],
    remedies: [
      remedy(
        `Raise the memory limit of ${who} to ${quantity(raised)}, and repeat`,
        `Pod spec, resources.limits.memory: max(limit + 100 MiB, limit × 1.2) = max(${size(first.limitBytes + 100 * MIB)}, ${size(first.limitBytes * 1.2)}), rounded up to 64 MiB: demand above a limit is not visible, so step up until “max” of memory.events stands still. Cost: ${size(raised - first.limitBytes)} of the node. Check: Δmax 0 in memory.events.`,
        "limit-below-working-set",
      ),
    ],
  });
};

export const limitBelowWorkingSet = defineRule({
  id: "limit-below-working-set",
  group: "container",
  title: "The limit lies below what the container needs",
  needs: ["incidents", "cgroups"],
  evaluate: (inputs) => atLimit(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
