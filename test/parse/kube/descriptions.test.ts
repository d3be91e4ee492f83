// Descriptions and objects as pages show them: quoted, in comments, in pieces, in the middle of other text.
import { describe, expect, test } from "vitest";
import { createKubeTextReader, type KubeText } from "../../../src/parse/kube/text-reader.ts";
import { NumberedLines, plainLine } from "../../../src/parse/kube/plain-line.ts";
import { linesOf } from "../kubelet/lines-of.ts";

const read = (text: string): KubeText & { readonly problems: readonly string[] } => {
  const problems: string[] = [];
  const reader = createKubeTextReader((problem) => problems.push(`${problem.code}:${problem.line}`));
  for (const line of linesOf(text)) reader.line(line);
  return { ...reader.end(), problems };
};
const ID = "25a38b5b8d556d7983d975577f5ac75ebbcfb4b269e6deaa0a0440c1ffc969ca";
const MESSAGE = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 50000Ki. ";

const POD = `Name:         hungry-1
Namespace:    default
Node:         worker-1/10.0.0.1
Status:       Failed
Reason:       Evicted
Message:      ${MESSAGE.trim()}
Containers:
  app:
    Container ID:   containerd://${ID}
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
Volumes:
  config:
    Type:      ConfigMap (a volume populated by a ConfigMap)
    Name:      hungry-config
    Optional:  false
Events:
  Type     Reason   Age  From     Message
  Warning  Evicted  3m   kubelet  ${MESSAGE}`;

describe("a description", () => {
  const want = {
    namespace: "default",
    name: "hungry-1",
    node: "worker-1",
    reason: "Evicted",
    containers: [{ name: "app", id: ID, lastState: { reason: "OOMKilled", exitCode: 137 } }],
  };
  const each = (change: (line: string) => string): string => POD.split("\n").map(change).join("\n");
  const numbered = (front: (n: number) => string): string =>
    POD.split("\n")
      .map((line, i) => `${front(i + 1)}${line}`)
      .join("\n");

  test.each([
    ["as it is", POD],
    ["indented", each((line) => `        ${line}`)],
    ["without indentation", each((line) => line.trimStart())],
    ["quoted twice", each((line) => `> > ${line}`)],
    ["in a script's comments", each((line) => `# ${line}`)],
    ["found by grep -n", each((line) => `evidence/pod.txt:12:${line}`)],
    ["found by Select-String", each((line) => `D:\\evidence\\pod.txt:12:${line}`)],
    ["numbered", each((line) => `    12\t${line}`)],
    ["numbered by blanks", numbered((n) => `${String(n).padStart(5)}  `)],
    ["numbered from the left", numbered((n) => `${n} `)],
    [
      "numbered within prose",
      `From line 12 on:\n\n${numbered((n) => `${String(n + 11).padStart(6)}  `)}\n\n5 pods are left.`,
    ],
    ["printed by compose", each((line) => `server-1  | ${line}`)],
  ])("%s", (_, text) => {
    const { pods, events } = read(text);
    expect(pods).toMatchObject([want]);
    expect(events).toMatchObject([
      { reason: "Evicted", object: { kind: "Pod", namespace: "default", name: "hungry-1" } },
    ]);
  });

  test("a piece without its head tells of the kill, not whose it was; without a kill it tells nothing", () => {
    const piece =
      "    State:       Waiting\n    Last State:  Terminated\n      Reason:    OOMKilled\n      Exit Code: 137\n    Restart Count: 16";
    expect(read(piece).pods).toMatchObject([
      { name: null, containers: [{ name: "", restartCount: 16, lastState: { reason: "OOMKilled", exitCode: 137 } }] },
    ]);
    expect(read(piece.replace("OOMKilled", "Completed").replace("137", "0")).pods).toEqual([]);
    expect(read(`Containers:\n  app:\n    Container ID: containerd://${ID}\n${piece}`).pods).toMatchObject([
      { containers: [{ name: "app", id: ID, lastState: { exitCode: 137 } }] },
    ]);
  });
});

describe("event rows as pages show them", () => {
  test.each([
    [
      "| default | 51m | Warning | SystemOOM | node/worker-1 | System OOM encountered, victim process: telegraf, pid: 28887 |",
    ],
    ["`51m  Warning  SystemOOM  node/worker-1  System OOM encountered, victim process: telegraf, pid: 28887`"],
  ])("%s", (text) => {
    expect(read(text).events).toMatchObject([
      {
        reason: "SystemOOM",
        object: { kind: "Node", name: "worker-1" },
        message: "System OOM encountered, victim process: telegraf, pid: 28887",
      },
    ]);
  });

  test.each([
    [
      "the node's name taken away",
      "  Warning  EvictionThresholdMet   13s (x6 over 22h)  kubelet, Attempting to reclaim memory",
    ],
    [
      "the message below",
      "Warning  EvictionThresholdMet   13m (x3 over 16d)    kubelet\nMessage: Attempting to reclaim memory",
    ],
  ])("%s", (_, text) => {
    expect(read(text).events).toMatchObject([
      { reason: "EvictionThresholdMet", component: "kubelet", message: "Attempting to reclaim memory" },
    ]);
  });
});

