// How a cgroup's own memory grew towards its limit, within its longest life between two kills.
import { isPlaced } from "../../model/instant.ts";
import { sawToothOf } from "../../timeline/growth/saw-tooth.ts";
import { type Growth, type GrowthPoint, type Trend, growthOf, trendOf } from "../../timeline/growth/trend.ts";
import { type FindingFact, fact } from "../answer.ts";
import { type CgroupView, heldAt, limitAt, statAt } from "../inputs/cgroup.ts";
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
  /** The life that it was read from. */
  readonly points: readonly GrowthPoint[];
  /** Every life with samples, in the order of time. */
  readonly lives: readonly (readonly GrowthPoint[])[];
  /** Share of the rise that is shared memory and memory-backed files; null where memory.stat does not say. */
  readonly shmemShare: number | null;
  /** Rises and falls of a collected heap: from two on the trend is that of its low points. */
  readonly teeth: number;
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

/** After a restart little is left; a collected heap may fall by half. Heuristic. */
const RESTARTED_SHARE = 0.25;

/** A restart empties the cgroup, and a back-off leaves it empty: the life begins after the last fall to little, at the last empty value. */
const sinceRestart = (points: readonly GrowthPoint[]): readonly GrowthPoint[] => {
  const most = points.reduce((m, p) => Math.max(m, p.value), 0);
  const fall = points.findLastIndex(
    (p, i) => (points[i - 1]?.value ?? 0) - p.value > most / 2 && p.value < RESTARTED_SHARE * most,
  );
  const life = points.slice(Math.max(0, fall));
  return life.slice(
    Math.max(
      0,
      life.findLastIndex((p) => p.value <= EMPTY_SHARE * most),
    ),
  );
};

interface Fitted {
  readonly trend: Trend;
  readonly kind: Growth;
  readonly teeth: number;
}

const LEAST_TEETH = 2;
const LEAST_LOWS = 6;

/** A saw-tooth is judged by its lows. One tooth is none yet: it may be a collection or a phase of the work, and decides nothing. */
const fit = (points: readonly GrowthPoint[], limitBytes: number | null): Fitted | null => {
  const { teeth, lows } = sawToothOf(points);
  const whole = trendOf(points);
  if (whole === null) return null;
  const kind = growthOf(whole, limitBytes);
  // A burst stays one, whatever went before it.
  if (teeth === 0 || kind === "burst") return { trend: whole, kind, teeth };
  const low = teeth >= LEAST_TEETH && lows.length >= LEAST_LOWS ? trendOf(lows) : null;
  if (low === null) return { trend: whole, kind: "undecided", teeth };
  return { trend: low, kind: growthOf(low, limitBytes, LEAST_LOWS) === "leak" ? "leak" : "undecided", teeth };
};

const describe = ({ trend, kind, teeth }: Fitted, view: CgroupView, current: Track, lastMs: number): FindingFact => {
  const words = {
    leak: "steady",
    burst: "one burst",
    undecided: "neither a steady rise nor one burst by the tests",
  } as const;
  const lows = teeth < LEAST_TEETH ? "" : `up and down ${teeth} times, its low points by `;
  return fact(
    "How it grew",
    `${lows}${size(trend.rise)} in ${span(trend.spanMs)}, ${perSecond(trend.slope)} (95 %: ${perSecond(trend.low)} to ${perSecond(trend.high)}), ${percent(trend.burstShare)} of it within a tenth of the time: ${words[kind]}`,
    current.ref(readingAt(current, lastMs), ""),
    view.stat?.ref(Math.max(0, readingAt(view.stat, lastMs)), view.version === 1 ? "total_rss" : "anon"),
  );
};

const shmemShareOf = (view: CgroupView, trend: Trend, firstMs: number, lastMs: number): number | null => {
  const before = statAt(view, "shmem", firstMs);
  const after = statAt(view, "shmem", lastMs);
  return before === null || after === null || trend.rise <= 0 ? null : (after - before) / trend.rise;
};

export const shapeOfView = (view: CgroupView, all: readonly (readonly GrowthPoint[])[]): Shape | null => {
  const { current } = view;
  const lives = all.map(sinceRestart).filter((l) => l.length >= LEAST_POINTS);
  const longest = lives.toSorted((a, b) => b.length - a.length)[0] ?? [];
  const last = longest.at(-1);
  const first = longest[0];
  if (current === null || first === undefined || last === undefined) return null;
  const limitBytes = limitAt(view.max, last.ms);
  const fitted = fit(longest, limitBytes);
  if (fitted === null) return null;
  const { trend, kind, teeth } = fitted;
  return {
    view,
    current,
    trend,
    kind,
    limitBytes,
    lastMs: last.ms,
    lastBytes: last.value,
    points: longest,
    lives,
    teeth,
    shmemShare: shmemShareOf(view, trend, first.ms, last.ms),
    fact: describe({ trend, kind, teeth }, view, current, last.ms),
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

/** What grew is files and shared memory rather than the processes' own: at least half of the rise. */
const MOSTLY = 0.5;
export const isMostlyShmem = (shape: Shape): boolean => (shape.shmemShare ?? 0) >= MOSTLY;

/** A life shorter than this the leak test does not judge; a need above the limit fills it in as equal lives. */
const LEAST_LIFE_MS = 60_000;
const LEAST_LIVES = 3;
const MOST_VARIATION = 0.3;

const spanOf = (life: readonly GrowthPoint[]): number => (life.at(-1)?.ms ?? 0) - (life[0]?.ms ?? 0);

/** Three lives or more of about the same length, each of them rising all through: a leak, though none alone passes its test. */
export const growsOverLives = (shape: Shape): boolean => {
  const spans = shape.lives.map(spanOf);
  if (spans.length < LEAST_LIVES || spans.some((ms) => ms < LEAST_LIFE_MS) || shape.kind === "burst") return false;
  const mean = spans.reduce((n, ms) => n + ms, 0) / spans.length;
  const deviation = Math.sqrt(spans.reduce((n, ms) => n + (ms - mean) ** 2, 0) / (spans.length - 1));
  const rising = shape.lives.every((life) => {
    const trend = trendOf(life);
    const least = Math.max(LEAST_LIMIT_RISE, 0.1 * (shape.limitBytes ?? 0));
    return trend !== null && trend.low > 0 && trend.rise >= least;
  });
  return rising && deviation / mean < MOST_VARIATION;
};
