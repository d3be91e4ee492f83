import { array, assert, constantFrom, property } from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubeletEvent } from "../../../src/model/kubelet.ts";
import type { LogLine } from "../../../src/model/log.ts";
import { createKubeletReader } from "../../../src/parse/kubelet/reader.ts";
import { gather } from "../../timeline/evictions/facts-of.ts";
import { capturedFile } from "../../timeline/evictions/facts-of.ts";
import { fixture, lineOf, linesOf } from "./lines-of.ts";

const read = (lines: readonly LogLine[]): { kubelet: KubeletEvent[]; beats: readonly unknown[] } => {
  const reader = createKubeletReader(() => {});
  for (const line of lines) reader.line(line);
  const { kubelet, beats } = reader.end();
  return { kubelet, beats: [...beats] };
};
const one = (message: string, ident: string | null = "kubelet"): KubeletEvent | undefined =>
  read([lineOf(message, { ident })]).kubelet[0];
const E = (text: string): string => `I1124 01:19:15.230396     410 eviction_manager.go:381] ${text}`;
const OLD = (text: string): string =>
  `W0206 15:40:31.262283    3454 eviction_manager.go:344] eviction manager: ${text}`;

const LEAKY = { namespace: "batch", name: "leaky-0", uid: null };
const LEAKY_OLD = { ...LEAKY, uid: "5ee626ff-0d53-433e-8acc-29ad1e29b74a" };
const OLD_NAME = "leaky-0_batch(5ee626ff-0d53-433e-8acc-29ad1e29b74a)";

