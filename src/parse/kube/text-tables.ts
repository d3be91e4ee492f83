// Other text that names pods: `kubectl get pods`, `crictl ps`, `crictl pods`, and an eviction message that some other program passes on.
import type { SourceRef } from "../../model/evidence.ts";
import type { PodFact } from "../../model/kubelet.ts";
import { isAdmissionMessage, isEvictedMessage } from "./evicted-message.ts";
import { namedContainer, namedPod } from "./stats-summary.ts";

/** "[NAMESPACE] NAME READY STATUS RESTARTS AGE": mem-example  memory-demo-2   0/1   OOMKilled   1   37s */
const GET_PODS =
  /^\s{0,16}(?:([a-z0-9][a-z0-9-]{0,62})\s{1,200})?([a-z0-9][a-z0-9.-]{0,252})\s{1,200}\d{1,4}\/\d{1,4}\s{1,200}([A-Z][A-Za-z:]{2,60}(?::\d{1,3})?)\s{1,200}(\d{1,9})(?:\s|$)/;
const HEALTHY = /^(?:Running|Completed|Pending|ContainerCreating|Terminating|PodInitializing|Unknown)$/;

export const podOfGetPods = (line: string, ref: SourceRef): PodFact | null => {
  const match = GET_PODS.exec(line.slice(0, 2048));
  if (match === null) return null;
  const [, namespace = null, name = null, status = ""] = match;
  return {
    ...namedPod({ namespace, name, uid: null, hash: null, containers: [], from: [ref] }),
    reason: HEALTHY.test(status) ? null : status.replace(/^Init:(?=OOMKilled$)/, ""), // an init container's
  };
};

/** Where a table's columns begin, by its header's names; kubectl and crictl part them by three blanks, names may hold one. */
export type Columns = ReadonlyMap<string, { readonly from: number; readonly to: number }>;

const CRICTL_HEADER =
  /^(?:CONTAINER(?: ID)?\s{2,80}IMAGE\s{2,80}CREATED\s{2,80}STATE\s{2,80}NAME|POD ID\s{2,80}CREATED\s{2,80}STATE\s{2,80}NAME)\s/;

export const crictlColumns = (line: string): Columns | null => {
  if (!CRICTL_HEADER.test(line)) return null;
  const names = [...line.matchAll(/[A-Z]+(?: [A-Z]+)?/g)];
  return new Map(
    names.map((match, i) => [match[0], { from: match.index, to: names[i + 1]?.index ?? Number.POSITIVE_INFINITY }]),
  );
};

export const podOfCrictlRow = (line: string, columns: Columns, ref: SourceRef): PodFact | null => {
  const cell = (name: string): string | null => {
    const column = columns.get(name);
    return column === undefined ? null : line.slice(column.from, Math.min(column.to, line.length)).trim() || null;
  };
  const id = cell("CONTAINER") ?? cell("CONTAINER ID") ?? cell("POD ID");
  if (id === null || !/^[0-9a-f]{12,64}$/.test(id)) return null;
  const ofPod = columns.has("CONTAINER") || columns.has("CONTAINER ID");
  return namedPod({
    namespace: cell("NAMESPACE"),
    name: ofPod ? cell("POD") : cell("NAME"),
    uid: null,
    hash: null,
    containers: [namedContainer(ofPod ? (cell("NAME") ?? "") : "", id)],
    from: [ref],
  });
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals' colour codes begin with one
const ANSI = /\u001b\[[\d;]{0,20}m|\[\d{1,2}(?:;\d{1,2}){0,3}m/g;

/** The kubelet's own words, refusals of admission among them. */
const WORDS = String.raw`((?:Pod (?:was rejected: )?)?The node (?:was low on resource|had condition): .{1,8192})$`;

/**
 * "Message: The node was low on resource: memory. Container step-export was using …": the kubelet's own words at the head of a line or
 * behind a label ("The API gave the following message: The node …", Spark; `{'message': 'The node …'`, Airflow; "Event retrieved from the
 * cluster: The node …", GitLab; "(Reason: Evicted, Message: The node …", Jenkins; "Evicted: The node …"). Within a sentence they are a
 * quotation and prove nothing of this node.
 */
const PASSED_ON = new RegExp(
  String.raw`^(?:[\s>"'|-]{0,40}|.{0,400}?\b(?:message|from the cluster)\\?["']?\s{0,4}[:=]\s{0,40}\\?["'\`]?|.{0,400}?\bevicted[\])"']{0,2}\s{0,3}[:—–-]\s{1,3})${WORDS}`,
  "i",
);
/** A table's last column: " ✖ step-b(0)  main  wf-123  2m  The node was low on resource: memory. …" (argo) */
const LAST_COLUMN = new RegExp(String.raw`^.{1,400}?\S\s{2,200}${WORDS}`);

export const passedOnMessage = (line: string, ref: SourceRef): PodFact | null => {
  if (!line.includes("The node ")) return null;
  const text = line.slice(0, 9000).replace(ANSI, "");
  const message = (PASSED_ON.exec(text) ?? LAST_COLUMN.exec(text))?.[1];
  if (message === undefined || !(isEvictedMessage(message) || isAdmissionMessage(message))) return null;
  return {
    ...namedPod({ namespace: null, name: null, uid: null, hash: null, containers: [], from: [ref] }),
    reason: "Evicted",
    message: message.replace(/["']$/, ""),
  };
};
