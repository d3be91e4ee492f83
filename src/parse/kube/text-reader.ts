// Kubernetes objects as kubectl prints them: event tables, describe pod, describe node, and node-problem-detector's log.
import { type Report, type SourceRef, sourceRef } from "../../model/evidence.ts";
import type { KubeEvent, NodeFact, PodFact } from "../../model/kubelet.ts";
import type { LogLine } from "../../model/log.ts";
import type { LineReader } from "../parser.ts";
import { apiEviction } from "./api-evictions.ts";
import { conditionOfRow, NodeDescription } from "./describe-node.ts";
import { PodDescription } from "./describe-pod.ts";
import { loggedEvent, problemDetectorEvent } from "./event-lines.ts";
import { continuesEvictedMessage, eventOfRow } from "./event-rows.ts";
import { type Columns, crictlColumns, passedOnMessage, podOfCrictlRow, podOfGetPods } from "./text-tables.ts";

export interface KubeText {
  readonly events: KubeEvent[];
  readonly pods: PodFact[];
  readonly nodes: NodeFact[];
}

/** kubectl's longest lines are Evicted messages; an event table's row stays within this. */
const MAX_LINE = 65_536;

class TextReader implements LineReader<KubeText> {
  readonly #out: KubeText = { events: [], pods: [], nodes: [] };
  /** The head of a description before it is clear of what; then its pod or node. */
  #name: { readonly name: string; readonly ref: SourceRef } | null = null;
  #pod: PodDescription | null = null;
  #node: NodeDescription | null = null;
  #described: KubeEvent[] = [];
  #columns: Columns | null = null;
  #last: KubeEvent | null = null;

  line(line: LogLine): void {
    const { message: text, ref } = line;
    if (text.length > MAX_LINE) return;
    const event = apiEviction(line) ?? loggedEvent(line) ?? problemDetectorEvent(line);
    if (event !== null) {
      this.#out.events.push(event);
      return;
    }
    if (line.ident !== null) return;
    if (this.#continued(text, ref)) return;
    this.#description(text, ref);
    const row = text.includes("Normal") || text.includes("Warning") ? eventOfRow(text, ref) : null;
    if (row !== null) {
      this.#event(row);
      return;
    }
    const condition = conditionOfRow(text, ref);
    if (condition !== null) {
      this.#node ??= new NodeDescription(this.#name?.name ?? null, this.#name?.ref ?? ref);
      this.#node.condition(condition);
      return;
    }
    // a description's "Message:" is the pod's own
    const pod = (this.#pod === null ? passedOnMessage(text, ref) : null) ?? this.#tablePod(text, ref);
    if (pod !== null) this.#out.pods.push(pod);
  }

  end(): KubeText {
    this.#endDescription();
    return this.#out;
  }

  #tablePod(text: string, ref: SourceRef): PodFact | null {
    const columns = crictlColumns(text);
    if (columns !== null) {
      this.#columns = columns;
      return null;
    }
    if (this.#columns !== null) {
      const pod = podOfCrictlRow(text, this.#columns, ref);
      if (pod !== null) return pod;
      this.#columns = null;
    }
    return podOfGetPods(text, ref);
  }

  #event(event: KubeEvent): void {
    this.#last = event;
    if (event.object.name === null && (this.#name !== null || this.#pod !== null || this.#node !== null))
      this.#described.push(event);
    else this.#out.events.push(event);
  }

  /** The rest of an Evicted message that a page has wrapped. */
  #continued(text: string, ref: SourceRef): boolean {
    const last = this.#last;
    if (last === null || !continuesEvictedMessage(last.message, text)) {
      if (text.trim() !== "") this.#last = null;
      return false;
    }
    const [first] = last.from;
    const joined: KubeEvent = {
      ...last,
      message: `${last.message} ${text.trim()}`,
      from: [sourceRef(first.file, first.line, first.text, ref.line)],
    };
    for (const list of [this.#out.events, this.#described]) {
      const at = list.indexOf(last);
      if (at >= 0) list[at] = joined;
    }
    this.#last = joined;
    return true;
  }

  #description(text: string, ref: SourceRef): void {
    const name = /^Name:\s{1,200}(\S{1,253})\s{0,40}$/.exec(text);
    if (name?.[1] !== undefined) {
      this.#endDescription();
      this.#name = { name: name[1], ref };
      return;
    }
    if (this.#name !== null && this.#pod === null && this.#node === null) {
      if (/^Namespace:\s/.test(text)) this.#pod = new PodDescription(this.#name.name, this.#name.ref);
      else if (/^(?:Roles|Taints|Unschedulable):\s/.test(text))
        this.#node = new NodeDescription(this.#name.name, this.#name.ref);
    }
    this.#pod?.line(text, ref);
    const pod = this.#node?.line(text, ref) ?? null;
    if (pod !== null) this.#out.pods.push(pod);
  }

  #endDescription(): void {
    const { events, pods, nodes } = this.#out;
    if (this.#pod !== null) pods.push(this.#pod.fact());
    if (this.#node !== null) nodes.push(this.#node.fact());
    const owner =
      this.#pod !== null
        ? { kind: "Pod", namespace: this.#pod.namespace, name: this.#pod.name, uid: null }
        : this.#node !== null && this.#name !== null
          ? { kind: "Node", namespace: null, name: this.#name.name, uid: null }
          : null;
    for (const event of this.#described) events.push(owner === null ? event : { ...event, object: owner });
    this.#name = null;
    this.#pod = null;
    this.#node = null;
    this.#described = [];
  }
}

export const createKubeTextReader = (_report: Report): LineReader<KubeText> => new TextReader();
