// What reclaim did in the last seconds before the event: rates over at least 10 s, from counters of one boot.
import type { Case, Window } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import type { SourceRef } from "../../model/evidence.ts";
import { type FindingFact, fact } from "../answer.ts";
import { type Track, deltaOfSum, readingAt, refAt, stallShare, valueAt } from "../inputs/track.ts";
import { percent, span } from "../text/format.ts";
import { allocstallFields, scanFields } from "./vmstat-fields.ts";

export interface Reclaim {
  readonly window: Window;
  readonly seconds: number;
  readonly vmstat: Track;
  readonly last: number;
  readonly stalls: number | null;
  readonly scanKswapd: number | null;
  readonly stealKswapd: number | null;
  readonly scanDirect: number | null;
  readonly stealDirect: number | null;
  readonly full: number | null;
  /** Pages on the file LRU at its end, in bytes. */
  readonly fileLru: number | null;
}

const LAST_MS = 10_000;

export const lastStretch = (
  incident: Case,
  inputs: Pick<Inputs, "vmstat" | "meminfo" | "psiMemory">,
): Reclaim | null => {
  const { vmstat } = inputs;
  const { endMs: toMs } = incident;
  if (toMs === null || vmstat === null) return null;
  const window = { fromMs: toMs - LAST_MS, toMs };
  const delta = (fields: readonly string[]) =>
    fields.length === 0 ? null : deltaOfSum(vmstat, fields, window.fromMs, window.toMs);
  const stalls = delta(allocstallFields(vmstat));
  const scan = delta(scanFields(vmstat, "pgscan", "kswapd"));
  const seconds = stalls?.seconds ?? scan?.seconds ?? null;
  if (seconds === null) return null;
  const inactive = valueAt(inputs.meminfo, "Inactive(file)", toMs);
  const active = valueAt(inputs.meminfo, "Active(file)", toMs);
  return {
    window,
    seconds,
    vmstat,
    last: readingAt(vmstat, toMs),
    stalls: stalls?.delta ?? null,
    scanKswapd: scan?.delta ?? null,
    stealKswapd: delta(scanFields(vmstat, "pgsteal", "kswapd"))?.delta ?? null,
    scanDirect: delta(scanFields(vmstat, "pgscan", "direct"))?.delta ?? null,
    stealDirect: delta(scanFields(vmstat, "pgsteal", "direct"))?.delta ?? null,
    full: stallShare(inputs.psiMemory, "full", window.fromMs, window.toMs),
    fileLru: inactive === null || active === null ? null : inactive + active,
  };
};

/**
 * Over which stretch "nothing yet" was seen, and how far it reaches. A kill of the node comes after reclaim that failed (mm/page_alloc.c __alloc_pages_slowpath()), so before a
 * kill nothing is known but up to the last sample.
 */
export const untilWhen = ({ killMs }: Case, { vmstat, last, seconds }: Reclaim): string =>
  `in the ${span(seconds * 1000)} ${killMs === null ? "before the event" : `up to ${span(killMs - vmstat.ms(last))} before the kill`}`;

/** The line of the first of these fields that the last reading has. */
export const cite = ({ vmstat, last }: Reclaim, fields: readonly string[]): SourceRef | null => {
  const field = fields.find((f) => vmstat.value(last, f) !== null);
  return field === undefined ? null : vmstat.ref(last, field);
};

/** allocstall's fields, the greatest first: the one that a reader wants to see. */
export const stallFields = ({ vmstat, last }: Reclaim): readonly string[] =>
  allocstallFields(vmstat).toSorted((a, b) => (vmstat.value(last, b) ?? 0) - (vmstat.value(last, a) ?? 0));

export const fullStallFact = (psi: Track | null, full: number | null, ms: number): readonly FindingFact[] =>
  full === null ? [] : [fact("Full stall for memory", percent(full), refAt(psi, "full.total", ms))];
