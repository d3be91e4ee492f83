// The kernel killed a process and left the rest of its container running: without memory.oom.group (kubelet 1.27 and older, cgroup v1,
// singleProcessOOMKill) PID 1 lives on without its worker, and the container may never show OOMKilled.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { nameOf } from "../inputs/cgroup.ts";
import { type Case, atLimit } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { killRef, victimName } from "../inputs/refs.ts";
import { type Track, readingAt } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { size, span } from "../text/format.ts";
import { isPlaced } from "../../model/instant.ts";
import type { StoryKill } from "../../model/timeline.ts";

type Needs = Pick<Inputs, "incidents" | "cgroups" | "kubelet">;

/** A container that is going to exit has done so by then. */
const SETTLED_MS = 10_000;
const DIES_WITHIN_MS = 60_000;
const LOOK_AFTER_MS = 120_000;

const nameOfKill = (kill: StoryKill): string => nameOf(kill.doc.pod) ?? kill.doc.victimCgroup ?? "the container";

const killedFact = (kill: StoryKill) =>
  fact("Killed", `${victimName(kill)} in ${kill.doc.victimCgroup ?? nameOfKill(kill)}`, killRef(kill));

/** PLEG's word that the container of the victim ended. */
const deathOf = (inputs: Needs, kill: StoryKill) => {
  const killMs = kill.at.best;
  return inputs.kubelet?.lines.find(({ event, at }) => {
    if (event.kind !== "pleg" || event.what !== "ContainerDied" || event.containerId === null) return false;
    const near = at.best >= killMs - 1000 && at.best <= killMs + DIES_WITHIN_MS;
    return near && (kill.doc.victimCgroup ?? "").includes(event.containerId);
  });
};

const holding = (incident: Case, kill: StoryKill, current: Track, later: number): Answer => {
  const name = nameOfKill(kill);
  const left = size(current.value(later, "") ?? 0);
  const lived = span(current.ms(later) - kill.at.best);
  return holds({
    incidentId: incident.id,
    explains: "frame",
    share: 0.3,
    role: "contributes",
    explanation: `The kernel killed one process of ${name} and its container lived on: ${lived} later its cgroup still held ${left}, and the kubelet logged no death of it. Such a container serves without its worker and may never show OOMKilled.`,
    facts: [
      killedFact(kill),
      fact("Its cgroup afterwards", `${left}, ${lived} after the kill`, current.ref(later, "")),
    ],
    remedies: [
      remedy(
        `Let ${name} die whole: memory.oom.group`,
        `The kubelet sets memory.oom.group on containers on cgroup v2 since 1.28 (singleProcessOOMKill: false since 1.32); before that, PID 1 must exit when its worker (${kill.doc.victims[0]?.comm ?? "the process"}) is gone. Check: “Tasks in … are going to be killed due to memory.oom.group set” in the kernel log.`,
        "half-alive",
      ),
    ],
  });
};

const evaluate = (inputs: Needs, incident: Case, kill: StoryKill): Answer | null => {
  const alone = kill.report !== null && kill.report.groupKillOf === null && kill.doc.victims.length <= 1;
  if (!alone || !isPlaced(kill.at)) return null;
  const common = { incidentId: incident.id, facts: [killedFact(kill)] as const };
  const died = deathOf(inputs, kill);
  if (died !== undefined) {
    const facts = [...common.facts, fact("ContainerDied", "after the kill", died.event.from[0])] as const;
    return refuted({ ...common, explanation: "The container ended with its process.", facts });
  }
  const current = inputs.cgroups.find((c) => c.cgroup === kill.doc.victimCgroup)?.current ?? null;
  const later = current === null ? -1 : readingAt(current, kill.at.best + LOOK_AFTER_MS);
  if (current === null || later < 0) {
    const wouldDecide = wanted(
      "restartCount of the container before and after, or samples of its cgroup after the kill",
      "api-objects",
      "afterwards",
    );
    return unknown({
      ...common,
      explanation: `Whether ${nameOfKill(kill)} lived on after the kill is not in the input.`,
      wouldDecide,
    });
  }
  const lived = current.ms(later) - kill.at.best;
  if (lived >= SETTLED_MS && inputs.kubelet !== null) return holding(incident, kill, current, later);
  const explanation = `Its cgroup was last seen ${span(Math.max(0, lived))} after the kill${inputs.kubelet === null ? ", and no line of the kubelet says whether the container ended" : ""}.`;
  return unknown({
    ...common,
    explanation,
    wouldDecide: wanted("restartCount of the container before and after", "api-objects", "afterwards"),
  });
};

export const halfAlive = defineRule({
  id: "half-alive",
  group: "container",
  title: "A process was killed and its container lived on without it",
  needs: ["incidents", "cgroups", "kubelet"],
  evaluate: (inputs) =>
    atLimit(inputs.incidents).flatMap((incident) => incident.kills.map((kill) => evaluate(inputs, incident, kill))),
});
