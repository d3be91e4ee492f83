// Kubernetes Events as components write them into their own logs: client-go's recorder, the tests of Kubernetes, node-problem-detector.
import type { Stamp } from "../../model/instant.ts";
import type { KubeEvent, PodKey } from "../../model/kubelet.ts";
import type { LogLine } from "../../model/log.ts";
import { podKeyOf } from "../kubelet/go-values.ts";
import { type KlogMessage, parseKlogMessage } from "../kubelet/klog-message.ts";
import { IMPORTANT } from "./event-rows.ts";
import { apiStamp } from "./times.ts";

type EventObject = KubeEvent["object"];

interface Told {
  readonly reason: string;
  readonly type: string | null;
  readonly component: string | null;
  readonly host: string | null;
  readonly object: EventObject;
  readonly message: string;
}

const eventAt = (told: Told, stamps: readonly Stamp[], line: LogLine): KubeEvent | null =>
  // a controller's log holds thousands of events, of which few bear on memory
  IMPORTANT.test(told.reason)
    ? { ...told, first: stamps, last: stamps, count: 1, annotations: {}, from: [line.ref] }
    : null;

const objectOf = (kind: string, pod: PodKey): EventObject =>
  // a Node's events carry its name as uid and lie in namespace default
  kind === "Node" ? { kind, namespace: null, name: pod.name, uid: null } : { kind, ...pod };

/**
 * Event(v1.ObjectReference{Kind:"Pod", Namespace:"batch", Name:"leaky-0", UID:"5ee6…", APIVersion:"v1", ResourceVersion:"123", FieldPath:""}): type: 'Warning' reason: 'Evicted' The node was low …
 * client-go tools/record/event.go StartLogging(), as fmt prints it with %#v
 */
const REFERENCE =
  /^Event\(v1\.ObjectReference\{Kind:"(\w{1,60})", Namespace:"([^"]{0,63})", Name:"([^"]{1,253})", UID:"([^"]{0,80})"[^}]{0,400}\}\): type: '(\w{0,20})' reason: '(\w{1,80})' ?(.{0,16384})$/s;

const ofReference = (klog: KlogMessage): Omit<Told, "component" | "host"> | null => {
  const match = REFERENCE.exec(klog.message);
  if (match === null) return null;
  const [, kind = "", namespace = "", name = "", uid = "", type = "", reason = "", message = ""] = match;
  const pod = { namespace: namespace || null, name, uid: uid.toLowerCase() || null };
  return { reason, type: type || null, object: objectOf(kind, pod), message };
};

/** "Event occurred" object="batch/leaky-0" fieldPath="" kind="Pod" apiVersion="v1" type="Warning" reason="Evicted" message="The node …"   StartStructuredLogging(), 1.19+ */
const ofKeys = (klog: KlogMessage): Omit<Told, "component" | "host"> | null => {
  if (klog.message !== "Event occurred") return null;
  const { fields } = klog;
  const object = podKeyOf(fields.get("object") ?? "");
  const reason = fields.get("reason");
  if (object === null || reason === undefined) return null;
  return {
    reason,
    type: fields.get("type") ?? null,
    object: objectOf(fields.get("kind") ?? "", object),
    message: fields.get("message") ?? fields.get("note") ?? "",
  };
};

const recorded = (line: LogLine): KubeEvent | null => {
  const klog = parseKlogMessage(line.message);
  if (klog === null) return null;
  const told = ofReference(klog) ?? ofKeys(klog);
  if (told === null) return null;
  const stamps = klog.own === null ? line.stamps : [klog.own, ...line.stamps];
  return eventAt({ ...told, component: line.ident, host: line.host }, stamps, line);
};

/** INFO: At 2019-11-11 05:35:06 +0000 UTC - event for leaky-0: {kubelet worker-1} Evicted: The node was low …   test/e2e/framework dumpEventsInNamespace() */
const DUMPED =
  /\bAt (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})? [+-]\d{4})(?: [A-Z]{1,5})? - event for ([a-z0-9][a-z0-9.-]{0,252}): \{([\w.-]{1,80}) ?([^}]{0,253})\} (\w{1,80}): (.{0,16384})$/;

const dumped = (line: LogLine): KubeEvent | null => {
  const match = DUMPED.exec(line.message.slice(0, 20_000));
  if (match === null) return null;
  const [, time = "", name = "", component = "", host = "", reason = "", message = ""] = match;
  const stamp = apiStamp(time);
  const kind =
    name === host || /^(?:SystemOOM|OOMKilling|EvictionThresholdMet|Node\w{1,60})$/.test(reason) ? "Node" : "";
  const object = objectOf(kind, { namespace: null, name, uid: null });
  return eventAt(
    { reason, type: null, component, host: host || null, object, message },
    stamp === null ? [] : [stamp],
    line,
  );
};

export const loggedEvent = (line: LogLine): KubeEvent | null => {
  const { message: text } = line;
  if (text.includes("Event(v1.ObjectReference{") || text.includes('Event occurred"')) return recorded(line);
  return text.includes(" - event for ") ? dumped(line) : null;
};

/**
 * I1012 19:00:20.884452 3240 log_monitor.go:160] New status generated: &{Source:kernel-monitor Events:[{Severity:warn Timestamp:… Reason:OOMKilling
 * Message:Memory cgroup out of memory: Killed process 183960 (stress-ng-vm) …}] …   node-problem-detector; its Timestamp counts from its own start
 */
const NPD = /Reason:OOMKilling Message:([^}]{1,2000})\}/;

export const problemDetectorEvent = (line: LogLine): KubeEvent | null => {
  if (!line.message.includes("Reason:OOMKilling")) return null;
  const message = NPD.exec(line.message.slice(0, 8192))?.[1];
  if (message === undefined) return null;
  const object = { kind: "Node", namespace: null, name: line.host, uid: null };
  const own = parseKlogMessage(line.message)?.own ?? null;
  const stamps = own === null || line.stamps.length > 0 ? line.stamps : [own];
  return eventAt(
    { reason: "OOMKilling", type: "Warning", component: "kernel-monitor", host: line.host, object, message },
    stamps,
    line,
  );
};
