// Documents of the Kubernetes API: lists and single objects, JSON or YAML, of kubectl, must-gather, the API server or the kubelet's /pods.
import type { CapturedFile } from "../../model/capture.ts";
import type { Report } from "../../model/evidence.ts";
import type { FactSink, Parser } from "../parser.ts";
import { type DocNode, type DocSource, get, itemsOf, textAt } from "./doc-tree.ts";
import { eventOf } from "./event-object.ts";
import { nodeFactOf } from "./node-object.ts";
import { podFactOf, podPieceOf } from "./pod-object.ts";
import { headText, looksLikeJson, readDocuments } from "./read-documents.ts";

/** `kubectl get … -o json` begins with apiVersion and items and ends with its kind; the API server begins with the kind. */
const JSON_HEAD =
  /"kind":\s{0,8}"(?:Pod|Event|Node)(?:List)?"|"involvedObject":|"apiVersion":\s{0,8}"v1",\s{0,64}"items":|"kind":\s{0,8}"List"/;
const YAML_HEAD = /^apiVersion: (?:v1|events\.k8s\.io\/v1)\s*$/m;
const YAML_KIND = /^(?:- )?\s{0,4}kind: (?:Pod|Event|Node|List)(?:List)?\s*$|^items:/m;
/** A document from its first line on; one that stands in other text is found there (embedded.ts). */
const YAML_FIRST =
  /^\uFEFF?(?:\s{0,200}(?:#[^\n]{0,400}|---[^\n]{0,80})?\n){0,40}(?:- )?(?:apiVersion|items|kind|metadata|spec|status|involvedObject):(?:\s|$)/;

const claims = (file: CapturedFile): boolean => {
  const head = headText(file);
  if (looksLikeJson(head)) return JSON_HEAD.test(head);
  return YAML_FIRST.test(head) && YAML_HEAD.test(head) && YAML_KIND.test(head);
};

export type ObjectSink = Pick<FactSink, "event" | "pod" | "node">;

/** Puts one object where it belongs; false for kinds that say nothing here. */
const take = (source: DocSource, node: DocNode, kind: string | null, sink: ObjectSink): boolean => {
  if (get(node, "involvedObject") !== undefined || get(node, "regarding") !== undefined) {
    const event = eventOf(source, node);
    if (event !== null) sink.event(event);
    return event !== null;
  }
  if (kind === "Node") {
    const fact = nodeFactOf(source, node);
    if (fact !== null) sink.node(fact);
    return fact !== null;
  }
  if (kind === "Pod" || (kind === null && get(node, "spec", "containers") !== undefined)) {
    const fact = podFactOf(source, node);
    if (fact !== null) sink.pod(fact);
    return fact !== null;
  }
  const piece = kind === null ? podPieceOf(source, node) : null;
  if (piece !== null) sink.pod(piece);
  return piece !== null;
};

/** How many objects of the document were understood, and how many it has. */
const walk = (
  source: DocSource,
  node: DocNode,
  inherited: string | null,
  sink: ObjectSink,
): { known: number; all: number } => {
  const kind = textAt(node, "kind") ?? inherited;
  const items = node.kind === "array" ? node.items : itemsOf(get(node, "items"));
  if (node.kind === "array" || (kind !== null && kind.endsWith("List"))) {
    const itemKind = kind === null || kind === "List" ? null : kind.slice(0, -"List".length);
    let known = 0;
    let all = 0;
    for (const item of items) {
      const one = walk(source, item, itemKind, sink);
      known += one.known;
      all += one.all;
    }
    return { known, all };
  }
  // `kubectl get -w --output-watch-events` and event exporters wrap each object: {"type":"ADDED","object":{…}}, {"verb":"ADDED","event":{…}}.
  const wrapped = kind === null ? (get(node, "object") ?? get(node, "event")) : undefined;
  if (wrapped?.kind === "object") return walk(source, wrapped, null, sink);
  // A list that broke off before its kind.
  if (items.length > 0 && kind === null) return walk(source, { kind: "array", at: node.at, items }, null, sink);
  return { known: take(source, node, kind, sink) ? 1 : 0, all: 1 };
};

/** How many objects of the document were understood, and how many it has. */
export const takeDocument = (source: DocSource, root: DocNode, sink: ObjectSink): { known: number; all: number } =>
  walk(source, root, null, sink);

const parse = async (file: CapturedFile, sink: FactSink, report: Report): Promise<void> => {
  const { source, roots } = await readDocuments(file, report);
  let known = 0;
  let all = 0;
  for (const root of roots) {
    const one = takeDocument(source, root, sink);
    known += one.known;
    all += one.all;
  }
  if (all > 0 && known === 0) {
    report({
      severity: "info",
      code: "objects-of-no-use",
      file: file.path,
      line: 1,
      message: `None of the ${all} objects in this document is a pod, a node or an event.`,
      costs: null,
    });
  }
};

export const kubeObjects: Parser = { id: "kube/objects", claims, parse };
