// Which pod and container a cgroup, a container id or a uid is: from API objects, the kubelet's log, the runtime and listings.
import type { PodRef, QosClass } from "../../model/analysis.ts";
import type { SourceRef } from "../../model/evidence.ts";
import type { Facts } from "../../model/facts.ts";
import type { ContainerFact, KubeletEvent, PodFact, PodKey } from "../../model/kubelet.ts";
import { placeOfCgroup, qosOfCgroup } from "../cgroups/cgroup-level.ts";

export interface IndexedPod {
  /** Without container. */
  readonly pod: PodRef;
  readonly qosClass: "Guaranteed" | "Burstable" | "BestEffort" | null;
  readonly facts: readonly PodFact[];
  readonly from: readonly [SourceRef, ...SourceRef[]];
}

export interface CgroupOwner {
  readonly pod: PodRef;
  readonly qosClass: QosClass | null;
  /** Set where the path goes down to a container and something names it. */
  readonly container: string | null;
}

export interface PodIndex {
  /** Every pod that the input names, by namespace and name. */
  readonly pods: readonly IndexedPod[];
  /** Pod and container of a cgroup path; null above pods. A pod that nothing names is known by its uid alone. */
  ofCgroup(cgroup: string): CgroupOwner | null;
  /** Full id, or the first 12 digits that `crictl ps` shows. */
  ofContainerId(id: string): PodRef | null;
  /** API uid, or a static pod's hash. */
  ofUid(uid: string): IndexedPod | null;
  ofName(namespace: string | null, name: string): IndexedPod | null;
}

interface Entry {
  namespace: string | null;
  name: string | null;
  readonly uids: Set<string>;
  /** The uid that the API gave; a static pod's mirror has one beside its hash. */
  uid: string | null;
  qosClass: IndexedPod["qosClass"];
  readonly facts: PodFact[];
  readonly from: [SourceRef, ...SourceRef[]];
}

interface Container {
  readonly entry: Entry;
  readonly name: string | null;
}

const SHORT_ID = 12;

class Builder {
  readonly entries: Entry[] = [];
  readonly byUid = new Map<string, Entry>();
  readonly #byName = new Map<string, Entry[]>();
  readonly containers = new Map<string, Container>();

  /** The entry of a pod; a uid decides, a name joins only where no other uid claims it. */
  entry(key: PodKey, hash: string | null, ref: SourceRef): Entry {
    const ids = [key.uid, hash].filter((id) => id !== null);
    const byId = ids.map((id) => this.byUid.get(id)).find((entry) => entry !== undefined);
    const named = key.name === null ? [] : (this.#byName.get(`${key.namespace}/${key.name}`) ?? []);
    const joins = named.find(
      (entry) => ids.length === 0 || entry.uids.size === 0 || (hash !== null && isMirror(entry, hash)),
    );
    const entry = byId ?? joins ?? this.#add(ref);
    for (const id of ids) {
      entry.uids.add(id);
      this.byUid.set(id, entry);
    }
    entry.uid ??= key.uid;
    if (key.name !== null && entry.name === null) {
      entry.namespace = key.namespace;
      entry.name = key.name;
      const at = `${key.namespace}/${key.name}`;
      this.#byName.set(at, [...(this.#byName.get(at) ?? []), entry]);
    }
    if (entry.from.length < 8 && !entry.from.includes(ref)) entry.from.push(ref);
    return entry;
  }

  #add(ref: SourceRef): Entry {
    const entry: Entry = {
      namespace: null,
      name: null,
      uids: new Set(),
      uid: null,
      qosClass: null,
      facts: [],
      from: [ref],
    };
    this.entries.push(entry);
    return entry;
  }

  container(entry: Entry, id: string | null, name: string | null): void {
    if (id === null) return;
    const known = this.containers.get(id) ?? this.containers.get(id.slice(0, SHORT_ID));
    const container = { entry, name: name || (known?.name ?? null) };
    this.containers.set(id, container);
    this.containers.set(id.slice(0, SHORT_ID), container);
  }

  names(namespace: string | null, name: string): readonly Entry[] {
    if (namespace !== null) return this.#byName.get(`${namespace}/${name}`) ?? [];
    return this.entries.filter((entry) => entry.name === name);
  }
}

/** A static pod: the API knows its mirror by another uid than its cgroup and log directory have. */
const isMirror = (entry: Entry, hash: string): boolean =>
  entry.facts.some((fact) => fact.hash === null || fact.hash === hash) &&
  [...entry.uids].every((id) => id.includes("-"));

const addContainer = (builder: Builder, entry: Entry, container: ContainerFact): void => {
  for (const id of [container.id, container.state?.id ?? null, container.lastState?.id ?? null])
    builder.container(entry, id, container.name);
};

