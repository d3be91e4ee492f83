// Rows of kubectl's event tables: `get events` (new, old, wide, all namespaces, custom columns), `events`, `describe`, and what test
// frameworks and terminals put before them. Columns are told apart by what stands in them: pasted text has lost its alignment.
import type { SourceRef } from "../../model/evidence.ts";
import type { Stamp } from "../../model/instant.ts";
import type { KubeEvent } from "../../model/kubelet.ts";
import { apiStamp } from "./times.ts";

/** Reasons that are taken even where a row has lost its other columns. */
export const IMPORTANT =
  /^(?:Evicted|EvictionThresholdMet|SystemOOM|OOMKilling|ExceededGracePeriod|NodeHas(?:Ins|S)ufficientMemory|NodeNotReady|NodeReady|TaintManagerEviction|Preempting|Preempted|BackOff|Rebooted|ContainerGCFailed|FreeDiskSpaceFailed)$/;
/** Reasons of a node, where no column names the object. */
const OF_NODE =
  /^(?:EvictionThresholdMet|SystemOOM|OOMKilling|NodeHas\w{3,40}|NodeNotReady|NodeReady|Rebooted|Starting|NodeAllocatableEnforced|ContainerGCFailed|ImageGCFailed|FreeDiskSpaceFailed|RegisteredNode)$/;

const AGE = String.raw`(?:<unknown>|<invalid>|\d{1,9}(?:ns|ms|[smhdy])(?:\d{1,9}(?:ms|[smhdy])){0,3})`;
/** "2m13s (x16 over 3m50s)" */
const AGE_CELL = new RegExp(String.raw`(${AGE})(?:\s{1,4}\(x(\d{1,9}) over (${AGE})\))?`);
const TIME_CELL = /(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?\s?(?:Z|[+-]\d\d:?\d\d))(?: [A-Z]{2,5})?/;
const COMPONENTS =
  /^(?:kubelet|default-scheduler|node-controller|kernel-monitor|kube-proxy|taint-eviction-controller|systemd-monitor|[a-z]{1,30}-(?:controller|monitor|scheduler|manager))$/;

interface Cells {
  reason: string | null;
  kind: string | null;
  name: string | null;
  namespace: string | null;
  component: string | null;
  host: string | null;
  age: RegExpExecArray | null;
  time: string | null;
  count: number | null;
  message: string;
}

/** Eats what the pattern matches at the front of `text`. */
class Cursor {
  rest: string;
  constructor(text: string) {
    this.rest = text;
  }
  take(pattern: RegExp): RegExpExecArray | null {
    const match = pattern.exec(this.rest);
    if (match === null || match.index !== 0) return null;
    this.rest = this.rest.slice(match[0].length);
    return match;
  }
}

const AT_AGE = new RegExp(`^${AGE_CELL.source}(?:\\s{1,200}|$)`);
const AT_TIME = new RegExp(`^${TIME_CELL.source}(?:\\s{1,200}|$)`);

