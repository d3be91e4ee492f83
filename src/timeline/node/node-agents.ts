// What a node cannot do without: the kubelet and the container runtime, by their systemd units and by the names of their processes.

export type NodeAgent = "kubelet" | "runtime";

/** Units without which no pod is stopped and nothing evicted; k3s and RKE2 run kubelet and runtime in one, snaps have units named by the snap. */
const UNITS: ReadonlyMap<string, NodeAgent> = new Map(
  Object.entries<NodeAgent>({
    kubelet: "kubelet",
    k3s: "kubelet",
    "k3s-agent": "kubelet",
    "rke2-server": "kubelet",
    "rke2-agent": "kubelet",
    containerd: "runtime",
    crio: "runtime",
    docker: "runtime",
    "snap.kubelet.daemon": "kubelet",
    "snap.kubelet-eks.daemon": "kubelet",
    "snap.k8s.kubelet": "kubelet",
    "snap.k8s.containerd": "runtime",
    "snap.microk8s.daemon-kubelite": "kubelet",
    "snap.microk8s.daemon-containerd": "runtime",
  }),
);

/** The processes themselves; a child of theirs has a name of its own. As the kernel prints them: 15 characters. */
const COMMS: ReadonlyMap<string, NodeAgent> = new Map(
  Object.entries<NodeAgent>({
    kubelet: "kubelet",
    kubelite: "kubelet",
    k3s: "kubelet",
    "k3s-server": "kubelet",
    "k3s-agent": "kubelet",
    containerd: "runtime",
    crio: "runtime",
    dockerd: "runtime",
  }),
);

/** "kubelet.service", or a cgroup that ends in it. */
export const agentOfUnit = (unit: string): NodeAgent | null => {
  const name = unit.slice(unit.lastIndexOf("/") + 1);
  return name.endsWith(".service") ? (UNITS.get(name.slice(0, -".service".length)) ?? null) : null;
};

export const agentOfComm = (comm: string): NodeAgent | null => COMMS.get(comm) ?? null;
