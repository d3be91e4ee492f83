// What the next capture must have, once each: the items that the open findings ask for, the one that decides most first.
import type { NextCaptureItem } from "../../model/analysis.ts";
import type { Inputs } from "../inputs/inputs.ts";
import type { Incidents, Ranked } from "../merge.ts";
import { WANTED, type Want } from "./items.ts";

const KEYS = Object.keys(WANTED) as readonly Want[];

/** An open question about something that was lost counts before one about mere pressure, however many those are. */
const weightOf = (open: readonly Ranked[], incidents: Incidents): number =>
  open.filter(({ finding }) => finding.incidentIds.some((id) => incidents.isGrave(id))).length * 100 + open.length;

/** What would have told who acted first, where the verdict could not. */
export const verdictWants = ({ incidents, coverage }: Pick<Inputs, "incidents" | "coverage">): readonly Want[] => {
  if (!incidents.some(({ outcome }) => outcome === "undetermined")) return [];
  const lacks = (source: string): boolean => coverage.sources[source] !== "present";
  return [
    ...(lacks("kubeletLog") ? ["kubelet-log" as const] : []),
    ...(lacks("kernelLog") ? ["kernel-report" as const] : []),
  ];
};

/** `verdict`: what the verdict itself wants; it stands before every finding. */
export const nextCaptureOf = (
  ranked: readonly Ranked[],
  incidents: Incidents,
  verdict: readonly Want[],
): NextCaptureItem[] =>
  KEYS.map((key) => ({ key, first: verdict.includes(key), open: ranked.filter(({ wants }) => wants.includes(key)) }))
    .filter(({ first, open }) => first || open.length > 0)
    .toSorted((a, b) => Number(b.first) - Number(a.first) || weightOf(b.open, incidents) - weightOf(a.open, incidents))
    .map(({ key, first, open }) => ({
      id: key,
      ...WANTED[key],
      decides: [...(first ? ["verdict"] : []), ...open.map(({ finding }) => finding.id)],
    }));
