// A managed heap may grow past what the limit leaves. Which maximum was set stands in the pod's spec, where that was captured, or in
// an image or a script, which no bundle holds: then it is open, and worth saying only for runtimes that have such a heap.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { nameOf } from "../inputs/cgroup.ts";
import { type Case, atLimit } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { killRef } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import type { SourceRef } from "../../model/evidence.ts";
import type { HeapMaximum } from "../../model/heap-maximum.ts";
import type { StoryKill } from "../../model/timeline.ts";
import { number, percent, size } from "../text/format.ts";
import { statAtKill } from "./held-at-kill.ts";

type Needs = Pick<Inputs, "incidents" | "podFacts">;

/** Default maxima by runtime; comm is a hint only. */
const RUNTIMES: readonly (readonly [RegExp, string, (limit: number) => string])[] = [
  [
    /^java$/,
    "JVM",
    (limit) =>
      `HotSpot takes 25 % of the limit by default, ${size(limit / 4)}; with -Xmx or MaxRAMPercentage what they say, and metaspace, threads and direct buffers beyond it`,
  ],
  [
    /^node(?:js)?$/,
    "Node.js",
    (limit) =>
      `Node 20 takes half of the limit up to 4 GiB by default, ${size(Math.min(limit / 2, 2 * 2 ** 30))}; Buffers stand outside the heap`,
  ],
  [/^dotnet$/, ".NET", (limit) => `.NET takes 75 % of the limit by default, ${size(limit * 0.75)}`],
];

/** A maximum below this leaves room: then it is not what filled the limit. */
const ROOMY_SHARE = 0.7;
/** What else a runtime needs: a tenth of the limit. */
const HEAP_SHARE = 0.9;
const MIB = 2 ** 20;

interface Given {
  readonly kill: StoryKill;
  readonly name: string;
  readonly limit: number;
  readonly heap: HeapMaximum;
  readonly maxBytes: number;
  /** Anonymous memory of the whole cgroup at the kill, and what it held beside anonymous memory and cache; null where it is not printed. */
  readonly anon: number | null;
  readonly beside: number | null;
  readonly ref: SourceRef;
}

const measure = (inputs: Needs, kill: StoryKill): Given | null => {
  const { pod, limitBytes: limit } = kill.doc;
  const own = inputs.podFacts.filter((p) => p.uid !== null && p.uid === pod?.uid);
  for (const object of own) {
    const all = object.containers.filter((c) => !c.init);
    const container = all.length === 1 ? all[0] : all.find((c) => c.name === pod?.container);
    const heap = container?.heap;
    if (heap === undefined || limit === null) continue;
    const kernel = statAtKill(kill, "kernel") ?? kill.report?.memcgUsage?.kmemUsageBytes ?? null;
    const shmem = statAtKill(kill, "shmem");
    return {
      kill,
      name: `${nameOf(pod) ?? "the pod"}, container ${container?.name ?? ""}`,
      limit,
      heap,
      maxBytes: heap.bytes ?? (limit * (heap.percent ?? 0)) / 100,
      anon: statAtKill(kill, "anon") ?? statAtKill(kill, "rss"),
      beside: kernel === null && shmem === null ? null : (kernel ?? 0) + (shmem ?? 0),
      ref: object.from[0],
    };
  }
  return null;
};

/** 0.9 × limit, less what the process held beyond its heap's maximum. */
const smallerHeap = ({ name, limit, heap, maxBytes, anon }: Given) => {
  const beyond = Math.max(0, (anon ?? 0) - maxBytes);
  const value = Math.floor((HEAP_SHARE * limit - beyond) / MIB);
  if (value <= 0) return [];
  const to = heap.percent === null ? `${value} MiB` : `${number(Math.floor((value * MIB * 100) / limit))} %`;
  const less =
    anon === null
      ? ""
      : ` − ${size(beyond)} that it held beyond its heap's maximum (anonymous memory ${size(anon)} at the kill)`;
  return [
    remedy(
      `Lower ${heap.setting} of ${name} to ${to}`,
      `Arguments or environment in the pod's spec: 0.9 × limit of ${size(limit)}${less} = ${size(value * MIB)}, rounded down to 1 MiB. Cost: garbage is collected more often. Check: Δmax 0 in memory.events.`,
      "runtime-heap-mismatch",
      { setting: `heap of ${name}`, need: -value },
    ),
  ];
};

