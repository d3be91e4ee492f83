// The cgroups whose growth an incident is about: those killed at their limit, or the pods that the kernel or the kubelet took, and
// the one that grew most.
import { type CgroupView, heldAt } from "../inputs/cgroup.ts";
import { type Case, lostUids } from "../inputs/incident.ts";
import { isPlaced } from "../../model/instant.ts";
import { type Shape, lifePoints, shapeOf, shapeOfView } from "./shape.ts";

const BEFORE_MS = 600_000;

/** Lives end at kills of that pod, in this incident or an earlier one. */
const killsOf = (incidents: readonly Case[], view: CgroupView): number[] =>
  incidents
    .flatMap((i) => i.kills)
    .filter((k) => isPlaced(k.at) && k.doc.pod?.uid != null && k.doc.pod.uid === view.pod?.uid)
    .map((k) => k.at.best as number);

const shapeBefore = (incidents: readonly Case[], view: CgroupView, endMs: number): Shape | null => {
  const before = killsOf(incidents, view).filter((ms) => ms < endMs - 1);
  const from = Math.max(endMs - BEFORE_MS, ...before);
  return shapeOfView(view, [lifePoints(view, from, endMs)]);
};

/** The pods of a contested incident that grew, worst first; of a limit's incident its cgroup. */
export const grownShapes = (
  incident: Case,
  incidents: readonly Case[],
  cgroups: readonly CgroupView[],
): readonly Shape[] => {
  if (!incident.contested) {
    const shape = shapeOf(incident, cgroups);
    return shape === null ? [] : [shape];
  }
  const { endMs } = incident;
  if (endMs === null) return [];
  const pods = cgroups.filter((c) => c.level === "pod" && c.current !== null);
  const fromMs = Math.max(endMs - BEFORE_MS, incident.window?.fromMs ?? endMs - BEFORE_MS);
  const grown = (view: CgroupView) => (heldAt(view, endMs - 1) ?? 0) - (heldAt(view, fromMs - 60_000) ?? 0);
  const most = pods.toSorted((a, b) => grown(b) - grown(a))[0];
  const lost = lostUids(incident);
  const chosen = pods.filter((c) => c === most || (c.pod?.uid != null && lost.has(c.pod.uid)));
  return chosen.flatMap((view) => {
    const shape = shapeBefore(incidents, view, endMs);
    return shape !== null && shape.trend.rise > 0 ? [shape] : [];
  });
};