/** What stands behind the type: [kind name | event name [time]] reason [age] [object] [subobject] [source] message [first seen, count, name]. */
const readRight = (text: string, cells: Cells): void => {
  const cursor = new Cursor(text);
  // kuttl: "Warning Node docker-desktop   EvictionThresholdMet   Attempting to reclaim …"
  const object = cursor.take(
    /^(Pod|Node|Job|Deployment|ReplicaSet|StatefulSet|DaemonSet) ([a-z0-9][a-z0-9.-]{0,252})\s{1,200}(?=[A-Z])/,
  );
  if (object !== null) [, cells.kind = null, cells.name = null] = object;
  // custom columns: an event's own name is its object's and a hash
  const eventName = cursor.take(/^([a-z0-9][a-z0-9.-]{0,252})\.[0-9a-f]{12,20}\s{1,200}/);
  if (eventName !== null) cells.name = eventName[1] ?? null;
  cells.time = cursor.take(AT_TIME)?.[1] ?? cells.time;
  cells.reason = cursor.take(/^([A-Z][A-Za-z0-9]{2,60})(?:\s{1,200}|$)/)?.[1] ?? null;
  cells.age = cursor.take(AT_AGE) ?? cells.age;
  const target = cursor.take(/^([A-Za-z]{2,40}(?:\.[a-z0-9.]{1,80})?)\/([A-Za-z0-9][\w.:-]{0,252})(?:\s{1,200}|$)/);
  if (target !== null) [, cells.kind = null, cells.name = null] = target;
  cursor.take(/^(?:spec|status)\.\w{1,40}\{[^}]{1,253}\}\s{1,200}/);
  // "kubelet, node3"; where the author has taken the node's name away, "kubelet, Attempting to reclaim …"
  const source = cursor.take(/^([a-z][a-z0-9-]{1,60})(?:,(?: ([a-z0-9<]\S{0,253}))?)?(\s{1,200}|$)/);
  if (source !== null) {
    const component = source[1] ?? "";
    if (COMPONENTS.test(component) || source[2] !== undefined || (source[3] ?? "").length > 1) {
      cells.component = component;
      cells.host = source[2] ?? null;
    } else cursor.rest = source[0] + cursor.rest;
  }
  const wide = new RegExp(String.raw`\s{2,200}${AGE}\s{1,40}(\d{1,9})\s{1,40}\S{1,253}\.[0-9a-f]{12,20}\s{0,40}$`).exec(
    cursor.rest.slice(-600),
  );
  if (wide !== null) {
    cells.count = Number(wide[1]);
    cursor.rest = cursor.rest.slice(0, cursor.rest.length - wide[0].length);
  }
  cells.message = cursor.rest.trim();
};

const OLD_LEFT = new RegExp(
  String.raw`(?:^|\s)(${AGE})\s{1,40}(${AGE})\s{1,40}(\d{1,9})\s{1,40}(\S.{0,600}?)\s{0,200}$`,
);
const AGE_END = new RegExp(String.raw`(?:^|\s)${AGE_CELL.source}\s{0,200}$`);
const TIME_END = new RegExp(String.raw`(?:^|\s)${TIME_CELL.source}\s{0,200}$`);

