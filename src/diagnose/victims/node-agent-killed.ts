// The kill hit what runs the node: kubelet, runtime, shim, network plugin, sshd. A −999 agent is chosen last, but not never, and a
// unit's own MemoryMax kills it whatever its adj.
import { type Answer, fact, holds, remedy } from "../answer.ts";
import { valueAt } from "../inputs/track.ts";
import type { Case } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { killRef } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { size } from "../text/format.ts";
import { isPlaced } from "../../model/instant.ts";
import type { StoryKill } from "../../model/timeline.ts";

type Needs = Pick<Inputs, "incidents" | "cgroups">;

/** Names of what a node cannot do without, as the kernel prints them (15 characters). */
const AGENTS =
  /^(?:kubelet|kubelite|k3s-server|k3s-agent|containerd|dockerd|crio|conmon|cri-dockerd|kube-proxy|systemd|systemd-journal|systemd-logind|dbus-daemon|sshd|calico-node|cilium-agent|flanneld|aws-k8s-agent|containerd-shim.{0,8}|runc|etcd|kube-apiserver)$/;

const isAgent = (kill: StoryKill): boolean => {
  const cgroup = kill.doc.victimCgroup;
  const inPods = kill.doc.pod !== null || (cgroup !== null && /kubepods/.test(cgroup));
  const comm = kill.doc.victims[0]?.comm ?? "";
  if (inPods) return false;
  return (
    AGENTS.test(comm) ||
    (cgroup !== null &&
      /^\/system\.slice\/(?:kubelet|containerd|crio|docker|k3s|rke2)[^/]{0,100}\.service/.test(cgroup))
  );
};

const evaluate = (inputs: Needs, incident: Case, kill: StoryKill): Answer | null => {
  const victim = kill.doc.victims[0];
  if (victim === undefined || !isAgent(kill)) return null;
  const own = kill.doc.limitedCgroup !== null;
  const view = inputs.cgroups.find((c) => c.cgroup === kill.doc.victimCgroup);
  const min = view === undefined || !isPlaced(kill.at) ? null : valueAt(view.min, "", kill.at.best);
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
          : [
              remedy(
                `Protect ${victim.comm}: OOMScoreAdjust=-999 and MemoryMin of ${size(used * 1.1)}`,
                `A drop-in for its unit${victim.oomScoreAdj === null ? "" : ` (oom_score_adj was ${victim.oomScoreAdj})`}: ${size(used)} × 1.1, and the same on the parent slices. Cost: a −999 hog cannot be killed, so watch what daemons hold. Check: MainPID of the unit unchanged.`,
                "node-agent-killed",
              ),
            ],
  });
};

export const nodeAgentKilled = defineRule({
  id: "node-agent-killed",
  group: "victims",
  title: "The kernel killed a process that runs the node",
  needs: ["incidents", "cgroups"],
  evaluate: (inputs) =>
    inputs.incidents.flatMap((incident) => incident.kills.map((kill) => evaluate(inputs, incident, kill))),
});
