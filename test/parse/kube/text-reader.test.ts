import { describe, expect, test } from "vitest";
import { createKubeTextReader, type KubeText } from "../../../src/parse/kube/text-reader.ts";
import { lineOf, linesOf } from "../kubelet/lines-of.ts";

const read = (text: string): KubeText => {
  const reader = createKubeTextReader(() => {});
  for (const line of linesOf(text)) reader.line(line);
  return reader.end();
};

describe("event tables", () => {
  const OOM = "System OOM encountered, victim process: stress, pid: 16713";
  const node = { kind: "Node", namespace: null, name: "node3", uid: null };

  test.each([
    [
      "get events",
      `78s         Warning   SystemOOM           node/node3                         ${OOM}`,
      { object: node },
    ],
    [
      "get events -A",
      `default       78s         Warning   SystemOOM           node/node3        ${OOM}`,
      { object: node },
    ],
    ["events (1.26+)", `44s (x8 over 2m20s)   Warning   SystemOOM   Node/node3   ${OOM}`, { object: node, count: 8 }],
    [
      "wide",
      `44s   Warning   SystemOOM   node/node3   kubelet, node3   ${OOM}   2m20s   8   node3.164b5861e041a60e`,
      { object: node, component: "kubelet", host: "node3", count: 8 },
    ],
    [
      "to 1.13, all namespaces",
      `default   44s   2m   8   api-1.164b5861e041a60e   Pod   spec.containers{c}   Warning   SystemOOM   kubelet, node3   ${OOM}`,
      { object: { kind: "Pod", namespace: "default", name: "api-1" } },
    ],
    [
      "to 1.13",
      `44s   2m   8   node3.164b5861e041a60e   Node   Warning   SystemOOM   kubelet, node3   ${OOM}`,
      { object: node, component: "kubelet", count: 8 },
    ],
    [
      "describe to 1.13",
      `  2m   44s   8   kubelet, node3      Warning   SystemOOM   ${OOM}`,
      { object: { kind: "Node" }, component: "kubelet", host: "node3" },
    ],
    [
      "describe",
      `  Warning  SystemOOM  44s (x8 over 2m20s)  kubelet  ${OOM}`,
      { object: { kind: "Node", name: null }, component: "kubelet", count: 8 },
    ],
    ["blanks collapsed", `Warning SystemOOM 44s (x8 over 2m20s) kubelet ${OOM}`, { component: "kubelet", count: 8 }],
    [
      "custom columns",
      `default   Warning    node3.164b5861e041a60e   2020-11-27T19:01:09+08:00   SystemOOM   ${OOM}`,
      { object: node, first: [{ clock: "api", ms: Date.UTC(2020, 10, 27, 11, 1, 9) }] },
    ],
    [
      "kuttl",
      `    logger.go:42: 17:51:14 | t | 2021-09-21 16:54:31 +0900 JST       Warning Node node3             SystemOOM        ${OOM}`,
      { object: node, first: [{ ms: Date.UTC(2021, 8, 21, 7, 54, 31) }] },
    ],
    ["Select-String", `D:\\x\\23-node-describe.txt:91:  Warning  SystemOOM  5m22s                kubelet  ${OOM}`, {}],
    [
      "to 1.9, whose name is the object's",
      `44s   2m   8   node3   Node      Warning   SystemOOM   kubelet, node3   ${OOM}`,
      { object: node, component: "kubelet", count: 8 },
    ],
    ["columns lost", `Warning SystemOOM ${OOM}`, { object: { kind: "Node" } }],
  ])("%s", (_name, text, want) => {
    expect(read(text).events).toMatchObject([{ reason: "SystemOOM", type: "Warning", message: OOM, ...want }]);
  });

  test("an age counts back from when the table was printed, cut to its last unit; no count means once", () => {
    const ages = (age: string) => {
      const [event] = read(`${age}   Warning   SystemOOM   node/node3   ${OOM}`).events;
      return [event?.first[0]?.ms, event?.first[0]?.resolutionMs, event?.last[0]?.ms, event?.count];
    };
    expect(ages("78s")).toEqual([-79_000, 1000, -79_000, 1]);
    expect(ages("2m13s (x16 over 13h)")).toEqual([-14 * 3_600_000, 3_600_000, -134_000, 16]);
    expect(ages("<unknown>")).toEqual([undefined, undefined, undefined, 1]);
  });

  test("a message that starts in lower case is not taken for its source", () => {
    expect(read("5s   Warning   FailedMount   pod/a   network is not ready").events).toMatchObject([
      { component: null, message: "network is not ready" },
    ]);
  });

  test("prose with the word is no event", () => {
    expect(read("Warning: Evicted pods were found\nWarning This is fine\nNormal people say so").events).toEqual([]);
  });

  test("an Evicted message that a narrow page wrapped over three lines", () => {
    const { events } = read(
      "  Warning  Evicted  kubelet  The node was low on resource: memory.\n  Threshold quantity: 1536Mi, available: 432908Ki. Container c\n  was using 20Ki, request is 0, has larger consumption of memory.\nNothing of it.",
    );
    expect(events).toMatchObject([
      {
        reason: "Evicted",
        message:
          "The node was low on resource: memory. Threshold quantity: 1536Mi, available: 432908Ki. Container c was using 20Ki, request is 0, has larger consumption of memory.",
        from: [{ line: 1, endLine: 3 }],
      },
    ]);
  });
});

