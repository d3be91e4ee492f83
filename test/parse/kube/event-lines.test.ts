import { describe, expect, test } from "vitest";
import type { KubeEvent } from "../../../src/model/kubelet.ts";
import { createKubeTextReader } from "../../../src/parse/kube/text-reader.ts";
import { linesOf } from "../kubelet/lines-of.ts";

const read = (text: string, ident: string | null = null): KubeEvent[] => {
  const reader = createKubeTextReader(() => {});
  for (const line of linesOf(text, { ident, host: ident === null ? null : "worker-1" })) reader.line(line);
  return reader.end().events;
};
const UID = "5ee626ff-0d53-433e-8acc-29ad1e29b74a";
const MESSAGE = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 50000Ki. ";
const POD = { kind: "Pod", namespace: "batch", name: "leaky-0" };

describe("client-go's recorder", () => {
  test.each([
    [
      `I0206 15:40:32.194315    3454 event.go:274] Event(v1.ObjectReference{Kind:"Pod", Namespace:"batch", Name:"leaky-0", UID:"${UID}", APIVersion:"v1", ResourceVersion:"123", FieldPath:""}): type: 'Warning' reason: 'Evicted' ${MESSAGE}`,
      { ...POD, uid: UID },
    ],
    [
      `I0206 15:40:32.194315    3454 event.go:307] "Event occurred" object="batch/leaky-0" fieldPath="" kind="Pod" apiVersion="v1" type="Warning" reason="Evicted" message="${MESSAGE}"`,
      { ...POD, uid: null },
    ],
    [
      `{"ts":1580906432194.3,"caller":"record/event.go:307","msg":"Event occurred","v":0,"object":{"name":"leaky-0","namespace":"batch"},"kind":"Pod","type":"Warning","reason":"Evicted","message":"${MESSAGE}"}`,
      { ...POD, uid: null },
    ],
  ])("%s", (text, object) => {
    const [event] = read(text, "kubelet");
    expect(event).toMatchObject({ reason: "Evicted", type: "Warning", object, count: 1, host: "worker-1" });
    expect(event?.message.trim()).toBe(MESSAGE.trim());
    expect(event?.first).toHaveLength(1);
  });

  test("a node's events have no namespace and no uid; those of no interest are left out", () => {
    const node = `I0206 15:40:33.194315    3454 event.go:274] Event(v1.ObjectReference{Kind:"Node", Namespace:"", Name:"worker-1", UID:"worker-1", APIVersion:"", ResourceVersion:"", FieldPath:""}): type: 'Warning' reason: 'SystemOOM' System OOM encountered, victim process: java, pid: 4242`;
    expect(read(`${node}\n${node.replace("SystemOOM", "Pulled")}`)).toMatchObject([
      { reason: "SystemOOM", object: { kind: "Node", namespace: null, name: "worker-1", uid: null } },
    ]);
  });
});

test("the dump of Kubernetes' own tests: the instant is the event's, not the line's", () => {
  expect(
    read(`Nov 11 05:40:17.153: INFO: At 2019-11-11 05:35:06 +0000 UTC - event for leaky-0: {kubelet node-a} Evicted: ${MESSAGE}
Nov 11 05:40:17.153: INFO: At 2019-11-11 05:35:07 +0000 UTC - event for node-a: {kubelet node-a} SystemOOM: System OOM encountered, victim process: stress, pid: 777`),
  ).toMatchObject([
    { reason: "Evicted", component: "kubelet", host: "node-a", object: { kind: "", name: "leaky-0" } },
    {
      reason: "SystemOOM",
      object: { kind: "Node", name: "node-a" },
      first: [{ ms: Date.UTC(2019, 10, 11, 5, 35, 7) }],
    },
  ]);
});

describe("node-problem-detector", () => {
  const status =
    "New status generated: &{Source:kernel-monitor Events:[{Severity:warn Timestamp:2023-10-12 19:00:20.4 +0000 UTC m=+8477.4 Reason:OOMKilling Message:Memory cgroup out of memory: Killed process 183961 (stress-ng-vm) total-vm:299192kB}] Conditions:[]}";

  test.each([null, "node-problem-detector-startup.sh"])("its log, read with ident %s", (ident) => {
    const [event] = read(`I1012 19:00:20.884452    3240 log_monitor.go:160] ${status}`, ident);
    expect(event).toMatchObject({
      reason: "OOMKilling",
      component: "kernel-monitor",
      message: "Memory cgroup out of memory: Killed process 183961 (stress-ng-vm) total-vm:299192kB",
    });
  });
});