describe("the eviction manager, structured (1.21+) and interpolated (≤1.20)", () => {
  test.each([
    [
      '"Eviction manager: attempting to reclaim" resourceName="memory"',
      "attempting to reclaim memory",
      { kind: "attempting-to-reclaim", resource: "memory" },
    ],
    [
      '"Eviction manager: must evict pod(s) to reclaim" resourceName="memory"',
      "must evict pod(s) to reclaim memory",
      { kind: "must-evict", resource: "memory" },
    ],
    [
      '"Eviction manager: able to reduce resource pressure without evicting pods." resourceName="nodefs"',
      "able to reduce nodefs pressure without evicting pods.",
      { kind: "reduced-without-evicting", resource: "nodefs" },
    ],
    [
      '"Eviction manager: unable to evict any pods from the node"',
      "unable to evict any pods from the node",
      { kind: "unable-to-evict", resource: null },
    ],
    [
      '"Eviction manager: eviction thresholds have been met, but no pods are active to evict"',
      "eviction thresholds have been met, but no pods are active to evict",
      { kind: "no-pods-to-evict" },
    ],
    [
      '"Eviction manager: failed to get summary stats" err="x"',
      "failed to get summary stats: x",
      { kind: "summary-failed" },
    ],
    [
      '"Eviction manager: no observation found for eviction signal" signal="allocatableMemory.available"',
      "no observation found for eviction signal allocatableMemory.available",
      { kind: "no-observation", resource: "allocatableMemory.available" },
    ],
    [
      '"Eviction manager: unexpected error when attempting to reduce resource pressure" resourceName="imagefs" err="x"',
      "unexpected error when attempting to reduce imagefs pressure: wanted to free 9223372036854775807 bytes",
      { kind: "reclaim-failed", resource: "imagefs" },
    ],
    [
      '"Eviction manager: node conditions - observed" nodeCondition=["MemoryPressure"]',
      "node conditions - observed: [MemoryPressure]",
      { kind: "node-conditions", what: "observed", conditions: ["MemoryPressure"] },
    ],
    [
      '"Eviction manager: node conditions - transition period not met" nodeCondition=[MemoryPressure DiskPressure]',
      "node conditions - transition period not met: [MemoryPressure DiskPressure]",
      { kind: "node-conditions", what: "transition-period-not-met", conditions: ["MemoryPressure", "DiskPressure"] },
    ],
    [
      '"Eviction manager: created memoryThresholdNotifier" notifier="hard allocatable memory eviction threshold"',
      "created hard allocatable memory eviction threshold",
      { kind: "notifier", what: "created", threshold: "hard allocatable memory eviction threshold" },
    ],
    [
      '"eviction manager: soft memory eviction threshold crossed"',
      "soft memory eviction threshold crossed",
      { kind: "notifier", what: "crossed", threshold: "soft memory eviction threshold" },
    ],
    ['"Eviction manager: synchronize housekeeping"', "synchronize housekeeping", { kind: "housekeeping" }],
    ['"Eviction manager: no resources are starved"', "no resources are starved", { kind: "no-resources-starved" }],
  ])("%s", (text, old, want) => {
    expect(one(E(text))).toMatchObject(want);
    expect(one(OLD(old))).toMatchObject(want);
  });

  test.each([
    [
      '"Eviction manager: pods ranked for eviction" pods=["batch/leaky-0"]',
      `pods ranked for eviction: ${OLD_NAME}`,
      "ranked",
    ],
    [
      '"Eviction manager: cannot evict a critical pod" pod="batch/leaky-0"',
      `cannot evict a critical pod ${OLD_NAME}`,
      "critical-not-evicted",
    ],
    [
      '"Eviction manager: pod is evicted successfully" pod="batch/leaky-0"',
      `pod ${OLD_NAME} is evicted successfully`,
      "evicted",
    ],
    [
      '"Eviction manager: pods evicted, waiting for pod to be cleaned up" pods=[batch/leaky-0]',
      `pods ${OLD_NAME} evicted, waiting for pod to be cleaned up`,
      "waiting-for-cleanup",
    ],
    [
      '"Eviction manager: pods successfully cleaned up" pods=["batch/leaky-0"]',
      `pods ${OLD_NAME} successfully cleaned up`,
      "cleaned-up",
    ],
    [
      '"Eviction manager: timed out waiting for pods to be cleaned up" pods=["batch/leaky-0"]',
      `timed out waiting for pods ${OLD_NAME} to be cleaned up`,
      "cleanup-timed-out",
    ],
  ])("%s", (text, old, kind) => {
    expect(one(E(text))).toMatchObject({ kind, pods: [LEAKY] });
    expect(one(OLD(old))).toMatchObject({ kind, pods: [LEAKY_OLD] });
  });

  test("failed to evict carries the error", () => {
    const want = { kind: "failed-to-evict", error: "timeout waiting to kill pod" };
    expect(
      one(E('"Eviction manager: pod failed to evict" err="timeout waiting to kill pod" pod="batch/leaky-0"')),
    ).toMatchObject({ ...want, pods: [LEAKY] });
    expect(one(OLD(`pod ${OLD_NAME} failed to evict timeout waiting to kill pod`))).toMatchObject({
      ...want,
      pods: [LEAKY_OLD],
    });
  });

  test("evicting carries uid and message (V3, no prefix), and the descheduler's line of the same words does not count", () => {
    const text =
      '"Evicting pod" pod="batch/leaky-0" podUID="5ee626ff-0d53-433e-8acc-29ad1e29b74a" message="The node was low on resource: memory. "';
    expect(one(E(text))).toMatchObject({
      kind: "evicting",
      pods: [LEAKY_OLD],
      message: "The node was low on resource: memory. ",
    });
    expect(one(`I0512 18:58:33.650269       1 evictions.go:160] ${text}`, null)).toBeUndefined();
  });

  test("a soft threshold in its grace", () => {
    const want = {
      kind: "criteria-not-met",
      signal: "memory.available",
      thresholdBytes: 700 * 2 ** 20,
      gracePeriodMs: 5000,
      heldMs: 1500,
    };
    const threshold = "threshold(signal=memory.available, operator=LessThan, value={700Mi 0}, gracePeriod=5s)";
    expect(
      one(
        E(`"Eviction manager: eviction criteria not yet met" threshold="${threshold}" duration="1.5s"`).replace(
          "eviction_manager.go:381",
          "helpers.go:1036",
        ),
      ),
    ).toMatchObject(want);
    expect(
      one(OLD(`eviction criteria not yet met for ${threshold}, duration: 1.5s`).replace("eviction_manager", "helpers")),
    ).toMatchObject(want);
    expect(
      one(
        E(
          '"Eviction manager: eviction criteria not yet met" threshold="threshold(signal=memory.available, operator=LessThan, value={<nil> 0.1}, gracePeriod=5s)" duration="0s"',
        ),
      ),
    ).toMatchObject({ thresholdBytes: null });
  });

  test("observations of V3, in 1.25+, in 1.21–1.23 where the keys are shifted, and in 1.20", () => {
    const want = {
      kind: "observation",
      signal: "memory.available",
      availableBytes: 283_900 * 1024,
      capacityBytes: 3_049_640 * 1024,
    };
    expect(
      one(
        E(
          '"Eviction manager:" log="observations" signal="memory.available" resourceName="memory" available="283900Ki" capacity="3049640Ki" time="x"',
        ),
      ),
    ).toMatchObject(want);
    expect(
      one(
        E(
          '"Eviction manager:" log="observations" signal="memory.available" resourceName="283900Ki" capacity="3049640Ki" time="x"',
        ),
      ),
    ).toMatchObject(want);
    expect(
      one(
        OLD(
          "observations: signal=memory.available, available: 283900Ki, capacity: 3049640Ki, time: 2020-02-06 15:40:31 +0000 UTC",
        ),
      ),
    ).toMatchObject(want);
    expect(
      one(
        E(
          '"Eviction manager: threshold observed resource" log="thresholds - ignoring grace period" signal="memory.available" resourceName="memory" quantity="300Mi" available="-12Ki"',
        ),
      ),
    ).toMatchObject({
      thresholdBytes: 314_572_800,
      availableBytes: -12_288,
    });
    expect(
      one(
        E(
          '"Eviction manager: threshold observed resource" log="l" signal="memory.available" quantity="300Mi" resource="283900Ki"',
        ),
      ),
    ).toMatchObject({ thresholdBytes: 314_572_800, availableBytes: 283_900 * 1024 });
    expect(
      one(
        OLD(
          "thresholds - ignoring grace period: threshold [signal=memory.available, quantity=300Mi] observed 283900Ki",
        ),
      ),
    ).toMatchObject({ thresholdBytes: 314_572_800 });
  });

  test.each([
    [
      'I0527 09:00:05.110852    1025 eviction_manager.go:167] "Failed to admit pod to node" pod="batch/leaky-0" nodeCondition=[MemoryPressure]',
      LEAKY,
    ],
    [
      `W1016 09:54:14.823152 12844 eviction_manager.go:142] Failed to admit pod ${OLD_NAME} - node has conditions: [DiskPressure]`,
      LEAKY_OLD,
    ],
    [
      'I0527 09:00:05.110852    1025 kubelet.go:2300] "Pod admission denied" podUID="5ee626ff-0d53-433e-8acc-29ad1e29b74a" pod="batch/leaky-0" reason="Evicted" message="The node had condition: [MemoryPressure]. "',
      LEAKY_OLD,
    ],
  ])("a refusal is no eviction: %s", (text, pod) => {
    expect(one(text)).toMatchObject({ kind: "admission-refused", pods: [pod] });
  });
});

