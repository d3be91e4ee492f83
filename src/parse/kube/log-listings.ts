// Names from the kubelet's log directories: `ls -l /var/log/containers`, `ls -lR /var/log/pods`, `find`, and the path of a pod's log itself.
// The path is /var/log/pods/NAMESPACE_POD_UID/CONTAINER/N.log (pkg/kubelet/kuberuntime/helpers.go BuildContainerLogsDirectory); names hold no "_".
import type { CapturedFile } from "../../model/capture.ts";
import { sourceRef, type SourceRef } from "../../model/evidence.ts";
import type { PodFact } from "../../model/kubelet.ts";
import type { Parser } from "../parser.ts";
import { forEachLine } from "../text/lines.ts";
import { headText } from "./read-documents.ts";
import { namedContainer, namedPod, uidOrHash } from "./stats-summary.ts";

/** batch_cleanup-28xq7_5403c177-ccfb-4997-bf95-2ba05cbcf72a, and below it a container */
const POD_DIRECTORY =
  /(?:^|[\s/])([a-z0-9][a-z0-9-]{0,62})_([a-z0-9][a-z0-9.-]{0,252})_([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32})(?:\/([a-z0-9][a-z0-9-]{0,62})(?=[/:\s]|$))?/;

/** cleanup-28xq7_batch_cleanup-e30334e6….log -> /var/log/pods/batch_cleanup-28xq7_5403…/cleanup/0.log */
const CONTAINER_LINK =
  /(?:^|[\s/])([a-z0-9][a-z0-9.-]{0,252})_([a-z0-9][a-z0-9-]{0,62})_([a-z0-9][a-z0-9-]{0,62})-([0-9a-f]{64})\.log(?:\s|$)/;

export const podOfListing = (line: string, ref: SourceRef): PodFact | null => {
  const text = line.slice(0, 4096);
  const directory = POD_DIRECTORY.exec(text);
  const link = CONTAINER_LINK.exec(text);
  const [, linkPod, linkNamespace, linkContainer, linkId] = link ?? [];
  const namespace = directory?.[1] ?? linkNamespace;
  const name = directory?.[2] ?? linkPod;
  if (namespace === undefined || name === undefined) return null;
  const container = linkContainer ?? directory?.[4];
  return namedPod({
    namespace,
    name,
    ...uidOrHash(directory?.[3] ?? null),
    containers: container === undefined ? [] : [namedContainer(container, linkId ?? null)],
    from: [ref],
  });
};

const LISTING_HEAD = /^(?:total \d|\/var\/log\/(?:pods|containers)|[dl][rwxs-]{9})/m;

export const logListings: Parser = {
  id: "kube/log-listings",
  claims: (file) => {
    const head = headText(file);
    return (
      LISTING_HEAD.test(head) &&
      (POD_DIRECTORY.test(head) || CONTAINER_LINK.test(head) || /var[-_/]log[-_/](?:pods|containers)/.test(file.path))
    );
  },
  async parse(file, sink, report) {
    // One fact a pod and container: a recursive listing names each several times.
    const seen = new Set<string>();
    await forEachLine(file, report, (text, line) => {
      const pod = podOfListing(text, sourceRef(file.path, line, text));
      if (pod === null) return;
      const key = `${pod.namespace}/${pod.name}/${pod.uid ?? pod.hash}/${pod.containers[0]?.name}/${pod.containers[0]?.id}`;
      if (seen.has(key)) return;
      seen.add(key);
      sink.pod(pod);
    });
  },
};

/** …/pods/NS_POD_UID/CONTAINER/0.log[.gz], …/containers/POD_NS_CONTAINER-<64hex>.log: a workload's own output. */
const POD_LOG_PATH =
  /(?:^|\/)(?:pods\/[^/]+_[^/]+_[0-9a-f-]{32,36}\/[^/]+\/\d+\.log(?:\.\S+)?|containers\/[^/]+_[^/]+_[^/]+-[0-9a-f]{64}\.log)$/;

/**
 * What a workload prints is no evidence of the node: its text may quote any kernel log. Only the names in the path are taken.
 * The first line is what the citation shows; an empty log names nothing.
 */
export const podLogs: Parser = {
  id: "kube/pod-logs",
  claims: (file: CapturedFile) => POD_LOG_PATH.test(file.path),
  parse(file, sink) {
    const first = headText(file).split("\n", 1)[0] ?? "";
    if (first === "") return Promise.resolve();
    const pod = podOfListing(`${file.path} `, sourceRef(file.path, 1, first));
    if (pod !== null) sink.pod(pod);
    return Promise.resolve();
  },
};
