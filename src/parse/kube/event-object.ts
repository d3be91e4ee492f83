// Events of the API: core/v1 (involvedObject, firstTimestamp, count) and events.k8s.io/v1 (regarding, note, eventTime, series).
import type { Stamp } from "../../model/instant.ts";
import type { KubeEvent } from "../../model/kubelet.ts";
import { type DocNode, type DocSource, get, numberAt, textAt } from "./doc-tree.ts";
import { apiStamp } from "./times.ts";

const stampsOf = (event: DocNode, ...paths: readonly (readonly string[])[]): Stamp[] =>
  paths
    .map((path) => apiStamp(textAt(event, ...path) ?? ""))
    .filter((stamp) => stamp !== null)
    .slice(0, 1);

/** Annotations of an Evicted event (starved_resource, offending_containers …) are the kubelet's; others may hold anything. */
const KUBELETS = /^(?:starved_resource|offending_(?:containers|pod)(?:_usage)?)$/;

const annotationsOf = (event: DocNode): Readonly<Record<string, string>> => {
  const node = get(event, "metadata", "annotations");
  const out: Record<string, string> = {};
  if (node?.kind === "object") {
    for (const key of node.members.keys()) {
      const value = textAt(node, key);
      if (value !== null && KUBELETS.test(key)) out[key] = value;
    }
  }
  return out;
};

export const eventOf = (source: DocSource, event: DocNode): KubeEvent | null => {
  const reasonNode = get(event, "reason");
  const reason = textAt(event, "reason");
  const object = get(event, "involvedObject") ?? get(event, "regarding");
  if (reason === null || reasonNode === undefined || object === undefined) return null;
  const messageNode = get(event, "message") ?? get(event, "note");
  const first = stampsOf(
    event,
    ["firstTimestamp"],
    ["deprecatedFirstTimestamp"],
    ["eventTime"],
    ["metadata", "creationTimestamp"],
  );
  const last = stampsOf(
    event,
    ["series", "lastObservedTime"],
    ["lastTimestamp"],
    ["deprecatedLastTimestamp"],
    ["eventTime"],
    ["metadata", "creationTimestamp"],
  );
  const timeNode = get(event, "lastTimestamp") ?? get(event, "eventTime");
  const refs = [messageNode, timeNode].filter((node) => node?.kind === "scalar" && node.value !== null);
  return {
    reason,
    type: textAt(event, "type"),
    component:
      textAt(event, "source", "component") ??
      textAt(event, "reportingComponent") ??
      textAt(event, "reportingController"),
    host: textAt(event, "source", "host") ?? textAt(event, "reportingInstance"),
    object: {
      kind: textAt(object, "kind") ?? "",
      namespace: textAt(object, "namespace"),
      name: textAt(object, "name"),
      // A Node's events carry its name as uid.
      uid: textAt(object, "kind") === "Node" ? null : (textAt(object, "uid")?.toLowerCase() ?? null),
    },
    message: textAt(event, "message") ?? textAt(event, "note") ?? "",
    first,
    last,
    count: numberAt(event, "series", "count") ?? numberAt(event, "count") ?? numberAt(event, "deprecatedCount") ?? 1,
    annotations: annotationsOf(event),
    from: [source.ref(reasonNode), ...refs.map((node) => source.ref(node ?? reasonNode))],
  };
};