const addFact = (builder: Builder, fact: PodFact): void => {
  if (fact.name === null && fact.uid === null && fact.hash === null && fact.containers.every((c) => c.id === null))
    return;
  const entry = builder.entry(fact, fact.hash, fact.from[0]);
  entry.facts.push(fact);
  entry.qosClass ??= fact.qosClass;
  for (const container of fact.containers) addContainer(builder, entry, container);
};

const addLine = (builder: Builder, event: KubeletEvent): void => {
  if (event.kind === "pleg") {
    // A static pod's PLEG id is its hash.
    const uid = event.pod.uid;
    const hash = uid !== null && !uid.includes("-") ? uid : null;
    if (event.pod.name === null && uid === null) return;
    const entry = builder.entry(hash === null ? event.pod : { ...event.pod, uid: null }, hash, event.from[0]);
    builder.container(entry, event.containerId, null);
  } else if (event.kind === "killing-container" || event.kind === "evicting") {
    for (const pod of event.pods)
      builder.container(builder.entry(pod, null, event.from[0]), event.containerId, event.container);
  } else if (
    event.kind === "evicted" ||
    event.kind === "failed-to-evict" ||
    event.kind === "waiting-for-cleanup" ||
    event.kind === "ranked"
  ) {
    for (const pod of event.pods) builder.entry(pod, null, event.from[0]);
  }
};

const refOf = (entry: Entry): PodRef => ({
  namespace: entry.namespace,
  name: entry.name,
  uid: entry.uid ?? [...entry.uids][0] ?? null,
  container: null,
  containerId: null,
});

const indexed = (entry: Entry): IndexedPod => ({
  pod: refOf(entry),
  qosClass: entry.qosClass,
  facts: entry.facts,
  from: entry.from,
});

/** cri-containerd-<id>.scope, crio-<id>.scope, docker-<id>.scope, libpod-<id>.scope, or the bare id (cgroupfs driver). conmon is not the container. */
const CONTAINER = /^(?:cri-containerd-|crio-|docker-|libpod-)?([0-9a-f]{64})(?:\.scope)?$/;

const containerOfCgroup = (cgroup: string): string | null => {
  const parts = cgroup.split("/");
  const podAt = parts.findLastIndex((part) => placeOfCgroup(`/kubepods/${part}`).level === "pod");
  const below = podAt < 0 ? undefined : parts[podAt + 1];
  return below === undefined ? null : (CONTAINER.exec(below)?.[1] ?? null);
};

export const buildPodIndex = (facts: Facts): PodIndex => {
  const builder = new Builder();
  // API objects first: they have uid and name together.
  const rank = (fact: PodFact): number =>
    fact.uid !== null && fact.name !== null ? 0 : fact.hash !== null && fact.name !== null ? 1 : 2;
  for (const fact of facts.pods.toSorted((a, b) => rank(a) - rank(b))) addFact(builder, fact);
  for (const event of facts.events) {
    if (event.object.kind === "Pod" && event.object.name !== null) builder.entry(event.object, null, event.from[0]);
  }
  for (const log of facts.logs) for (const event of log.kubelet) addLine(builder, event);

  const ofContainerId = (id: string): PodRef | null => {
    const container =
      builder.containers.get(id) ?? (id.length > SHORT_ID ? builder.containers.get(id.slice(0, SHORT_ID)) : undefined);
    return container === undefined ? null : { ...refOf(container.entry), container: container.name, containerId: id };
  };
  const ofUid = (uid: string): IndexedPod | null => {
    const entry = builder.byUid.get(uid.replaceAll("_", "-").toLowerCase());
    return entry === undefined ? null : indexed(entry);
  };
  const ofCgroup = (cgroup: string): CgroupOwner | null => {
    const uid = placeOfCgroup(cgroup).uid;
    if (uid === null) return null;
    const id = containerOfCgroup(cgroup);
    const known = ofUid(uid);
    const byId = id === null ? null : ofContainerId(id);
    const container = byId?.container ?? null;
    const pod = known?.pod ??
      (byId === null ? null : { ...byId, uid }) ?? {
        namespace: null,
        name: null,
        uid,
        container: null,
        containerId: null,
      };
    return {
      pod: { ...pod, container, containerId: id },
      qosClass: qosOfCgroup(cgroup) ?? known?.qosClass ?? null,
      container,
    };
  };
  return {
    pods: builder.entries.map(indexed),
    ofCgroup,
    ofContainerId,
    ofUid,
    ofName: (namespace, name) => {
      const [entry] = builder.names(namespace, name);
      return entry === undefined ? null : indexed(entry);
    },
  };
};
