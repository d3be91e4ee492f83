// A Node object: memory, versions, conditions.
import type { NodeFact } from "../../model/kubelet.ts";
import { type DocNode, type DocSource, get, itemsOf, scalarTextAt, textAt } from "./doc-tree.ts";
import { parseQuantity } from "./quantity.ts";
import { apiStamp } from "./times.ts";

/** The condition types that bear on a memory incident; node-problem-detector adds dozens of its own. */
const CONDITIONS = /^(?:MemoryPressure|Ready|DiskPressure|PIDPressure)$/;

export const nodeFactOf = (source: DocSource, node: DocNode): NodeFact | null => {
  const nameNode = get(node, "metadata", "name");
  if (nameNode === undefined) return null;
  const info = (key: string): string | null => textAt(node, "status", "nodeInfo", key);
  const memory = (which: string): number | null => {
    const text = scalarTextAt(node, "status", which, "memory");
    return text === null ? null : parseQuantity(text);
  };
  const memoryNodes = ["capacity", "allocatable"]
    .map((which) => get(node, "status", which, "memory"))
    .filter((n) => n !== undefined);
  return {
    name: textAt(node, "metadata", "name"),
    capacityMemoryBytes: memory("capacity"),
    allocatableMemoryBytes: memory("allocatable"),
    kubeletVersion: info("kubeletVersion"),
    containerRuntime: info("containerRuntimeVersion"),
    kernelRelease: info("kernelVersion"),
    osImage: info("osImage"),
    bootId: info("bootID"),
    conditions: itemsOf(get(node, "status", "conditions")).flatMap((condition) => {
      const type = textAt(condition, "type");
      const status = textAt(condition, "status");
      if (type === null || status === null || !CONDITIONS.test(type)) return [];
      const transition = textAt(condition, "lastTransitionTime");
      return [
        {
          type,
          status,
          reason: textAt(condition, "reason"),
          transition: transition === null ? null : apiStamp(transition),
          from: source.ref(get(condition, "type") ?? condition),
        },
      ];
    }),
    from: [source.ref(nameNode), ...memoryNodes.map((n) => source.ref(n))],
  };
};
