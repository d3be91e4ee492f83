// Lines of the eviction manager (pkg/kubelet/eviction/eviction_manager.go, helpers.go), 1.5 to 1.36. The texts are stable; up to 1.20
// they interpolate ("eviction manager: attempting to reclaim memory"), since 1.21 the values are keys (resourceName="memory").
import type { PodKey } from "../../model/kubelet.ts";
import { parseQuantity } from "../kube/quantity.ts";
import { parseGoDuration } from "../kube/times.ts";
import { type KubeletFact, podFact, withUid } from "./event-of.ts";
import { podKeyOf, podListOf } from "./go-values.ts";
import type { KlogMessage } from "./klog-message.ts";

const PREFIX = /^eviction manager: /i;

/** A resource or signal name, as it stands at the end of an older line. */
const resourceOf = (line: KlogMessage, rest: string): string | null => {
  const text = line.fields.get("resourceName") ?? line.fields.get("signal") ?? rest.trim();
  return /^[A-Za-z][\w.-]{0,80}$/.test(text) ? text : null;
};

const podsOf = (line: KlogMessage, rest: string): PodKey[] => {
  const one = line.fields.get("pod");
  if (one !== undefined) {
    const pod = podKeyOf(one);
    return pod === null ? [] : [withUid(pod, line.fields.get("podUID"))];
  }
  return podListOf(line.fields.get("pods") ?? rest);
};

interface Pattern {
  readonly text: RegExp;
  readonly read: (line: KlogMessage, match: RegExpExecArray) => KubeletFact;
}

type PassKind =
  | "attempting-to-reclaim"
  | "must-evict"
  | "unable-to-evict"
  | "no-pods-to-evict"
  | "reduced-without-evicting"
  | "summary-failed"
  | "no-observation"
  | "synchronize-failed"
  | "reclaim-failed"
  | "housekeeping"
  | "no-resources-starved";

const pass = (kind: PassKind, text: RegExp): Pattern => ({
  text,
  read: (line, match) => ({ kind, resource: resourceOf(line, match[1] ?? "") }),
});

type PodLine =
  | "ranked"
  | "evicting"
  | "evicted"
  | "failed-to-evict"
  | "critical-not-evicted"
  | "waiting-for-cleanup"
  | "cleaned-up"
  | "cleanup-timed-out"
  | "admission-refused";

const pods = (kind: PodLine, text: RegExp): Pattern => ({
  text,
  read: (line, match) =>
    podFact(kind, podsOf(line, match[1] ?? ""), {
      error: line.fields.get("err") ?? match[2] ?? null,
      message: line.fields.get("message") ?? null,
    }),
});

/** Lists of pods may be long: a node holds 250 pods of 120 characters each. */
const LIST = String.raw`([^"]{0,65536}?)`;

