// `kubectl describe` of pods and nodes, one after the other or in pieces, as their labels tell.
import type { SourceRef } from "../../model/evidence.ts";
import type { KubeEvent, NodeFact, PodFact } from "../../model/kubelet.ts";
import { conditionOfRow, NodeDescription } from "./describe-node.ts";
import { PodDescription } from "./describe-pod.ts";

interface Head {
  readonly name: string;
  readonly ref: SourceRef;
}

/** `Name:             web-75b664b6fb-lzs49`: of an object only if its next label is one that follows there; volumes have names as well. */
const NAME = /^(\s{0,40})Name:\s{1,200}(\S{1,253})\s{0,40}$/;
const AFTER_NAME = /^\s{0,40}(?:Namespace|Roles?|Labels|Priority|Annotations|CreationTimestamp):/;
const OF_POD = /^\s{0,40}Namespace:\s/;
const OF_NODE = /^\s{0,40}(?:Roles?|Taints|Unschedulable):\s/;
/** A piece of a pod's description begins at its containers or at a container's state. */
const PIECE =
  /^\s{0,40}(?:(?:Init )?Containers:\s{0,40}$|(?:Last )?State:\s{1,200}(?:Terminated|Running|Waiting)\s{0,40}$)/;

export class Descriptions {
  readonly pods: PodFact[] = [];
  readonly nodes: NodeFact[] = [];
  /** Events of the tables in descriptions, with the object that their head names. */
  readonly events: KubeEvent[] = [];
  #candidate: (Head & { readonly atMargin: boolean }) | null = null;
  /** A head before it is clear of what. */
  #name: Head | null = null;
  #pod: PodDescription | null = null;
  #node: NodeDescription | null = null;
  #described: KubeEvent[] = [];

  /** Whether a pod's own "Message:" is to be expected: it is then not another program's. */
  get hasPod(): boolean {
    return this.#pod !== null && this.#pod.name !== null;
  }

  line(text: string, ref: SourceRef): void {
    this.#heads(text, ref);
    if (this.#pod === null && this.#node === null) this.#open(text, ref);
    this.#pod?.line(text, ref);
    const pod = this.#node?.line(text, ref) ?? null;
    if (pod !== null) this.pods.push(pod);
  }

  /** A row of a node's conditions; false where the line is none. */
  condition(text: string, ref: SourceRef): boolean {
    const condition = conditionOfRow(text, ref);
    if (condition === null) return false;
    this.#node ??= new NodeDescription(this.#name?.name ?? null, this.#name?.ref ?? ref);
    this.#node.condition(condition);
    return true;
  }

  /** Takes an event that names no object where a description is open; false where none is. */
  event(event: KubeEvent): boolean {
    if (event.object.name !== null || (this.#name === null && this.#pod === null && this.#node === null)) return false;
    this.#described.push(event);
    return true;
  }

  replace(before: KubeEvent, after: KubeEvent): void {
    for (const list of [this.events, this.#described]) {
      const at = list.indexOf(before);
      if (at >= 0) list[at] = after;
    }
  }

  end(): void {
    this.#take(this.#candidate);
    this.#close();
  }

  #heads(text: string, ref: SourceRef): void {
    if (text.trim() === "") return;
    const candidate = this.#candidate;
    this.#candidate = null;
    if (candidate !== null && (AFTER_NAME.test(text) || (candidate.atMargin && !this.hasPod && this.#node === null)))
      this.#take(candidate);
    const match = NAME.exec(text);
    if (match?.[2] !== undefined) this.#candidate = { name: match[2], ref, atMargin: match[1] === "" };
    // a fence ends what has no end of its own
    else if (this.#pod?.name === null && text.startsWith("```")) this.#close();
  }

  #take(head: Head | null): void {
    if (head === null) return;
    this.#close();
    this.#name = { name: head.name, ref: head.ref };
  }

  #open(text: string, ref: SourceRef): void {
    if (this.#name !== null && OF_POD.test(text)) this.#pod = new PodDescription(this.#name.name, this.#name.ref);
    else if (this.#name !== null && OF_NODE.test(text))
      this.#node = new NodeDescription(this.#name.name, this.#name.ref);
    else if (PIECE.test(text)) {
      this.#pod = new PodDescription(this.#name?.name ?? null, this.#name?.ref ?? ref);
      this.#pod.beginContainers(ref);
    }
  }

  #close(): void {
    const pod = this.#pod?.fact();
    if (pod !== undefined && (pod.name !== null || tellsOfAKill(pod))) this.pods.push(pod);
    if (this.#node !== null) this.nodes.push(this.#node.fact());
    const owner =
      this.#pod !== null && this.#pod.name !== null
        ? { kind: "Pod", namespace: this.#pod.namespace, name: this.#pod.name, uid: null }
        : this.#node !== null && this.#name !== null
          ? { kind: "Node", namespace: null, name: this.#name.name, uid: null }
          : null;
    for (const event of this.#described) this.events.push(owner === null ? event : { ...event, object: owner });
    this.#name = null;
    this.#pod = null;
    this.#node = null;
    this.#described = [];
  }
}

/** A nameless piece is worth keeping for a container that the kernel ended. */
const tellsOfAKill = (pod: PodFact): boolean =>
  pod.containers.some(({ state, lastState }) =>
    [state, lastState].some((one) => one?.reason === "OOMKilled" || one?.exitCode === 137),
  );
