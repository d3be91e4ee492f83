// YAML into the same tree, by the yaml package's ranges. Aliases are followed, merges are not: Kubernetes prints neither.
import { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from "yaml";
import type { Node, Scalar } from "yaml";
import type { DocNode, Documents } from "./doc-tree.ts";

const MAX_DEPTH = 100;

/** By name, as far as the document was read: the library looks for each alias in all of it. */
type Anchors = Map<string, Scalar>;

const treeOf = (node: unknown, anchors: Anchors, depth: number, at: number): DocNode | null => {
  if (depth > MAX_DEPTH) return null;
  if (isAlias(node)) {
    const target = anchors.get(node.source);
    return target === undefined ? null : treeOf(target, anchors, depth + 1, at);
  }
  if (isScalar(node) && node.anchor !== undefined) anchors.set(node.anchor, node);
  if (isScalar(node)) return { kind: "scalar", at: startOf(node, at), value: plain(node.value) };
  if (isMap(node)) {
    const members = new Map<string, DocNode>();
    for (const pair of node.items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : null;
      // an empty value has no range of its own: its key's line is its line
      const here = isScalar(pair.key) ? startOf(pair.key, at) : at;
      const value = treeOf(pair.value, anchors, depth + 1, here);
      if (key !== null && value !== null) members.set(key, value);
    }
    return { kind: "object", at: startOf(node, at), members };
  }
  if (isSeq(node)) {
    const items = node.items.map((item) => treeOf(item, anchors, depth + 1, at)).filter((item) => item !== null);
    return { kind: "array", at: startOf(node, at), items };
  }
  return node === null ? { kind: "scalar", at, value: null } : null;
};

const startOf = (node: Node, otherwise: number): number => node.range?.[0] ?? otherwise;

/** Big integers, dates and binary do not occur in the core schema: what is none of the four is no value. */
const plain = (value: unknown): string | number | boolean | null =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;

/** No object of the API has an anchor or a tag; the library takes a time that grows with the square of how many stand in a row. */
const PROPERTIES_MAX = 16;
const isBlank = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d);

/** Where more than that begin, or -1. */
const tooManyProperties = (text: string): number => {
  let inRow = 0;
  let first = -1;
  for (let at = 0; at < text.length; at++) {
    if (isBlank(text.charCodeAt(at)) || (at > 0 && !isBlank(text.charCodeAt(at - 1)))) continue;
    const code = text.charCodeAt(at);
    const isProperty = code === 0x26 || code === 0x21; // "&a", "!a"
    if (isProperty && inRow === 0) first = at;
    inRow = isProperty ? inRow + 1 : 0;
    if (inRow > PROPERTIES_MAX) return first;
  }
  return -1;
};

export const parseYamlDocuments = (text: string): Documents => {
  const properties = tooManyProperties(text);
  if (properties >= 0) {
    const { roots } = parseYamlDocuments(text.slice(0, properties));
    return { roots, error: { at: properties, message: "too many anchors or tags in a row" } };
  }
  // "core": a plain scalar 2026-11-24T01:19:15Z stays a string, as do quantities
  const documents = parseAllDocuments(text, { schema: "core", uniqueKeys: false, merge: false, logLevel: "silent" });
  if (!Array.isArray(documents)) return { roots: [], error: null };
  const roots: DocNode[] = [];
  let error: Documents["error"] = null;
  for (const document of documents) {
    const root = treeOf(document.contents, new Map(), 0, 0);
    if (root !== null) roots.push(root);
    const first = document.errors[0];
    if (first !== undefined && error === null)
      error = { at: first.pos[0], message: first.message.split("\n")[0]?.slice(0, 200) ?? first.code };
  }
  return { roots, error };
};
