// A Pod object of the API or of the kubelet's /pods, as far as a memory incident needs it. No argument, environment,
// volume or annotation is kept, but for the number of a heap maximum.
import type { SourceRef } from "../../model/evidence.ts";
import type { ContainerFact, ContainerState, PodFact } from "../../model/kubelet.ts";
import { type DocNode, type DocSource, get, itemsOf, numberAt, scalarTextAt, textAt } from "./doc-tree.ts";
import { heapMaximumOf } from "./heap-maximum.ts";
import { parseQuantity } from "./quantity.ts";
import { namedContainer } from "./stats-summary.ts";
import { apiStamp } from "./times.ts";

const quantityAt = (node: DocNode | undefined, ...path: readonly string[]): number | null => {
  const text = scalarTextAt(node, ...path);
  return text === null ? null : parseQuantity(text);
};

const bareId = (text: string | null): string | null =>
  text === null ? null : (/([0-9a-f]{12,64})$/.exec(text)?.[1] ?? null);

const stateOf = (source: DocSource, node: DocNode | undefined): ContainerState | null => {
  for (const state of ["terminated", "running", "waiting"] as const) {
    const body = get(node, state);
    if (body?.kind !== "object") continue;
    const started = textAt(body, "startedAt");
    const finished = textAt(body, "finishedAt");
    return {
      state,
      reason: textAt(body, "reason"),
      exitCode: numberAt(body, "exitCode"),
      startedAt: started === null ? null : apiStamp(started),
      finishedAt: finished === null ? null : apiStamp(finished),
      id: bareId(textAt(body, "containerID")),
      from: source.ref(get(body, "reason") ?? get(body, "startedAt") ?? body),
    };
  }
  return null;
};

const containersOf = (source: DocSource, pod: DocNode): ContainerFact[] => {
  const out: ContainerFact[] = [];
  for (const [specKey, statusKey, init] of [
    ["initContainers", "initContainerStatuses", true],
    ["containers", "containerStatuses", false],
    ["ephemeralContainers", "ephemeralContainerStatuses", false],
  ] as const) {
    const statuses = itemsOf(get(pod, "status", statusKey));
    const specs = itemsOf(get(pod, "spec", specKey));
    const names = new Set([...specs, ...statuses].map((c) => textAt(c, "name")).filter((name) => name !== null));
    for (const name of names) {
      const spec = specs.find((c) => textAt(c, "name") === name);
      const status = statuses.find((c) => textAt(c, "name") === name);
      const heap = heapMaximumOf(spec);
      out.push({
        name,
        init,
        id: bareId(textAt(status, "containerID")),
        requestBytes: quantityAt(spec, "resources", "requests", "memory"),
        limitBytes: quantityAt(spec, "resources", "limits", "memory"),
        restartCount: numberAt(status, "restartCount"),
        state: stateOf(source, get(status, "state")),
        lastState: stateOf(source, get(status, "lastState")),
        ...(heap === null ? {} : { heap }),
      });
    }
  }
  return out;
};

/**
 * A pod's memory as Kubernetes sums it (component-helpers resource/helpers.go PodRequests, PodLimits): containers and sidecars together, or
 * the largest init container with the sidecars started before it, plus overhead; a pod-level value overrides. A missing request is 0
 * or the limit; a missing limit leaves the pod without one.
 */
const sumOf = (pod: DocNode, which: "requests" | "limits"): number | null => {
  const spec = get(pod, "spec");
  const containers = itemsOf(get(spec, "containers"));
  if (containers.length === 0) return null;
  const own = (c: DocNode): number | null =>
    quantityAt(c, "resources", which, "memory") ??
    (which === "requests" ? quantityAt(c, "resources", "limits", "memory") : null);
  const podLevel = quantityAt(spec, "resources", which, "memory");
  const overhead = quantityAt(spec, "overhead", "memory") ?? 0;
  if (podLevel !== null) return podLevel + overhead;
  let sidecars = 0;
  let initPeak = 0;
  let unlimited = false;
  for (const init of itemsOf(get(spec, "initContainers"))) {
    const value = own(init);
    if (value === null) unlimited = true;
    if (textAt(init, "restartPolicy") === "Always") {
      sidecars += value ?? 0;
      initPeak = Math.max(initPeak, sidecars);
    } else initPeak = Math.max(initPeak, sidecars + (value ?? 0));
  }
  let sum = sidecars;
  for (const container of containers) {
    const value = own(container);
    if (value === null) unlimited = true;
    sum += value ?? 0;
  }
  if (which === "limits" && unlimited) return null;
  return Math.max(sum, initPeak) + overhead;
};

