// The kubelet's lines of all log forms on one axis, each once: a capture may hold the same journal in five forms.
import type { LogFacts } from "../../model/facts.ts";
import type { When } from "../../model/instant.ts";
import type { KubeletEvent, SystemEvent } from "../../model/kubelet.ts";
import type { KernelEvent } from "../../model/kernel.ts";
import type { PlacedEvent } from "../../model/timeline.ts";
import type { Clocks } from "../clocks/clocks.ts";
import { oneOfCopies, saidBy } from "./one-of-copies.ts";

export type Placed<T> = PlacedEvent<T>;

/** What makes two lines the same line: their kind, their clock's reading, and what they say (not where they stand). */
const identityOf = (event: KubeletEvent | SystemEvent, at: When): string =>
  `${at.clock}|${Math.round(at.reading * 1000)}|${saidBy(event)}`;

const byTime = <T>(a: Placed<T>, b: Placed<T>): number => a.at.best - b.at.best || a.at.reading - b.at.reading;

/** Files whose lines carry the better clock speak first, so that theirs is the evidence. */
const mergedOf = <T extends KubeletEvent | SystemEvent>(
  lists: readonly (readonly T[])[],
  clocks: Clocks,
  speaker: "kubelet" | "other",
): Placed<T>[] => {
  const seen = new Map<string, Placed<T>>();
  const ordered = lists.toSorted((a, b) => b.length - a.length);
  for (const list of ordered) {
    for (const event of list) {
      const at = clocks.place(event.stamps, event.bootId, speaker);
      const key = identityOf(event, at);
      const known = seen.get(key);
      if (!known || at.latest - at.earliest < known.at.latest - known.at.earliest) seen.set(key, { event, at });
    }
  }
  return [...seen.values()].toSorted(byTime);
};

export const mergedKubeletLines = (logs: readonly LogFacts[], clocks: Clocks): Placed<KubeletEvent>[] =>
  mergedOf(
    logs.map((log) => log.kubelet),
    clocks,
    "kubelet",
  );

export const mergedSystemLines = (logs: readonly LogFacts[], clocks: Clocks): Placed<SystemEvent>[] =>
  oneOfCopies(
    mergedOf(
      logs.map((log) => log.system),
      clocks,
      "other",
    ),
  ).toSorted(byTime);

/** Kernel events of the one form that holds most of them: the other forms of the same log say the same. */
export const mergedKernelLines = (logs: readonly LogFacts[], clocks: Clocks): Placed<KernelEvent>[] => {
  const best = logs.toSorted((a, b) => b.kernel.length - a.kernel.length)[0];
  return (best?.kernel ?? [])
    .map((event) => ({ event, at: clocks.place(event.stamps, event.bootId, "kernel") }))
    .toSorted(byTime);
};

export interface Beat {
  readonly ms: number;
  readonly file: string;
  readonly line: number;
}

/** Instants of every line of the kubelet, from the log file that has most of them; its silence is read from these. */
export const kubeletBeats = (logs: readonly LogFacts[], clocks: Clocks): Beat[] => {
  const best = logs.toSorted((a, b) => b.kubeletBeats.length - a.kubeletBeats.length)[0];
  if (!best) return [];
  return Array.from(best.kubeletBeats, (beat) => ({
    ms: clocks.place(beat.stamps, null, "kubelet").best as number,
    file: best.path,
    line: beat.line,
  }))
    .filter((beat) => Number.isFinite(beat.ms))
    .toSorted((a, b) => a.ms - b.ms);
};
