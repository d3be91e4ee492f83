// The kubelet's own log, klog text or JSON, as events.
import type { Report } from "../../model/evidence.ts";
import type { LogFacts } from "../../model/facts.ts";
import type { KubeletEvent } from "../../model/kubelet.ts";
import type { LineReader } from "../parser.ts";

export interface KubeletLog {
  readonly kubelet: KubeletEvent[];
  readonly beats: LogFacts["kubeletBeats"];
}

export const createKubeletReader = (_report: Report): LineReader<KubeletLog> => ({
  line: () => {},
  end: () => ({ kubelet: [], beats: [] }),
});