const POD = `Name:             shop-5d8f7b9c4-hk2rt
Namespace:        default
Priority:         0
Node:             worker-1/172.18.0.2
Start Time:       Tue, 17 Jun 2026 11:20:41 -0500
Status:           Running
Containers:
  stress:
    Container ID:  containerd://5e1f0a9c7b2d4836a1c5e9f7d3b08642c6a4e2f01b7d95830c2a4e6f8b1d3057
    Image:         registry.local/hog
    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
      Started:      Tue, 17 Jun 2026 11:20:43 -0500
      Finished:     Tue, 17 Jun 2026 11:20:47 -0500
    Ready:          False
    Restart Count:  2
    Limits:
      memory:  128Mi
    Requests:
      memory:     64Mi
    Environment:
      lower:  value
QoS Class:                   Burstable
Events:
  Type     Reason     Age               From               Message
  Warning  BackOff    3s (x3 over 16s)  kubelet            Back-off restarting failed container stress in pod web`;

describe("a described pod", () => {
  const want = {
    namespace: "default",
    name: "shop-5d8f7b9c4-hk2rt",
    node: "worker-1",
    phase: "Running",
    qosClass: "Burstable",
    requestBytes: 64 * 2 ** 20,
    limitBytes: 128 * 2 ** 20,
    containers: [
      {
        name: "stress",
        id: "5e1f0a9c7b2d4836a1c5e9f7d3b08642c6a4e2f01b7d95830c2a4e6f8b1d3057",
        restartCount: 2,
        state: { state: "waiting", reason: "CrashLoopBackOff", exitCode: null },
        lastState: {
          state: "terminated",
          reason: "OOMKilled",
          exitCode: 137,
          finishedAt: { ms: Date.UTC(2026, 5, 17, 16, 20, 47) },
          from: { line: 14 },
        },
      },
    ],
  };

  test("as printed, and with its indentation lost", () => {
    for (const text of [POD, POD.replace(/^ +/gm, " "), POD.replace(/^ +/gm, "")]) {
      const { pods, events } = read(text);
      expect(pods).toMatchObject([want]);
      expect(events).toMatchObject([
        { reason: "BackOff", object: { kind: "Pod", namespace: "default", name: "shop-5d8f7b9c4-hk2rt" }, count: 3 },
      ]);
    }
  });

  test("two descriptions in a row are two pods", () => {
    expect(read(`${POD}\n\n${POD.replace("hk2rt", "qd42n")}`).pods.map((pod) => pod.name)).toEqual([
      "shop-5d8f7b9c4-hk2rt",
      "shop-5d8f7b9c4-qd42n",
    ]);
  });

  test("an evicted pod whose message the terminal wrapped", () => {
    const { pods } = read(
      "Name:  a\nNamespace:  default\nStatus:  Failed\nReason:  Evicted\nMessage:  The node was low on resource: memory. Threshold quantity: 100Mi, available:\n          90Mi. Container api was using 1Gi, request is 0, has larger consumption of memory.\nContainers:\n  c:\n    Image:  x",
    );
    expect(pods).toMatchObject([
      {
        message:
          "The node was low on resource: memory. Threshold quantity: 100Mi, available: 90Mi. Container api was using 1Gi, request is 0, has larger consumption of memory.",
        from: [{ line: 1 }, { line: 5 }, { line: 6 }],
      },
    ]);
  });

  test("a refused pod: its message stays the pod's", () => {
    const { pods } = read(
      "Name:  a\nNamespace:  default\nStatus:           Failed\nReason:           Evicted\nMessage:          Pod was rejected: The node had condition: [MemoryPressure]. \nContainers:\n  c:\n    Image:  x",
    );
    expect(pods).toMatchObject([
      {
        name: "a",
        phase: "Failed",
        reason: "Evicted",
        message: "Pod was rejected: The node had condition: [MemoryPressure].",
      },
    ]);
  });
});

