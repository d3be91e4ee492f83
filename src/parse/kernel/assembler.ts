// Lines to reports. oom_lock serialises reports (mm/oom_kill.c), so at most one is open on a machine; any part of one may be missing.
import type { Stamp } from "../../model/instant.ts";
import type { LogLine } from "../../model/log.ts";
import { type Draft, hasKilled, newDraft, newMemInfo, type Part, STAGE } from "./draft.ts";
import type { ShapedLine } from "./joiner.ts";
import { parseSummary } from "./kill-lines.ts";
import { takeMemInfo } from "./mem-info-parts.ts";
import type { Shape, ShapeKind, ShapeOf } from "./shape.ts";

/** Members of a group are killed one after the other; a kill that comes later than this (slow consoles included) is another's. */
const GROUP_KILL_MAX_MS = 30_000;
/** The trace above a part whose "invoked" line is lost. */
const HEAD_LINES_MAX = 300;
/** Rows of all tables of a file: a storm of reports must not fill the memory. */
const ROWS_MAX = 200_000;

/** Where each kind of line stands in a report; kinds that are not listed belong to no report. */
const STAGE_OF: Partial<Record<ShapeKind, number>> = {
  "task-in": STAGE.taskIn,
  usage: STAGE.usage,
  stats: STAGE.stats,
  stat: STAGE.stats,
  "mem-info": STAGE.memInfo,
  totals: STAGE.memInfo,
  node: STAGE.memInfo,
  zone: STAGE.memInfo,
  lowmem: STAGE.memInfo,
  buddy: STAGE.memInfo,
  hugepages: STAGE.memInfo,
  tail: STAGE.memInfo,
  "swap-tail": STAGE.memInfo,
  "slab-header": STAGE.slab,
  "slab-row": STAGE.slab,
  tasks: STAGE.table,
  columns: STAGE.table,
  row: STAGE.table,
  summary: STAGE.summary,
};

/** Kinds with which a report whose head is lost may begin; others have no meaning of their own. */
const OPENS: ReadonlySet<ShapeKind> = new Set([
  "task-in",
  "usage",
  "stats",
  "mem-info",
  "totals",
  "node",
  "zone",
  "tasks",
  "columns",
  "row",
  "summary",
]);

const kernelMs = (stamps: readonly Stamp[]): number | null => {
  const stamp = stamps[0];
  return stamp && stamp.clock !== "rfc3164" ? stamp.ms : null;
};

/** The trace of a report whose first line is lost. */
interface LostHead {
  ident: Part<ShapeOf<"ident">> | null;
  readonly frames: Set<ShapeOf<"frame">["of"]>;
  readonly at: number;
}

