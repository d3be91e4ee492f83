// Which stretches of time are drawn: each grave incident from 60 s before its crossing to 30 s after its last consequence.
import type { Analysis, Incident, Instant } from "../../model/analysis.ts";
import { type Mark, marksOf } from "./marks.ts";
import { hasDeaths, incidentNumber, isShared, type Story } from "./story.ts";

/** Captures without any wall clock (a bare dmesg) are drawn on the clock that counts from boot. */
export type AxisClock = "utc" | "boot";

export interface ChartWindow {
  readonly id: string;
  readonly title: string;
  readonly incidents: readonly Incident[];
  readonly marks: readonly Mark[];
  /** Events that the axis' clock cannot place. */
  readonly unplaced: readonly Mark[];
  readonly from: number;
  readonly to: number;
  readonly clock: AxisClock;
}

const BEFORE_MS = 60_000;
const AFTER_MS = 30_000;
/** Two incidents closer than this share a window as long as it stays readable. */
const MERGE_GAP_MS = 60_000;
const MERGE_LIMIT_MS = 480_000;
/** A report of hundreds of incidents draws these; the others are listed in words. */
const MAX_WINDOWS = 4;

export const on = (clock: AxisClock, at: Instant): number | null =>
  clock === "utc" ? at.unixMs : at.bootSec === null ? null : at.bootSec * 1000;

const isNumber = (n: number | null): n is number => n !== null && Number.isFinite(n);

interface Span {
  readonly incidents: Incident[];
  readonly marks: Mark[];
  readonly from: number;
  readonly to: number;
  readonly clock: AxisClock;
}

export function windowsOf(story: Story): ChartWindow[] {
  const spans = chosen(story)
    .map((incident) => spanOf(story, incident))
    .filter((s) => s !== null);
  return merged(spans).map((s) => ({
    id: `window-${s.incidents.map((i) => incidentNumber(story.a, i)).join("-")}`,
    title: titleOf(story.a, s.incidents),
    incidents: s.incidents,
    marks: s.marks.filter((m) => on(s.clock, m.at) !== null),
    unplaced: s.marks.filter((m) => on(s.clock, m.at) === null),
    // marks at the edge need room
    from: s.from - (s.to - s.from) * 0.01,
    to: s.to + (s.to - s.from) * 0.02,
    clock: s.clock,
  }));
}

/** The verdict's incident always; then shared ones with deaths, other deaths only where there are none of those. In time order. */
function chosen(story: Story): Incident[] {
  const { a, main } = story;
  const shared = a.incidents.filter((i) => isShared(i) && hasDeaths(i));
  const deaths = shared.length > 0 ? shared : a.incidents.filter(hasDeaths);
  const others = deaths.filter((i) => i !== main).toSorted((x, y) => weight(y) - weight(x));
  const picked = new Set([...(main === null ? [] : [main]), ...others].slice(0, MAX_WINDOWS));
  return a.incidents.filter((i) => picked.has(i));
}

const weight = (i: Incident): number => i.oomKillIds.length * 2 + i.evictionIds.length + i.userspaceKillIds.length;

export const undrawn = (story: Story, windows: readonly ChartWindow[]): Incident[] => {
  const drawn = new Set(windows.flatMap((w) => w.incidents));
  return story.a.incidents.filter((i) => !drawn.has(i));
};

const titleOf = (a: Analysis, incidents: readonly Incident[]): string => {
  const numbers = incidents.map((i) => incidentNumber(a, i).toString());
  return numbers.length === 1 ? `Incident ${numbers[0] ?? ""}` : `Incidents ${numbers.join(" and ")}`;
};

function spanOf(story: Story, incident: Incident): Span | null {
  const marks = marksOf(story, incident);
  const clock: AxisClock = marks.some((m) => m.at.unixMs !== null) || incident.from.unixMs !== null ? "utc" : "boot";
  const crossing = incident.milestones.find((m) => m.kind === "threshold-crossed");
  const times = [...marks.map((m) => on(clock, m.at)), on(clock, incident.from), on(clock, incident.to)].filter(
    isNumber,
  );
  if (times.length === 0) return null;
  const first = Math.min(...times);
  const start = Math.min(first, (crossing === undefined ? null : on(clock, crossing.at)) ?? first) - BEFORE_MS;
  const end = Math.max(...times) + AFTER_MS;
  return { incidents: [incident], marks, clock, ...clipped(story.a, clock, start, end, times) };
}

/** Not further than the capture reaches, unless an event stands outside it; a little air on both sides. */
function clipped(
  a: Analysis,
  clock: AxisClock,
  start: number,
  end: number,
  times: readonly number[],
): { from: number; to: number } {
  const first = Math.min(...times);
  const last = Math.max(...times);
  const covered =
    a.coverage.from === null || a.coverage.to === null ? null : [on(clock, a.coverage.from), on(clock, a.coverage.to)];
  const low = covered?.[0] ?? null;
  const high = covered?.[1] ?? null;
  const air = Math.max(1000, (last - first) * 0.06);
  const from = isNumber(low) ? Math.max(start, Math.min(low, first - air)) : first - air;
  const to = isNumber(high) ? Math.min(end, Math.max(high, last + air)) : last + air;
  return to - from < 2000 ? { from: from - 1000, to: to + 1000 } : { from, to };
}

function merged(spans: readonly Span[]): Span[] {
  const out: Span[] = [];
  for (const span of spans) {
    const last = out.at(-1);
    const together = last !== undefined && last.clock === span.clock && span.from - last.to < MERGE_GAP_MS;
    const length = last === undefined ? 0 : Math.max(last.to, span.to) - Math.min(last.from, span.from);
    if (last !== undefined && together && length <= MERGE_LIMIT_MS) {
      out[out.length - 1] = {
        incidents: [...last.incidents, ...span.incidents],
        marks: [...last.marks, ...span.marks],
        from: Math.min(last.from, span.from),
        to: Math.max(last.to, span.to),
        clock: span.clock,
      };
    } else out.push(span);
  }
  return out;
}
