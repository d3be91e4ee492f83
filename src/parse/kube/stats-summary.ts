// The kubelet's /stats/summary: here only for the names of pods and containers that it lists (its figures are cached samples).
import type { ContainerFact, PodFact } from "../../model/kubelet.ts";
import type { Parser } from "../parser.ts";
import { type DocNode, type DocSource, get, itemsOf, textAt } from "./doc-tree.ts";
import { headText, readDocuments } from "./read-documents.ts";

export const namedContainer = (name: string, id: string | null): ContainerFact => ({
  name,
  init: false,
  id,
  requestBytes: null,
  limitBytes: null,
  restartCount: null,
  state: null,
  lastState: null,
});

/** A pod of which a listing knows no more than names. */
export const namedPod = (
  pod: Pick<PodFact, "namespace" | "name" | "uid" | "hash" | "containers" | "from">,
): PodFact => ({
  node: null,
  qosClass: null,
  priority: null,
  phase: null,
  reason: null,
  message: null,
  startTime: null,
  disruption: null,
  requestBytes: null,
  limitBytes: null,
  ...pod,
});

const HASH = /^[0-9a-f]{32}$/;

/** A uid as cgroups and directories have it: a static pod's is its 32-digit hash. */
export const uidOrHash = (text: string | null): { readonly uid: string | null; readonly hash: string | null } =>
  text !== null && HASH.test(text) ? { uid: null, hash: text } : { uid: text, hash: null };

const podOf = (source: DocSource, node: DocNode): PodFact | null => {
  const ref = get(node, "podRef", "name");
  if (ref === undefined) return null;
  return namedPod({
    namespace: textAt(node, "podRef", "namespace"),
    name: textAt(node, "podRef", "name"),
    ...uidOrHash(textAt(node, "podRef", "uid")),
    containers: itemsOf(get(node, "containers")).flatMap((c) => {
      const name = textAt(c, "name");
      return name === null ? [] : [namedContainer(name, null)];
    }),
    from: [source.ref(ref)],
  });
};

export const statsSummary: Parser = {
  id: "kube/stats-summary",
  claims: (file) => /^\s{0,16}\{\s{0,16}"node":\s{0,8}\{\s{0,16}"nodeName":/.test(headText(file)),
  async parse(file, sink, report) {
    const { source, roots } = await readDocuments(file, report);
    for (const root of roots) {
      for (const item of itemsOf(get(root, "pods"))) {
        const pod = podOf(source, item);
        if (pod !== null) sink.pod(pod);
      }
    }
  },
};
