// Kubernetes objects as kubectl prints them: event tables, describe pod, describe node.
import type { Report } from "../../model/evidence.ts";
import type { KubeEvent, NodeFact, PodFact } from "../../model/kubelet.ts";
import type { LineReader } from "../parser.ts";

export interface KubeText {
  readonly events: KubeEvent[];
  readonly pods: PodFact[];
  readonly nodes: NodeFact[];
}

export const createKubeTextReader = (_report: Report): LineReader<KubeText> => ({
  line: () => {},
  end: () => ({ events: [], pods: [], nodes: [] }),
});