/** Of one machine in one boot. */
export const createAssembler = (rowCount: { rows: number }) => {
  const drafts: Draft[] = [];
  const looseReaped: { readonly line: LogLine; readonly part: Part<ShapeOf<"reaped">> }[] = [];
  let draft: Draft | null = null;
  let head: LostHead | null = null;
  let inStats = false;

  const open = (line: LogLine): Draft => {
    draft = newDraft(line);
    drafts.push(draft);
    inStats = false;
    return draft;
  };
  /** The draft that a part of this stage belongs to: a step back, or a second one of what there is only one, begins another. */
  const draftFor = (line: LogLine, stage: number, single: (open: Draft) => boolean): Draft => {
    const fits = draft && stage >= draft.stage && !single(draft);
    const target = fits && draft ? draft : open(line);
    if (!fits && head && line.ref.line - head.at < HEAD_LINES_MAX && head.frames.has("dump")) {
      target.ident = head.ident;
      for (const frame of head.frames) target.frames.add(frame);
    }
    head = null;
    target.stage = Math.max(target.stage, stage);
    return target;
  };
  const partOf = <S extends Shape>(shape: S, { line, ref }: ShapedLine): Part<S> => ({
    shape,
    ref,
    stamps: line.stamps,
  });

  const takeHead = (shape: ShapeOf<"ident"> | ShapeOf<"frame">, at: ShapedLine): void => {
    const inHead = draft && draft.stage <= STAGE.head && draft.invoked ? draft : null;
    if (shape.kind === "frame") {
      if (shape.of === "sysrq" && inHead) inHead.sysrq = true;
      (inHead ?? head)?.frames.add(shape.of);
      return;
    }
    const part = partOf(shape, at);
    // another CPU's trace may stand in between: only the invoker's own line counts
    if (inHead) {
      if (!inHead.ident && inHead.invoked?.shape.comm === shape.comm) inHead.ident = part;
    } else head = { ident: part, frames: new Set(), at: at.line.ref.line };
  };
  const takeTable = (
    shape: ShapeOf<"tasks"> | ShapeOf<"columns"> | ShapeOf<"row">,
    at: ShapedLine,
    target: Draft,
  ): void => {
    if (shape.kind !== "row") {
      target.tableFrom ??= at.ref;
      return;
    }
    target.tableFrom ??= at.ref;
    if (rowCount.rows >= ROWS_MAX) target.rowsLost = true;
    else {
      rowCount.rows++;
      target.rows.push(partOf(shape, at));
    }
  };
  const takeSummary = (shape: ShapeOf<"summary">, at: ShapedLine): void => {
    const target = draftFor(at.line, STAGE.summary, (it) => it.summary !== null);
    target.summary = partOf(shape, at);
    target.refs.push(at.ref);
  };
  const takeTail = (text: string): void => {
    if (!draft?.summary || draft.summary.shape.pid !== null) return;
    const whole = draft.summary.shape.text;
    // a path that pr_cont() was broken in is not known to be whole
    const broken = /,task_memcg=[^,]*$/.test(whole) ? whole.replace(/,task_memcg=[^,]*$/, ",task_memcg=") : whole;
    draft.summary = { ...draft.summary, shape: { ...draft.summary.shape, ...parseSummary(broken + text) } };
  };
  const takeKill = (shape: ShapeOf<"kill">, at: ShapedLine): void => {
    if (shape.sharing) {
      const target = draft ?? open(at.line);
      target.sharing.push(partOf(shape, at));
      target.refs.push(at.ref);
      return;
    }
    const target = draftFor(at.line, STAGE.kill, (it) => it.kill !== null);
    target.kill = partOf(shape, at);
    target.refs.push(at.ref);
  };
  const isGroupMember = (group: Draft, at: ShapedLine): boolean => {
    if (!group.group) return false;
    const from = kernelMs(group.group.stamps);
    const to = kernelMs(at.line.stamps);
    return from === null || to === null || Math.abs(to - from) <= GROUP_KILL_MAX_MS;
  };
  const takeKilled = (shape: ShapeOf<"killed">, at: ShapedLine): void => {
    if (draft?.killed.some((kill) => kill.shape.pid === shape.pid && kill.shape.comm === shape.comm)) return; // a group's chosen victim stands there twice
    const target =
      draft && isGroupMember(draft, at) ? draft : draftFor(at.line, STAGE.killed, (it) => it.killed.length > 0);
    target.killed.push(partOf(shape, at));
    target.refs.push(at.ref);
  };
  const takeGroup = (shape: ShapeOf<"group">, at: ShapedLine): void => {
    const target = draft && !draft.group ? draft : open(at.line);
    target.group = partOf(shape, at);
    target.stage = STAGE.after;
    target.refs.push(at.ref);
  };
  const takeReaped = (shape: ShapeOf<"reaped">, at: ShapedLine): void => {
    const part = partOf(shape, at);
    const owner = drafts.findLast((it) => hasKilled(it, shape.pid));
    if (owner) owner.reaped.push(part);
    else looseReaped.push({ line: at.line, part });
  };
  const takeEnd = (
    shape: ShapeOf<"no-killable"> | ShapeOf<"panic"> | ShapeOf<"request-ignored"> | ShapeOf<"sysrq-oom">,
    at: ShapedLine,
  ): void => {
    if (shape.kind === "sysrq-oom") return;
    const target = draft && draft.stage < STAGE.killed ? draft : shape.kind === "no-killable" ? open(at.line) : draft;
    if (!target) return;
    if (shape.kind === "no-killable") target.noKillable = true;
    else if (shape.kind === "request-ignored") target.ignored = true;
    else if (shape.ofMemory) target.panic = shape.text;
    else return;
    target.stage = Math.max(target.stage, STAGE.kill);
    target.refs.push(at.ref);
  };
  /** A failed allocation on another CPU prints the same listing, amid the report that is open. */
  const isForeignMemInfo = (kind: ShapeKind): boolean =>
    draft?.invoked != null &&
    draft.stage < STAGE.killed &&
    (draft.stage > STAGE.slab || (kind === "mem-info" && draft.memInfo !== null));

  const takePart = (shape: Shape, at: ShapedLine, stage: number): void => {
    const kind = shape.kind;
    if (kind === "stat") {
      if (inStats) {
        const block = draft?.stats.at(-1);
        if (block) block.stats[shape.name] ??= shape.value;
      }
      return;
    }
    const oneOnly = (it: Draft): boolean =>
      (kind === "task-in" && it.taskIn !== null) ||
      (kind === "usage" && it.usages.some((usage) => usage.shape.what === shape.what)) ||
      (kind === "mem-info" && it.memInfo !== null) ||
      (kind === "columns" && it.rows.length > 0);
    if (!OPENS.has(kind) && (!draft || draft.stage > stage)) return;
    if (stage === STAGE.memInfo && isForeignMemInfo(kind)) return;
    const target = draftFor(at.line, stage, oneOnly);
    inStats = kind === "stats";
    if (kind === "task-in") target.taskIn = partOf(shape, at);
    else if (kind === "usage") target.usages.push(partOf(shape, at));
    else if (kind === "stats") target.stats.push({ path: shape.path, stats: { ...shape.stats }, from: at.ref });
    else if (kind === "tasks" || kind === "columns" || kind === "row") takeTable(shape, at, target);
    else {
      target.memInfo ??= newMemInfo(at.ref);
      takeMemInfo(target.memInfo, shape);
    }
    if (kind === "task-in" || kind === "usage") target.refs.push(at.ref);
  };
  return {
    take(at: ShapedLine): void {
      const { shape } = at;
      if (shape.kind === "invoked") {
        const target = open(at.line);
        head = null;
        target.invoked = partOf(shape, at);
        target.stage = STAGE.head;
        target.sysrq = shape.order === -1;
        target.refs.push(at.ref);
      } else if (shape.kind === "ident" || shape.kind === "frame") takeHead(shape, at);
      else if (shape.kind === "cpuset") {
        if (draft?.invoked?.shape.comm === shape.comm) draft.cpuset ??= shape.cpuset;
      } else if (shape.kind === "summary") takeSummary(shape, at);
      else if (shape.kind === "summary-tail") takeTail(shape.text);
      else if (shape.kind === "kill") takeKill(shape, at);
      else if (shape.kind === "killed") takeKilled(shape, at);
      else if (shape.kind === "group") takeGroup(shape, at);
      else if (shape.kind === "reaped") takeReaped(shape, at);
      else if (
        shape.kind === "no-killable" ||
        shape.kind === "panic" ||
        shape.kind === "request-ignored" ||
        shape.kind === "sysrq-oom"
      )
        takeEnd(shape, at);
      else {
        const stage = STAGE_OF[shape.kind];
        if (stage !== undefined) takePart(shape, at, stage);
      }
    },
    /** Records were lost here: whatever report is open lacks some of its lines. */
    loss(): void {
      if (draft && draft.stage < STAGE.killed) draft.lossInside = true;
    },
    /** No report has begun yet. */
    isEmpty: () => drafts.length === 0 && looseReaped.length === 0,
    end: () => ({ drafts, looseReaped }),
  };
};
