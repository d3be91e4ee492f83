import { assert, constantFrom, jsonValue, property } from "fast-check";
import { describe, expect, test } from "vitest";
import type { SourceRef } from "../../../src/model/evidence.ts";
import { DocSource, get, itemsOf, textAt } from "../../../src/parse/kube/doc-tree.ts";
import { parseJsonDocuments } from "../../../src/parse/kube/json-with-lines.ts";
import { parseYamlDocuments } from "../../../src/parse/kube/yaml-with-lines.ts";
import { capturedFile, gather, textFact } from "../../timeline/evictions/facts-of.ts";
import { fixture } from "../kubelet/lines-of.ts";

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Every citation stands on its line of the file. */
const checkRefs = (text: string, refs: readonly SourceRef[]): void => {
  const lines = text.split("\n");
  expect(refs.length).toBeGreaterThan(0);
  for (const ref of refs) {
    expect(lines[ref.line - 1]).toContain(ref.text);
    expect(ref.text.length).toBeGreaterThan(0);
    expect(ref.text.length).toBeLessThanOrEqual(400);
  }
};

describe("JSON with lines", () => {
  test("agrees with JSON.parse on any value", () => {
    const plain = (node: ReturnType<typeof parseJsonDocuments>["roots"][number]): unknown =>
      node.kind === "scalar"
        ? node.value
        : node.kind === "array"
          ? node.items.map(plain)
          : Object.fromEntries([...node.members].map(([k, v]) => [k, plain(v)]));
    assert(
      property(jsonValue(), constantFrom(0, 2), (value, indent) => {
        const { roots, error } = parseJsonDocuments(JSON.stringify(value, null, indent));
        expect(error).toBeNull();
        // through JSON: -0 and __proto__ keys are not the point
        expect(JSON.stringify(roots.map(plain))).toBe(JSON.stringify([JSON.parse(JSON.stringify(value))]));
      }),
    );
  });

  test("what stands before a break is kept, and where it breaks is told", () => {
    const text = '{\n "items": [\n  {"a": 1},\n  {"a": 2, "b": "c';
    const { roots, error } = parseJsonDocuments(text);
    expect(itemsOf(get(roots[0], "items"))).toHaveLength(2);
    expect(error).not.toBeNull();
    expect(new DocSource("f", text).lineOf(error?.at ?? 0)).toBe(4);
  });

  test("several documents in a row; depth is bounded", () => {
    expect(parseJsonDocuments('{"a":1}\n{"a":2} [3]').roots).toHaveLength(3);
    expect(parseJsonDocuments("[".repeat(100_000)).error?.message).toBe("nested too deep");
  });
});

describe("YAML with lines", () => {
  test("values, lines, several documents; times and quantities stay text", () => {
    const text = "# comment\na:\n  b: 2026-11-24T01:19:15Z\n  c: 100Mi\n---\nitems:\n- x: 1\n";
    const { roots, error } = parseYamlDocuments(text);
    const source = new DocSource("f", text);
    expect(error).toBeNull();
    expect(textAt(roots[0], "a", "b")).toBe("2026-11-24T01:19:15Z");
    const c = get(roots[0], "a", "c");
    expect(c && source.ref(c)).toEqual({ file: "f", line: 4, text: "c: 100Mi" });
    expect(itemsOf(get(roots[1], "items"))).toHaveLength(1);
  });

  test("aliases that would multiply are not followed into maps", () => {
    const bomb = `a: &a {x: 1}\n${Array.from({ length: 20 }, (_, i) => `b${i}: &b${i} [*a, *a]`).join("\n")}\n`;
    expect(parseYamlDocuments(bomb).roots).toHaveLength(1);
  });
});