describe("tables with columns of the caller's own", () => {
  const oom = {
    reason: "SystemOOM",
    object: { kind: "Node", namespace: null, name: "worker-1" },
    message: "System OOM encountered, victim process: java, pid: 4242",
  };

  test.each([
    [
      "without a type",
      `LASTSEEN               REASON      OBJECT     MESSAGE
2024-03-02T10:00:01Z   SystemOOM   worker-1   ${oom.message}`,
      { first: [{ ms: Date.UTC(2024, 2, 2, 10, 0, 1) }] },
    ],
    [
      "kind and name apart, before the reason",
      `Time                   Type      Kind   Name                      Reason      Message
2024-03-02T10:00:01Z   Warning   Node   worker-1.17b8a2c5d1e0f3   SystemOOM   ${oom.message}`,
      { type: "Warning" },
    ],
    [
      "no longer aligned",
      `FIRST  LAST SEEN  COUNT  REASON  NODE  NOTE
<none>                  2024-03-02T10:00:01Z     16     SystemOOM      worker-1      ${oom.message}`,
      { count: 16 },
    ],
  ])("%s", (_, text, more) => {
    expect(read(text).events).toMatchObject([{ ...oom, ...more }]);
  });

  test("the table ends with an empty line; reasons of no interest and prose are no rows", () => {
    const header = "LASTSEEN               REASON      OBJECT     MESSAGE";
    const row = `2024-03-02T10:00:01Z   SystemOOM   worker-1   ${oom.message}`;
    expect(read(`${header}\n\n${row}`).events).toEqual([]);
    expect(read(`${header}\n${row.replace("SystemOOM", "Pulled   ")}\nThe reason is in this message.`).events).toEqual(
      [],
    );
  });
});

describe("the kubelet's message, passed on by others", () => {
  test.each([
    ["Spark", `The API gave the following message: ${MESSAGE}`],
    ["Jenkins", `ci/worker-abc Pod just failed (Reason: Evicted, Message: ${MESSAGE})`],
    [
      "Airflow",
      `[2021-08-02 14:33:15,124] {taskinstance.py:1150} ERROR - Pod failed: {'message': '${MESSAGE}', 'reason': 'Evicted'}`,
    ],
    ["GitLab", `WARNING: Event retrieved from the cluster: ${MESSAGE}`],
    ["Argo", ` ✖ step-b(0)  main  wf-123-456  2m  ${MESSAGE}`],
    ["a bot", `Pod web-0 Evicted: ${MESSAGE}`],
  ])("%s", (_, text) => {
    const { pods } = read(text);
    expect(pods).toMatchObject([{ name: null, reason: "Evicted" }]);
    expect(pods[0]?.message).toContain("The node was low on resource: memory. Threshold quantity: 100Mi");
  });

  test("within a sentence it is a quotation", () => {
    expect(read(`It was evicted due to \`"${MESSAGE}"\`, which we did not expect.`).pods).toEqual([]);
    expect(read('We saw that the kubelet evicted pods because "The node was low on resource: memory".').pods).toEqual(
      [],
    );
  });
});