describe("a described node", () => {
  const NODE = `Name:               w1
Roles:              control-plane
Conditions:
  Type             Status  LastHeartbeatTime                 LastTransitionTime                Reason                         Message
  MemoryPressure   True    Tue, 17 Jun 2026 12:04:31 -0500   Tue, 17 Jun 2026 12:04:12 -0500   KubeletHasInsufficientMemory   kubelet has insufficient memory available
Capacity:
  memory:             8123456Ki
Allocatable:
  memory:             7001234Ki
System Info:
  Kernel Version:             6.1.0-28-amd64
  Kubelet Version:            v1.32.2
Non-terminated Pods:          (1 in total)
  default                     svc-burst                                         100m (0%)     500m (3%)   128Mi (2%)       512Mi (8%)     51s
  default                     svc-spare                                       0 (0%)        0 (0%)      0 (0%)           0 (0%)         51s
Events:
  Type     Reason                     Age                From             Message
  Warning  EvictionThresholdMet       12s (x2 over 31s)  kubelet          Attempting to reclaim memory`;

  test("conditions, memory, versions, pods with requests and limits, events of the node", () => {
    const { nodes, pods, events } = read(NODE);
    expect(nodes).toMatchObject([
      {
        name: "w1",
        capacityMemoryBytes: 8_123_456 * 1024,
        allocatableMemoryBytes: 7_001_234 * 1024,
        kernelRelease: "6.1.0-28-amd64",
        kubeletVersion: "v1.32.2",
        conditions: [{ type: "MemoryPressure", status: "True", transition: { ms: Date.UTC(2026, 5, 17, 17, 4, 12) } }],
      },
    ]);
    expect(pods).toMatchObject([
      {
        namespace: "default",
        name: "svc-burst",
        node: "w1",
        requestBytes: 128 * 2 ** 20,
        limitBytes: 512 * 2 ** 20,
      },
      { name: "svc-spare", requestBytes: 0, limitBytes: null },
    ]);
    expect(events).toMatchObject([{ reason: "EvictionThresholdMet", object: { kind: "Node", name: "w1" }, count: 2 }]);
  });
});

