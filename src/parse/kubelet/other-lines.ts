// The kubelet's other lines that matter to a memory incident: OOM watcher, PLEG, container kills, node events, starts, flags.
import type { Stamp } from "../../model/instant.ts";
import { parseRfc3339 } from "../kube/times.ts";
import { containerIdOf, type KubeletFact, podFact, withUid } from "./event-of.ts";
import { podKeyOf, structFields } from "./go-values.ts";
import type { KlogMessage } from "./klog-message.ts";

const NO_POD = { namespace: null, name: null, uid: null };

/** TimeOfDeath is nanoseconds of a clock that is 0 to 1 s early (pkg/kubelet/oom, cAdvisor utils/oomparser). */
const deathStamp = (text: string): Stamp | null => {
  const wall = parseRfc3339(text);
  return wall === null ? null : { clock: "time-of-death", ms: wall.ms, resolutionMs: 1e-3, zoned: true };
};

/** ≤1.20: Got sys oom event: &{1031 memhog 2021-03-02 10:00:00.082727775 +0000 UTC / / CONSTRAINT_NONE} */
const OLD_OOM = /&\{(\d{1,10}) (.{1,64}?) (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})? [+-]\d{4})/;

/** "Got sys oom event" event={"Pid":1031,"ProcessName":"memhog","TimeOfDeath":"2026-…Z",…}   oom_watcher_linux.go */
const sysOom = (line: KlogMessage): KubeletFact | null => {
  if (!line.message.startsWith("Got sys oom event")) return null;
  const text = line.fields.get("event") ?? line.message;
  const old = OLD_OOM.exec(text);
  if (old !== null) {
    return {
      kind: "sys-oom",
      victimPid: Number(old[1]),
      victimComm: old[2] ?? null,
      timeOfDeath: deathStamp(old[3] ?? ""),
    };
  }
  const fields = structFields(text);
  const pid = Number(fields.get("Pid"));
  return {
    kind: "sys-oom",
    victimPid: Number.isInteger(pid) && pid > 0 ? pid : null,
    victimComm: fields.get("ProcessName") || null,
    timeOfDeath: deathStamp(fields.get("TimeOfDeath") ?? ""),
  };
};

/** ≤1.20: SyncLoop (PLEG): "a-1_default(bd698243-…)", event: &pleg.PodLifecycleEvent{ID:"bd69…", Type:"ContainerDied", Data:"6287…"} */
const OLD_PLEG = /^SyncLoop \(PLEG\): "(\S{1,600})", event: (.{1,2000})$/;

/** "SyncLoop (PLEG): event for pod" pod="batch/cleanup-28xq7" event={"ID":"<uid>","Type":"ContainerStarted","Data":"<64 hex>"}   kubelet.go */
const pleg = (line: KlogMessage): KubeletFact | null => {
  if (line.message.startsWith("SyncLoop (PLEG)")) {
    const old = OLD_PLEG.exec(line.message);
    const fields = structFields(line.fields.get("event") ?? old?.[2] ?? "");
    const what = fields.get("Type");
    if (what === undefined) return null;
    const pod = podKeyOf(line.fields.get("pod") ?? old?.[1] ?? "") ?? NO_POD;
    return {
      kind: "pleg",
      pod: withUid(pod, fields.get("ID")),
      what,
      containerId: containerIdOf(fields.get("Data")),
      exitCode: null,
      reason: null,
    };
  }
  // "Generic (PLEG): container finished" podID="<uid>" containerID="<64 hex>" exitCode=137   pleg/generic.go (V2)
  if (line.message !== "Generic (PLEG): container finished") return null;
  const code = line.fields.get("exitCode");
  return {
    kind: "pleg",
    pod: withUid(NO_POD, line.fields.get("podID")),
    what: "ContainerFinished",
    containerId: containerIdOf(line.fields.get("containerID")),
    exitCode: code === undefined || !/^-?\d{1,9}$/.test(code) ? null : Number(code),
    reason: null,
  };
};

/** ≤1.20: Killing container "docker://6287…" with 30 second grace period */
const OLD_KILLING = /^Killing container "([^"]{1,200})" with (?:a )?(\d{1,9}) second grace period/;

