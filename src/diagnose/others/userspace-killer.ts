// A daemon killed first: systemd-oomd, oomd, earlyoom, nohang, Talos. Its own line says so.
import { type Answer, fact, holds } from "../answer.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { defineRule } from "../rule.ts";
import { count, list } from "../text/format.ts";

type Needs = Pick<Inputs, "incidents" | "userspaceKills">;

const evaluate = (inputs: Needs): readonly Answer[] => {
  const kills = inputs.userspaceKills;
  if (kills.length === 0) return [];
  const daemons = [...new Set(kills.map((k) => k.doc.daemon))];
  const [head, ...tail] = kills.slice(0, 6).map((kill) => {
    const [line] = kill.doc.evidence;
    return fact(
      `Killed by ${kill.doc.daemon}`,
      `${kill.doc.target}${kill.doc.reason === null ? "" : `: ${kill.doc.reason}`}`,
      line === undefined ? null : { file: line.file, line: line.line, text: line.text },
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
  needs: ["incidents", "userspaceKills"],
  evaluate,
});
