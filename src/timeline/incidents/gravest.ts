// The verdict of a bundle is that of its gravest incident: node and allocatable, then system, pod, container, then pressure alone;
// then more kills; then a decided margin; then the earlier (verdict.md).
import type { Incident } from "../../model/analysis.ts";

const SCOPE_RANK: Record<Incident["scope"], number> = { node: 0, allocatable: 0, system: 1, pod: 2, container: 3 };
/** The OOM killer was invoked and no line says that it killed. */
const INVOKED_RANK = 4;
const PRESSURE_RANK = 5;

const rankOf = (incident: Incident, killed: number): number => {
  if (killed + incident.evictionIds.length + incident.userspaceKillIds.length > 0) return SCOPE_RANK[incident.scope];
  return incident.oomKillIds.length > 0 ? INVOKED_RANK : PRESSURE_RANK;
};

/** `killedBy`: processes killed in an incident; an invocation without a kill line counts none. */
export const gravest = (incidents: readonly Incident[], killedBy: (incident: Incident) => number): Incident | null =>
  incidents.toSorted(
    (a, b) =>
      rankOf(a, killedBy(a)) - rankOf(b, killedBy(b)) ||
      b.oomKillIds.length - a.oomKillIds.length ||
      Number(b.marginMs !== null) - Number(a.marginMs !== null) ||
      (a.from.unixMs ?? a.from.bootSec ?? 0) - (b.from.unixMs ?? b.from.bootSec ?? 0),
  )[0] ?? null;
