// Marks that stand on each other become one with a count; labels dodge each other in up to three rows, then merge.
import type { Mark } from "../story/marks.ts";
import { textWidth } from "./element.ts";

export interface Cluster {
  readonly marks: readonly Mark[];
  /** Where the mark is drawn: the first of its members. */
  readonly x: number;
  /** Every member's place: the rug. */
  readonly places: readonly number[];
  /** Killed processes and the like; at least the number of marks. */
  readonly count: number;
  readonly text: string;
}

export interface PlacedLabel {
  readonly cluster: Cluster;
  readonly text: string;
  readonly x: number;
  readonly anchor: "start" | "middle" | "end";
  readonly row: number;
}

export const LABEL_SIZE = 12;
const TOUCHING = 9;
const ROWS = 3;

export function clustersOf(marks: readonly Mark[], place: (mark: Mark) => number): Cluster[] {
  const open: { marks: Mark[]; places: number[] }[] = [];
  for (const mark of marks.toSorted((a, b) => place(a) - place(b))) {
    const x = place(mark);
    const last = open.findLast((c) => c.marks[0]?.kind === mark.kind);
    if (last !== undefined && x - (last.places.at(-1) ?? -Infinity) < TOUCHING) {
      last.marks.push(mark);
      last.places.push(x);
    } else open.push({ marks: [mark], places: [x] });
  }
  return open.map((c) => ({
    marks: c.marks,
    places: c.places,
    x: c.places[0] ?? 0,
    count: c.marks.reduce((n, m) => n + m.count, 0),
    text: clusterText(c.marks),
  }));
}

function clusterText(marks: readonly Mark[]): string {
  const first = marks[0];
  if (first === undefined) return "";
  const count = marks.reduce((n, m) => n + m.count, 0);
  if (marks.length === 1) return count > 1 && first.kind === "kill" ? `${first.label} (${count})` : first.label;
  const bare = (m: Mark): string => m.label.replace(/ again$/, "");
  const same = marks.every((m) => bare(m) === bare(first));
  return `${count} × ${same ? bare(first) : first.verb}`;
}

interface Box {
  from: number;
  to: number;
}

/** Rows from the lane upwards. A label that fits in none of three is told by its neighbour: "killed x +2". */
export function placeLabels(clusters: readonly Cluster[], left: number, right: number): PlacedLabel[] {
  const rows: Box[][] = [];
  const placed: PlacedLabel[] = [];
  for (const cluster of clusters.toSorted((a, b) => rank(a) - rank(b) || a.x - b.x)) {
    const minor = MINOR.has(cluster.marks[0]?.kind ?? "");
    const spot = findSpot(cluster, rows, left, right, minor ? 1 : ROWS);
    if (spot !== null) placed.push(spot);
    else if (!minor) noteOmitted(placed, cluster);
  }
  return placed;
}

/** Steps on the way: named where there is room beside the mark, else by the table alone. */
const MINOR: ReadonlySet<string> = new Set(["pressure-began", "kernel-invoked-oom", "kernel-reaped", "kubelet-ranked"]);

/** Deaths and evictions get their places first: they must not be the ones that merge. */
const RANKS: readonly string[] = [
  "kill",
  "userspace-kill",
  "eviction",
  "evicted",
  "kubelet-noticed",
  "threshold-crossed",
];
const rank = (c: Cluster): number => {
  const at = RANKS.indexOf(c.marks[0]?.kind ?? "");
  return at < 0 ? RANKS.length : at;
};

function findSpot(cluster: Cluster, rows: Box[][], left: number, right: number, most: number): PlacedLabel | null {
  const width = textWidth(cluster.text, LABEL_SIZE);
  const middle = (cluster.x + (cluster.places.at(-1) ?? cluster.x)) / 2;
  const anchor = middle - width / 2 < left ? "start" : middle + width / 2 > right ? "end" : "middle";
  const x =
    anchor === "middle" ? middle : anchor === "start" ? Math.max(left, cluster.x - 6) : Math.min(right, cluster.x + 6);
  const from = anchor === "middle" ? x - width / 2 : anchor === "start" ? x : x - width;
  const box: Box = { from: from - 5, to: from + width + 5 };
  for (let row = 0; row < most; row++) {
    const taken = rows[row] ?? [];
    if (taken.some((b) => b.from < box.to && box.from < b.to)) continue;
    rows[row] = [...taken, box];
    return { cluster, text: cluster.text, x, anchor, row };
  }
  return null;
}

function noteOmitted(placed: PlacedLabel[], cluster: Cluster): void {
  let nearest = -1;
  placed.forEach((p, i) => {
    const best = placed[nearest];
    if (best === undefined || Math.abs(p.cluster.x - cluster.x) < Math.abs(best.cluster.x - cluster.x)) nearest = i;
  });
  const at = placed[nearest];
  if (at === undefined) return;
  const more = /^(.*) \+(\d{1,4})$/s.exec(at.text);
  const text = more === null ? `${at.text} +1` : `${more[1] ?? ""} +${Number(more[2]) + 1}`;
  placed[nearest] = { ...at, text };
}
