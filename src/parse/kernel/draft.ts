// One run of the OOM killer while its lines come in.
import type { SourceRef } from "../../model/evidence.ts";
import type { Stamp } from "../../model/instant.ts";
import type { LogLine } from "../../model/log.ts";
import type { MemInfoTail, ShapeOf } from "./shape.ts";

/** A part of the report and where it was read. */
export interface Part<S> {
  readonly shape: S;
  readonly ref: SourceRef;
  readonly stamps: readonly Stamp[];
}

/** Parts in the order in which every kernel prints them: a step back is another report. */
export const STAGE = {
  invoked: 0,
  head: 1,
  taskIn: 2,
  usage: 3,
  stats: 4,
  memInfo: 5,
  slab: 6,
  table: 7,
  summary: 8,
  kill: 9,
  killed: 10,
  after: 11,
} as const;

export interface MemInfoParts {
  readonly from: SourceRef;
  readonly totals: Record<string, number>;
  readonly nodes: ShapeOf<"node">[];
  readonly zones: { readonly zone: ShapeOf<"zone">; lowmem: readonly number[]; buddy: ShapeOf<"buddy"> | null }[];
  /** Lists of free blocks of zones whose own line is lost. */
  readonly buddies: ShapeOf<"buddy">[];
  readonly hugepages: ShapeOf<"hugepages">[];
  readonly slab: ShapeOf<"slab-row">[];
  readonly tail: Partial<Record<MemInfoTail, number>>;
  totalSwapKib: number | null;
  freeSwapKib: number | null;
}

export interface Draft {
  readonly first: LogLine;
  readonly refs: SourceRef[];
  stage: number;
  invoked: Part<ShapeOf<"invoked">> | null;
  ident: Part<ShapeOf<"ident">> | null;
  readonly frames: Set<ShapeOf<"frame">["of"]>;
  cpuset: string | null;
  taskIn: Part<ShapeOf<"task-in">> | null;
  readonly usages: Part<ShapeOf<"usage">>[];
  readonly stats: { readonly path: string; readonly stats: Record<string, number>; readonly from: SourceRef }[];
  memInfo: MemInfoParts | null;
  tableFrom: SourceRef | null;
  readonly rows: Part<ShapeOf<"row">>[];
  rowsLost: boolean;
  summary: Part<ShapeOf<"summary">> | null;
  kill: Part<ShapeOf<"kill">> | null;
  readonly killed: Part<ShapeOf<"killed">>[];
  readonly sharing: Part<ShapeOf<"kill">>[];
  group: Part<ShapeOf<"group">> | null;
  readonly reaped: Part<ShapeOf<"reaped">>[];
  sysrq: boolean;
  noKillable: boolean;
  ignored: boolean;
  panic: string | null;
  lossInside: boolean;
}

export const newDraft = (first: LogLine): Draft => ({
  first,
  refs: [],
  stage: STAGE.invoked,
  invoked: null,
  ident: null,
  frames: new Set(),
  cpuset: null,
  taskIn: null,
  usages: [],
  stats: [],
  memInfo: null,
  tableFrom: null,
  rows: [],
  rowsLost: false,
  summary: null,
  kill: null,
  killed: [],
  sharing: [],
  group: null,
  reaped: [],
  sysrq: false,
  noKillable: false,
  ignored: false,
  panic: null,
  lossInside: false,
});

export const newMemInfo = (from: SourceRef): MemInfoParts => ({
  from,
  totals: {},
  nodes: [],
  zones: [],
  buddies: [],
  hugepages: [],
  slab: [],
  tail: {},
  totalSwapKib: null,
  freeSwapKib: null,
});

/** Whether the OOM killer ran at all: a memory listing alone is also printed by a failed allocation and by sysrq-m. */
export const tells = (draft: Draft): boolean =>
  draft.invoked !== null ||
  draft.taskIn !== null ||
  draft.usages.length > 0 ||
  draft.stats.length > 0 ||
  draft.tableFrom !== null ||
  draft.summary !== null ||
  draft.kill !== null ||
  draft.killed.length > 0 ||
  draft.sharing.length > 0 ||
  draft.group !== null ||
  draft.noKillable;

/** Pids that this report is known to have killed. */
export const hasKilled = (draft: Draft, pid: number): boolean =>
  draft.killed.some((kill) => kill.shape.pid === pid) ||
  draft.sharing.some((kill) => kill.shape.pid === pid) ||
  draft.summary?.shape.pid === pid;

export const namesVictim = (draft: Draft): boolean =>
  draft.killed.length > 0 || draft.summary?.shape.pid != null || draft.noKillable;
