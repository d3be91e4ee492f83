// Lines to reports. oom_lock serialises reports (mm/oom_kill.c), so at most one is open on a machine; any part of one may be missing.
import type { LogLine } from "../../model/log.ts";
import { type Draft, hasKilled, namesVictim, newDraft, newMemInfo, type Part, STAGE } from "./draft.ts";
import type { ShapedLine } from "./joiner.ts";
import { parseSummary } from "./kill-lines.ts";
import { takeMemInfo } from "./mem-info-parts.ts";
import { isForeignListing, isGroupMember, isOlder, isSecond, OPENS, STAGE_OF } from "./report-order.ts";
import type { Shape, ShapeOf } from "./shape.ts";

/** The trace above a part whose "invoked" line is lost: so many lines that say something stand in between at most. */
const HEAD_SHAPES_MAX = 40;
/** Rows of all tables of a file: a storm of reports must not fill the memory. */
const ROWS_MAX = 200_000;

/** The trace of a report whose first line is lost. */
interface LostHead {
  ident: Part<ShapeOf<"ident">> | null;
  readonly frames: Set<ShapeOf<"frame">["of"]>;
  /** Lines that said something since. */
  since: number;
}

type PartShape = Exclude<Shape, { kind: "invoked" | "ident" | "frame" | "summary" }>;

const partOf = <S extends Shape>(shape: S, { line, ref }: ShapedLine): Part<S> => ({ shape, ref, stamps: line.stamps });

export interface LooseReaper {
  readonly line: LogLine;
  readonly part: Part<ShapeOf<"reaped">>;
}

/** Of one machine in one boot. */
export class Assembler {
  readonly drafts: Draft[] = [];
  /** Of processes whose kill no report tells. */
  readonly looseReapers: LooseReaper[] = [];
  readonly #rowCount: { rows: number };
  #draft: Draft | null = null;
  #head: LostHead | null = null;
  #inStats = false;

  /** `rowCount` is shared by all assemblers of a file. */
  constructor(rowCount: { rows: number }) {
    this.#rowCount = rowCount;
  }

  /** No report has begun yet. */
  isEmpty(): boolean {
    return this.drafts.length === 0 && this.looseReapers.length === 0;
  }

  /** Records were lost here: whatever report is open lacks some of its lines. */
  loss(): void {
    if (this.#draft && this.#draft.stage < STAGE.killed) this.#draft.lossInside = true;
  }

  take(at: ShapedLine): void {
    const { shape } = at;
    if (this.#head) this.#head.since++;
    switch (shape.kind) {
      case "invoked":
        this.#takeInvoked(shape, at);
        return;
      case "ident":
      case "frame":
        this.#takeHead(shape, at);
        return;
      case "cpuset":
        if (this.#draft?.invoked?.shape.comm === shape.comm) this.#draft.cpuset ??= shape.cpuset;
        return;
      case "summary-tail":
        this.#takeTail(shape.text);
        return;
      case "reaped":
        this.#takeReaped(shape, at);
        return;
      case "no-killable":
      case "panic":
      case "request-ignored":
        this.#takeEnd(shape, at);
        return;
      case "summary":
      case "kill":
      case "killed":
      case "group":
        this.#takeKilling(shape, at);
        return;
      case "stat": {
        const block = this.#inStats ? this.#draft?.stats.at(-1) : undefined;
        if (block) block.stats[shape.name] ??= shape.value;
        return;
      }
      default: {
        const stage = STAGE_OF[shape.kind];
        if (stage !== undefined) this.#takePart(shape, at, stage);
      }
    }
  }

  #open(line: LogLine): Draft {
    this.#draft = newDraft(line);
    this.drafts.push(this.#draft);
    this.#inStats = false;
    return this.#draft;
  }

  /** The draft that a line of this stage belongs to: a step back, or a second one of what there is only one, begins another. */
  #draftFor(at: ShapedLine, stage: number): Draft {
    const { line, shape } = at;
    const open = this.#draft;
    const head = this.#head;
    this.#head = null;
    if (open && stage >= open.stage && !isSecond(open, shape)) {
      open.stage = stage;
      return open;
    }
    const draft = this.#open(line);
    draft.stage = stage;
    if (head && head.since < HEAD_SHAPES_MAX && head.frames.has("dump")) {
      draft.ident = head.ident;
      for (const frame of head.frames) draft.frames.add(frame);
    }
    return draft;
  }

  #takeInvoked(shape: ShapeOf<"invoked">, at: ShapedLine): void {
    const draft = this.#open(at.line);
    this.#head = null;
    draft.invoked = partOf(shape, at);
    draft.stage = STAGE.head;
    draft.sysrq = shape.order === -1;
    draft.refs.push(at.ref);
  }

  #takeHead(shape: ShapeOf<"ident"> | ShapeOf<"frame">, at: ShapedLine): void {
    const inHead = this.#draft && this.#draft.stage <= STAGE.head && this.#draft.invoked ? this.#draft : null;
    if (shape.kind === "frame") {
      if (shape.of === "sysrq" && inHead) inHead.sysrq = true;
      (inHead ?? this.#head)?.frames.add(shape.of);
      return;
    }
    const part = partOf(shape, at);
    if (!inHead) this.#head = { ident: part, frames: new Set(), since: 0 };
    // another CPU's trace may stand in between: only the invoker's own line counts
    else if (inHead.invoked?.shape.comm === shape.comm) inHead.ident ??= part;
  }

  #takeKilling(
    shape: ShapeOf<"summary"> | ShapeOf<"kill"> | ShapeOf<"killed"> | ShapeOf<"group">,
    at: ShapedLine,
  ): void {
    if (this.#draft && isOlder(this.#draft, at.line.stamps)) this.#draft = null;
    const draft = this.#draft;
    // a group's chosen victim stands there twice
    if (
      shape.kind === "killed" &&
      draft?.killed.some(({ shape: it }) => it.pid === shape.pid && it.comm === shape.comm)
    ) {
      return;
    }
    const target = this.#killingDraft(shape, at);
    target.refs.push(at.ref);
    if (shape.kind === "summary") target.summary = partOf(shape, at);
    else if (shape.kind === "killed") target.killed.push(partOf(shape, at));
    else if (shape.kind === "group") {
      target.group = partOf(shape, at);
      target.stage = STAGE.after;
    } else if (shape.sharing) target.sharing.push(partOf(shape, at));
    else target.kill = partOf(shape, at);
  }

  #killingDraft(
    shape: ShapeOf<"summary"> | ShapeOf<"kill"> | ShapeOf<"killed"> | ShapeOf<"group">,
    at: ShapedLine,
  ): Draft {
    const open = this.#draft;
    if (shape.kind === "summary") return this.#draftFor(at, STAGE.summary);
    if (shape.kind === "group") return open && !open.group ? open : this.#open(at.line);
    if (shape.kind === "kill") return shape.sharing && open ? open : this.#draftFor(at, STAGE.kill);
    return open && isGroupMember(open, at.line.stamps) ? open : this.#draftFor(at, STAGE.killed);
  }

