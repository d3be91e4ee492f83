// What the next capture must have, once each: the items that the open findings ask for, the one that decides most first.
import type { NextCaptureItem } from "../../model/analysis.ts";
import type { Incidents, Ranked } from "../merge.ts";
import { WANTED, type Want } from "./items.ts";

const KEYS = Object.keys(WANTED) as readonly Want[];

/** An open question about something that was lost counts before one about mere pressure, however many those are. */
const weightOf = (open: readonly Ranked[], incidents: Incidents): number =>
  open.filter(({ finding }) => finding.incidentIds.some((id) => incidents.isGrave(id))).length * 100 + open.length;

export const nextCaptureOf = (ranked: readonly Ranked[], incidents: Incidents): NextCaptureItem[] =>
  KEYS.map((key) => ({ key, open: ranked.filter(({ wants }) => wants.includes(key)) }))
    .filter(({ open }) => open.length > 0)
    .toSorted((a, b) => weightOf(b.open, incidents) - weightOf(a.open, incidents))
    .map(({ key, open }) => ({ id: key, ...WANTED[key], decides: open.map(({ finding }) => finding.id) }));