describe("objects within other text", () => {
  const yaml = `apiVersion: v1
kind: Pod
metadata:
  name: leaky-0
  namespace: batch
status:
  message: 'The node was low on resource: memory. Threshold quantity: 100Mi, available:
    50000Ki. '
  phase: Failed
  reason: Evicted`;
  const json = JSON.stringify(
    {
      kind: "Pod",
      metadata: { name: "leaky-0", namespace: "batch" },
      status: { phase: "Failed", reason: "Evicted", message: MESSAGE },
    },
    null,
    2,
  );
  const want = { namespace: "batch", name: "leaky-0", reason: "Evicted", message: MESSAGE };

  test.each([
    ["YAML behind a command", `$ kubectl get pod leaky-0 -o yaml\n${yaml}\n$ date`],
    ["YAML in a fence", `It says:\n\`\`\`yaml\n${yaml}\n\`\`\`\nWhy?`],
    ["YAML quoted", yaml.replaceAll(/^/gm, "> ")],
    ["YAML indented", yaml.replaceAll(/^/gm, "      ")],
    ["JSON behind a command", `$ kubectl get pod leaky-0 -o json\n${json}\n$ date`],
    ["JSON quoted", json.replaceAll(/^/gm, "> ")],
    ["JSON with a part left out", json.replace('  "status"', '  ...\n  "status"')],
    ["JSON on one line", `here: \n${JSON.stringify(JSON.parse(json))}\nthere`],
  ])("%s", (_, text) => {
    expect(read(text)).toMatchObject({ pods: [want], problems: [] });
  });

  test("what stands behind a document is read, and lines are counted from the file's first", () => {
    const { pods, events } = read(`a\nb\n${yaml}\n\n3m  Warning  Evicted  pod/other  ${MESSAGE}`);
    expect(pods[0]?.from[0]).toMatchObject({ line: 6, text: "name: leaky-0" });
    expect(events).toMatchObject([{ object: { name: "other" }, from: [{ line: 14 }] }]);
  });

  test("a document that is cut gives what stands before, and that is said with its line", () => {
    const cut = `x\n${json.slice(0, json.indexOf('"message"'))}`;
    expect(read(cut)).toMatchObject({
      pods: [{ name: "leaky-0", reason: "Evicted" }],
      problems: ["document-damaged:11"],
    });
  });

  test.each([
    [
      "a container's last state",
      "    lastState:\n      terminated:\n        exitCode: 137\n        reason: OOMKilled\n    name: manager\n    ready: false",
      { containers: [{ name: "manager", lastState: { reason: "OOMKilled", exitCode: 137 } }] },
    ],
    [
      "a status",
      "status:\n  containerStatuses:\n  - name: manager\n    lastState:\n      terminated:\n        exitCode: 137\n        reason: OOMKilled",
      { containers: [{ name: "manager", lastState: { reason: "OOMKilled" } }] },
    ],
    [
      "a state in JSON",
      '"lastState": {\n  "terminated": {\n    "exitCode": 137,\n    "reason": "OOMKilled"\n  }\n},\n"name": "manager"',
      { containers: [{ lastState: { reason: "OOMKilled", exitCode: 137 } }] },
    ],
    [
      "an eviction",
      `status:\n  message: '${MESSAGE}'\n  phase: Failed\n  reason: Evicted`,
      { reason: "Evicted", message: MESSAGE },
    ],
  ])("a piece names no pod: %s", (_, text, piece) => {
    expect(read(text).pods).toMatchObject([{ name: null, ...piece }]);
  });

  test("a manifest, a healthy piece and braces of other languages are text", () => {
    expect(read("metadata:\n  name: web\nspec:\n  replicas: 2").pods).toEqual([]);
    expect(read("state:\n  running:\n    startedAt: 2024-03-02T10:00:00Z").pods).toEqual([]);
    expect(read(`func main()\n{\n  return\n}\n3m  Warning  Evicted  pod/other  ${MESSAGE}`).events).toHaveLength(1);
    expect(read(`{\n3m  Warning  Evicted  pod/other  ${MESSAGE}`).events).toHaveLength(1);
  });
});

test("what stands before a line is taken off, its indentation is not", () => {
  expect(plainLine("> >   Name: x")).toBe("  Name: x");
  expect(plainLine("#   Name: x")).toBe("  Name: x");
  expect(plainLine("a/b.txt:12:  Name: x")).toBe("  Name: x");
  expect(plainLine("/var/log/syslog:  Name: x")).toBe("  Name: x");
  expect(plainLine("  Name: x")).toBe("  Name: x");
});

test("numbers by blanks are taken off while each line has the next one, in its column; a pod's JSON so numbered is read", () => {
  const numbered = new NumberedLines();
  const lines = [" 8  Name:  x", " 9    y", "10", "11  z", "11  z", "   5  Warning", "1 {", "3  }"];
  expect(lines.map((line) => numbered.without(line))).toEqual([
    "Name:  x",
    "  y",
    "",
    "z",
    "11  z",
    "   5  Warning",
    "{",
    "3  }",
  ]);
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web-0", namespace: "shop", uid: "465a9fc1-0de9-44cd-b22c-7e6b23fd75f8" },
    status: { containerStatuses: [{ name: "app", lastState: { terminated: { reason: "OOMKilled", exitCode: 137 } } }] },
  };
  const json = JSON.stringify(pod, null, 4).split("\n");
  expect(read(json.map((line, i) => `${String(i + 1).padStart(6)}  ${line}`).join("\n")).pods).toMatchObject([
    {
      namespace: "shop",
      name: "web-0",
      containers: [{ name: "app", lastState: { reason: "OOMKilled", exitCode: 137 } }],
    },
  ]);
});