describe("objects of a capture", () => {
  test("pods: an evicted one, its disruption, requests and states, each with its line", async () => {
    const bytes = fixture("c1-both.pods.json");
    const { pods, parsers, problems } = await gather([capturedFile("api/pods.json", bytes)]);
    expect(parsers).toEqual(["kube/objects"]);
    expect(problems).toEqual([]);
    const evicted = pods.find((pod) => pod.name === "prometheus-0");
    expect(evicted).toMatchObject({
      namespace: "monitoring",
      uid: "fc413370-f876-4780-add7-58d3deb701c9",
      node: "worker-1",
      qosClass: "Burstable",
      phase: "Failed",
      reason: "Evicted",
      disruption: { reason: "TerminationByKubelet" },
      requestBytes: 100 * 2 ** 20,
      limitBytes: null,
    });
    expect(evicted?.message).toContain("Threshold quantity: 700Mi, available: 200620Ki.");
    expect(pods.find((pod) => pod.name === "stubborn-0")?.containers[0]).toMatchObject({
      name: "stubborn",
      init: false,
    });
    checkRefs(
      decode(bytes),
      pods.flatMap((pod) => [
        ...pod.from,
        ...pod.containers.flatMap((c) => [c.state, c.lastState].flatMap((s) => (s === null ? [] : [s.from]))),
      ]),
    );
  });

  test("the kubelet's /pods on one line: the piece around each fact", async () => {
    const bytes = fixture("c1-both.kubelet-pods.json");
    const { pods } = await gather([capturedFile("kubelet-pods.json", bytes)]);
    expect(pods.map((pod) => pod.name).sort()).toEqual(["prometheus-0", "stubborn-0"]);
    const refs = pods.flatMap((pod) => pod.from);
    checkRefs(decode(bytes), refs);
    expect(refs.some((ref) => ref.text.includes('"name":"prometheus-0"'))).toBe(true);
    expect(refs.some((ref) => ref.text.includes("available: 200620Ki"))).toBe(true);
  });

  test("OOMKilled in state and last state", async () => {
    const { pods } = await gather([capturedFile("pods.json", fixture("d1-oom-loop.pods.json"))]);
    const [container] = pods[0]?.containers ?? [];
    expect([container?.state?.reason, container?.lastState?.reason]).toContain("OOMKilled");
    expect(container?.limitBytes).toBe(pods[0]?.limitBytes);
  });

  test("events with instants to the second, and the kubelet's annotations", async () => {
    const bytes = fixture("b-eviction-wins.events.json");
    const { events } = await gather([capturedFile("events.json", bytes)]);
    const evicted = events.find((event) => event.reason === "Evicted");
    expect(evicted).toMatchObject({
      type: "Warning",
      component: "kubelet",
      host: "worker-1",
      object: { kind: "Pod", namespace: "batch", name: "leaky-etl-0" },
      count: 1,
    });
    expect(evicted?.first).toEqual([
      { clock: "api", ms: Date.parse("2026-11-24T01:44:57Z"), resolutionMs: 1000, zoned: true },
    ]);
    expect(evicted?.annotations).toMatchObject({ starved_resource: "memory", offending_containers: "etl" });
    checkRefs(
      decode(bytes),
      events.flatMap((event) => event.from),
    );
  });

  test("a node", async () => {
    const { nodes } = await gather([capturedFile("nodes.json", fixture("c1-both.nodes.json"))]);
    expect(nodes[0]).toMatchObject({
      name: "worker-1",
      kubeletVersion: "v1.36.2",
      containerRuntime: "containerd://1.7.24",
      kernelRelease: "6.12.117+deb13-cloud-amd64",
    });
    expect(nodes[0]?.conditions.find((c) => c.type === "MemoryPressure")?.status).toBe("True");
  });
});