/** `--all-namespaces` puts it first; a number alone is the line's, of a listing. */
const namespaceOf = (text: string): string | null =>
  /^\s{0,40}(?!\d{1,7}\s{0,200}$)([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\s{0,200}$/.exec(text)?.[1] ?? null;

/** What stands before the type: a namespace, an age or a time; in tables up to 1.13 both ages, the count, and the object or source. */
const readLeft = (text: string, cells: Cells): void => {
  const left = text.slice(-900);
  const old = OLD_LEFT.exec(left);
  if (old !== null) {
    const [, age = "", , count, tail = ""] = old;
    cells.age = AGE_CELL.exec(age);
    cells.count = Number(count);
    cells.namespace = namespaceOf(left.slice(0, old.index));
    // up to 1.9 the object's name, then the event's, which has a hash behind it
    const object =
      /^([a-z0-9][a-z0-9.-]{0,252}?)(?:\.[0-9a-f]{12,20})?\s{1,200}(Pod|Node|Job|Deployment|ReplicaSet|StatefulSet|DaemonSet|ReplicationController|CronJob)\b/.exec(
        tail,
      );
    if (object !== null) [, cells.name = null, cells.kind = null] = object;
    else {
      const source = /^([a-z][a-z0-9-]{1,60})(?:, (\S{1,253}))?/.exec(tail);
      cells.component = source?.[1] ?? null;
      cells.host = source?.[2] ?? null;
    }
    return;
  }
  const age = AGE_END.exec(left);
  if (age !== null) cells.age = age;
  const time = age === null ? TIME_END.exec(left) : null;
  cells.time = time?.[1] ?? null;
  cells.namespace = namespaceOf(left.slice(0, age?.index ?? time?.index ?? left.length));
};

/** Where the row's type stands; -1 for lines that are no row. */
const TYPE = /(?:^|[\s|>:])(Normal|Warning)\s{1,200}(?=\S)/;

/** Each unit is cut where the next one is left out: "13h" is 13 to 14 hours, "2m13s" 133 to 134 s (apimachinery util/duration HumanDuration). */
const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  y: 31_536_000_000,
};

const ageStamps = (age: string | undefined): readonly Stamp[] => {
  const parts = [...(age ?? "").matchAll(/(\d{1,9})([smhdy])(?![a-z])/g)];
  const smallest = UNIT_MS[parts.at(-1)?.[2] ?? ""];
  if (smallest === undefined) return [];
  const ms = parts.reduce((sum, [, n, unit]) => sum + Number(n) * (UNIT_MS[unit ?? ""] ?? 0), 0);
  return [{ clock: "age", ms: -(ms + smallest), resolutionMs: smallest, zoned: false }];
};

const stampsOf = (time: string | null, age: string | undefined): readonly Stamp[] => {
  const stamp = time === null ? null : apiStamp(time);
  return stamp === null ? ageStamps(age) : [stamp];
};

const capitalised = (kind: string): string => {
  const known = /^(pod|node)s?$/i.exec(kind)?.[1]?.toLowerCase();
  return known === "pod" ? "Pod" : known === "node" ? "Node" : kind;
};

/** `pod/web-0`, `Pod web-0`, or a name alone; an event's own name is its object's and a hash. A node has no namespace. */
export const eventObject = (
  reason: string,
  kindText: string | null,
  namespace: string | null,
  text: string | null,
): KubeEvent["object"] => {
  const slash = text?.indexOf("/") ?? -1;
  const name = (slash < 0 ? text : (text?.slice(slash + 1) ?? null))?.replace(/\.[0-9a-f]{12,20}$/, "") ?? null;
  const written = slash > 0 ? (text?.slice(0, slash) ?? null) : kindText;
  const kind = written === null ? (OF_NODE.test(reason) ? "Node" : "") : capitalised(written);
  return { kind, namespace: kind === "Node" ? null : namespace, name, uid: null };
};

/** A row's event, or null. The object may be left open ("" kind): a describe's table has none, its head does. */
export const eventOfRow = (line: string, ref: SourceRef): KubeEvent | null => {
  const text = line.slice(0, 16_384);
  const type = TYPE.exec(text);
  if (type === null) return null;
  const cells: Cells = {
    reason: null,
    kind: null,
    name: null,
    namespace: null,
    component: null,
    host: null,
    age: null,
    time: null,
    count: null,
    message: "",
  };
  readLeft(text.slice(0, type.index + 1), cells);
  readRight(text.slice(type.index + type[0].length), cells);
  if (cells.reason === null) return null;
  // Prose with the word "Warning" has none of the other columns.
  const told = cells.age !== null || cells.time !== null || cells.name !== null;
  if (!told && !IMPORTANT.test(cells.reason)) return null;
  const last = stampsOf(cells.time, cells.age?.[1]);
  const first = cells.age?.[3] === undefined ? last : stampsOf(cells.time, cells.age[3]);
  return {
    reason: cells.reason,
    type: type[1] ?? null,
    component: cells.component,
    host: cells.host,
    object: eventObject(cells.reason, cells.kind, cells.namespace, cells.name),
    message: cells.message,
    first,
    last,
    count: cells.count ?? (cells.age?.[2] === undefined ? 1 : Number(cells.age[2])),
    annotations: {},
    from: [ref],
  };
};

/** A message that a narrow page wrapped goes on like this. */
const CONTINUATION =
  /^[\s>|]{0,40}(?:Threshold quantity:|available:|-?\d{1,20}[KMGTPE]i?\. Container |Container \S{1,253} was using|was using \S|Pod \S{1,253} was using|request is|which exceeds its request|has larger consumption)/;

/** A row that broke off before its message: the next line is it, as "Message: …" or wrapped. */
const MESSAGE_ALONE =
  /^\s{0,200}(?:Message:\s{1,80})?(?:Attempting to reclaim|The node was low on|The node had condition|System OOM encountered|Memory cgroup out of memory|Out of memory: )/;

export const continuesMessage = (event: KubeEvent, line: string): boolean =>
  event.message === "" ? MESSAGE_ALONE.test(line.slice(0, 400)) : continuesEvictedMessage(event.message, line);

export const continuesEvictedMessage = (message: string, line: string): boolean =>
  message.includes("low on resource") && CONTINUATION.test(line.slice(0, 400));
