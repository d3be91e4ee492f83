// How a cgroup's own memory grew towards its limit, within its longest life between two kills.
import { isPlaced } from "../../model/instant.ts";
import { type Growth, type GrowthPoint, type Trend, growthOf, trendOf } from "../../timeline/growth/trend.ts";
import { type FindingFact, fact } from "../answer.ts";
import { type CgroupView, heldAt, limitAt } from "../inputs/cgroup.ts";
import type { Case } from "../inputs/incident.ts";
import { type Track, readingAt, stallShare } from "../inputs/track.ts";
import { percent, perSecond, size, span } from "../text/format.ts";

export interface Shape {
  readonly view: CgroupView;
  readonly current: Track;
  readonly trend: Trend;
  readonly kind: Growth;
  readonly limitBytes: number | null;
  readonly lastMs: number;
  readonly lastBytes: number;
  /** Ticks of the life that it was read from, and how many lives of the incident have samples. */
  readonly lives: number;
  readonly fact: FindingFact;
}

/** Stalls bunch the growth: ticks in which the cgroup stood still this much are left out. */
const STALLED_SHARE = 0.2;
const LEAST_POINTS = 4;
const MIB = 1024 * 1024;

export const lifePoints = (view: CgroupView, fromMs: number, toMs: number): GrowthPoint[] => {
  const { current } = view;
  if (current === null) return [];
  const points: GrowthPoint[] = [];
  for (let i = Math.max(0, readingAt(current, fromMs)); i < current.length; i++) {
    const ms = current.ms(i);
    if (ms <= fromMs) continue;
    if (ms >= toMs) break;
    const value = heldAt(view, ms);
    const stalled = stallShare(view.pressure, "some", ms - 2500, ms);
    if (value !== null && (stalled === null || stalled <= STALLED_SHARE)) points.push({ ms, value });
  }
  return points;
};

/** Until a container has started the cgroup holds next to nothing: 2 % of its most. Heuristic. */
const EMPTY_SHARE = 0.02;

/** A restart empties the cgroup, and a back-off leaves it empty: the life begins after the last fall by half, at the last empty value. */
const sinceRestart = (points: readonly GrowthPoint[]): readonly GrowthPoint[] => {
  const most = points.reduce((m, p) => Math.max(m, p.value), 0);
  const fall = points.findLastIndex((p, i) => (points[i - 1]?.value ?? 0) - p.value > most / 2);
  const life = points.slice(Math.max(0, fall));
  return life.slice(
    Math.max(
      0,
      life.findLastIndex((p) => p.value <= EMPTY_SHARE * most),
    ),
  );
};

const describe = (trend: Trend, kind: Growth, view: CgroupView, current: Track, lastMs: number): FindingFact => {
  const words = {
    leak: "steady",
    burst: "one burst",
    undecided: "neither a steady rise nor one burst by the tests",
  } as const;
  return fact(
    "How it grew",
    `${size(trend.rise)} in ${span(trend.spanMs)}, ${perSecond(trend.slope)} (95 %: ${perSecond(trend.low)} to ${perSecond(trend.high)}), ${percent(trend.burstShare)} of it within a tenth of the time: ${words[kind]}`,
    current.ref(readingAt(current, lastMs), ""),
    view.stat?.ref(Math.max(0, readingAt(view.stat, lastMs)), view.version === 1 ? "total_rss" : "anon"),
  );
};

export const shapeOfView = (view: CgroupView, lives: readonly (readonly GrowthPoint[])[]): Shape | null => {
  const { current } = view;
  const longest = lives.map(sinceRestart).toSorted((a, b) => b.length - a.length)[0] ?? [];
  const last = longest.at(-1);
  if (current === null || last === undefined || longest.length < LEAST_POINTS) return null;
  const trend = trendOf(longest);
  if (trend === null) return null;
  const limitBytes = limitAt(view.max, last.ms);
  const kind = growthOf(trend, limitBytes);
  return {
    view,
    current,
    trend,
    kind,
    limitBytes,
    lastMs: last.ms,
    lastBytes: last.value,
    lives: lives.filter((l) => l.length >= LEAST_POINTS).length,
    fact: describe(trend, kind, view, current, last.ms),
  };
};

/** The cgroup whose limit was hit, over its lives between the kills of the incident. */
export const shapeOf = (incident: Case, cgroups: readonly CgroupView[]): Shape | null => {
  const limited = incident.kills.map((kill) => kill.doc.limitedCgroup).find((path) => path !== null);
  const view = cgroups.find((c) => c.cgroup === limited);
  const kills = incident.kills.filter((k) => isPlaced(k.at)).map((k) => k.at.best as number);
  if (view === undefined || kills.length === 0) return null;
  const lives = kills.map((killMs, i) => lifePoints(view, kills[i - 1] ?? -Infinity, killMs));
  return shapeOfView(view, lives);
};

/** Rises smaller than this are no growth worth a limit. */
export const LEAST_LIMIT_RISE = 64 * MIB;