describe("other lines", () => {
  const K = (text: string): string => `E1124 01:16:10.106764     410 kubelet.go:84] ${text}`;

  test.each([
    [
      '"Got sys oom event" event={"Pid":1031,"ProcessName":"memhog","TimeOfDeath":"2026-11-24T01:15:56.082727775Z","ContainerName":"/","VictimContainerName":"/","Constraint":""}',
    ],
    [
      '"Got sys oom event" event=&{Pid:1031 ProcessName:memhog TimeOfDeath:2026-11-24 01:15:56.082727775 +0000 UTC m=+12.5 ContainerName:/ VictimContainerName:/ Constraint:}',
    ],
    ["Got sys oom event: &{1031 memhog 2026-11-24 01:15:56.082727775 +0000 UTC / / CONSTRAINT_NONE}"],
  ])("sys oom: %s", (text) => {
    const event = one(K(text));
    expect(event).toMatchObject({
      kind: "sys-oom",
      victimPid: 1031,
      victimComm: "memhog",
      timeOfDeath: { clock: "time-of-death" },
    });
    expect(event?.kind === "sys-oom" && event.timeOfDeath?.ms).toBeCloseTo(
      Date.parse("2026-11-24T01:15:56Z") + 82.727775,
      3,
    );
  });

  test("containers by id: killing, PLEG, finished", () => {
    const id = "13bc05440e2b73b8124b8605d709859713615fd5c8de946271dbb9119bcf9843";
    expect(
      one(
        K(
          `"Killing container with a grace period" pod="batch/leaky-0" podUID="5ee626ff-0d53-433e-8acc-29ad1e29b74a" containerName="leaky" containerID="containerd://${id}" gracePeriod=2`,
        ),
      ),
    ).toMatchObject({
      kind: "killing-container",
      pods: [LEAKY_OLD],
      container: "leaky",
      containerId: id,
      gracePeriodSec: 2,
    });
    const pleg = { kind: "pleg", pod: LEAKY_OLD, what: "ContainerDied", containerId: id };
    expect(
      one(
        K(
          `"SyncLoop (PLEG): event for pod" pod="batch/leaky-0" event={"ID":"${LEAKY_OLD.uid}","Type":"ContainerDied","Data":"${id}"}`,
        ),
      ),
    ).toMatchObject(pleg);
    expect(
      one(
        K(
          `"SyncLoop (PLEG): event for pod" pod="batch/leaky-0" event=&{ID:${LEAKY_OLD.uid} Type:ContainerDied Data:${id}}`,
        ),
      ),
    ).toMatchObject(pleg);
    expect(
      one(
        K(
          `SyncLoop (PLEG): "${OLD_NAME}", event: &pleg.PodLifecycleEvent{ID:"${LEAKY_OLD.uid}", Type:"ContainerDied", Data:"${id}"}`,
        ),
      ),
    ).toMatchObject(pleg);
    expect(
      one(K(`"Generic (PLEG): container finished" podID="${LEAKY_OLD.uid}" containerID="${id}" exitCode=137`)),
    ).toMatchObject({ what: "ContainerFinished", exitCode: 137, containerId: id });
  });

  test.each([
    [
      '"Recording event message for node" logger="DRA registration handler.startup" node="w" event="NodeHasInsufficientMemory"',
      { kind: "node-event", event: "NodeHasInsufficientMemory" },
    ],
    [
      "Recording NodeHasDiskPressure event message for node node-1",
      { kind: "node-event", event: "NodeHasDiskPressure" },
    ],
    [
      '"Skipping pod synchronization" err="PLEG is not healthy: pleg was last seen active 3m5s ago; threshold is 3m0s"',
      { kind: "starving", what: "pleg-unhealthy" },
    ],
    [
      "skipping pod synchronization - [container runtime is down PLEG is not healthy: pleg was last seen active 3m5s ago]",
      { kind: "starving", what: "runtime-down" },
    ],
    [
      '"Housekeeping took longer than expected" err="housekeeping took too long" expected="1s" actual="11.617s"',
      { kind: "starving", what: "housekeeping-slow" },
    ],
    ['"Failed to update lease" err="Put: context deadline exceeded"', { kind: "starving", what: "lease" }],
    ['"Error updating node status, will retry" err="x"', { kind: "starving", what: "status-update" }],
    [
      '"ListPodSandbox with filter from runtime service failed" err="rpc error: code = DeadlineExceeded desc = context deadline exceeded"',
      { kind: "starving", what: "runtime-call" },
    ],
    ['"Kubelet version" kubeletVersion="v1.36.2"', { kind: "started", version: "v1.36.2" }],
    ["Kubelet version: v1.19.10-gke.1000", { kind: "started", version: "v1.19.10-gke.1000" }],
    [
      'FLAG: --eviction-hard="memory.available<300Mi"',
      { kind: "flag", name: "eviction-hard", value: "memory.available<300Mi" },
    ],
    [
      '"Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"etl\\" with CrashLoopBackOff: \\"back-off 5m0s\\"" pod="batch/leaky-0" podUID="5ee626ff-0d53-433e-8acc-29ad1e29b74a"',
      { kind: "crash-loop", pod: LEAKY_OLD, container: "etl" },
    ],
    ['"Shutdown manager detected new shutdown event" event="shutdown"', { kind: "shutdown" }],
  ])("%s", (text, want) => {
    expect(one(K(text))).toMatchObject(want);
  });

  test.each([
    ["failed to update node lease, error: Put https://x: context deadline exceeded", "lease"],
    [
      "ListPodSandbox with filter nil from runtime service failed: rpc error: code = Unknown desc = operation timeout: context deadline exceeded",
      "runtime-call",
    ],
    [
      '"Generic (PLEG): Unable to retrieve pods" err="rpc error: code = DeadlineExceeded desc = context deadline exceeded"',
      "runtime-call",
    ],
    ["GenericPLEG: Unable to retrieve pods: rpc error: code = Unknown desc = operation timeout", "runtime-call"],
  ])("starving: %s", (text, what) => {
    expect(one(K(text))).toMatchObject({ kind: "starving", what });
  });

  test("a runtime call that failed for another reason is no starving", () => {
    expect(
      one(K('"StopPodSandbox from runtime service failed" err="rpc error: code = NotFound desc = not found"')),
    ).toBeUndefined();
  });

  test("harmless at every start: the first relist has yet to be done", () => {
    expect(
      one(K('"Skipping pod synchronization" err="PLEG is not healthy: pleg has yet to be successful"')),
    ).toBeUndefined();
  });

  test("other components' klog does not speak for the kubelet; k3s' does", () => {
    const line = E('"Eviction manager: attempting to reclaim" resourceName="memory"');
    expect(one(line, "kube-apiserver")).toBeUndefined();
    expect(one(line, "kernel")).toBeUndefined();
    expect(one(line, "k3s-agent")).toMatchObject({ kind: "attempting-to-reclaim" });
    expect(one(line, "microk8s.daemon-kubelite")).toMatchObject({ kind: "attempting-to-reclaim" });
  });

  test("a unit that runs the kubelet in docker speaks with docker's name", () => {
    const line = E('"Eviction manager: attempting to reclaim" resourceName="memory"');
    expect(one(line, "docker")).toMatchObject({ kind: "attempting-to-reclaim" });
    expect(one('I1124 01:16:10.106764     410 server.go:84] "Kubelet version" kubeletVersion="v1"', "docker")).toBe(
      undefined,
    );
  });

  test("a line that stands twice in a row is one; the same words later, or with another stamp, are two", () => {
    const line = '... eviction_manager.go:339] "Eviction manager: attempting to reclaim" resourceName="memory"';
    const kinds = (text: string): string[] => read(linesOf(text)).kubelet.map((event) => event.kind);
    expect(kinds(`${line}\n${line}`)).toHaveLength(1);
    expect(kinds(`${line}\n\n${line}`)).toHaveLength(2);
    const stamped = E('"Eviction manager: unable to evict any pods from the node"');
    expect(kinds(`${stamped}\n${stamped.replace("15.230396", "25.230396")}`)).toHaveLength(2);
  });

  test("a block over several lines is one line, with both its ends cited", () => {
    const { kubelet } = read(
      linesOf(
        `${K('"Failed to update lease" err=<')}\n\tPut "https://x": net/http\n\trequest canceled\n >\n${K('"Kubelet version" kubeletVersion="v1"')}`,
        { ident: "kubelet" },
      ),
    );
    expect(kubelet).toMatchObject([
      {
        kind: "starving",
        what: "lease",
        from: [{ line: 1, endLine: 4 }],
        summary: expect.stringContaining("request canceled"),
      },
      { kind: "started" },
    ]);
  });

  test("a block that never ends gives way to the next line", () => {
    const { kubelet } = read(
      linesOf(`${K('"Failed to update lease" err=<')}\n\tx\n${K('"Kubelet version" kubeletVersion="v1"')}`, {
        ident: "kubelet",
      }),
    );
    expect(kubelet.map((event) => event.kind)).toEqual(["starving", "started"]);
  });
});

