// YAML into the same tree, by the yaml package's ranges. Aliases are followed, merges are not: Kubernetes prints neither.
import { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from "yaml";
import type { Document, Node } from "yaml";
import type { DocNode, Documents } from "./doc-tree.ts";

const MAX_DEPTH = 100;

const treeOf = (node: unknown, document: Document, depth: number, at: number): DocNode | null => {
  if (depth > MAX_DEPTH) return null;
  if (isAlias(node)) {
    const target = node.resolve(document);
    return isScalar(target) ? treeOf(target, document, depth + 1, at) : null;
  }
  if (isScalar(node)) return { kind: "scalar", at: startOf(node, at), value: plain(node.value) };
  if (isMap(node)) {
    const members = new Map<string, DocNode>();
    for (const pair of node.items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : null;
      // an empty value has no range of its own: its key's line is its line
      const here = isScalar(pair.key) ? startOf(pair.key, at) : at;
      const value = treeOf(pair.value, document, depth + 1, here);
      if (key !== null && value !== null) members.set(key, value);
    }
    return { kind: "object", at: startOf(node, at), members };
  }
  if (isSeq(node)) {
    const items = node.items.map((item) => treeOf(item, document, depth + 1, at)).filter((item) => item !== null);
    return { kind: "array", at: startOf(node, at), items };
  }
  return node === null ? { kind: "scalar", at, value: null } : null;
};

const startOf = (node: Node, otherwise: number): number => node.range?.[0] ?? otherwise;

/** Big integers, dates and binary do not occur in the core schema: what is none of the four is no value. */
const plain = (value: unknown): string | number | boolean | null =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;

export const parseYamlDocuments = (text: string): Documents => {
  // "core": a plain scalar 2026-11-24T01:19:15Z stays a string, as do quantities
  const documents = parseAllDocuments(text, { schema: "core", uniqueKeys: false, merge: false, logLevel: "silent" });
  if (!Array.isArray(documents)) return { roots: [], error: null };
  const roots: DocNode[] = [];
  let error: Documents["error"] = null;
  for (const document of documents) {
    const root = treeOf(document.contents, document, 0, 0);
    if (root !== null) roots.push(root);
    const first = document.errors[0];
    if (first !== undefined && error === null)
      error = { at: first.pos[0], message: first.message.split("\n")[0]?.slice(0, 200) ?? first.code };
  }
  return { roots, error };
};
