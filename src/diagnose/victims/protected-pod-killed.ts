// A Guaranteed or node-critical pod died in a node-wide shortage: −997 takes 99.7 % of totalpages off its points, so all others
// scored lower still, or could not be killed (mm/oom_kill.c oom_badness(); pkg/kubelet/qos/policy.go).
import { type Answer, fact, holds, refuted, unknown, wanted } from "../answer.ts";
import { nameOf } from "../inputs/cgroup.ts";
import type { Case } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { killRef } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { rankTasks } from "../../timeline/victims/badness.ts";
import type { StoryKill } from "../../model/timeline.ts";

const PROTECTED_ADJ = -997;
const AGENT_ADJ = -998;

const evaluate = (incident: Case, kill: StoryKill): Answer | null => {
  const victim = kill.doc.victims[0];
  if (
    victim === undefined ||
    victim.oomScoreAdj === null ||
    victim.oomScoreAdj > PROTECTED_ADJ ||
    victim.oomScoreAdj < AGENT_ADJ
  )
    return null;
  const name = nameOf(kill.doc.pod) ?? victim.comm;
  if (kill.doc.scope === "pod" || kill.doc.scope === "container" || kill.doc.scope === "system")
    return refuted({
      incidentId: incident.id,
      explanation: `${name} is protected by an oom_score_adj of ${victim.oomScoreAdj}, which counts among all tasks of the node; it died at its own limit, where only its own tasks are chosen from.`,
      facts: [fact("Victim", `${victim.comm} (${victim.pid}), oom_score_adj ${victim.oomScoreAdj}`, killRef(kill))],
    });
  const ranked = kill.report === null ? [] : rankTasks(kill.report);
  const died = fact("Victim", `${victim.comm} (${victim.pid}), oom_score_adj ${victim.oomScoreAdj}`, killRef(kill));
  if (ranked.length === 0)
    return unknown({
      incidentId: incident.id,
      explanation: `${name} was killed although its oom_score_adj of ${victim.oomScoreAdj} protects it; why nothing else was chosen the report does not show.`,
      facts: [died],
      wouldDecide: wanted("the report's table of tasks (vm.oom_dump_tasks = 1)", "kernel-report"),
    });
  const others = ranked.filter(({ task }) => task.pid !== victim.pid && (task.oomScoreAdj ?? 0) > PROTECTED_ADJ);
  const [next] = others;
  return holds({
    incidentId: incident.id,
    explains: "outcome",
    share: 0.4,
    role: "contributes",
    explanation: `${name}, which its oom_score_adj of ${victim.oomScoreAdj} protects, was killed all the same: ${next === undefined ? "no task with less protection was left to kill" : `every less protected task scored lower (the next, ${next.task.comm}, ${next.points} points)`}. What holds the memory then has no task of its own, or cannot be killed.`,
    facts: [
      died,
      ...(next === undefined
        ? []
        : [fact("Next in rank", `${next.task.comm} (${next.task.pid}), ${next.points} points`, next.task.from)]),
    ],
    remedies: [],
  });
};

export const protectedPodKilled = defineRule({
  id: "protected-pod-killed",
  group: "victims",
  title: "A protected pod was killed in a node-wide shortage",
  needs: ["incidents"],
  evaluate: ({ incidents }: Pick<Inputs, "incidents">) =>
    incidents.flatMap((incident) => incident.kills.map((kill) => evaluate(incident, kill))),
});