describe("captures", () => {
  const kinds = async (name: string): Promise<string[]> =>
    (await gather([capturedFile(name, fixture(name))])).logs[0]?.kubelet
      .filter((e) => e.kind !== "starving")
      .map((e) => `${e.kind}${"resource" in e ? ` ${e.resource}` : ""}`) ?? [];
  const c1 = ["started", "summary-failed null", "summary-failed null"];

  test("four forms of one journal say the same", async () => {
    const forms = await Promise.all(
      ["short-iso-precise.log", "journal.json", "cat.log", "short.log"].map((form) => kinds(`c1-both.kubelet.${form}`)),
    );
    expect(forms[0]?.slice(0, 3)).toEqual(c1);
    expect(forms[0]?.slice(-13)).toEqual([
      "sys-oom",
      "node-event",
      "attempting-to-reclaim memory",
      "must-evict memory",
      "ranked",
      "killing-container",
      "pleg",
      "pleg",
      "evicted",
      "waiting-for-cleanup",
      "cleaned-up",
      "criteria-not-met",
      "node-event",
    ]);
    for (const form of forms) expect(form).toEqual(forms[0]);
  });

  test("JSON logging: the same instant in the bare journal line and in the journal's JSON", async () => {
    for (const name of ["a3-global-oom.kubelet-json-logging.log", "a3-global-oom.kubelet-json-logging.journal.json"]) {
      const { logs } = await gather([capturedFile(name, fixture(name))]);
      const oom = logs[0]?.kubelet.find((event) => event.kind === "sys-oom");
      expect(oom).toMatchObject({ victimPid: 982, victimComm: "memhog" });
      expect(oom?.stamps[0]).toMatchObject({ clock: "realtime", ms: 1795484322819.7625 });
    }
  });

  test("every line of the kubelet is a beat, with klog's clock first", async () => {
    const { logs } = await gather([capturedFile("a", fixture("b3-eviction.kubelet.short-iso-precise.log"))]);
    const beats = [...(logs[0]?.kubeletBeats ?? [])];
    expect(beats).toHaveLength(22);
    expect(beats.every((beat) => beat.stamps[0]?.clock === "klog" && beat.stamps.length === 2)).toBe(true);
  });
});

