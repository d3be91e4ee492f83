// It dies at the limit again and again. Counts are "at least": the kernel rate-limits its reports, and events expire.
import { type Answer, fact, holds, refuted } from "../answer.ts";
import { nameOf } from "../inputs/cgroup.ts";
import { type Case, atLimit } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { median } from "../inputs/loss.ts";
import { killRef } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { count, span } from "../text/format.ts";
import { isPlaced } from "../../model/instant.ts";
import type { SourceRef } from "../../model/evidence.ts";
import type { StoryKill } from "../../model/timeline.ts";

type Needs = Pick<Inputs, "incidents" | "podFacts">;

const LEAST_ROUNDS = 3;

/** One reading of one clock for each round: the wall clock, else that of the boot. */
const timesOf = (kills: readonly StoryKill[]): number[] => {
  const placed = kills.filter((k) => isPlaced(k.at)).map((k) => k.at.best as number);
  return (
    placed.length === kills.length ? placed : kills.map((k) => k.at.reading).filter((r) => Number.isFinite(r))
  ).toSorted((a, b) => a - b);
};

const evaluate = (inputs: Needs, incident: Case, kills: readonly StoryKill[], name: string): Answer | null => {
  const [first] = kills;
  if (first === undefined) return null;
  const times = timesOf(kills);
  const gaps = times.slice(1).map((t, i) => t - (times[i] ?? t));
  const middle = median(gaps);
  const processes = kills.reduce((n, k) => n + k.doc.count, 0);
  const status = statusOf(inputs, first);
  const rounds = fact(
    "Kills",
    `${kills.length}, ${count(processes, "process", "processes")} in all${middle === null ? "" : `, ${span(middle)} apart (median)`}`,
    ...kills.slice(0, 6).map(killRef),
  );
  if (kills.length < LEAST_ROUNDS && (status === null || status.restarts < LEAST_ROUNDS))
    return kills.length < 2
      ? null
      : refuted({
          incidentId: incident.id,
          confidence: "medium",
          explanation: `${name} was killed ${count(kills.length, "time")} only: no loop yet.`,
          facts: [rounds],
        });
  return holds({
    incidentId: incident.id,
    explains: "time",
    share: 0.5,
    role: "contributes",
    explanation: `${name} dies at its limit again and again: at least ${count(kills.length, "kill")}${middle === null ? "" : `, every ${span(middle)}`}. The kubelet restarts it with a back-off that doubles from 10 s to 5 min, so each death costs more time; what fills the limit is the cause beneath.`,
    facts: status === null ? [rounds] : [rounds, fact("Restarts by its status", `${status.restarts}`, status.ref)],
    remedies: [],
  });
};

const statusOf = (inputs: Needs, kill: StoryKill): { restarts: number; ref: SourceRef } | null => {
  const pod = inputs.podFacts
    .filter((p) => p.uid !== null && p.uid === kill.doc.pod?.uid)
    .toSorted((a, b) => restartsOf(b, kill) - restartsOf(a, kill))[0];
  if (pod === undefined) return null;
  const restarts = restartsOf(pod, kill);
  return restarts < 0 ? null : { restarts, ref: pod.from[0] };
};

const restartsOf = (pod: Inputs["podFacts"][number], kill: StoryKill): number =>
  Math.max(
    -1,
    ...pod.containers
      .filter((c) => kill.doc.pod?.container == null || c.name === kill.doc.pod.container)
      .map((c) => c.restartCount ?? -1),
  );

/** By pod; the container's name is added where every kill that names one names the same. */
const byPod = (incident: Case): Map<string, StoryKill[]> => {
  const groups = new Map<string, StoryKill[]>();
  for (const kill of incident.kills) {
    const key = kill.doc.pod?.uid ?? nameOf(kill.doc.pod) ?? kill.doc.limitedCgroup ?? "a cgroup";
    groups.set(key, [...(groups.get(key) ?? []), kill]);
  }
  return groups;
};

const titleOf = (key: string, kills: readonly StoryKill[]): string => {
  const name = kills.map((k) => nameOf(k.doc.pod)).find((n) => n !== null) ?? key;
  const containers = new Set(kills.map((k) => k.doc.pod?.container).filter((c) => c != null));
  return containers.size === 1 ? `${name}, container ${[...containers].join("")},` : name;
};

export const restartLoop = defineRule({
  id: "restart-loop",
  group: "container",
  title: "A container dies at its limit again and again",
  needs: ["incidents", "podFacts"],
  evaluate: (inputs) =>
    atLimit(inputs.incidents).flatMap((incident) =>
      [...byPod(incident)].map(([key, kills]) => evaluate(inputs, incident, kills, titleOf(key, kills))),
    ),
});