const QOS = ["Guaranteed", "Burstable", "BestEffort"] as const;
const qosOf = (text: string | null): PodFact["qosClass"] => QOS.find((q) => q === text) ?? null;

/** DisruptionTarget names who ended the pod (1.25+): TerminationByKubelet, PreemptionByScheduler, DeletionByTaintManager, EvictionByEvictionAPI … */
const disruptionOf = (pod: DocNode): { readonly fact: PodFact["disruption"]; readonly node: DocNode } | null => {
  for (const condition of itemsOf(get(pod, "status", "conditions"))) {
    if (textAt(condition, "type") !== "DisruptionTarget" || textAt(condition, "status") !== "True") continue;
    const at = apiStamp(textAt(condition, "lastTransitionTime") ?? "");
    const reason = textAt(condition, "reason");
    if (at !== null && reason !== null)
      return {
        fact: { at, reason, message: textAt(condition, "message") },
        node: get(condition, "reason") ?? condition,
      };
  }
  return null;
};

const HASH = /^[0-9a-f]{32}$/;

export const podFactOf = (source: DocSource, pod: DocNode): PodFact | null => {
  const nameNode = get(pod, "metadata", "name");
  return nameNode === undefined || textAt(nameNode) === null ? null : factOf(source, pod, nameNode);
};

const isEnd = (state: ContainerState | null): boolean =>
  state?.state === "terminated" && (state.reason === "OOMKilled" || state.exitCode === 137);

/**
 * A piece of a pod without its head: `status:` alone, `containerStatuses:`, a container's `lastState:`. Kept where it tells of an
 * eviction or of a container that was killed; whose it is, it does not say.
 */
export const podPieceOf = (source: DocSource, node: DocNode): PodFact | null => {
  if (node.kind !== "object") return null;
  const has = (key: string): boolean => node.members.has(key);
  const object = (key: string, value: DocNode): DocNode => ({
    kind: "object",
    at: node.at,
    members: new Map([[key, value]]),
  });
  if (has("containerStatuses") || has("phase") || has("status")) {
    const status = get(node, "status") ?? node;
    if (status.kind !== "object") return null;
    const fact = factOf(source, object("status", status), status);
    const tells = fact.reason === "Evicted" && fact.message !== null;
    return tells || fact.containers.some((c) => isEnd(c.state) || isEnd(c.lastState)) ? fact : null;
  }
  if (!has("lastState") && !has("state") && !has("terminated")) return null;
  const state = stateOf(source, get(node, "state") ?? node);
  const lastState = stateOf(source, get(node, "lastState"));
  if (!isEnd(state) && !isEnd(lastState)) return null;
  const container: ContainerFact = {
    ...namedContainer(textAt(node, "name") ?? "", bareId(textAt(node, "containerID"))),
    restartCount: numberAt(node, "restartCount"),
    state,
    lastState,
  };
  return { ...factOf(source, object("status", object("phase", node)), node), containers: [container] };
};

/** `anchor`: where the object is cited from, its name where it has one. */
const factOf = (source: DocSource, pod: DocNode, anchor: DocNode): PodFact => {
  const meta = get(pod, "metadata");
  const uid = textAt(meta, "uid")?.toLowerCase() ?? null;
  // A static pod's cgroup and log directory carry its hash; its mirror pod in the API has a uid of its own (kubernetes.io/config.*).
  const hash =
    textAt(meta, "annotations", "kubernetes.io/config.hash") ??
    textAt(meta, "annotations", "kubernetes.io/config.mirror");
  const staticUid = uid !== null && HASH.test(uid);
  const status = get(pod, "status");
  const message = get(status, "message");
  const disruption = disruptionOf(pod);
  const startTime = textAt(status, "startTime");
  const more = [message, disruption?.node]
    .filter((node) => node !== undefined)
    .map((node): SourceRef => source.ref(node));
  return {
    namespace: textAt(meta, "namespace"),
    name: textAt(meta, "name"),
    uid: staticUid ? null : uid,
    hash: hash !== null && HASH.test(hash) ? hash : staticUid ? uid : null,
    node: textAt(pod, "spec", "nodeName"),
    qosClass: qosOf(textAt(status, "qosClass")),
    priority: numberAt(pod, "spec", "priority"),
    phase: textAt(status, "phase"),
    reason: textAt(status, "reason"),
    message: textAt(status, "message"),
    startTime: startTime === null ? null : apiStamp(startTime),
    disruption: disruption?.fact ?? null,
    containers: containersOf(source, pod),
    requestBytes: sumOf(pod, "requests"),
    limitBytes: sumOf(pod, "limits"),
    from: [source.ref(anchor), ...more],
  };
};
