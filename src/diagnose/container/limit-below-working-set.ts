// It needs more than its limit. Demand above a limit is censored: only "at least the limit" is known.
import { type Answer, type FindingFact, fact, holds, refuted, unknown, wanted } from "../answer.ts";
import { type Case, atLimit } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { limitHits } from "../inputs/cgroup.ts";
import { killRef, victimsOf } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { raiseLimit } from "../text/remedies.ts";
import { count, grouped, list, percent, size, span } from "../text/format.ts";
import { type Held, heldAtKill, ownShares } from "./held-at-kill.ts";
import { growsOverLives, shapeOf } from "./shape.ts";
import { isPlaced } from "../../model/instant.ts";
import type { StoryKill } from "../../model/timeline.ts";
import { killFact } from "../text/facts.ts";

type Needs = Pick<Inputs, "incidents" | "cgroups">;

const NEEDED_SHARE = 0.9;
const OTHER_SHARE = 0.8;
const LEAST_LIVES = 2;

const describe = (held: Held) =>
  fact(
    "Held at the kill, beyond what reclaim could drop",
    `${size(held.bytes)} of ${size(held.limitBytes)} (${percent(held.bytes / held.limitBytes)})`,
    ...held.refs,
  );

/** Younger than this a leak is not told from a need: its test asks for a minute. Heuristic. */
const YOUNG_MS = 60_000;

type Facts = readonly [FindingFact, ...FindingFact[]];

interface Reached {
  readonly who: string;
  readonly limit: number;
  readonly lives: number;
  readonly shares: readonly number[];
  readonly facts: Facts;
}

const holding = (incident: Case, { who, limit, shares, facts }: Reached, words: string, sure: boolean): Answer =>
  holds({
    incidentId: incident.id,
    explains: "memory",
    share: Math.min(...shares),
    role: "cause",
    confidence: sure ? "medium" : "low",
    heuristic: !sure,
    explanation: words,
    facts,
    remedies: [raiseLimit(who, limit)],
  });

/** It filled its limit with its own memory: too small, unless it leaks or bursts. */
const byShape = (inputs: Needs, incident: Case, given: Reached): Answer => {
  const { who, limit, lives, facts } = given;
  const incidentId = incident.id;
  const filled = `${who} filled its limit of ${size(limit)} with its own memory`;
  const shape = shapeOf(incident, inputs.cgroups);
  if (shape === null) {
    const explanation = `${filled} ${lives === 1 ? "once" : count(lives, "time")}; how it grew is not in the samples, so whether it leaks is open.`;
    const wouldDecide = wanted(
      "memory.current and memory.stat of its cgroup over at least two lives",
      "cgroups",
      "more-lives",
    );
    return unknown({ incidentId, explanation, facts, wouldDecide });
  }
  const [head, ...tail] = facts;
  const reached: Reached = { ...given, facts: [head, ...tail, shape.fact] };
  if (growsOverLives(shape) || shape.kind !== "undecided") {
    const how = shape.kind === "burst" ? "one burst" : "growing without end";
    const explanation = `${filled}, but by ${how}: a larger limit alone would be reached too.`;
    return refuted({ incidentId, explanation, facts: reached.facts });
  }
  const censored = `How much it needs is not known, for the limit cuts it off: at least ${size(limit)}.`;
  if (lives >= LEAST_LIVES)
    return holding(
      incident,
      reached,
      `${who} needs more than its limit of ${size(limit)}: it filled it with memory that cannot be reclaimed in each of ${count(lives, "life", "lives")}. ${censored}`,
      true,
    );
  if (shape.trend.spanMs < YOUNG_MS && shape.trend.low > 0 && shape.trend.rise > NEEDED_SHARE * limit)
    return holding(
      incident,
      reached,
      `${who} needs more than its limit of ${size(limit)}: ${span(shape.trend.spanMs)} after it began to grow it had filled it with memory that cannot be reclaimed. ${censored} Seen once, and a leak that is as quick looks the same.`,
      false,
    );
  return unknown({
    incidentId,
    explanation: `${who} reached its limit of ${size(limit)} with its own memory, once. One life does not tell a limit that is too small from a leak.`,
    facts: reached.facts,
    wouldDecide: wanted("a second kill, or samples of its memory over an hour", "more-lives"),
  });
};

/** Charges that had to reclaim at the limit: memory.events “max”, on v1 memory.failcnt; the kernel's report prints the same. */
const metFact = (inputs: Needs, kill: StoryKill) => {
  const usage = kill.report?.memcgUsage ?? null;
  const view = inputs.cgroups.find((c) => c.cgroup === kill.doc.limitedCgroup) ?? null;
  const sampled = view === null || !isPlaced(kill.at) ? null : limitHits(view, kill.at.best);
  const told =
    usage !== null && usage.failcnt !== null && usage.failcnt > 0 ? { value: usage.failcnt, ref: usage.from } : sampled;
  return told === null ? [] : [fact("Times it had to reclaim at the limit", grouped(told.value), told.ref)];
};

const notHeld = (incident: Case, kill: StoryKill, who: string): Answer =>
  unknown({
    incidentId: incident.id,
    explanation: `What ${who} held when it was killed is not in the input.`,
    facts: [killFact(kill)],
    wouldDecide: wanted(
      "the kernel's whole report (with “Memory cgroup stats for”) or memory.current and memory.stat of the cgroup",
      "kernel-report",
      "cgroups",
    ),
  });

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const [first, ...more] = incident.kills.map((kill) => heldAtKill(kill, inputs.cgroups)).filter((h) => h !== null);
  const [kill] = incident.kills;
  if (kill === undefined) return null;
  const incidentId = incident.id;
  const who = list(victimsOf(incident).slice(0, 2));
  if (first === undefined) return notHeld(incident, kill, who);
  const lives = more.length + 1;
  const kills = fact("Kills at this limit", count(lives, "kill"), ...incident.kills.slice(0, 4).map(killRef));
  const facts = [describe(first), kills, ...metFact(inputs, kill), ...more.slice(0, 2).map(describe)] as const;
  const own = [first, ...more].map(ownShares);
  const [least, most] = [Math.min(...own.map((o) => o.least)), Math.max(...own.map((o) => o.most))];
  if (most < OTHER_SHARE) {
    const files = Math.max(...[first, ...more].map((h) => h.shmemBytes / h.limitBytes)) > 1 - NEEDED_SHARE;
    const rest = files
      ? "memory-backed files took most of the rest"
      : "cache under writeback or kernel memory took the rest";
    const explanation = `${who} was killed at a limit of ${size(first.limitBytes)} of which its processes' own memory made ${percent(most)} only: ${rest}.`;
    return refuted({ incidentId, explanation, facts });
  }
  if (least < NEEDED_SHARE) {
    const explanation = `${who} held between ${percent(least)} and ${percent(most)} of its limit as its processes' own: neither clearly that nor clearly something else.`;
    const wouldDecide = wanted("memory.stat of its cgroup at most 1 s before a kill", "fast-samples", "cgroups");
    return unknown({ incidentId, explanation, facts, wouldDecide });
  }
  const shares = own.map((o) => o.least);
  return byShape(inputs, incident, { who, limit: first.limitBytes, lives, shares, facts });
};

export const limitBelowWorkingSet = defineRule({
  id: "limit-below-working-set",
  group: "container",
  title: "The limit lies below what the container needs",
  needs: ["incidents", "cgroups"],
  evaluate: (inputs) => atLimit(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
