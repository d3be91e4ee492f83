// The kill hit what runs the node: kubelet, runtime, shim, network plugin, sshd. A −999 agent is chosen last, but not never, and a
// unit's own MemoryMax kills it whatever its adj.
import { type Answer, type Remedy, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { settingAt } from "../inputs/track.ts";
import type { Case } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { killRef, victimName } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { size } from "../text/format.ts";
import { isPlaced } from "../../model/instant.ts";
import type { OomKill } from "../../model/analysis.ts";
import type { StoryKill } from "../../model/timeline.ts";
import { agentOfComm, agentOfUnit } from "../../timeline/node/node-agents.ts";

type Needs = Pick<Inputs, "incidents" | "cgroups" | "kubelet" | "systemLines">;

/** Beside kubelet and runtime: what a node cannot do without, as the kernel prints it (15 characters). */
const OTHERS =
  /^(?:conmon|cri-dockerd|kube-proxy|systemd|systemd-journal|systemd-logind|dbus-daemon|sshd|calico-node|cilium-agent|flanneld|aws-k8s-agent|containerd-shim.{0,8}|runc|etcd|kube-apiserver)$/;

const isAgent = (kill: StoryKill): boolean => {
  const cgroup = kill.doc.victimCgroup;
  const inPods = kill.doc.pod !== null || (cgroup !== null && /kubepods/.test(cgroup));
  const comm = kill.doc.victims[0]?.comm ?? "";
  if (inPods) return false;
  const unit = /^\/system\.slice\/[^/]{1,255}\.service/.exec(cgroup ?? "")?.[0];
  return agentOfComm(comm) !== null || OTHERS.test(comm) || (unit !== undefined && agentOfUnit(unit) !== null);
};

/** Less than this kept for a daemon keeps nothing that reclaim would not leave it. Heuristic. */
const LEAST_MIN_BYTES = 4 * 1024 * 1024;

/** A small daemon that was killed in spite of an adj of −900 was the last one left: neither setting would have kept it. */
const LAST_ADJ = -900;

const protection = ({ comm, oomScoreAdj: adj }: OomKill["victims"][number], used: number): readonly Remedy[] => {
  const min = used * 1.1;
  if (min < LEAST_MIN_BYTES && adj !== null && adj <= LAST_ADJ) return [];
  const kept = min < LEAST_MIN_BYTES ? "" : ` and MemoryMin of ${size(min)}`;
  const sum = kept === "" ? "" : `: ${size(used)} × 1.1, and the same on the parent slices`;
  return [
    remedy(
      `Protect ${comm}: OOMScoreAdjust=-999${kept}`,
      `A drop-in for its unit${adj === null ? "" : ` (oom_score_adj was ${adj})`}${sum}. Cost: a −999 hog cannot be killed, so watch what daemons hold. Check: MainPID of the unit unchanged.`,
      "node-agent-killed",
    ),
  ];
};

const evaluate = (inputs: Needs, incident: Case, kill: StoryKill): Answer | null => {
  const victim = kill.doc.victims[0];
  if (victim === undefined || !isAgent(kill)) return null;
  const own = kill.doc.limitedCgroup !== null;
  const view = inputs.cgroups.find((c) => c.cgroup === kill.doc.victimCgroup);
  const min = view === undefined || !isPlaced(kill.at) ? null : settingAt(view.min, "", kill.at.best);
  const used = victim.anonRssBytes;
  return holds({
    incidentId: incident.id,
    explains: "outcome",
    share: 0.7,
    role: "cause",
    explanation: `The kernel killed ${victim.comm}, which the node needs, ${own ? `at the limit of its own cgroup ${kill.doc.limitedCgroup ?? ""}` : "in a node-wide shortage"}${victim.oomScoreAdj === null ? "" : `, with oom_score_adj ${victim.oomScoreAdj}`}.`,
    facts: [
      fact(
        "Victim",
        `${victim.comm} (${victim.pid})${used === null ? "" : `, ${size(used)} anonymous`}${victim.oomScoreAdj === null ? "" : `, oom_score_adj ${victim.oomScoreAdj}`}`,
        killRef(kill),
      ),
      ...(min === null ? [] : [fact("Its memory.min", size(min), view?.min?.ref(0, ""))]),
    ],
    remedies:
      used === null
        ? []
        : own
          ? [
              remedy(
                `Raise or drop MemoryMax of ${kill.doc.limitedCgroup ?? "its unit"}`,
                `A drop-in for the unit: it held ${size(used)} of anonymous memory at the kill${kill.doc.limitBytes === null ? "" : ` under a limit of ${size(kill.doc.limitBytes)}`}; none, or twice its 99th percentile. Cost: the node must hold it. Check: MainPID of the unit unchanged.`,
                "node-agent-killed",
              ),
            ]
          : protection(victim, used),
  });
};

/** systemd's "killed by the OOM killer" without a line of the kernel: the unit, or a child of it. */
const unitOom = (inputs: Needs, incident: Case): Answer | null => {
  const window = incident.span;
  const line = inputs.systemLines.find(
    ({ event, at }) =>
      event.kind === "unit-oom" &&
      agentOfUnit(event.unit) !== null &&
      window !== null &&
      at.best >= window.fromMs - AROUND_MS &&
      at.best <= window.toMs + AROUND_MS,
  );
  if (line === undefined || line.event.kind !== "unit-oom") return null;
  return unknown({
    incidentId: incident.id,
    explanation: `systemd says that the OOM killer killed in ${line.event.unit}; no line of the kernel says which process: it may be a child of it.`,
    facts: [fact("systemd's line", line.event.summary, line.event.from[0])],
    wouldDecide: wanted("the kernel's log through the kill", "kernel-report"),
  });
};

/** The kubelet wrote before and after the kill under one pid: its MainPID did not change. */
const sameKubelet = (inputs: Needs, incident: Case): Answer | null => {
  const { killMs } = incident;
  const [kill] = incident.kills;
  if (killMs === null || kill === undefined) return null;
  const named = (inputs.kubelet?.lines ?? []).filter(({ event }) => event.pid !== null);
  const before = named.findLast(({ at }) => at.best < killMs);
  const after = named.find(({ at }) => at.best > killMs + AFTER_KILL_MS);
  if (before === undefined || after === undefined || before.event.pid !== after.event.pid) return null;
  return refuted({
    incidentId: incident.id,
    explanation: `The kernel killed nothing that runs the node, by its own reports, and the kubelet went on as process ${before.event.pid ?? ""}.`,
    facts: [
      fact(
        "The kubelet's process",
        `${before.event.pid ?? ""} before and after the kill`,
        before.event.from[0],
        after.event.from[0],
      ),
      fact("Victim", victimName(kill), killRef(kill)),
    ],
  });
};

const AROUND_MS = 60_000;
const AFTER_KILL_MS = 5000;

const ofIncident = (inputs: Needs, incident: Case): readonly (Answer | null)[] => {
  const killed = incident.kills.map((kill) => evaluate(inputs, incident, kill)).filter((answer) => answer !== null);
  if (killed.length > 0) return killed;
  return [unitOom(inputs, incident) ?? (incident.contested ? sameKubelet(inputs, incident) : null)];
};

export const nodeAgentKilled = defineRule({
  id: "node-agent-killed",
  group: "victims",
  title: "The kernel killed a process that runs the node",
  needs: ["incidents", "cgroups", "kubelet", "systemLines"],
  evaluate: (inputs) => inputs.incidents.flatMap((incident) => ofIncident(inputs, incident)),
});
