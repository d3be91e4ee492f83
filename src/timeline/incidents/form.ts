// Events and samples that belong to one run of pressure form one incident (verdict.md, "Incidents").
import type { Scope } from "../../model/analysis.ts";
import { type When, isPlaced } from "../../model/instant.ts";
import type { StoryEviction, StoryKill, StoryUserspaceKill } from "../../model/timeline.ts";
import type { PressureSpan } from "./pressure.ts";
import {
  type Joined,
  RECOVERY_MS,
  RECOVERY_WITHOUT_SAMPLES_MS,
  SAME_CGROUP_MS,
  type Span,
  joinSpans,
} from "./spans.ts";

/** killPodNow waits at least 10 s, waitForPodsCleanup at most 30 s (pkg/kubelet/pod_workers.go, eviction_manager.go). */
const UNFINISHED_EVICTION_MS = 40_000;

export interface Pieces {
  readonly kills: readonly StoryKill[];
  readonly evictions: readonly StoryEviction[];
  readonly userspaceKills: readonly StoryUserspaceKill[];
  readonly pressure: readonly PressureSpan[];
  /** Wall-clock ms between which there are ticks; null without any. */
  readonly sampled: Span | null;
  /** Wall-clock ms at which the machine started anew: no run of pressure goes on through it. */
  readonly reboots: readonly number[];
}

export interface Group {
  readonly scope: Scope;
  readonly kills: readonly StoryKill[];
  readonly evictions: readonly StoryEviction[];
  readonly userspaceKills: readonly StoryUserspaceKill[];
  readonly pressure: readonly PressureSpan[];
  readonly from: number;
  readonly to: number;
  /** "wall", or the clock on which unplaced kills stand. */
  readonly axis: string;
}

type Item = Span & { readonly axis: string } & (
    | { readonly kind: "kill"; readonly kill: StoryKill }
    | { readonly kind: "eviction"; readonly eviction: StoryEviction }
    | { readonly kind: "userspace"; readonly userspace: StoryUserspaceKill }
    | { readonly kind: "pressure"; readonly pressure: PressureSpan }
  );

/** Instants that nothing puts on the wall clock stand on an axis of their own clock. */
export const axisOf = (when: When): { axis: string; ms: number } =>
  isPlaced(when)
    ? { axis: "wall", ms: when.best }
    : { axis: when.clock, ms: Number.isFinite(when.reading) ? when.reading : 0 };

/**
 * Where a kill's text does not say whose limit it was: its pod's where one is known, a container's where a memory cgroup's line is all
 * there is, the system's where only its unit is named, else the node's. The outcome says that it is not known.
 */
export const scopeOfKill = ({ doc }: StoryKill): Scope => {
  if (doc.scope !== null) return doc.scope;
  if (doc.pod !== null) return doc.pod.container === null ? "pod" : "container";
  if (doc.constraint === "memcg") return "container";
  return doc.knownFrom === "runtime" ? "system" : "node";
};

const isNodeScope = (scope: Scope): boolean => scope === "node" || scope === "allocatable";

/** Off the wall an instant is anywhere within its reading: an age of "13h" is an hour long. */
const spread = (when: When, axis: string): number => (axis === "wall" ? 0 : when.readingUncertainty);

const killItem = (kill: StoryKill): Item => {
  const { axis, ms } = axisOf(kill.at);
  return { kind: "kill", kill, axis, from: ms, to: ms + spread(kill.at, axis) };
};

const evictionItem = (eviction: StoryEviction): Item => {
  const { axis, ms } = axisOf(eviction.at);
  const observed = eviction.observedAt !== null && isPlaced(eviction.observedAt) ? eviction.observedAt.best : ms;
  const finished =
    eviction.finishedAt !== null && isPlaced(eviction.finishedAt)
      ? eviction.finishedAt.best
      : ms + spread(eviction.at, axis) + UNFINISHED_EVICTION_MS;
  return { kind: "eviction", eviction, axis, from: Math.min(ms, observed), to: Math.max(ms, finished) };
};

const gather = (members: readonly Item[]) => ({
  kills: members.flatMap((m) => (m.kind === "kill" ? [m.kill] : [])),
  evictions: members.flatMap((m) => (m.kind === "eviction" ? [m.eviction] : [])),
  userspaceKills: members.flatMap((m) => (m.kind === "userspace" ? [m.userspace] : [])),
  pressure: members.flatMap((m) => (m.kind === "pressure" ? [m.pressure] : [])),
});

const groupOf = (joined: Joined<Item>, scope: Scope, axis: string): Group => ({
  ...gather(joined.members),
  scope,
  axis,
  from: joined.from,
  to: joined.to,
});

type GapRule = (end: number, start: number) => number;

const unlessRebooted =
  (reboots: readonly number[], rule: GapRule): GapRule =>
  (end, start) =>
    reboots.some((at) => at > end && at <= start) ? Number.NEGATIVE_INFINITY : rule(end, start);

const gapRule =
  (sampled: Span | null): GapRule =>
  (end, start) =>
    sampled !== null && end >= sampled.from && start <= sampled.to ? RECOVERY_MS : RECOVERY_WITHOUT_SAMPLES_MS;