describe("other producers", () => {
  test("YAML of must-gather, with the line of each value", async () => {
    const text = [
      "apiVersion: v1",
      "items:",
      "- apiVersion: v1",
      "  kind: Pod",
      "  metadata:",
      "    name: a",
      "    namespace: ns",
      "    uid: 7B41B030-f209-4b8a-8708-1641ec41f561",
      "  spec:",
      "    initContainers:",
      "    - name: sidecar",
      "      restartPolicy: Always",
      "      resources: {requests: {memory: 10Mi}}",
      "    - name: init",
      "      resources: {requests: {memory: 100Mi}, limits: {memory: 100Mi}}",
      "    containers:",
      "    - name: c",
      "      resources: {limits: {memory: 64Mi}}",
      "    overhead: {memory: 1Mi}",
      "  status:",
      "    message: >-",
      "      The node was low on resource: memory.",
      "      Container c was using 1Ki, which exceeds its request of 0.",
      "    phase: Failed",
      "    reason: Evicted",
      "kind: PodList",
    ].join("\n");
    const { pods } = await gather([textFact("core/pods.yaml", text)]);
    expect(pods).toMatchObject([
      {
        name: "a",
        uid: "7b41b030-f209-4b8a-8708-1641ec41f561",
        // init peak: sidecar 10 + init 100, plus overhead; the container's limit is its request
        requestBytes: 111 * 2 ** 20,
        // the sidecar has no limit, so the pod has none
        limitBytes: null,
        message: "The node was low on resource: memory. Container c was using 1Ki, which exceeds its request of 0.",
      },
    ]);
    expect(pods[0]?.from[0]).toEqual({ file: "core/pods.yaml", line: 6, text: "name: a" });
  });

  test("events.k8s.io: note, regarding, series", async () => {
    const { events } = await gather([
      textFact(
        "events.json",
        '{"kind":"EventList","items":[{"reason":"SystemOOM","note":"System OOM encountered, victim process: x, pid: 7","regarding":{"kind":"Node","name":"w","uid":"w"},"eventTime":"2026-11-24T01:00:00.123456Z","series":{"count":3,"lastObservedTime":"2026-11-24T01:02:00.5Z"},"reportingController":"kubelet"}]}',
      ),
    ]);
    expect(events).toMatchObject([
      {
        reason: "SystemOOM",
        component: "kubelet",
        count: 3,
        object: { kind: "Node", name: "w", uid: null },
        first: [{ clock: "realtime" }],
      },
    ]);
    expect((events[0]?.last[0]?.ms ?? 0) - (events[0]?.first[0]?.ms ?? 0)).toBeCloseTo(120_376.544, 2);
  });

  test("watched and exported events, wrapped one by one on lines", async () => {
    const one = (name: string): string =>
      `{"involvedObject":{"kind":"Pod","name":"${name}"},"reason":"Evicted","message":"m","firstTimestamp":"2020-03-02T11:00:00Z"}`;
    const { events } = await gather([
      textFact("events.json", `{"verb":"ADDED","event":${one("a")}}\n{"type":"MODIFIED","object":${one("b")}}\n`),
    ]);
    expect(events.map((event) => [event.object.name, event.from[0].line])).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
  });

  test("a static pod: its hash, and its mirror's uid", async () => {
    const { pods } = await gather([
      textFact(
        "pods.json",
        '{"kind":"Pod","metadata":{"name":"etcd-w","namespace":"kube-system","uid":"0ad36ebf-c6b1-4b8a-92f9-8a38c8dc139f","annotations":{"kubernetes.io/config.hash":"1e396843ff781cfa662c1e9f2423a988"}},"spec":{"containers":[{"name":"etcd"}]}}',
      ),
    ]);
    expect(pods).toMatchObject([
      { uid: "0ad36ebf-c6b1-4b8a-92f9-8a38c8dc139f", hash: "1e396843ff781cfa662c1e9f2423a988" },
    ]);
  });

  test("a list that breaks off gives what it had, with a problem that says where", async () => {
    const text = decode(fixture("c1-both.pods.json"));
    const cut = text.slice(0, text.indexOf(`"name": "prometheus-0"`));
    const { pods, problems } = await gather([textFact("pods.json", cut)]);
    expect(pods.map((pod) => pod.name)).toEqual(["stubborn-0"]);
    expect(problems).toMatchObject([{ code: "document-damaged", line: cut.split("\n").length }]);
  });

  test("crictl and docker", async () => {
    const id = "a".repeat(64);
    const { pods, parsers } = await gather([
      textFact(
        "crictl_ps.json",
        `{"containers":[{"id":"${id}","podSandboxId":"${"b".repeat(64)}","metadata":{"name":"etl"},"labels":{"io.kubernetes.pod.name":"p","io.kubernetes.pod.namespace":"ns","io.kubernetes.pod.uid":"1e396843ff781cfa662c1e9f2423a988"}}]}`,
      ),
      textFact(
        "inspect.json",
        `[{"Id":"${id}","State":{"Running":false,"OOMKilled":true,"ExitCode":1,"FinishedAt":"2026-11-24T01:00:00.5Z"},"Name":"/x"}]`,
      ),
    ]);
    expect(parsers).toEqual(["kube/crictl", "kube/crictl"]);
    expect(pods[0]).toMatchObject({
      namespace: "ns",
      name: "p",
      uid: null,
      hash: "1e396843ff781cfa662c1e9f2423a988",
      containers: [{ name: "etl", id }],
    });
    expect(pods[1]?.containers[0]?.state).toMatchObject({ reason: "OOMKilled", exitCode: 1 });
  });

  test("names from the log directories' listings, each once", async () => {
    const { pods, parsers } = await gather([
      capturedFile("ls-var-log-pods", fixture("c1-both.ls-var-log-pods")),
      capturedFile("ls-var-log-containers", fixture("c1-both.ls-var-log-containers")),
    ]);
    expect(parsers).toEqual(["kube/log-listings", "kube/log-listings"]);
    expect(
      pods
        .filter((pod) => pod.name === "stubborn-0")
        .map((pod) => [pod.namespace, pod.uid, pod.containers[0]?.name, pod.containers[0]?.id?.slice(0, 6)]),
    ).toEqual([
      ["batch", "b75d2f0d-81ca-45c3-85eb-b19f1d885235", undefined, undefined],
      ["batch", "b75d2f0d-81ca-45c3-85eb-b19f1d885235", "stubborn", undefined],
      ["batch", "b75d2f0d-81ca-45c3-85eb-b19f1d885235", "stubborn", "437564"],
      ["batch", "b75d2f0d-81ca-45c3-85eb-b19f1d885235", "stubborn", "a4d899"],
    ]);
  });

  test("a workload's own log gives its names and none of its words", async () => {
    const { pods, logs, events } = await gather([
      textFact(
        "var/log/pods/ns_app-0_5403c177-ccfb-4997-bf95-2ba05cbcf72a/web/3.log",
        "2026-11-24T01:00:00Z stderr F Out of memory: Killed process 1 (init)\n",
      ),
    ]);
    expect(pods).toMatchObject([
      { namespace: "ns", name: "app-0", uid: "5403c177-ccfb-4997-bf95-2ba05cbcf72a", containers: [{ name: "web" }] },
    ]);
    expect([logs, events]).toEqual([[], []]);
  });
});
