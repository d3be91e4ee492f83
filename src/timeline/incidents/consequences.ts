// What followed from a kill or an eviction: containers that died, restarts, node conditions, evictions that came too late, lost agents.
import type { Consequence, ConsequenceKind, PodRef } from "../../model/analysis.ts";
import type { SourceRef } from "../../model/evidence.ts";
import { type When, isPlaced, orderOf } from "../../model/instant.ts";
import type { KubeEvent, KubeletEvent, PodKey, SystemEvent } from "../../model/kubelet.ts";
import type { SignalSample } from "../../model/timeline.ts";
import type { Clocks } from "../clocks/clocks.ts";
import { toEvidence, toInstant } from "../document/instant.ts";
import { samePod } from "../evictions/rounds.ts";
import type { Placed } from "../kubelet/merged-lines.ts";
import { agentOfComm, agentOfUnit, type NodeAgent } from "../node/node-agents.ts";
import type { ContainerEnds } from "./container-ends.ts";
import type { Group } from "./form.ts";
import { firstEviction, firstKill } from "./outcome.ts";
import type { Reboot } from "./reboot.ts";

/** The kubelet told of a death up to 33 s after it in measured captures; a restart follows within the first back-offs. */
const AFTERMATH_MS = 120_000;

export interface ConsequenceInputs {
  readonly group: Group;
  /** Where the next incident begins; what comes after belongs to it. */
  readonly untilMs: number;
  readonly kubelet: readonly Placed<KubeletEvent>[];
  readonly system: readonly Placed<SystemEvent>[];
  readonly events: readonly KubeEvent[];
  readonly clocks: Clocks;
  readonly signal: readonly SignalSample[];
  readonly thresholdBytes: number | null;
  readonly reboot: Reboot | null;
  readonly ends: ContainerEnds;
  readonly sandboxes: ReadonlySet<string>;
}

interface Found {
  readonly kind: ConsequenceKind;
  readonly at: When;
  readonly pod: PodRef | null;
  readonly exitCode?: number | null;
  readonly evidence: readonly SourceRef[];
}

const refOf = (pod: PodKey, container: string | null = null, containerId: string | null = null): PodRef => ({
  namespace: pod.namespace,
  name: pod.name,
  uid: pod.uid,
  container,
  containerId,
});

const fromKubelet = (inputs: ConsequenceInputs, within: (at: When) => boolean): Found[] => {
  const { kills, evictions } = inputs.group;
  const hit = [...kills.flatMap((k) => k.doc.pod ?? []), ...evictions.flatMap((e) => e.doc.pods)];
  const isHit = (pod: PodKey): boolean => hit.some((other) => samePod(other, pod));
  return inputs.kubelet.flatMap(({ event, at }): Found[] => {
    if (!within(at)) return [];
    if (event.kind === "pleg" && isHit(event.pod)) {
      if (event.containerId !== null && inputs.sandboxes.has(event.containerId)) return [];
      const pod = refOf(event.pod, null, event.containerId);
      if (event.what === "ContainerStarted") return [{ kind: "container-restarted", at, pod, evidence: event.from }];
      if (event.what !== "ContainerDied") return [];
      const end = event.containerId === null ? undefined : inputs.ends.get(event.containerId);
      const exitCode = event.exitCode ?? end?.exitCode ?? null;
      return [
        {
          kind: "container-died",
          at,
          pod,
          exitCode,
          evidence: [...event.from, ...(end === undefined ? [] : [end.from])],
        },
      ];
    }
    if (event.kind === "crash-loop" && isHit(event.pod))
      return [{ kind: "crash-loop", at, pod: refOf(event.pod, event.container), evidence: event.from }];
    if (event.kind === "node-event" && event.event === "NodeHasInsufficientMemory")
      return [{ kind: "memory-pressure-condition", at, pod: null, evidence: event.from }];
    if (event.kind === "node-event" && event.event === "NodeNotReady")
      return [{ kind: "node-not-ready", at, pod: null, evidence: event.from }];
    return [];
  });
};

/** The kubelet tells the same of the node in two lines, and again while it lasts. Heuristic. */
const SAME_CONDITION_MS = 10_000;

