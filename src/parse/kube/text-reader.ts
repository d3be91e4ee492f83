// Kubernetes objects as kubectl prints them: event tables, describe pod, describe node, and events that stand in logs.
import { type Report, type SourceRef, sourceRef } from "../../model/evidence.ts";
import type { KubeEvent, NodeFact, PodFact } from "../../model/kubelet.ts";
import type { LogLine } from "../../model/log.ts";
import { type Glancer, WORDS_OF } from "../log/glance.ts";
import type { LineReader } from "../parser.ts";
import { apiEviction } from "./api-evictions.ts";
import { Descriptions } from "./descriptions.ts";
import { type EventColumns, eventColumns, eventOfColumns } from "./event-columns.ts";
import { EmbeddedDocuments } from "./embedded.ts";
import { loggedEvent, problemDetectorEvent } from "./event-lines.ts";
import { continuesMessage, eventOfRow } from "./event-rows.ts";
import { NumberedLines, plainLine } from "./plain-line.ts";
import { type Columns, crictlColumns, passedOnMessage, podOfCrictlRow, podOfGetPods } from "./text-tables.ts";

export interface KubeText {
  readonly events: KubeEvent[];
  readonly pods: PodFact[];
  readonly nodes: NodeFact[];
}

/** kubectl's longest lines are Evicted messages; an event table's row stays within this. */
const MAX_LINE = 65_536;

/** Lines of the kubelet's own log, which no table of kubectl's can be. */
const KLOG = /^[\s>|*`]{0,32}(?:[IWEF]\d{4} \d\d:|\{"ts":)/;

/** Labels of one word of `kubectl describe`. */
const LABEL =
  /^(?:Name|Namespace|Priority|Node|Labels|Annotations|Status|Reason|Message|IPs?|Containers|State|Limits|Requests|Conditions|Volumes|Events|Roles|Taints|Capacity|Allocatable|memory)$/;

class TextReader implements LineReader<KubeText> {
  readonly #events: KubeEvent[] = [];
  readonly #pods: PodFact[] = [];
  readonly #nodes: NodeFact[] = [];
  readonly #descriptions = new Descriptions();
  readonly #numbered = new NumberedLines();
  readonly #documents: EmbeddedDocuments;
  #columns: Columns | null = null;
  #eventColumns: EventColumns | null = null;
  #last: KubeEvent | null = null;
  /** A line of the kubelet's own log, to the last line that may be a further piece of it. */
  #klog = { from: -1, to: -1 };

  constructor(report: Report) {
    this.#documents = new EmbeddedDocuments(
      {
        event: (event) => this.#events.push(event),
        pod: (pod) => this.#pods.push(pod),
        node: (node) => this.#nodes.push(node),
      },
      report,
      ({ ref }, text) => this.#text(text, ref),
    );
  }

  line(line: LogLine): void {
    const { message } = line;
    if (message.length > MAX_LINE) return;
    const event = apiEviction(line) ?? loggedEvent(line) ?? problemDetectorEvent(line);
    if (event !== null) {
      this.#events.push(event);
      return;
    }
    // behind a clock ("2026-03-03T12:53:44.1234567Z Name:  web-0", a CI's log) a label looks like a speaker
    const label = line.ident !== null && line.host === null && LABEL.test(line.ident) ? line.ident : null;
    if (line.ident !== null && label === null) return;
    const at = line.ref.line;
    if (KLOG.test(message)) {
      this.#klog = { from: at, to: at };
      return;
    }
    if (at === this.#klog.to + 1 && message.trim() !== "") this.#klog.to = at;
    const text = this.#numbered.without(label === null ? message : `${label}: ${message}`);
    this.#documents.push(line, plainLine(text));
  }

  #text(text: string, ref: SourceRef): void {
    if (this.#continued(text, ref)) return;
    this.#descriptions.line(text, ref);
    const row = this.#row(text, ref);
    if (row !== null) {
      this.#last = row;
      if (!this.#descriptions.event(row)) this.#events.push(row);
      return;
    }
    if (this.#descriptions.condition(text, ref)) return;
    // a description's "Message:" is the pod's own
    const inKlog = ref.line > this.#klog.from && ref.line <= this.#klog.to;
    const passedOn = this.#descriptions.hasPod || inKlog ? null : passedOnMessage(text, ref);
    const pod = passedOn ?? this.#tablePod(text, ref);
    if (pod !== null) this.#pods.push(pod);
  }

  /** Of speakers only what they quote is read. */
  glancer(ident: string): Glancer {
    return LABEL.test(ident) ? () => false : (at) => (at.words & WORDS_OF.kube) === 0;
  }

  settle(): void {}

  end(): KubeText {
    this.#documents.end();
    this.#descriptions.end();
    const { events, pods, nodes } = this.#descriptions;
    return {
      events: [...this.#events, ...events],
      pods: [...this.#pods, ...pods],
      nodes: [...this.#nodes, ...nodes],
    };
  }

  #row(text: string, ref: SourceRef): KubeEvent | null {
    const columns = eventColumns(text);
    if (columns !== null || text.trim() === "") this.#eventColumns = columns;
    const own = this.#eventColumns === null ? null : eventOfColumns(text, this.#eventColumns, ref);
    return own ?? (text.includes("Normal") || text.includes("Warning") ? eventOfRow(text, ref) : null);
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

  /** The rest of an Evicted message that a page has wrapped. */
  #continued(text: string, ref: SourceRef): boolean {
    const last = this.#last;
    if (last === null || !continuesMessage(last, text)) {
      if (text.trim() !== "") this.#last = null;
      return false;
    }
    const [first] = last.from;
    const joined: KubeEvent = {
      ...last,
      message: `${last.message} ${text.trim().replace(/^Message:\s{1,80}/, "")}`.trim(),
      from: [sourceRef(first.file, first.line, first.text, ref.line)],
    };
    const at = this.#events.indexOf(last);
    if (at >= 0) this.#events[at] = joined;
    else this.#descriptions.replace(last, joined);
    this.#last = joined;
    return true;
  }
}

export const createKubeTextReader = (report: Report): LineReader<KubeText> => new TextReader(report);