const PATTERNS: readonly Pattern[] = [
  // "Eviction manager: attempting to reclaim" resourceName="memory"
  // eviction manager: attempting to reclaim memory
  pass("attempting-to-reclaim", /^attempting to reclaim(?: (\S{1,80}))?$/),
  // "Eviction manager: must evict pod(s) to reclaim" resourceName="memory"
  pass("must-evict", /^must evict pod\(s\) to reclaim(?: (\S{1,80}))?$/),
  // "Eviction manager: able to reduce resource pressure without evicting pods." resourceName="nodefs"
  pass("reduced-without-evicting", /^able to reduce (?:resource|(\S{1,80})) pressure without evicting pods\.?$/),
  // "Eviction manager: pods ranked for eviction" pods=["batch/leaky-etl-0","monitoring/prometheus-0"]
  // eviction manager: pods ranked for eviction: a-1_default(bd698243-bea0-4175-993c-00de365a9d19), b-2_default(…)
  pods("ranked", new RegExp(`^pods ranked for eviction(?:: ${LIST})?$`)),
  // "Evicting pod" pod="batch/a" podUID="…" message="The node was low on resource: memory. …" (V3, 1.23+, without the prefix)
  pods("evicting", /^Evicting pod$/),
  // "Eviction manager: cannot evict a critical pod" pod="kube-system/calico-node-29x5m"
  pods("critical-not-evicted", /^cannot evict a critical pod(?: (\S{1,600}))?$/),
  // "Eviction manager: pod failed to evict" err="timeout waiting to kill pod" pod="batch/leaky-etl-0"
  // eviction manager: pod a-1_default(bd698243-…) failed to evict timeout waiting to kill pod
  pods("failed-to-evict", /^pod(?: (\S{1,600}))? failed to evict(?: (.{1,2000}))?$/),
  // "Eviction manager: pod is evicted successfully" pod="default/mysql"; up to 1.8 without "is"
  pods("evicted", /^pod(?: (?!is evicted)(\S{1,600}))? (?:is )?evicted successfully$/),
  // "Eviction manager: pods evicted, waiting for pod to be cleaned up" pods=["batch/leaky-etl-0"]
  pods("waiting-for-cleanup", new RegExp(`^pods(?: ${LIST})? evicted, waiting for pod to be cleaned up$`)),
  // "Eviction manager: pods successfully cleaned up" pods=["batch/leaky-etl-0"]; up to 1.20 "pods a_ns(uid) successfully cleaned up"
  pods("cleaned-up", new RegExp(`^pods(?: ${LIST})? successfully cleaned up$`)),
  // "Eviction manager: timed out waiting for pods to be cleaned up" pods=["batch/leaky-5f6d8c7b9-abcde"]
  pods("cleanup-timed-out", new RegExp(`^timed out waiting for pods(?: ${LIST})? to be cleaned up$`)),
  // "Eviction manager: unable to evict any pods from the node"
  pass("unable-to-evict", /^unable to evict any pods from the node$/),
  // "Eviction manager: eviction thresholds have been met, but no pods are active to evict"
  pass("no-pods-to-evict", /^eviction thresholds have been met, but no pods are active to evict$/),
  // "Eviction manager: failed to get summary stats" err="failed to get node info: node \"worker-1\" not found"
  pass("summary-failed", /^failed to get (?:get )?summary stats(?:: .{0,2000})?$/),
  // "Eviction manager: no observation found for eviction signal" signal="allocatableMemory.available"
  pass("no-observation", /^no observation found for eviction signal(?: (\S{1,80}))?$/),
  pass("no-observation", /^failed to construct signal(?:: "?([\w.]{1,80})"?.{0,2000})?$/),
  // "Eviction manager: unexpected error when attempting to reduce resource pressure" resourceName="imagefs" err="…"
  // eviction manager: unexpected error when attempting to reduce imagefs pressure: wanted to free 9223372036854775807 bytes, …
  pass(
    "reclaim-failed",
    /^unexpected error when attempting to reduce (?:resource|(\S{1,80})) pressure(?:: .{0,2000})?$/,
  ),
  // "Eviction manager: failed to synchronize" err="…" (1.29+)
  pass("synchronize-failed", /^failed to synchronize$/),
  // V3: "Eviction manager: synchronize housekeeping", "Eviction manager: no resources are starved"
  pass("housekeeping", /^synchronize housekeeping$/),
  pass("no-resources-starved", /^no resources are starved$/),
  // "Failed to admit pod to node" pod="monitoring/prometheus-k8s-0" nodeCondition=["MemoryPressure"] (1.21–1.30)
  // Failed to admit pod weave-net-3svfg_kube-system(e5a5d474-…) - node has conditions: [DiskPressure] (≤1.20)
  {
    text: /^Failed to admit pod(?: to node$| (\S{1,600}) - node has conditions: (.{1,400})$)/,
    read: (line, match) =>
      podFact("admission-refused", podsOf(line, match[1] ?? ""), {
        error: line.fields.get("nodeCondition") ?? match[2] ?? null,
      }),
  },
];

/** `["MemoryPressure"]` (1.29+), `[MemoryPressure]`; at most as many as the kubelet knows. */
const conditionsOf = (text: string): string[] =>
  [...text.slice(0, 400).matchAll(/[A-Z][A-Za-z]{2,40}/g)].map(([name]) => name);

/**
 * "Eviction manager: node conditions - observed" nodeCondition=["MemoryPressure"]
 * eviction manager: node conditions - transition period not met: [MemoryPressure]   (V3; an empty list says nothing)
 */
const nodeConditions = (line: KlogMessage, text: string): KubeletFact | null => {
  const match = /^node conditions - (observed|transition period not met)(?:: (.{0,400}))?$/.exec(text);
  if (match === null) return null;
  const conditions = conditionsOf(line.fields.get("nodeCondition") ?? match[2] ?? "");
  if (conditions.length === 0) return null;
  const what = match[1] === "observed" ? "observed" : "transition-period-not-met";
  return { kind: "node-conditions", what, conditions };
};

/**
 * "Eviction manager: created memoryThresholdNotifier" notifier="hard memory eviction threshold"; ≤1.20 eviction manager: created hard memory eviction threshold
 * eviction manager: hard memory eviction threshold crossed   (the message itself, in every release)
 * memory_threshold_notifier.go Description(): hard or soft, allocatable or not
 */
const notifier = (line: KlogMessage, text: string): KubeletFact | null => {
  const threshold = "(?:hard|soft) (?:allocatable )?memory eviction threshold";
  const crossed = new RegExp(`^(${threshold}) crossed\\b`).exec(text)?.[1];
  if (crossed !== undefined) return { kind: "notifier", what: "crossed", threshold: crossed };
  if (!text.startsWith("created ")) return null;
  const created = new RegExp(threshold).exec(line.fields.get("notifier") ?? text.slice(0, 200))?.[0];
  return created === undefined ? null : { kind: "notifier", what: "created", threshold: created };
};