  /** A summary that another CPU's lines have parted (it is printed by pr_cont()). */
  #takeTail(text: string): void {
    const summary = this.#draft?.summary;
    if (!this.#draft || !summary || summary.shape.pid !== null) return;
    const begun = summary.shape.text;
    if (!text.startsWith(",") && !/,(?:cpuset|oom_memcg|task_memcg)=$/.test(begun)) return;
    this.#draft.summary = { ...summary, shape: { ...summary.shape, ...parseSummary(begun + text) } };
  }

  #takeReaped(shape: ShapeOf<"reaped">, at: ShapedLine): void {
    const part = partOf(shape, at);
    // a report whose kill line was not printed lists its victim all the same
    const open = this.#draft;
    const unnamed =
      open && !namesVictim(open) && open.rows.some(({ shape: row }) => row.pid === shape.pid) ? open : null;
    const owner = this.drafts.findLast((draft) => hasKilled(draft, shape.pid)) ?? unnamed;
    if (!owner) this.looseReapers.push({ line: at.line, part });
    else if (shape.freed || !hasKilled(owner, shape.pid)) owner.reaped.push(part);
  }

  #takeEnd(shape: ShapeOf<"no-killable"> | ShapeOf<"panic"> | ShapeOf<"request-ignored">, at: ShapedLine): void {
    if (shape.kind === "panic" && !shape.ofMemory) return;
    const open = this.#draft && this.#draft.stage < STAGE.killed ? this.#draft : null;
    const draft = open ?? (shape.kind === "no-killable" ? this.#open(at.line) : this.#draft);
    if (!draft) return;
    if (shape.kind === "no-killable") draft.noKillable = true;
    else if (shape.kind === "panic") draft.panic = shape.text;
    else draft.ignored = true;
    draft.stage = Math.max(draft.stage, STAGE.kill);
    draft.refs.push(at.ref);
  }

  #takePart(shape: PartShape, at: ShapedLine, stage: number): void {
    const open = this.#draft;
    if (!OPENS.has(shape.kind) && (!open || open.stage > stage)) return;
    if (open && stage === STAGE.memInfo && isForeignListing(open, shape.kind)) return;
    const draft = this.#draftFor(at, stage);
    this.#inStats = shape.kind === "stats";
    switch (shape.kind) {
      case "task-in":
        draft.taskIn = partOf(shape, at);
        draft.refs.push(at.ref);
        return;
      case "usage":
        draft.usages.push(partOf(shape, at));
        draft.refs.push(at.ref);
        return;
      case "stats":
        draft.stats.push({ path: shape.path, stats: { ...shape.stats }, from: at.ref });
        return;
      case "tasks":
      case "columns":
        draft.tableFrom ??= at.ref;
        return;
      case "row":
        this.#takeRow(draft, partOf(shape, at));
        return;
      default:
        draft.memInfo ??= newMemInfo(at.ref);
        takeMemInfo(draft.memInfo, shape);
    }
  }

  #takeRow(draft: Draft, row: Part<ShapeOf<"row">>): void {
    draft.tableFrom ??= row.ref;
    if (this.#rowCount.rows >= ROWS_MAX) {
      draft.rowsLost = true;
      return;
    }
    this.#rowCount.rows++;
    draft.rows.push(row);
  }
}