describe("hostile lines", () => {
  test("whatever the text, nothing throws and nothing is invented", () => {
    const pieces = constantFrom(
      '"',
      "\\",
      "{",
      "}",
      "[",
      "]",
      "=",
      " ",
      "&{",
      "a=",
      "=<",
      "\n",
      " >",
      "Eviction manager: ",
      "pods ",
      "Got sys oom event",
      "ns/a",
      "é",
    );
    const invented = (text: string): boolean =>
      read(linesOf(E(text), { ident: "kubelet" })).kubelet.some(
        (event) => event.kind === "sys-oom" && event.victimPid !== null,
      );
    expect(() =>
      assert(
        property(array(pieces, { maxLength: 60 }), (parts) => !invented(parts.join(""))),
        { numRuns: 300 },
      ),
    ).not.toThrow();
  });

  test.each(["a=&{B:c ", '\\"', "{", "a_b(1), ", "a b=", '"'])("a mebibyte of %s", (unit) => {
    const text = E(`"Eviction manager: x" ${unit.repeat(1_000_000 / unit.length)}`);
    expect(read([lineOf(text, { ident: "kubelet" })]).kubelet).toEqual([]);
  });

  test("what is longer is said, not dropped in silence", () => {
    const problems: string[] = [];
    const reader = createKubeletReader((problem) => problems.push(problem.code));
    reader.line(lineOf(E("x".repeat(1_100_000)), { ident: "kubelet" }));
    expect(reader.end().kubelet).toEqual([]);
    expect(problems).toEqual(["line-too-long"]);
  });
});
