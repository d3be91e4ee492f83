// Who owns which part of the node's memory: the bands of the stack, in drawing order, with names and colours.
import type { Series } from "../../model/analysis.ts";
import { podName } from "./names.ts";
import type { Story } from "./story.ts";

export interface Owner {
  readonly part: string;
  readonly name: string;
  readonly color: string;
  readonly series: Series;
  readonly guilty: boolean;
}

const PREFIX = "node.memory.total-stack.";

/** All have 4.5:1 under white letters and 3:1 on a dark ground, so that one colour serves both. */
const RED = "#c0352b";
const POD_HUES = ["#4a6fa5", "#2f7f86", "#7a679e", "#8a6d3b"] as const;
const PART_HUES: Readonly<Record<string, string>> = {
  "other-pods": "#596a8a",
  system: "#667085",
  kernel: "#7d6a55",
  "page-cache": "#437a5b",
};
const PART_NAMES: Readonly<Record<string, string>> = {
  "other-pods": "other pods",
  system: "system",
  kernel: "kernel (slab, stacks, page tables)",
  "page-cache": "page cache",
};

/** From the bottom: other pods, the guilty one, system, kernel, page cache. White above is free. */
export function ownersOf(story: Story): Owner[] {
  const stack = story.a.series.filter((s) => s.id.startsWith(PREFIX));
  const podParts = stack.filter((s) => s.id.startsWith(`${PREFIX}pod/`)).toSorted((a, b) => peak(b) - peak(a));
  const guilty = podParts.find((s) => uidOf(s) === story.guilty) ?? null;
  const named = podParts.filter((s) => s !== guilty).slice(0, POD_HUES.length);
  const rest = podParts.filter((s) => s !== guilty && !named.includes(s));
  const out: Owner[] = [];
  const fixed = (part: string): void => {
    const series = stack.find((s) => s.id === PREFIX + part);
    if (series === undefined) return;
    out.push({ part, name: PART_NAMES[part] ?? part, color: PART_HUES[part] ?? "#667085", series, guilty: false });
  };
  fixed("other-pods");
  for (const series of rest) out.push(podOwner(story, series, "#596a8a", false));
  for (const [i, series] of named.entries()) out.push(podOwner(story, series, POD_HUES[i] ?? "#4a6fa5", false));
  if (guilty !== null) out.push(podOwner(story, guilty, RED, true));
  fixed("system");
  fixed("kernel");
  fixed("page-cache");
  return out;
}

function podOwner(story: Story, series: Series, color: string, guilty: boolean): Owner {
  const uid = uidOf(series);
  return { part: `pod/${uid}`, name: podName(story.pods.get(uid)?.pod ?? null) ?? `pod ${uid}`, color, series, guilty };
}

const uidOf = (series: Series): string => series.id.slice(PREFIX.length + "pod/".length);

const peak = (series: Series): number => series.values.reduce<number>((m, v) => Math.max(m, v ?? 0), 0);
