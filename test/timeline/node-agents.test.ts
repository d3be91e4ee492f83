// What a node cannot do without, by the names of its units and processes.
import { expect, it } from "vitest";
import { agentOfComm, agentOfUnit } from "../../src/timeline/node/node-agents.ts";

it("is known by its unit, of a distribution or of a snap, and by the cgroup of that", () => {
  for (const unit of [
    "kubelet",
    "k3s-agent",
    "rke2-server",
    "snap.microk8s.daemon-kubelite",
    "snap.kubelet-eks.daemon",
  ])
    expect([unit, agentOfUnit(`${unit}.service`), agentOfUnit(`/system.slice/${unit}.service`)]).toEqual([
      unit,
      "kubelet",
      "kubelet",
    ]);
  for (const unit of ["containerd", "crio", "docker", "snap.microk8s.daemon-containerd"])
    expect([unit, agentOfUnit(`/system.slice/${unit}.service`)]).toEqual([unit, "runtime"]);
  for (const unit of ["constructor", "kubelet-helper", "sshd", "cri-containerd-ab12"])
    expect([unit, agentOfUnit(`/system.slice/${unit}.service`)]).toEqual([unit, null]);
  expect(agentOfUnit("/kubepods/containerd")).toBeNull();
});

it("is known by its process, and its children are not it", () => {
  expect(["kubelet", "kubelite", "k3s-server", "containerd", "containerd-shim", "toString"].map(agentOfComm)).toEqual([
    "kubelet",
    "kubelet",
    "kubelet",
    "runtime",
    null,
    null,
  ]);
});
