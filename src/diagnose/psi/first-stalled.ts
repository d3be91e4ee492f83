// Who stood still first: the order in which node, pods, system.slice and I/O reached a full stall of 5 % over 2 s.
import { type Answer, fact, holds, refuted, unknown, wanted } from "../answer.ts";
import { nameOf } from "../inputs/cgroup.ts";
import type { Case } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { median } from "../inputs/loss.ts";
import { type Track, readingAt, stallShare } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { clock, list, span } from "../text/format.ts";

type Needs = Pick<Inputs, "incidents" | "psiMemory" | "psiIo" | "cgroups">;

const STALLED = 0.05;
const WINDOW_MS = 2500;
const TICKS = 2;
const LOCAL_MS = 5000;
const BEFORE_MS = 60_000;

interface Source {
  readonly name: string;
  readonly kind: "node" | "pods" | "system" | "pod" | "io";
  readonly track: Track;
}

const sourcesOf = (inputs: Needs): Source[] => [
  ...(inputs.psiMemory === null ? [] : [{ name: "the node", kind: "node" as const, track: inputs.psiMemory }]),
  ...(inputs.psiIo === null ? [] : [{ name: "I/O of the node", kind: "io" as const, track: inputs.psiIo }]),
  ...inputs.cgroups.flatMap((view): Source[] => {
    if (view.pressure === null) return [];
    if (view.level === "kubepods") return [{ name: "all pods together", kind: "pods", track: view.pressure }];
    if (view.cgroup === "/system.slice") return [{ name: "system.slice", kind: "system", track: view.pressure }];
    return view.level === "pod" ? [{ name: nameOf(view.pod) ?? view.cgroup, kind: "pod", track: view.pressure }] : [];
  }),
];

/** Its samples are close enough for a share over so short a window anywhere in the stretch. */
const isMeasured = (track: Track, fromMs: number, toMs: number): boolean => {
  for (let i = Math.max(0, readingAt(track, fromMs)); i < track.length && track.ms(i) <= toMs; i++)
    if (stallShare(track, "full", track.ms(i) - WINDOW_MS, track.ms(i)) !== null) return true;
  return false;
};

/** The first instant at which the last 2.5 s were stalled. */
const firstStall = (track: Track, fromMs: number, toMs: number): number | null => {
  for (let i = Math.max(0, readingAt(track, fromMs)); i < track.length && track.ms(i) <= toMs; i++) {
    const share = stallShare(track, "full", track.ms(i) - WINDOW_MS, track.ms(i));
    if (share !== null && share > STALLED) return i;
  }
  return null;
};

const WHAT = {
  node: "the node as a whole, kswapd's own work included",
  pods: "the pods together",
  system: "the daemons",
  pod: "one pod, locally",
  io: "the disk",
} as const;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const PLURALS: Readonly<Record<Source["kind"], string>> = {
  node: "the node",
  pods: "all pods together",
  system: "the daemons",
  pod: "each pod",
  io: "I/O",
};

/** Only of those whose samples can show a stall. */
const nobody = (incident: Case, measured: readonly Source[], toMs: number): Answer | null => {
  const [first] = measured;
  if (first === undefined) return null;
  const kinds = [...new Set(measured.map(({ kind }) => PLURALS[kind]))];
  return refuted({
    incidentId: incident.id,
    explanation: `No stall is in the samples: ${list(kinds)} stayed under a full stall of 5 % over 2 s.`,
    facts: [
      fact(
        `Full stall of ${first.name}`,
        "under 5 % throughout",
        first.track.ref(readingAt(first.track, toMs), "full.total"),
      ),
    ],
  });
};

interface Stall {
  readonly source: Source;
  readonly reading: number;
  readonly ms: number;
}

/** The first stall of each, in the order of time. */
const stallsOf = (measured: readonly Source[], fromMs: number, toMs: number): readonly Stall[] =>
  measured
    .flatMap((source): Stall[] => {
      const reading = firstStall(source.track, fromMs, toMs);
      return reading === null ? [] : [{ source, reading, ms: source.track.ms(reading) }];
    })
    .toSorted((a, b) => a.ms - b.ms);

const USUAL_TICK_MS = 1000;
const tickOf = ({ source: { track } }: Stall): number =>
  median(Array.from({ length: Math.min(track.length - 1, 200) }, (_, i) => track.ms(i + 1) - track.ms(i))) ??
  USUAL_TICK_MS;

const wordsOf = (first: Stall, stalls: readonly Stall[], measured: readonly Source[]): string => {
  const { kind, name } = first.source;
  const node = stalls.find(({ source }) => source.kind === "node");
  const ahead = node === undefined ? null : node.ms - first.ms;
  const alone = ahead === null && measured.some((source) => source.kind === "node");
  const before = ahead !== null && ahead >= LOCAL_MS ? `, ${span(ahead)} before the node` : "";
  const podsSeen = measured.some((source) => source.kind === "pod" || source.kind === "pods");
  const began = `the pressure began with ${WHAT[kind]}${kind === "node" && podsSeen ? ", and with no pod ahead of it" : ""}`;
  return `${kind === "pod" ? name : capital(name)} stood still for memory first, at ${clock(first.ms)}${alone ? "; the node as a whole did not" : before}: ${kind === "io" ? "a slow disk comes first" : began}.`;
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  if (incident.span === null) return null;
  const toMs = incident.killMs ?? incident.span.toMs;
  const fromMs = Math.min(incident.span.fromMs, toMs) - BEFORE_MS;
  const measured = sourcesOf(inputs).filter(({ track }) => isMeasured(track, fromMs, toMs));
  const stalls = stallsOf(measured, fromMs, toMs);
  const [first] = stalls;
  if (first === undefined) return nobody(incident, measured, toMs);
  const [head, ...tail] = stalls
    .slice(0, 5)
    .map((s) => fact(`First stalled: ${s.source.name}`, clock(s.ms), s.source.track.ref(s.reading, "full.total")));
  if (head === undefined) return null;
  const common = { incidentId: incident.id, facts: [head, ...tail] as const };
  // A pod's stall is its parents' too: kubepods and the node stall with a pod that is all that runs.
  const tied = stalls.filter((s) => s.ms - first.ms <= TICKS * Math.max(tickOf(first), tickOf(s)));
  const within = TICKS * Math.max(...tied.map(tickOf));
  if (tied.length > 1) {
    const names = list(tied.map(({ source }) => source.name));
    const explanation = `${first.source.kind === "pod" ? names : capital(names)} stood still within ${span(within)} of each other: who was first the samples do not bear.`;
    const wouldDecide = wanted("pressure files sampled at most 0.5 s apart", "fast-samples");
    return unknown({ ...common, explanation, wouldDecide });
  }
  const explanation = wordsOf(first, stalls, measured);
  return holds({ ...common, explains: "time", share: 0.05, role: "note", explanation, remedies: [] });
};

export const firstStalled = defineRule({
  id: "first-stalled",
  group: "psi",
  title: "Who stood still for memory first",
  needs: ["incidents", "psiMemory", "psiIo", "cgroups"],
  evaluate: (inputs) => inputs.incidents.map((incident) => evaluate(inputs, incident)),
});
