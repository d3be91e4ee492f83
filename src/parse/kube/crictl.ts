// crictl's and docker's JSON: names of containers and pods by id, and what the runtime says of a container's end.
import type { CapturedFile } from "../../model/capture.ts";
import type { ContainerFact, ContainerState, PodFact } from "../../model/kubelet.ts";
import type { FactSink, Parser } from "../parser.ts";
import { booleanAt, type DocNode, type DocSource, get, itemsOf, numberAt, textAt } from "./doc-tree.ts";
import { headText, looksLikeJson, readDocuments } from "./read-documents.ts";
import { namedContainer, namedPod, uidOrHash } from "./stats-summary.ts";
import { apiStamp } from "./times.ts";

const LABELS = {
  name: "io.kubernetes.pod.name",
  namespace: "io.kubernetes.pod.namespace",
  uid: "io.kubernetes.pod.uid",
  container: "io.kubernetes.container.name",
} as const;

/** An exit that the runtime describes: crictl inspect's status, docker inspect's State. */
const exitOf = (source: DocSource, node: DocNode, id: string | null): ContainerState | null => {
  const docker = get(node, "State");
  if (docker !== undefined) {
    const flag = get(docker, "OOMKilled");
    if (booleanAt(docker, "Running") === true || flag === undefined) return null;
    return {
      state: "terminated",
      // docker sets the flag when any process of the container was killed, whatever its exit code
      reason: booleanAt(docker, "OOMKilled") === true ? "OOMKilled" : null,
      exitCode: numberAt(docker, "ExitCode"),
      startedAt: apiStamp(textAt(docker, "StartedAt") ?? ""),
      finishedAt: apiStamp(textAt(docker, "FinishedAt") ?? ""),
      id,
      from: source.ref(flag),
    };
  }
  const status = get(node, "status");
  if (textAt(status, "state") !== "CONTAINER_EXITED" || status === undefined) return null;
  return {
    state: "terminated",
    reason: textAt(status, "reason"),
    exitCode: numberAt(status, "exitCode"),
    startedAt: apiStamp(textAt(status, "startedAt") ?? ""),
    finishedAt: apiStamp(textAt(status, "finishedAt") ?? ""),
    id,
    from: source.ref(get(status, "reason") ?? status),
  };
};

/** An item of `crictl ps -o json`, `crictl inspect` or `docker inspect`. */
const containerOf = (source: DocSource, item: DocNode): PodFact | null => {
  const status = get(item, "status");
  const idNode = get(item, "id") ?? get(item, "Id") ?? get(status, "id");
  const id = textAt(item, "id") ?? textAt(item, "Id") ?? textAt(status, "id");
  if (idNode === undefined || id === null) return null;
  const labels = get(item, "labels") ?? get(status, "labels") ?? get(item, "Config", "Labels");
  const name =
    textAt(labels, LABELS.container) ??
    textAt(item, "metadata", "name") ??
    textAt(status, "metadata", "name") ??
    textAt(item, "Name");
  const state = exitOf(source, item, id);
  const container: ContainerFact = { ...namedContainer(name ?? "", id), state };
  return namedPod({
    namespace: textAt(labels, LABELS.namespace),
    name: textAt(labels, LABELS.name),
    ...uidOrHash(textAt(labels, LABELS.uid)),
    containers: [container],
    from: [source.ref(idNode)],
  });
};

/** An item of `crictl pods -o json`: its id is the sandbox container's. */
const sandboxOf = (source: DocSource, item: DocNode): PodFact | null => {
  const nameNode = get(item, "metadata", "name");
  const name = textAt(item, "metadata", "name");
  if (nameNode === undefined || name === null) return null;
  return namedPod({
    namespace: textAt(item, "metadata", "namespace"),
    name,
    ...uidOrHash(textAt(item, "metadata", "uid")),
    containers: [namedContainer("", textAt(item, "id"))],
    from: [source.ref(nameNode)],
  });
};

const HEAD = /"podSandboxId":|"io\.kubernetes\.pod\.uid":|"containers":\s{0,16}\[|"OOMKilled":|"runtimeHandler":/;

const takeAll = (source: DocSource, root: DocNode, sink: FactSink): void => {
  if (root.kind === "array") {
    for (const item of root.items) takeAll(source, item, sink);
    return;
  }
  const containers = itemsOf(get(root, "containers"));
  const sandboxes = itemsOf(get(root, "items"));
  const pods =
    containers.length > 0
      ? containers.map((item) => containerOf(source, item))
      : sandboxes.length > 0
        ? sandboxes.map((item) => sandboxOf(source, item))
        : [containerOf(source, root)];
  for (const pod of pods) if (pod !== null) sink.pod(pod);
};

export const crictlJson: Parser = {
  id: "kube/crictl",
  claims: (file: CapturedFile) => {
    const head = headText(file);
    return looksLikeJson(head) && HEAD.test(head) && !/"kind":\s{0,8}"(?:Pod|Node|Event)/.test(head);
  },
  async parse(file, sink, report) {
    const { source, roots } = await readDocuments(file, report);
    for (const root of roots) takeAll(source, root, sink);
  },
};
