// oom_score_adj chose, not size: points = rss + swap + page tables + adj × totalpages/1000 (mm/oom_kill.c oom_badness()).
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { nameOf } from "../inputs/cgroup.ts";
import { type Case, contestedWithKill } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { killRef } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { percent, quantity, size } from "../text/format.ts";
import { type Ranked, rankTasks } from "../../timeline/victims/badness.ts";
import type { StoryKill } from "../../model/timeline.ts";
import type { OomTask } from "../../model/kernel.ts";

type Needs = Pick<Inputs, "incidents" | "node">;

/** Larger by less than this is the same size. Heuristic. */
const CLEARLY_LARGER = 1.1;
const LEAST_DIFFERENCE_BYTES = 64 * 1024 * 1024;
const LEAST_DIFFERENCE_SHARE = 0.05;

const heldBy = (task: OomTask): number => task.rssBytes + (task.swapBytes ?? 0) + (task.pageTablesBytes ?? 0);

const byRequests = (inputs: Needs, own: OomTask, larger: OomTask) => {
  const total = inputs.node.memTotalBytes;
  if (total === null) return [];
  const requestOf = (adj: number) => Math.max(0, (total * (1000 - adj)) / 1000);
  const [adj, other] = [own.oomScoreAdj ?? 0, larger.oomScoreAdj ?? 0];
  return [
    remedy(
      `Set requests by need: a request of ${quantity(requestOf(adj))} is what gave ${own.comm} its oom_score_adj of ${adj}`,
      `oom_score_adj = 1000 − 1000 × request ÷ MemTotal of ${size(total)}. ${larger.comm} has ${other}, as a request of ${quantity(requestOf(other))} (${percent(requestOf(other) / total)} of the node) gives. A larger request protects, so raise the request of what must live. Cost: fewer pods fit. Check: the victim is the one that you would choose.`,
      "victim-not-largest",
    ),
  ];
};

const taskFact = (label: string, { task, points }: Ranked) =>
  fact(label, `${task.comm} (${task.pid}), ${size(heldBy(task))}, ${points} points`, task.from);

const evaluate = (inputs: Needs, incident: Case, kill: StoryKill): Answer | null => {
  const victim = kill.doc.victims[0];
  if (victim === undefined || kill.report === null) return null;
  const incidentId = incident.id;
  const ranked = rankTasks(kill.report);
  const own = ranked.find(({ task }) => task.pid === victim.pid || task.tgid === victim.pid);
  const adj = victim.oomScoreAdj === null ? "" : `, oom_score_adj ${victim.oomScoreAdj}`;
  const died = fact("Victim", `${victim.comm} (${victim.pid})${adj}`, killRef(kill));
  if (own === undefined) {
    const explanation = "The report holds no table of tasks with the victim in it, so its choice cannot be checked.";
    return unknown({
      incidentId,
      explanation,
      facts: [died],
      wouldDecide: wanted("the kernel's whole report (vm.oom_dump_tasks = 1)", "kernel-report"),
    });
  }
  const held = heldBy(own.task);
  const least = Math.min(LEAST_DIFFERENCE_BYTES, (inputs.node.memTotalBytes ?? Infinity) * LEAST_DIFFERENCE_SHARE);
  const clearlyLarger = ranked
    .filter(({ task }) => task.tgid !== own.task.tgid && heldBy(task) > Math.max(held * CLEARLY_LARGER, held + least))
    .toSorted((a, b) => heldBy(b.task) - heldBy(a.task));
  const larger = clearlyLarger.find(({ points }) => points < own.points);
  const facts = [died, taskFact("It held", own)] as const;
  const [passedOver] = clearlyLarger;
  if (larger === undefined && passedOver !== undefined)
    return unknown({
      incidentId,
      explanation: `${passedOver.task.comm} held ${size(heldBy(passedOver.task))}, more than the victim's ${size(held)}, and no fewer points by the report's table; why it was not chosen the report does not show: it may have been exiting already.`,
      facts: [...facts, taskFact("A larger task", passedOver)],
      wouldDecide: wanted("the state of that task at the kill (/proc/PID/stat, oom_score)", "tasks"),
    });
  if (larger === undefined) {
    const explanation = `No task that could be chosen held clearly more than the victim: ${victim.comm} held ${size(held)}.`;
    return refuted({ incidentId, explanation, facts });
  }
  const other = `${larger.task.comm} held ${size(heldBy(larger.task))} with oom_score_adj ${larger.task.oomScoreAdj ?? 0}`;
  return holds({
    incidentId,
    explains: "frame",
    share: 0.3,
    role: "contributes",
    heuristic: true,
    explanation: `oom_score_adj chose the victim, not size: ${other}, ${nameOf(kill.doc.pod) ?? victim.comm} held ${size(held)} with ${own.task.oomScoreAdj ?? 0}.`,
    facts: [...facts, taskFact("A larger task", larger)],
    remedies: byRequests(inputs, own.task, larger.task),
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
