// `kubectl describe pod`: labels decide, not indentation, which pages lose.
import type { SourceRef } from "../../model/evidence.ts";
import type { ContainerFact, ContainerState, PodFact } from "../../model/kubelet.ts";
import { continuesEvictedMessage } from "./event-rows.ts";
import { parseQuantity } from "./quantity.ts";
import { namedPod } from "./stats-summary.ts";
import { apiStamp } from "./times.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type MutableContainer = Mutable<ContainerFact>;

const LABEL = /^\s{0,40}([A-Z][A-Za-z /-]{1,40}?):(?:\s{1,400}(.{0,8192}?))?\s{0,40}$/;
/** A container's own line: its name alone. */
const NAME_LINE = /^\s{0,40}([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?):\s{0,40}$/;
const MEMORY = /^\s{0,40}memory:\s{1,200}(\S{1,40})\s{0,40}$/;
const ENDS_CONTAINERS = /^(?:Conditions|Volumes|QoS Class|Events|Node-Selectors|Tolerations)$/;

const bareId = (text: string): string | null => /([0-9a-f]{12,64})$/.exec(text)?.[1] ?? null;
const PHASES = /^(?:Pending|Running|Succeeded|Failed|Unknown)/;

const withStatus = (state: ContainerState, label: string, value: string, ref: SourceRef): ContainerState => {
  if (label === "Reason") return { ...state, reason: value, from: ref };
  if (label === "Exit Code") return { ...state, exitCode: /^-?\d{1,9}$/.test(value) ? Number(value) : null };
  if (label === "Started") return { ...state, startedAt: apiStamp(value) };
  if (label === "Finished") return { ...state, finishedAt: apiStamp(value) };
  return state;
};

export class PodDescription {
  readonly #from: [SourceRef, ...SourceRef[]];
  readonly #pod: Mutable<PodFact>;
  readonly #containers: MutableContainer[] = [];
  #section: "head" | "init" | "containers" | "rest" = "head";
  #candidate: { readonly name: string } | null = null;
  #status: "state" | "lastState" | null = null;
  #resources: "limitBytes" | "requestBytes" | null = null;

  constructor(name: string | null, ref: SourceRef) {
    this.#from = [ref];
    this.#pod = namedPod({ namespace: null, name, uid: null, hash: null, containers: [], from: [ref] });
  }

  get namespace(): string | null {
    return this.#pod.namespace;
  }

  get name(): string | null {
    return this.#pod.name;
  }

  /** For a piece whose head is missing: what follows is of a container without a name, until one is named. */
  beginContainers(ref: SourceRef): void {
    this.#section = "containers";
    this.#candidate = { name: "" };
    this.#container("Image", "", ref);
  }

  line(text: string, ref: SourceRef): void {
    const label = LABEL.exec(text);
    if (label !== null) {
      this.#label(label[1] ?? "", label[2] ?? "", ref);
      return;
    }
    if (this.#section === "head" && this.#pod.message !== null && continuesEvictedMessage(this.#pod.message, text)) {
      this.#pod.message += ` ${text.trim()}`;
      this.#from.push(ref);
      return;
    }
    if (this.#section !== "containers" && this.#section !== "init") return;
    const memory = MEMORY.exec(text);
    const container = this.#containers.at(-1);
    if (memory?.[1] !== undefined && this.#resources !== null && container !== undefined) {
      container[this.#resources] = parseQuantity(memory[1]);
      return;
    }
    const name = NAME_LINE.exec(text);
    if (name?.[1] !== undefined) this.#candidate = { name: name[1] };
  }

  #label(label: string, value: string, ref: SourceRef): void {
    if (label === "Init Containers") this.#section = "init";
    else if (label === "Containers") this.#section = "containers";
    else if (ENDS_CONTAINERS.test(label)) this.#end(label, value);
    else if (this.#section === "head") this.#head(label, value, ref);
    else if (this.#section !== "rest") this.#container(label, value, ref);
  }

  #end(label: string, value: string): void {
    this.#section = "rest";
    if (label === "QoS Class" && (value === "Guaranteed" || value === "Burstable" || value === "BestEffort"))
      this.#pod.qosClass = value;
  }

  #head(label: string, value: string, ref: SourceRef): void {
    if (label === "Namespace") this.#pod.namespace = value;
    else if (label === "Node") this.#pod.node = value.split("/")[0] || null;
    else if (label === "Priority" && /^-?\d{1,10}$/.test(value)) this.#pod.priority = Number(value);
    else if (label === "Start Time") this.#pod.startTime = apiStamp(value);
    else if (label === "Status") this.#pod.phase = PHASES.exec(value)?.[0] ?? null;
    else if (label === "Reason") this.#pod.reason = value;
    else if (label === "Message") {
      this.#pod.message = value;
      this.#from.push(ref);
    }
  }

  #container(label: string, value: string, ref: SourceRef): void {
    if ((label === "Container ID" || label === "Image") && this.#candidate !== null) {
      this.#containers.push({
        name: this.#candidate.name,
        init: this.#section === "init",
        id: null,
        requestBytes: null,
        limitBytes: null,
        restartCount: null,
        state: null,
        lastState: null,
      });
      this.#candidate = null;
      this.#status = null;
      this.#resources = null;
    }
    const container = this.#containers.at(-1);
    if (container === undefined) return;
    if (label === "Container ID") container.id = bareId(value);
    else if (label === "State" || label === "Last State") {
      this.#status = label === "State" ? "state" : "lastState";
      const state = value.toLowerCase();
      if (state !== "running" && state !== "waiting" && state !== "terminated") return;
      container[this.#status] = {
        state,
        reason: null,
        exitCode: null,
        startedAt: null,
        finishedAt: null,
        id: null,
        from: ref,
      };
    } else if (label === "Restart Count" && /^\d{1,9}$/.test(value)) container.restartCount = Number(value);
    else if (label === "Limits" || label === "Requests")
      this.#resources = label === "Limits" ? "limitBytes" : "requestBytes";
    else if (label === "Ready" || label === "Environment" || label === "Mounts") {
      this.#status = null;
      if (label !== "Ready") this.#resources = null;
    } else if (this.#status !== null) {
      const state = container[this.#status];
      if (state !== null) container[this.#status] = withStatus(state, label, value, ref);
    }
  }

  fact(): PodFact {
    // a piece that began at its containers' heading has named them
    const containers = this.#containers.filter((c) => c.name !== "" || c.state !== null || c.lastState !== null);
    const regular = containers.filter((c) => !c.init);
    const limits = regular.map((c) => c.limitBytes);
    const requests = regular.map((c) => c.requestBytes);
    return {
      ...this.#pod,
      containers,
      // init containers and overhead are not shown: a sum over the containers where each names its own
      requestBytes:
        regular.length > 0 && requests.every((r) => r !== null) ? requests.reduce((a, b) => a + b, 0) : null,
      limitBytes: regular.length > 0 && limits.every((l) => l !== null) ? limits.reduce((a, b) => a + b, 0) : null,
      from: this.#from,
    };
  }
}
