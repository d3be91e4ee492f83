// Stacks and page tables, not data: 16 KiB of kernel stack a thread, touched bytes ÷ 512 of page tables at 4 KiB pages, per process.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type Case, atLimit } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { killRef, victimsOf } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { grouped, list, percent, size } from "../text/format.ts";
import type { StoryKill } from "../../model/timeline.ts";

type Needs = Pick<Inputs, "incidents">;

const MAIN_SHARE = 0.1;
const INNOCENT_SHARE = 0.03;
/** THREAD_SIZE of x86-64 and arm64 (4 KiB pages): 16 KiB. */
const STACK_BYTES = 16 * 1024;

const remedyOf = (who: string, stacks: number, tables: number) => {
  const threads = grouped(Math.round(stacks / STACK_BYTES));
  if (stacks < tables)
    return remedy(
      `Use huge pages for what the processes of ${who} share`,
      `Page tables of ${size(tables)} map ${size(tables * 512)} at 4 KiB, per process: N sharers of S bytes cost N × S ÷ 512. Huge pages cost 1/512 of that. Check: pagetables of memory.stat falls.`,
      "thread-or-map-overhead",
    );
  return remedy(
    `Bound the threads of ${who}: about ${threads} now`,
    `Thread pools, or a pids limit of the pod (podPidsLimit of the kubelet) near its usual count × 1.5. ${threads} threads × 16 KiB = ${size(stacks)} of stacks alone. Cost: refused threads. Check: kernel_stack of memory.stat stays flat.`,
    "thread-or-map-overhead",
  );
};

const evaluate = (incident: Case, kill: StoryKill): Answer | null => {
  const stats = kill.report?.memcgStats[0];
  const usage = kill.report?.memcgUsage?.usageBytes ?? null;
  if (stats === undefined || usage === null || usage <= 0) return null;
  const stacks = stats.stats["kernel_stack"] ?? null;
  const tables = stats.stats["pagetables"] ?? null;
  const who = list(victimsOf(incident).slice(0, 2));
  const incidentId = incident.id;
  const kernel = kill.report?.memcgUsage?.kmemUsageBytes ?? null;
  // Version 1 prints kernel memory as a whole: a bound of both.
  if ((stacks === null || tables === null) && kernel !== null && kernel < INNOCENT_SHARE * usage)
    return refuted({
      incidentId,
      explanation: `All kernel memory charged to ${who} made ${percent(kernel / usage)} of what it held: stacks and page tables are less than that, the rest is data.`,
      facts: [
        fact(
          "Kernel memory at the kill",
          `${size(kernel)} of ${size(usage)}`,
          kill.report?.memcgUsage?.from,
          killRef(kill),
        ),
      ],
    });
  if (stacks === null || tables === null)
    return unknown({
      incidentId,
      explanation: `The kernel's report does not split kernel memory of ${who} into stacks and page tables.`,
      facts: [fact("Its statistics", "without kernel_stack and pagetables", stats.from)],
      wouldDecide: wanted("kernel_stack and pagetables of memory.stat (cgroup v2)", "cgroups"),
    });
  const share = (stacks + tables) / usage;
  const value = `${size(stacks)} + ${size(tables)} of ${size(usage)} (${percent(share)})`;
  const common = {
    incidentId,
    facts: [fact("Kernel stacks and page tables at the kill", value, stats.from, killRef(kill))] as const,
  };
  const made = `Stacks and page tables made ${percent(share)} of what ${who} held`;
  if (share < INNOCENT_SHARE) return refuted({ ...common, explanation: `${made}: it is data.` });
  if (share <= MAIN_SHARE)
    return unknown({
      ...common,
      explanation: `${made}: a part, not the whole.`,
      wouldDecide: wanted("thread counts of its processes over time", "tasks"),
    });
  return holds({
    ...common,
    explains: "memory",
    share,
    role: "cause",
    explanation: `${percent(share)} of what ${who} held was not data: ${size(stacks)} of kernel stacks (about ${grouped(Math.round(stacks / STACK_BYTES))} threads at 16 KiB) and ${size(tables)} of page tables.`,
    remedies: [remedyOf(who, stacks, tables)],
  });
};

export const threadOrMapOverhead = defineRule({
  id: "thread-or-map-overhead",
  group: "container",
  title: "Thread stacks and page tables, not data, fill the limit",
  needs: ["incidents"],
  evaluate: ({ incidents }: Needs) =>
    atLimit(incidents).flatMap((incident) => incident.kills.slice(0, 1).map((kill) => evaluate(incident, kill))),
});
