// The kernel killed a process and left the rest of its container running: without memory.oom.group (kubelet 1.27 and older, cgroup v1,
// singleProcessOOMKill) PID 1 lives on without its worker, and the container may never show OOMKilled.
import { type Answer, fact, holds, refuted, remedy, unknown } from "../answer.ts";
import { nameOf } from "../inputs/cgroup.ts";
import { type Case, atLimit } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { killRef } from "../inputs/refs.ts";
import { readingAt } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { size, span } from "../text/format.ts";
import { isPlaced } from "../../model/instant.ts";
import type { StoryKill } from "../../model/timeline.ts";

type Needs = Pick<Inputs, "incidents" | "cgroups" | "kubelet">;

/** A container that is going to exit has done so by then. */
const SETTLED_MS = 10_000;

const evaluate = (inputs: Needs, incident: Case, kill: StoryKill): Answer | null => {
  if (kill.report === null || kill.report.groupKillOf !== null || kill.doc.victims.length > 1 || !isPlaced(kill.at))
    return null;
  const at = kill.at.best as number;
  const name = nameOf(kill.doc.pod) ?? kill.doc.victimCgroup ?? "the container";
  const incidentId = incident.id;
  const killed = fact(
    "Killed",
    `${kill.doc.victims[0]?.comm ?? "a process"} in ${kill.doc.victimCgroup ?? name}`,
    killRef(kill),
  );
  const died = inputs.kubelet?.lines.find(
    ({ event, at: when }) =>
      event.kind === "pleg" &&
      event.what === "ContainerDied" &&
      when.best >= at - 1000 &&
      when.best <= at + 60_000 &&
      event.containerId !== null &&
      (kill.doc.victimCgroup ?? "").includes(event.containerId),
  );
  if (died !== undefined)
    return refuted({
      incidentId,
      explanation: `The container ended with its process.`,
      facts: [killed, fact("ContainerDied", "after the kill", died.event.from[0])],
    });
  const view = inputs.cgroups.find((c) => c.cgroup === kill.doc.victimCgroup);
  const later = view?.current == null ? -1 : readingAt(view.current, at + 120_000);
  if (view?.current == null || later < 0)
    return unknown({
      incidentId,
      explanation: `Whether ${name} lived on after the kill is not in the input.`,
      facts: [killed],
      wouldDecide: "restartCount of the container before and after, or samples of its cgroup after the kill",
    });
  const left = view.current.value(later, "") ?? 0;
  const lived = view.current.ms(later) - at;
  if (lived < SETTLED_MS || inputs.kubelet === null)
    return unknown({
      incidentId,
      explanation: `Its cgroup was last seen ${span(lived)} after the kill.`,
      facts: [killed],
      wouldDecide: "restartCount of the container before and after",
    });
  return holds({
    incidentId,
    explains: "frame",
    share: 0.3,
    role: "contributes",
    explanation: `The kernel killed one process of ${name} and its container lived on: ${span(lived)} later its cgroup still held ${size(left)}, and the kubelet logged no death of it. Such a container serves without its worker and may never show OOMKilled.`,
    facts: [
      killed,
      fact("Its cgroup afterwards", `${size(left)}, ${span(lived)} after the kill`, view.current.ref(later, "")),
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

export const halfAlive = defineRule({
  id: "half-alive",
  group: "container",
  title: "A process was killed and its container lived on without it",
  needs: ["incidents", "cgroups", "kubelet"],
  evaluate: (inputs) =>
    atLimit(inputs.incidents).flatMap((incident) => incident.kills.map((kill) => evaluate(inputs, incident, kill))),
});