/** "Killing container with a grace period" pod="ns/p" podUID="…" containerName="c" containerID="containerd://…" gracePeriod=2   kuberuntime_container.go (V2) */
const killing = (line: KlogMessage): KubeletFact | null => {
  if (!line.message.startsWith("Killing container ")) return null;
  const old = OLD_KILLING.exec(line.message);
  const pod = podKeyOf(line.fields.get("pod") ?? "");
  const grace = line.fields.get("gracePeriod") ?? old?.[2];
  return podFact("killing-container", pod === null ? [] : [withUid(pod, line.fields.get("podUID"))], {
    container: line.fields.get("containerName") ?? null,
    containerId: containerIdOf(line.fields.get("containerID") ?? old?.[1]),
    gracePeriodSec: grace !== undefined && /^-?\d{1,9}$/.test(grace) ? Number(grace) : null,
  });
};

/** "Recording event message for node" node="worker-1" event="NodeHasInsufficientMemory"; ≤1.20 Recording NodeHasDiskPressure event message for node node-1   kubelet_node_status.go (V2) */
const nodeEvent = (line: KlogMessage): KubeletFact | null => {
  if (line.message === "Recording event message for node") {
    const event = line.fields.get("event");
    return event === undefined ? null : { kind: "node-event", event };
  }
  const old = /^Recording (\w{1,60}) event message for node /.exec(line.message);
  if (old?.[1] !== undefined) return { kind: "node-event", event: old[1] };
  // "Node became not ready" node="worker-1" condition={…"message":"container runtime is down"}   nodestatus/setters.go
  return /^Node became not ready/.test(line.message) ? { kind: "node-event", event: "NodeNotReady" } : null;
};

/** Admission since 1.31: "Pod admission denied" podUID="…" pod="ns/p" reason="Evicted" message="The node had condition: [MemoryPressure]. "   kubelet.go */
const admission = (line: KlogMessage): KubeletFact | null => {
  if (line.message !== "Pod admission denied") return null;
  const pod = podKeyOf(line.fields.get("pod") ?? "");
  return podFact("admission-refused", pod === null ? [] : [withUid(pod, line.fields.get("podUID"))], {
    error: line.fields.get("reason") ?? null,
    message: line.fields.get("message") ?? null,
  });
};

/** "Kubelet version" kubeletVersion="v1.36.2" (server.go); "Starting kubelet main sync loop" (kubelet.go), the second sign of one start. */
const started = (line: KlogMessage): KubeletFact | null => {
  const version = /^Kubelet version(?:: (v?\d\S{0,60}))?$/.exec(line.message);
  if (version !== null) return { kind: "started", version: line.fields.get("kubeletVersion") ?? version[1] ?? null };
  return /^Starting kubelet main sync loop/.test(line.message) ? { kind: "started", version: null } : null;
};

/** FLAG: --address="0.0.0.0"   component-base/cli/flag PrintFlags (V1): flag values, not the config file's */
const flag = (line: KlogMessage): KubeletFact | null => {
  if (!line.message.startsWith("FLAG: --")) return null;
  const match = /^FLAG: --([\w.-]{1,100})="(.{0,4096})"$/s.exec(line.message);
  return match === null ? null : { kind: "flag", name: match[1] ?? "", value: match[2] ?? "" };
};

/** "Error syncing pod, skipping" err="failed to \"StartContainer\" for \"etl\" with CrashLoopBackOff: …" pod="ns/p" podUID="…"   pod_workers.go */
const crashLoop = (line: KlogMessage): KubeletFact | null => {
  if (!line.message.startsWith("Error syncing pod")) return null;
  const text = line.fields.get("err") ?? line.message;
  const at = text.indexOf("CrashLoopBackOff");
  if (at < 0) return null;
  const old = /^Error syncing pod (\S{1,64}) \("(\S{1,600}?)\(/.exec(line.message);
  const pod = podKeyOf(line.fields.get("pod") ?? "") ?? podKeyOf(`${old?.[2] ?? ""}(${old?.[1] ?? ""})`) ?? NO_POD;
  return {
    kind: "crash-loop",
    pod: withUid(pod, line.fields.get("podUID")),
    container: /"StartContainer" for "([^"]{1,253})"/.exec(text.slice(0, 4096))?.[1] ?? null,
    summary: text.slice(at, at + 200),
  };
};

/** "Shutdown manager detected new shutdown event" (nodeshutdown, V1): the node is going down, not out of memory. */
const shutdown = (line: KlogMessage): KubeletFact | null =>
  /^Shutdown manager (?:detected new shutdown event|killing pod with gracePeriod)/.test(line.message)
    ? { kind: "shutdown", summary: line.message.slice(0, 200) }
    : null;

const READERS = [sysOom, pleg, killing, nodeEvent, admission, started, flag, crashLoop, shutdown] as const;

export const otherFact = (line: KlogMessage): KubeletFact | null => {
  for (const read of READERS) {
    const fact = read(line);
    if (fact !== null) return fact;
  }
  return null;
};
