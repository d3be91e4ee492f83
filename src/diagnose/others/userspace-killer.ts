// A daemon killed first: systemd-oomd, oomd, earlyoom, nohang, Talos. Its own line says so.
import { type Answer, fact, holds, refuted, unknown, wanted } from "../answer.ts";
import type { Case } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { defineRule } from "../rule.ts";
import { clock, count, list } from "../text/format.ts";
import { refOf, victimName } from "../inputs/refs.ts";
import { killFact } from "../text/facts.ts";

type Needs = Pick<Inputs, "incidents" | "userspaceKills" | "kubelet">;

/** The kernel's own report says who was killed, and by whom. */
const byTheKernel = (incident: Case): Answer | null => {
  const kill = incident.kills.find((k) => k.report !== null);
  if (kill === undefined || incident.userspaceKills.length > 0) return null;
  return refuted({
    incidentId: incident.id,
    explanation: `The kernel itself killed ${victimName(kill)}, by its own report, and no line of a daemon says that it killed.`,
    facts: [killFact(kill)],
  });
};

const SIGKILL_EXIT = 137;

/** A container ended by SIGKILL in the incident, while neither the kernel nor the kubelet is known to have killed anything. */
const unexplained = (inputs: Needs, incident: Case): Answer | null => {
  const { span } = incident;
  if (span === null || incident.kills.length + incident.evictions.length + incident.userspaceKills.length > 0)
    return null;
  const line = inputs.kubelet?.lines.find(
    ({ event, at }) =>
      event.kind === "pleg" &&
      event.what === "ContainerDied" &&
      event.exitCode === SIGKILL_EXIT &&
      at.best >= span.fromMs &&
      at.best <= span.toMs,
  );
  if (line === undefined || line.event.kind !== "pleg") return null;
  return unknown({
    incidentId: incident.id,
    explanation: `A container of ${line.event.pod?.name ?? "a pod"} ended with exit code 137 under this pressure, and neither a line of the kernel nor an eviction accounts for it: a daemon, a failed liveness probe and the runtime all kill so.`,
    facts: [fact("ContainerDied, exit code 137", clock(line.at.best), line.event.from[0])],
    wouldDecide: wanted(
      "the journal of systemd-oomd, earlyoom or the like, and oom_kill of /proc/vmstat",
      "system-journal",
      "node-memory",
    ),
  });
};

const evaluate = (inputs: Needs): readonly Answer[] => {
  const kills = inputs.userspaceKills;
  if (kills.length === 0)
    return inputs.incidents
      .map((incident) => byTheKernel(incident) ?? unexplained(inputs, incident))
      .filter((a) => a !== null);
  const daemons = [...new Set(kills.map((k) => k.doc.daemon))];
  const [head, ...tail] = kills.slice(0, 6).map((kill) => {
    const [line] = kill.doc.evidence;
    return fact(
      `Killed by ${kill.doc.daemon}`,
      `${kill.doc.target}${kill.doc.reason === null ? "" : `: ${kill.doc.reason}`}`,
      line === undefined ? null : refOf(line),
    );
  });
  if (head === undefined) return [];
  const incident = inputs.incidents.find((i) => i.userspaceKills.length > 0);
  return [
    holds({
      incidentId: incident?.id ?? null,
      explains: "outcome",
      share: incident?.outcome === "userspace-won" ? 1 : 0.5,
      role: "cause",
      explanation: `${list(daemons)} killed ${count(kills.length, "target")} on its own account, by its own line: neither the kernel nor the kubelet logs such a kill, and a pod so killed shows exit 137 without OOMKilled.`,
      facts: [head, ...tail],
      remedies: [],
    }),
  ];
};

export const userspaceKiller = defineRule({
  id: "userspace-killer",
  group: "others",
  title: "A userspace daemon killed for memory",
  needs: ["incidents", "userspaceKills", "kubelet"],
  evaluate,
});
