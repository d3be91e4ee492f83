// It needs more than its limit. Demand above a limit is censored: only "at least the limit" is known.
import { type Answer, type FindingFact, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
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

const raiseLimit = (who: string, limit: number) => {
  const raised = roundedUp(Math.max(limit + 100 * MIB, limit * 1.2));
  return remedy(
    `Raise the memory limit of ${who} to ${quantity(raised)}, and repeat`,
    `Pod spec, resources.limits.memory: max(limit + 100 MiB, limit × 1.2) = max(${size(limit + 100 * MIB)}, ${size(limit * 1.2)}), rounded up to 64 MiB: demand above a limit is not visible, so step up until “max” of memory.events stands still. Cost: ${size(raised - limit)} of the node. Check: Δmax 0 in memory.events.`,
    "limit-below-working-set",
    { setting: `limit of ${who}`, need: raised },
  );
};

/** It filled its limit with its own memory, in several lives: too small, unless it leaks or bursts. */
const byShape = (
  inputs: Needs,
  incident: Case,
  helds: readonly [Held, ...Held[]],
  facts: Facts,
  who: string,
): Answer => {
  const limit = helds[0].limitBytes;
  const incidentId = incident.id;
  const shape = shapeOf(incident, inputs.cgroups);
  if (shape === null) {
    const explanation = `${who} filled its limit of ${size(limit)} with its own memory ${count(helds.length, "time")}; how it grew is not in the samples, so whether it leaks is open.`;
    return unknown({
      incidentId,
      explanation,
      facts,
      wouldDecide: wanted(
        "memory.current and memory.stat of its cgroup over at least two lives",
        "cgroups",
        "more-lives",
      ),
    });
  }
  const [head, ...tail] = facts;
  const all = [head, ...tail, shape.fact] as const;
  if (shape.kind !== "undecided") {
    const how = shape.kind === "leak" ? "growing without end" : "one burst";
    const explanation = `${who} filled its limit with its own memory, but by ${how}: a larger limit alone would be reached too.`;
    return refuted({ incidentId, explanation, facts: all });
  }
  return holds({
    incidentId,
    explains: "memory",
    share: Math.min(...helds.map((h) => h.bytes / h.limitBytes)),
    role: "cause",
    confidence: "medium",
    explanation: `${who} needs more than its limit of ${size(limit)}: it filled it with memory that cannot be reclaimed in each of ${count(helds.length, "life", "lives")}. How much it needs is not known, for the limit cuts it off: at least ${size(limit)}.`,
    facts: all,
    remedies: [raiseLimit(who, limit)],
  });
};

type Facts = readonly [FindingFact, ...FindingFact[]];

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const [first, ...more] = incident.kills.map((kill) => heldAtKill(kill, inputs.cgroups)).filter((h) => h !== null);
  const [kill] = incident.kills;
  if (kill === undefined) return null;
  const incidentId = incident.id;
  const who = list(victimsOf(incident).slice(0, 2));
  if (first === undefined)
    return unknown({
      incidentId,
      explanation: `What ${who} held when it was killed is not in the input.`,
      facts: [fact("The kill", kill.doc.victims[0]?.comm ?? "a process", killRef(kill))],
      wouldDecide: wanted(
        "the kernel's whole report (with “Memory cgroup stats for”) or memory.current and memory.stat of the cgroup",
        "kernel-report",
        "cgroups",
      ),
    });
  const lives = more.length + 1;
  const kills = fact("Kills at this limit", count(lives, "kill"), ...incident.kills.slice(0, 4).map(killRef));
  const facts = [describe(first), kills, ...more.slice(0, 2).map(describe)] as const;
  const shares = [first, ...more].map((h) => h.bytes / h.limitBytes);
  const [least, most] = [Math.min(...shares), Math.max(...shares)];
  if (most < OTHER_SHARE) {
    const explanation = `${who} was killed at a limit of ${size(first.limitBytes)} of which its own memory made ${percent(most)} only: cache under writeback, tmpfs or kernel memory took the rest.`;
    return refuted({ incidentId, explanation, facts });
  }
  if (least < NEEDED_SHARE) {
    const explanation = `${who} held between ${percent(least)} and ${percent(most)} of its limit: neither clearly its own memory nor clearly something else.`;
    return unknown({
      incidentId,
      explanation,
      facts,
      wouldDecide: wanted("memory.stat of its cgroup at most 1 s before a kill", "fast-samples", "cgroups"),
    });
  }
  if (lives >= LEAST_LIVES) return byShape(inputs, incident, [first, ...more], facts, who);
  const explanation = `${who} reached its limit of ${size(first.limitBytes)} with its own memory, once. One life does not tell a limit that is too small from a leak or a burst.`;
  return unknown({
    incidentId,
    explanation,
    facts,
    wouldDecide: wanted("a second kill, or samples of its memory over an hour", "more-lives"),
  });
};

export const limitBelowWorkingSet = defineRule({
  id: "limit-below-working-set",
  group: "container",
  title: "The limit lies below what the container needs",
  needs: ["incidents", "cgroups"],
  evaluate: (inputs) => atLimit(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