/** "threshold(signal=memory.available, operator=LessThan, value={700Mi 0}, gracePeriod=5s)": value is {quantity percentage}. */
const THRESHOLD =
  /signal=([\w.]{1,60}), operator=\w{1,20}, value=\{(\S{0,40}) [^}]{0,40}\}(?:, gracePeriod=([\w.µ]{1,40}))?/;

/** "Eviction manager: eviction criteria not yet met" threshold="threshold(…)" duration="0s" (V2) */
const criteriaNotMet = (line: KlogMessage, text: string): KubeletFact | null => {
  const old = /^eviction criteria not yet met(?: for (threshold\(.{1,300}\)), duration: ([\w.µ]{1,40}))?$/.exec(text);
  if (old === null) return null;
  const threshold = THRESHOLD.exec(line.fields.get("threshold") ?? old[1] ?? "");
  const quantity = threshold?.[2];
  return {
    kind: "criteria-not-met",
    signal: threshold?.[1] ?? null,
    // "<nil>" or "0": the threshold is a percentage
    thresholdBytes: quantity === undefined || quantity === "0" ? null : parseQuantity(quantity),
    gracePeriodMs: threshold?.[3] === undefined ? null : parseGoDuration(threshold[3]),
    heldMs: parseGoDuration(line.fields.get("duration") ?? old[2] ?? ""),
  };
};

/** Memory is counted in pages: a quantity of it that ends a line without "Ki", "Mi" … has been cut. */
const WHOLE_AT_END = /^(?:0|-?\d{1,18}[KMGTPE]i)$/;
const bytesOf = (text: string | undefined): number | null => (text === undefined ? null : parseQuantity(text));

/**
 * V3. "Eviction manager:" log="observations" signal="memory.available" resourceName="memory" available="283900Ki" capacity="2955740Ki" time="…"
 * "Eviction manager: threshold observed resource" log="thresholds - ignoring grace period" signal="…" resourceName="memory" quantity="300Mi" available="…"
 * Up to 1.20: "eviction manager: observations: signal=S, available: Q, capacity: Q, time: T" and "LOG: threshold [signal=S, quantity=Q] observed Q".
 */
const observation = (line: KlogMessage, text: string): KubeletFact | null => {
  if (line.structured && (text === "" || text === "threshold observed resource") && line.fields.has("signal")) {
    // 1.21 to 1.23 put the available quantity under resourceName (observations) or resource (thresholds).
    const available = line.fields.get("available") ?? line.fields.get("resource") ?? line.fields.get("resourceName");
    return {
      kind: "observation",
      signal: line.fields.get("signal") ?? null,
      availableBytes: bytesOf(available),
      capacityBytes: bytesOf(line.fields.get("capacity")),
      thresholdBytes: bytesOf(line.fields.get("quantity")),
      log: line.fields.get("log") ?? null,
    };
  }
  const seen =
    /^(observations(?: after resource reclaim)?): signal=([\w.]{1,60}), available: (\S{1,40}), capacity: (\S{1,40}), time: /.exec(
      text,
    );
  if (seen !== null) {
    return {
      kind: "observation",
      signal: seen[2] ?? null,
      availableBytes: bytesOf(seen[3]),
      capacityBytes: bytesOf(seen[4]),
      thresholdBytes: null,
      log: seen[1] ?? null,
    };
  }
  const met =
    /^(thresholds - [a-z ]{1,60}): threshold \[signal=([\w.]{1,60}), quantity=(\S{1,40})\] observed (\S{1,40})$/.exec(
      text,
    );
  if (met === null) return null;
  return {
    kind: "observation",
    signal: met[2] ?? null,
    availableBytes: WHOLE_AT_END.test(met[4] ?? "") || met[2]?.includes("emory") !== true ? bytesOf(met[4]) : null,
    capacityBytes: null,
    thresholdBytes: bytesOf(met[3]),
    log: met[1] ?? null,
  };
};

/** What a page or a table of markdown puts behind a line: `` eviction manager: must evict pod(s) to reclaim memory` |``. */
const PAGE_BEHIND = /[\s`*"'|,;]{1,40}$/;

/** Null: no line of the eviction manager, or one that says nothing to an incident. */
export const evictionFact = (line: KlogMessage): KubeletFact | null => {
  const prefixed = PREFIX.test(line.message);
  // The texts alone are ordinary English ("Evicting pod" is the descheduler's as well): file or prefix must be the manager's.
  if (
    !prefixed &&
    line.file !== "eviction_manager.go" &&
    line.file !== "helpers.go" &&
    line.file !== "memory_threshold_notifier_linux.go" &&
    line.message !== "Eviction manager:"
  )
    return null;
  const said = prefixed ? line.message.replace(PREFIX, "") : line.message.replace(/^Eviction manager:$/, "");
  const text = (line.structured ? said : said.replace(PAGE_BEHIND, "")).trim();
  for (const pattern of PATTERNS) {
    const match = pattern.text.exec(text);
    if (match !== null) return pattern.read(line, match);
  }
  return criteriaNotMet(line, text) ?? observation(line, text) ?? nodeConditions(line, text) ?? notifier(line, text);
};
