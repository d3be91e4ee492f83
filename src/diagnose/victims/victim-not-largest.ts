// oom_score_adj chose, not size: points = rss + swap + page tables + adj × totalpages/1000 (mm/oom_kill.c oom_badness()).
import { type Answer, fact, holds, refuted, remedy, unknown } from "../answer.ts";
import { nameOf } from "../inputs/cgroup.ts";
import { type Case, contestedWithKill } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { killRef } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { percent, quantity, size } from "../text/format.ts";
import { rankTasks } from "../../timeline/victims/badness.ts";
import type { StoryKill } from "../../model/timeline.ts";
import type { OomTask } from "../../model/kernel.ts";

type Needs = Pick<Inputs, "incidents" | "node">;

/** Larger by less than this is the same size. Heuristic. */
const CLEARLY_LARGER = 1.1;

const heldBy = (task: OomTask): number => task.rssBytes + (task.swapBytes ?? 0) + (task.pageTablesBytes ?? 0);

const evaluate = (inputs: Needs, incident: Case, kill: StoryKill): Answer | null => {
  const victim = kill.doc.victims[0];
  if (victim === undefined || kill.report === null) return null;
  const incidentId = incident.id;
  const ranked = rankTasks(kill.report);
  const own = ranked.find(({ task }) => task.pid === victim.pid || task.tgid === victim.pid);
  const died = fact(
    "Victim",
    `${victim.comm} (${victim.pid})${victim.oomScoreAdj === null ? "" : `, oom_score_adj ${victim.oomScoreAdj}`}`,
    killRef(kill),
  );
  if (own === undefined)
    return unknown({
      incidentId,
      explanation: "The report holds no table of tasks with the victim in it, so its choice cannot be checked.",
      facts: [died],
      wouldDecide: "the kernel's whole report (vm.oom_dump_tasks = 1)",
    });
  const larger = ranked
    .filter(
      ({ task, points }) =>
        task.tgid !== own.task.tgid && heldBy(task) > heldBy(own.task) * CLEARLY_LARGER && points < own.points,
    )
    .toSorted((a, b) => heldBy(b.task) - heldBy(a.task))[0];
  const size1 = fact("It held", `${size(heldBy(own.task))}, ${own.points} points`, own.task.from);
  if (larger === undefined)
    return refuted({
      incidentId,
      explanation: `The victim was the largest task that could be chosen: ${victim.comm} held ${size(heldBy(own.task))}.`,
      facts: [died, size1],
    });
  const total = inputs.node.memTotalBytes;
  const adj = own.task.oomScoreAdj ?? 0;
  const request = total === null ? null : (total * (1000 - (larger.task.oomScoreAdj ?? 0))) / 1000;
  return holds({
    incidentId,
    explains: "frame",
    share: 0.3,
    role: "contributes",
    explanation: `oom_score_adj chose the victim, not size: ${larger.task.comm} held ${size(heldBy(larger.task))} with oom_score_adj ${larger.task.oomScoreAdj ?? 0}, ${nameOf(kill.doc.pod) ?? victim.comm} held ${size(heldBy(own.task))} with ${adj}.`,
    facts: [
      died,
      size1,
      fact(
        "A larger task",
        `${larger.task.comm} (${larger.task.pid}), ${size(heldBy(larger.task))}, ${larger.points} points`,
        larger.task.from,
      ),
    ],
    remedies:
      request === null || total === null
        ? []
        : [
            remedy(
              `Set requests by need: a request of ${quantity((total * (1000 - adj)) / 1000)} is what gave ${victim.comm} its oom_score_adj of ${adj}`,
              `oom_score_adj = 1000 − 1000 × request ÷ MemTotal of ${size(total)}. ${larger.task.comm} has ${larger.task.oomScoreAdj ?? 0}, as a request of ${quantity(Math.max(0, request))} (${percent(Math.max(0, request) / total)} of the node) gives. A larger request protects, so raise the request of what must live. Cost: fewer pods fit. Check: the victim is the one that you would choose.`,
              "victim-not-largest",
            ),
          ],
  });
};

export const victimNotLargest = defineRule({
  id: "victim-not-largest",
  group: "victims",
  title: "oom_score_adj chose the victim, not size",
  needs: ["incidents", "node"],
  evaluate: (inputs) =>
    contestedWithKill(inputs.incidents).flatMap((incident) =>
      incident.kills.filter((k) => k.doc.scope === "node").map((kill) => evaluate(inputs, incident, kill)),
    ),
});
