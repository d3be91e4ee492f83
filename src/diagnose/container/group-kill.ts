// One process's OOM took all of its container: memory.oom.group, which the kubelet sets on containers on cgroup v2 since 1.28.
// "Tasks in PATH are going to be killed due to memory.oom.group set" (mm/oom_kill.c oom_kill_process()).
import { type Answer, fact, holds, refuted, unknown, wanted } from "../answer.ts";
import { nameOf } from "../inputs/cgroup.ts";
import type { Case } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { killRef, refOf } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { count, list, size } from "../text/format.ts";
import type { StoryKill } from "../../model/timeline.ts";

const groupLine = (kill: StoryKill) => {
  const line = kill.doc.evidence.find((e) => /memory\.oom\.group/.test(e.text)) ?? kill.doc.evidence[0];
  return line === undefined ? null : refOf(line);
};

const evaluate = (incident: Case): Answer | null => {
  const grouped = incident.kills.filter((kill) => kill.report !== null && kill.report.groupKillOf !== null);
  const [first] = grouped;
  const bare = incident.kills.find((kill) => kill.report === null && kill.doc.count > 1);
  if (first === undefined && bare !== undefined)
    return unknown({
      incidentId: incident.id,
      explanation: `${count(bare.doc.count, "process", "processes")} were killed at once; whether memory.oom.group made it so the lines that are left do not say.`,
      facts: [fact("Killed", count(bare.doc.count, "process", "processes"), killRef(bare))],
      wouldDecide: wanted(
        "the kernel's whole report, or oom_group_kill of memory.events (memory.events.local)",
        "kernel-report",
        "cgroups",
      ),
    });
  if (first === undefined) return null;
  const many = grouped.filter((kill) => kill.doc.victims.length > 1);
  const incidentId = incident.id;
  const ownerOf = ({ doc }: StoryKill): string =>
    nameOf(doc.pod) ?? `the container of ${doc.victims[0]?.comm ?? "the victim"}`;
  const name = ownerOf(first);
  const victims = (kill: StoryKill) =>
    fact(
      "Killed together",
      list(
        kill.doc.victims.map(
          (v) => `${v.comm} (${v.pid}${v.anonRssBytes === null ? "" : `, ${size(v.anonRssBytes)} anon`})`,
        ),
      ),
      groupLine(kill),
      killRef(kill),
    );
  if (many.length === 0 && grouped.some((kill) => !kill.doc.complete))
    return unknown({
      incidentId,
      explanation: `memory.oom.group is set on ${name}; how many processes were killed with the chosen one is not known, for part of the kernel's report is missing.`,
      facts: [victims(first)],
      wouldDecide: wanted("the kernel's whole report", "kernel-report"),
    });
  if (many.length === 0)
    return refuted({
      incidentId,
      explanation: `memory.oom.group is set on ${name}, but its container had one process: nothing else was killed with it.`,
      facts: [victims(first)],
    });
  const [head, ...tail] = many.slice(0, 4).map(victims);
  if (head === undefined) return null;
  const owners = [...new Set(many.map(ownerOf))];
  const each = owners.map((owner) => {
    const own = many.filter((kill) => ownerOf(kill) === owner);
    const killed = own.reduce((n, kill) => n + kill.doc.victims.length, 0);
    return `${count(killed, "process", "processes")} in ${count(own.length, "kill")} of ${owner}`;
  });
  const [whole, them] = owners.length === 1 ? ["the container", "it"] : ["these containers", "each of them"];
  return holds({
    incidentId,
    explains: "frame",
    share: 0.2,
    role: "note",
    explanation: `The kernel killed every process of ${whole} together (${list(each)}), not only the largest, because memory.oom.group is set on ${them}: the chosen one is printed twice and counted once here.`,
    facts: [head, ...tail],
    remedies: [],
  });
};

export const groupKill = defineRule({
  id: "group-kill",
  group: "container",
  title: "One process's OOM took its whole container (memory.oom.group)",
  needs: ["incidents"],
  evaluate: ({ incidents }: Pick<Inputs, "incidents">) => incidents.map(evaluate),
});