/** What has no pod is of the node: told once for a while. */
const once = (found: readonly Found[]): Found[] => {
  const kept: Found[] = [];
  for (const next of found) {
    const same =
      next.pod === null && kept.some((f) => f.kind === next.kind && next.at.best - f.at.best < SAME_CONDITION_MS);
    if (!same) kept.push(next);
  }
  return kept;
};

const LOST = { kubelet: "kubelet-lost", runtime: "runtime-lost" } as const satisfies Record<NodeAgent, ConsequenceKind>;

/** "A process of this unit has been killed" may be of a child: only the unit's own end says that it is lost. */
const fromSystem = (inputs: ConsequenceInputs, within: (at: When) => boolean): Found[] =>
  inputs.system.flatMap(({ event, at }): Found[] => {
    if (!within(at) || event.kind !== "unit-failed") return [];
    const agent = agentOfUnit(event.unit);
    return agent === null ? [] : [{ kind: LOST[agent], at, pod: null, evidence: event.from }];
  });

/** The kernel's victim was the kubelet or the runtime itself. */
const killedAgents = ({ group }: ConsequenceInputs): Found[] =>
  group.kills.flatMap(({ doc, at }) =>
    doc.victims.flatMap(({ comm }): Found[] => {
      const agent = agentOfComm(comm);
      const evidence = doc.evidence.slice(0, 1).map(({ file, line, text }): SourceRef => ({ file, line, text }));
      return agent === null ? [] : [{ kind: LOST[agent], at, pod: null, evidence }];
    }),
  );

const EVENT_KINDS: ReadonlyMap<string, ConsequenceKind> = new Map([
  ["NodeHasInsufficientMemory", "memory-pressure-condition"],
  ["NodeNotReady", "node-not-ready"],
  ["Rebooted", "node-rebooted"],
]);

const fromEvents = (inputs: ConsequenceInputs, within: (at: When) => boolean): Found[] =>
  inputs.events.flatMap((event): Found[] => {
    const kind = event.object.kind === "Node" ? EVENT_KINDS.get(event.reason) : undefined;
    if (kind === undefined) return [];
    const at = inputs.clocks.place(event.last.length > 0 ? event.last : event.first, null, "kubelet");
    return within(at) ? [{ kind, at, pod: null, evidence: event.from }] : [];
  });

/** An eviction after the kill, decided when memory had come back over every threshold: it hit somebody for nothing. */
const lateEvictions = ({ group, signal, thresholdBytes }: ConsequenceInputs): Found[] => {
  const kill = firstKill(group.kills);
  if (kill === null || thresholdBytes === null) return [];
  return group.evictions.flatMap((eviction): Found[] => {
    if (orderOf(kill.at, eviction.at) !== "before") return [];
    const then = signal.findLast((s) => s.at.latest <= eviction.at.best);
    if (!then || then.value < thresholdBytes) return [];
    const from = eviction.doc.evidence.map((e): SourceRef => ({ file: e.file, line: e.line, text: e.text }));
    return [{ kind: "late-eviction", at: eviction.at, pod: eviction.doc.pods[0] ?? null, evidence: from.slice(0, 2) }];
  });
};

const documented = ({ kind, at, pod, exitCode, evidence }: Found): Consequence => ({
  kind,
  at: toInstant(at),
  pod,
  ...(exitCode === undefined ? {} : { exitCode }),
  evidence: evidence.map(toEvidence),
});

export const consequencesOf = (inputs: ConsequenceInputs): Consequence[] => {
  const { group, untilMs, reboot } = inputs;
  const first = firstKill(group.kills)?.at ?? firstEviction(group.evictions)?.at ?? null;
  const rebooted: Found[] = reboot === null ? [] : [{ kind: "node-rebooted", pod: null, ...reboot }];
  if (first === null || !isPlaced(first)) return rebooted.map(documented);
  const end = Math.min(untilMs, group.to + AFTERMATH_MS);
  const within = (at: When): boolean => isPlaced(at) && at.latest >= first.earliest && at.best <= end;
  const found = [
    ...killedAgents(inputs),
    ...fromKubelet(inputs, within),
    ...fromSystem(inputs, within),
    ...lateEvictions(inputs),
    ...rebooted,
  ];
  const told = new Set(found.map((f) => f.kind));
  // The API tells in whole seconds what the log may have told exactly.
  found.push(...fromEvents(inputs, within).filter((f) => !told.has(f.kind)));
  return once(found.toSorted((a, b) => a.at.best - b.at.best)).map(documented);
};