describe("other tables and texts", () => {
  test("get pods, crictl ps, crictl pods", () => {
    const { pods } = read(
      "NAME            READY     STATUS      RESTARTS   AGE\nmemory-demo-2   0/1       OOMKilled   1          37s\nmemory-demo-3   1/1       Running     1          37s\n" +
        "CONTAINER           IMAGE               CREATED             STATE               NAME                ATTEMPT             POD ID              POD                 NAMESPACE\n" +
        "13bc05440e2b7       abc                 5 minutes ago       Running             leaky               0                   4de0b616b9a51       leaky-0             batch\n\n" +
        "POD ID              CREATED             STATE               NAME                NAMESPACE           ATTEMPT             RUNTIME\n" +
        "4de0b616b9a51       5 minutes ago       Ready               leaky-0             batch               0                   (default)",
    );
    expect(pods).toMatchObject([
      { name: "memory-demo-2", reason: "OOMKilled", phase: null },
      { name: "memory-demo-3", reason: null },
      { namespace: "batch", name: "leaky-0", containers: [{ name: "leaky", id: "13bc05440e2b7" }] },
      { namespace: "batch", name: "leaky-0", containers: [{ name: "", id: "4de0b616b9a51" }] },
    ]);
  });

  test("the kubelet's message passed on by another program; quoted in prose it proves nothing", () => {
    const message =
      "The node was low on resource: memory. Container c was using 7804Ki, which exceeds its request of 0. ";
    expect(read(`    \u001b[1mMessage:\u001b[0m ${message}`).pods).toMatchObject([
      { name: null, reason: "Evicted", message },
    ]);
    expect(read(`  message: 'Pod The node was low on resource: [MemoryPressure].'`).pods).toMatchObject([
      { reason: "Evicted", message: "Pod The node was low on resource: [MemoryPressure]." },
    ]);
    expect(read(`The API gave the following message: ${message}`).pods).toMatchObject([{ message }]);
    expect(read(`  - Otherwise the Pod was evicted due to \`"${message}"\`.`).pods).toEqual([]);
  });

  test("evictions through the API are events of their own reason; the kubelet's and the node's last line of a drain are none", () => {
    const { events } = read(
      'I0512 18:58:33.650269       1 evictions.go:160] "Evicted pod" pod="test/a-1" reason="PodLifeTime"\n' +
        'I0512 18:58:33.690168       1 pod_lifetime.go:110] "Evicted pod because it exceeded its lifetime" pod="test/a-1" maxPodLifeTime=300\n' +
        "evicting pod kube-system/b-2\npod/b-2 evicted\nnode/w1 evicted\n" +
        'I0512 18:58:33.650269       1 eviction_manager.go:160] "Evicting pod" pod="test/c" podUID="x" message="y"',
    );
    expect(events).toMatchObject([
      {
        reason: "EvictionByEvictionAPI",
        component: "descheduler",
        object: { kind: "Pod", namespace: "test", name: "a-1" },
        message: "Evicted pod: PodLifeTime",
        first: [{ clock: "klog" }],
      },
      {
        reason: "EvictionByEvictionAPI",
        component: "kubectl drain",
        object: { namespace: "kube-system", name: "b-2" },
        first: [],
      },
    ]);
  });

  test("node-problem-detector repeats the kernel's line in its own", () => {
    const reader = createKubeTextReader(() => {});
    reader.line(
      lineOf(
        "I1012 19:00:20.884452    3240 log_monitor.go:160] New status generated: &{Source:kernel-monitor Events:[{Severity:warn Timestamp:2023-10-12 19:00:20 +0000 UTC Reason:OOMKilling Message:Memory cgroup out of memory: Killed process 183960 (stress-ng-vm) total-vm:1kB}] Conditions:[]}",
        { ident: "node-problem-detector" },
      ),
    );
    expect(reader.end().events).toMatchObject([
      {
        reason: "OOMKilling",
        message: "Memory cgroup out of memory: Killed process 183960 (stress-ng-vm) total-vm:1kB",
      },
    ]);
  });
});