const nodeScopeOf = (joined: Joined<Item>): Scope => {
  const { kills, evictions, pressure } = gather(joined.members);
  if (kills.some((k) => k.doc.scope === "node")) return "node";
  if (kills.length > 0) return "allocatable";
  if (evictions.some((e) => e.doc.signal === "allocatableMemory.available")) return "allocatable";
  if (evictions.length > 0) return "node";
  const under = (kind: PressureSpan["kind"]) => pressure.some((p) => p.kind === kind);
  return !under("node-available") && under("allocatable-available") ? "allocatable" : "node";
};

/** Kills at a limit: of one cgroup, less than 10 minutes apart. */
const limitGroups = (kills: readonly StoryKill[], reboots: readonly number[]): Group[] => {
  const byCgroup = new Map<string, Item[]>();
  for (const kill of kills) {
    const item = killItem(kill);
    const cgroup =
      kill.doc.limitedCgroup ?? kill.doc.pod?.uid ?? kill.doc.victimCgroup ?? kill.doc.victims[0]?.comm ?? "?";
    const key = `${item.axis}|${cgroup}`;
    const items = byCgroup.get(key);
    if (items) items.push(item);
    else byCgroup.set(key, [item]);
  }
  return [...byCgroup.values()].flatMap((items) => {
    const [first] = items;
    if (first?.kind !== "kill") return [];
    return joinSpans(
      items,
      unlessRebooted(first.axis === "wall" ? reboots : [], () => SAME_CGROUP_MS),
    ).map((joined) => groupOf(joined, scopeOfKill(first.kill), first.axis));
  });
};

const overlaps = (a: Span, b: Span, slack: number): boolean => a.from <= b.to + slack && b.from <= a.to + slack;

/** PSI without a threshold crossed, a kill or an eviction belongs to the limit's incident that it accompanies, or to the pod that stalls. */
const settlePsiOnly = (psiOnly: readonly Group[], limits: Group[], podPressure: readonly PressureSpan[]): Group[] => {
  const left: Group[] = [];
  for (const group of psiOnly) {
    const at = limits.findIndex((limit) => limit.axis === group.axis && overlaps(limit, group, RECOVERY_MS));
    const limit = limits[at];
    if (limit) {
      limits[at] = {
        ...limit,
        pressure: [...limit.pressure, ...group.pressure],
        from: Math.min(limit.from, group.from),
        to: Math.max(limit.to, group.to),
      };
      continue;
    }
    const pods = podPressure.filter((span) => overlaps(span, group, 0));
    const pressure = [...group.pressure, ...pods];
    left.push(
      pods.length === 0
        ? group
        : {
            ...group,
            scope: "pod",
            pressure,
            from: Math.min(...pressure.map((p) => p.from)),
            to: Math.max(...pressure.map((p) => p.to)),
          },
    );
  }
  return left;
};

export const formGroups = (pieces: Pieces): Group[] => {
  const nodeKills = pieces.kills.filter((kill) => isNodeScope(scopeOfKill(kill)));
  const limits = limitGroups(
    pieces.kills.filter((kill) => !isNodeScope(scopeOfKill(kill))),
    pieces.reboots,
  );
  const nodePressure = pieces.pressure.filter((p) => p.kind !== "pod-psi" && p.kind !== "kubepods-psi");
  const podPressure = pieces.pressure.filter((p) => p.kind === "pod-psi" || p.kind === "kubepods-psi");
  const items: Item[] = [
    ...nodeKills.map(killItem),
    ...pieces.evictions.map(evictionItem),
    ...pieces.userspaceKills.map((userspace): Item => {
      const { axis, ms } = axisOf(userspace.at);
      return { kind: "userspace", userspace, axis, from: ms, to: ms };
    }),
    ...nodePressure.map(
      (pressure): Item => ({ kind: "pressure", pressure, axis: "wall", from: pressure.from, to: pressure.to }),
    ),
  ];
  const groups: Group[] = [];
  for (const axis of new Set(items.map((item) => item.axis))) {
    const joined = joinSpans(
      items.filter((item) => item.axis === axis),
      axis === "wall" ? unlessRebooted(pieces.reboots, gapRule(pieces.sampled)) : gapRule(null),
    );
    groups.push(...joined.map((j) => groupOf(j, nodeScopeOf(j), axis)));
  }
  const isPsiOnly = (g: Group): boolean =>
    g.kills.length + g.evictions.length + g.userspaceKills.length === 0 &&
    g.pressure.every((p) => p.kind === "node-psi");
  const settled = settlePsiOnly(groups.filter(isPsiOnly), limits, podPressure);
  const known = [...groups.filter((g) => !isPsiOnly(g)), ...settled, ...limits];
  const alone = joinSpans(
    podPressure.filter((span) => !known.some((g) => g.axis === "wall" && overlaps(g, span, RECOVERY_MS))),
    () => RECOVERY_MS,
  ).map(
    (joined): Group => ({
      scope: "pod",
      kills: [],
      evictions: [],
      userspaceKills: [],
      pressure: joined.members,
      from: joined.from,
      to: joined.to,
      axis: "wall",
    }),
  );
  return [...known, ...alone].toSorted((a, b) => a.from - b.from || a.to - b.to);
};
