// The verdict of a bundle is that of its gravest incident: node and allocatable, then system, pod, container, then pressure alone;
// then more kills; then a decided margin; then the earlier (verdict.md).
import type { Incident } from "../../model/analysis.ts";

const SCOPE_RANK: Record<Incident["scope"], number> = { node: 0, allocatable: 0, system: 1, pod: 2, container: 3 };
const PRESSURE_RANK = 4;

const rankOf = (incident: Incident): number => {
  const acted = incident.oomKillIds.length + incident.evictionIds.length + incident.userspaceKillIds.length > 0;
  return acted ? SCOPE_RANK[incident.scope] : PRESSURE_RANK;
};

export const gravest = (incidents: readonly Incident[]): Incident | null =>
  incidents.toSorted(
    (a, b) =>
      rankOf(a) - rankOf(b) ||
      b.oomKillIds.length - a.oomKillIds.length ||
      Number(b.marginMs !== null) - Number(a.marginMs !== null) ||
      (a.from.unixMs ?? a.from.bootSec ?? 0) - (b.from.unixMs ?? b.from.bootSec ?? 0),
  )[0] ?? null;
