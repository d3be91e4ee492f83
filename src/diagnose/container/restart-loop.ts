// It dies at the limit again and again. Counts are "at least": the kernel rate-limits its reports, and events expire.
import { type Answer, fact, holds, refuted, unknown, wanted } from "../answer.ts";
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

/** Kills that no clock tells apart have no interval. */
const LEAST_INTERVAL_MS = 500;

const intervalOf = (kills: readonly StoryKill[]): number | null => {
  const times = timesOf(kills);
  const middle = median(times.slice(1).map((t, i) => t - (times[i] ?? t)));
  return middle === null || middle < LEAST_INTERVAL_MS ? null : middle;
};

const killsFact = (kills: readonly StoryKill[], interval: number | null) => {
  const processes = kills.reduce((n, k) => n + k.doc.count, 0);
  const apart = interval === null ? "" : `, ${span(interval)} apart (median)`;
  return fact(
    "Kills",
    `${kills.length}, ${count(processes, "process", "processes")} in all${apart}`,
    ...kills.slice(0, 6).map(killRef),
  );
};

const evaluate = (inputs: Needs, incident: Case, kills: readonly StoryKill[], name: string): Answer | null => {
  const [first] = kills;
  if (first === undefined || kills.length < 2) return null;
  const interval = intervalOf(kills);
  const status = statusOf(inputs, first);
  const said = status === null ? [] : [fact("Restarts by its status", `${status.restarts}`, status.ref)];
  const common = { incidentId: incident.id, facts: [killsFact(kills, interval), ...said] as const };
  const many = kills.length >= LEAST_ROUNDS || (status !== null && status.restarts >= LEAST_ROUNDS);
  const times = count(kills.length, "time");
  if (!many && status === null) {
    const explanation = `${name} was killed ${times}; whether it is a loop its status would say.`;
    return unknown({
      ...common,
      explanation,
      wouldDecide: wanted("restartCount of the container's status", "api-objects"),
    });
  }
  if (!many)
    return refuted({ ...common, confidence: "medium", explanation: `${name} was killed ${times} only: no loop yet.` });
  const every = interval === null ? "" : `, every ${span(interval)}`;
  // Without memory.oom.group the container may live on, and something inside it starts the worker anew.
  const inside =
    status !== null && status.restarts === 0 && kills.every((k) => k.report !== null && k.report.groupKillOf === null);
  const costs = inside
    ? "Its restartCount is 0: the container lived on each time, and something in it started the process anew"
    : "The kubelet restarts it with a back-off that doubles from 10 s to 5 min, so each death costs more time";
  return holds({
    ...common,
    explains: "time",
    share: 0.5,
    role: "contributes",
    explanation: `${name} dies at its limit again and again: at least ${count(kills.length, "kill")}${every}. ${costs}; what fills the limit is the cause beneath.`,
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