const decide = (incident: Case, given: Given): Answer => {
  const { kill, name, limit, heap, maxBytes, anon, beside, ref } = given;
  const said = heap.percent === null ? size(maxBytes) : `${number(heap.percent)} % of the limit, ${size(maxBytes)}`;
  const facts = [
    fact("Heap maximum in the pod's spec", `${heap.setting} ${said} (${heap.runtime})`, ref),
    fact(
      "Limit, and what was held at the kill",
      `${size(limit)}; ${anon === null ? "anonymous memory not printed" : `${size(anon)} anonymous`}, ${beside === null ? "kernel and shared memory not printed" : `${size(beside)} kernel and shared memory`}`,
      kill.report?.memcgUsage?.from,
      kill.report?.memcgStats[0]?.from,
      killRef(kill),
    ),
  ] as const;
  const common = { incidentId: incident.id, facts };
  if (maxBytes + (beside ?? 0) > limit)
    return holds({
      ...common,
      explains: "frame",
      share: Math.min(1, maxBytes / limit),
      role: "contributes",
      explanation: `The heap of ${name} may grow to ${size(maxBytes)} (${heap.setting})${beside === null ? "" : `, and ${size(beside)} stood beside it`}: more than the limit of ${size(limit)}. The runtime sees no reason to collect before the kernel kills.`,
      remedies: smallerHeap(given),
    });
  if (maxBytes < ROOMY_SHARE * limit) {
    const outside =
      anon !== null && anon > maxBytes
        ? ` It held ${size(anon)} of anonymous memory, more than that maximum: at least ${size(anon - maxBytes)} lay outside the heap (threads, direct buffers, native libraries).`
        : "";
    const explanation = `The heap of ${name} may grow to ${size(maxBytes)}, ${percent(maxBytes / limit)} of the limit: it leaves room.${outside}`;
    return refuted({ ...common, explanation });
  }
  return unknown({
    ...common,
    explanation: `The heap of ${name} may grow to ${percent(maxBytes / limit)} of the limit. Whether what the runtime holds beside it fits into the rest is not visible from outside.`,
    wouldDecide: wanted(
      "how much the runtime holds beside its heap: its own accounting while it lives",
      "runtime-account",
    ),
  });
};

const byName = (incident: Case, kill: StoryKill): Answer | null => {
  const victim = kill.doc.victims[0];
  const limit = kill.doc.limitBytes;
  const runtime = RUNTIMES.find(([name]) => name.test(victim?.comm ?? ""));
  if (victim === undefined || limit === null || runtime === undefined) return null;
  const held = victim.anonRssBytes === null ? "" : `, ${size(victim.anonRssBytes)} anonymous`;
  return unknown({
    incidentId: incident.id,
    explanation: `The victim is called ${victim.comm}, which hints at ${runtime[1]}: ${runtime[2](limit)}. Which maximum was set is not in the input; live heap and garbage look alike from outside.`,
    facts: [fact("Victim and limit", `${victim.comm} (${victim.pid})${held}, limit ${size(limit)}`, killRef(kill))],
    wouldDecide: wanted(
      "the heap maximum: arguments and environment in the pod's spec (kubectl get pod -o yaml), or set by its image",
      "heap-maximum",
    ),
  });
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const [given] = incident.kills.map((kill) => measure(inputs, kill)).filter((g) => g !== null);
  if (given !== undefined) return decide(incident, given);
  return incident.kills.map((kill) => byName(incident, kill)).find((answer) => answer !== null) ?? null;
};

export const runtimeHeapMismatch = defineRule({
  id: "runtime-heap-mismatch",
  group: "container",
  title: "The runtime's heap may grow past what the limit leaves",
  needs: ["incidents", "podFacts"],
  evaluate: (inputs) => atLimit(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
