// What grew between two ticks: each part of the node's memory, by pod and by kernel cache, the largest rise first.
import type { Part, Parts } from "./parts.ts";

/** What is left of a kind is one part, whether or not all that is pods' could be taken off it at either tick. */
const REST = / (?:outside pods|not told apart by pod)$/;

const keyOf = ({ name, pod }: Part, of: string): string =>
  [of, pod?.uid ?? pod?.name ?? "", pod === null ? name.replace(REST, "") : name].join("\0");

/** What a part is made of has a name of its own: "slab: dentry". */
const flat = ({ parts, within }: Parts): Map<string, Part> => {
  const all = new Map<string, Part>();
  for (const part of parts) all.set(keyOf(part, ""), part);
  for (const { of, name, pod, bytes } of within) {
    // A pod's own part of the cache or of the kernel's memory is told by its name; a cache of the kernel's by its whole.
    const named = { name: pod === null ? `${of}: ${name}` : name, pod, bytes };
    all.set(keyOf(named, of), named);
  }
  return all;
};

/** Changes of at least `leastBytes`, the largest rise first, what shrank last. */
export const growthOf = (before: Parts, after: Parts, leastBytes: number): Part[] => {
  const [from, to] = [flat(before), flat(after)];
  const keys = new Set([...from.keys(), ...to.keys()]);
  const changes = [...keys].flatMap((key): Part[] => {
    const part = to.get(key) ?? from.get(key);
    return part === undefined
      ? []
      : [{ name: part.name, pod: part.pod, bytes: (to.get(key)?.bytes ?? 0) - (from.get(key)?.bytes ?? 0) }];
  });
  return changes.filter(({ bytes }) => Math.abs(bytes) >= leastBytes).toSorted((a, b) => b.bytes - a.bytes);
};
