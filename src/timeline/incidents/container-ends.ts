// How a container ended: the runtime's line, else the API's status, by its id; and which ids are a pod's sandbox, whose end is no news.
import type { SourceRef } from "../../model/evidence.ts";
import type { Facts } from "../../model/facts.ts";
import type { SystemEvent } from "../../model/kubelet.ts";
import type { Samples } from "../../model/samples.ts";
import type { Placed } from "../kubelet/merged-lines.ts";

export interface ContainerEnd {
  readonly exitCode: number;
  readonly from: SourceRef;
}

export type ContainerEnds = ReadonlyMap<string, ContainerEnd>;

export const containerEnds = (system: readonly Placed<SystemEvent>[], pods: Facts["pods"]): ContainerEnds => {
  const ends = new Map<string, ContainerEnd>();
  for (const { event } of system)
    if (event.kind === "task-exit" && event.exitCode !== null && !ends.has(event.containerId))
      ends.set(event.containerId, { exitCode: event.exitCode, from: event.from[0] });
  for (const container of pods.flatMap(({ containers }) => containers))
    for (const state of [container.state, container.lastState]) {
      const id = state?.id ?? (state === container.state ? container.id : null);
      if (state?.state === "terminated" && state.exitCode !== null && id !== null && !ends.has(id))
        ends.set(id, { exitCode: state.exitCode, from: state.from });
    }
  return ends;
};

const CONTAINER_ID = /([0-9a-f]{64})(?:\.scope)?$/;

/** The sandbox holds nothing but "pause" (registry.k8s.io/pause), or nothing at all. */
export const sandboxIds = ({ tasks }: Samples): ReadonlySet<string> => {
  const comms = new Map<string, Set<string>>();
  for (const { cgroup, comm } of tasks) {
    const id = cgroup === null ? undefined : CONTAINER_ID.exec(cgroup)?.[1];
    if (id === undefined) continue;
    const known = comms.get(id);
    if (known) known.add(comm);
    else comms.set(id, new Set([comm]));
  }
  return new Set([...comms].filter(([, names]) => names.size === 1 && names.has("pause")).map(([id]) => id));
};
