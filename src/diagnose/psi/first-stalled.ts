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

/** The first instant at which the last 2.5 s were stalled. */
const firstStall = (track: Track, fromMs: number, toMs: number): number | null => {
  for (let i = Math.max(0, readingAt(track, fromMs)); i < track.length && track.ms(i) <= toMs; i++) {
    const share = stallShare(track, "full", track.ms(i) - WINDOW_MS, track.ms(i));
    if (share !== null && share > STALLED) return i;
  }
  return null;
};

const WHAT = {
  node: "the node as a whole, kswapd's own work included, and with no pod ahead of it",
  pods: "the pods together",
  system: "the daemons",
  pod: "one pod, locally",
  io: "the disk",
} as const;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const nobody = ({ psiMemory }: Needs, incident: Case, toMs: number): Answer | null => {
  if (psiMemory === null || readingAt(psiMemory, toMs) < 1) return null;
  return refuted({
    incidentId: incident.id,
    explanation:
      "Nobody stood still for memory: neither the node, nor the pods, nor the daemons reached a full stall of 5 % over 2 s.",
    facts: [
      fact("Full stall of the node", "under 5 % throughout", psiMemory.ref(readingAt(psiMemory, toMs), "full.total")),
    ],
  });
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  if (incident.span === null) return null;
  const toMs = incident.killMs ?? incident.span.toMs;
  const stalls = sourcesOf(inputs)
    .map((source) => ({
      source,
      reading: firstStall(source.track, Math.min(incident.span?.fromMs ?? toMs, toMs) - BEFORE_MS, toMs),
    }))
    .filter((s): s is { source: Source; reading: number } => s.reading !== null)
    .map((s) => ({ ...s, ms: s.source.track.ms(s.reading) }))
    .toSorted((a, b) => a.ms - b.ms);
  const [first] = stalls;
  if (first === undefined) return nobody(inputs, incident, toMs);
  // A pod's stall is its parents' too: kubepods and the node stall with a pod that is all that runs. The narrowest of a tie is meant.
  const { track } = first.source;
  const tick =
    median(Array.from({ length: Math.min(track.length - 1, 200) }, (_, i) => track.ms(i + 1) - track.ms(i))) ?? 1000;
  const tied = stalls.filter((s) => s.ms - first.ms <= TICKS * tick);
  const facts = stalls
    .slice(0, 5)
    .map((s) => fact(`First stalled: ${s.source.name}`, clock(s.ms), s.source.track.ref(s.reading, "full.total")));
  const [head, ...tail] = facts;
  if (head === undefined) return null;
  const incidentId = incident.id;
  if (tied.length > 1)
    return unknown({
      incidentId,
      explanation: `${(tied[0]?.source.kind === "pod" ? (x: string) => x : capital)(list(tied.map((s) => s.source.name)))} stood still within ${span(TICKS * tick)} of each other: who was first the samples do not bear.`,
      facts: [head, ...tail],
      wouldDecide: wanted("pressure files sampled at most 0.5 s apart", "fast-samples"),
    });
  const node = stalls.find((s) => s.source.kind === "node");
  const ahead = node === undefined ? null : node.ms - first.ms;
  return holds({
    incidentId,
    explains: "time",
    share: 0.05,
    role: "note",
    explanation: `${first.source.kind === "pod" ? first.source.name : capital(first.source.name)} stood still for memory first, at ${clock(first.ms)}${ahead === null ? "; the node as a whole did not" : ahead >= LOCAL_MS ? `, ${span(ahead)} before the node` : ""}: ${first.source.kind === "io" ? "a slow disk comes first" : `the pressure began with ${WHAT[first.source.kind]}`}.`,
    facts: [head, ...tail],
    remedies: [],
  });
};

export const firstStalled = defineRule({
  id: "first-stalled",
  group: "psi",
  title: "Who stood still for memory first",
  needs: ["incidents", "psiMemory", "psiIo", "cgroups"],
  evaluate: (inputs) => inputs.incidents.map((incident) => evaluate(inputs, incident)),
});
