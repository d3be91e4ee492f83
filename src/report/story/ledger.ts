// The account of the node's memory in words: its parts, and what changed most, for every output alike.
import type { Ledger } from "../../model/analysis.ts";
import { iec } from "../format/bytes.ts";
import { podName } from "./names.ts";

type Part = Ledger["parts"][number];

/** "batch/leaky-0: anonymous", "slab: dentry". */
export const partName = ({ pod, name }: Part): string => {
  const owner = podName(pod);
  return owner === null ? name : `${owner}: ${name}`;
};

/** The largest changes, rises before falls. */
export const growthOf = ({ growth }: Ledger, most: number): Part[] =>
  (growth?.parts ?? [])
    .toSorted((a, b) => Math.abs(b.bytes) - Math.abs(a.bytes))
    .slice(0, most)
    .toSorted((a, b) => b.bytes - a.bytes);

export const changeOf = ({ bytes }: Part): string => `${bytes < 0 ? "−" : "+"}${iec(Math.abs(bytes))}`;
