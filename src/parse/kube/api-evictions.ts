// Evictions through the API, which are the will of an administrator or a controller and no pressure of the node: the descheduler's log and
// `kubectl drain`. They become events under the reason that the pod's DisruptionTarget condition gives them, so that no reader takes them for the kubelet's.
import type { SourceRef } from "../../model/evidence.ts";
import type { KubeEvent, PodKey } from "../../model/kubelet.ts";
import type { LogLine } from "../../model/log.ts";
import { podKeyOf } from "../kubelet/go-values.ts";
import { parseKlogMessage } from "../kubelet/klog-message.ts";

/** k8s.io/api/core/v1 PodReasonEvictionByEvictionAPI. */
const REASON = "EvictionByEvictionAPI";

const eventOf = (
  component: string,
  pod: PodKey,
  message: string,
  stamps: KubeEvent["first"],
  ref: SourceRef,
): KubeEvent => ({
  reason: REASON,
  type: "Normal",
  component,
  host: null,
  object: { kind: "Pod", ...pod },
  message,
  first: stamps,
  last: stamps,
  count: 1,
  annotations: {},
  from: [ref],
});

/** I0512 18:58:33.650269 1 evictions.go:160] "Evicted pod" pod="test/local-pvc-64555d976d-54565" reason="PodLifeTime"   descheduler pkg/descheduler/evictions */
const descheduler = (line: LogLine): KubeEvent | null => {
  if (!line.message.includes("evictions.go:")) return null;
  const klog = parseKlogMessage(line.message);
  if (klog?.file !== "evictions.go" || klog.message !== "Evicted pod") return null;
  const pod = podKeyOf(klog.fields.get("pod") ?? "");
  if (pod === null) return null;
  const reason = klog.fields.get("reason") ?? klog.fields.get("strategy");
  const stamps = klog.own === null ? line.stamps : [klog.own, ...line.stamps];
  return eventOf("descheduler", pod, reason === undefined ? "Evicted pod" : `Evicted pod: ${reason}`, stamps, line.ref);
};

/** evicting pod kube-system/calico-kube-controllers-d85d4bdcd-jcvw7   kubectl pkg/drain; its last line, "node/… evicted", is no pod's */
const DRAIN = /^\s{0,16}evicting pod "?([a-z0-9][a-z0-9-]{0,62}\/[a-z0-9][a-z0-9.-]{0,252})"?\s{0,8}$/;

const drain = (line: LogLine): KubeEvent | null => {
  const name = line.message.includes("evicting pod ") ? DRAIN.exec(line.message.slice(0, 600))?.[1] : undefined;
  const pod = name === undefined ? null : podKeyOf(name);
  return pod === null ? null : eventOf("kubectl drain", pod, "Evicting pod: drain", line.stamps, line.ref);
};

export const apiEviction = (line: LogLine): KubeEvent | null => descheduler(line) ?? drain(line);
