// The kernel's own lines, as events. Who speaks decides: what node-problem-detector or the kubelet quote of the kernel is no kernel line;
// in a text without speakers a line counts if it begins as the kernel's does.
import type { Report } from "../../model/evidence.ts";
import type { KernelEvent, KernelNote, OomReport } from "../../model/kernel.ts";
import type { LogLine } from "../../model/log.ts";
import type { LineReader } from "../parser.ts";
import { createAssembler } from "./assembler.ts";
import type { ClassifyContext } from "./classify.ts";
import { type Draft, tells } from "./draft.ts";
import { createJoiner, type ShapedLine } from "./joiner.ts";
import { reportOf } from "./report.ts";

/** Written to /dev/kmsg by the collector; journald takes its name for the speaker. */
const COLLECTOR = "memforensics";
/** Notes of a stalled machine come in floods. */
const NOTES_MAX = 5000;
/** Sequence numbers of one read of /dev/kmsg only rise; a fall is another read of it. */
const GAP_MAX = 1e9;

const baseOf = ({ line, ref }: ShapedLine) => ({
  stamps: line.stamps,
  bootId: line.bootId,
  host: line.host,
  from: [ref] as const,
});

const noteOf = (at: ShapedLine): KernelEvent | null => {
  const { shape, line } = at;
  const note = (kind: KernelNote["kind"], comm: string | null = null, pid: number | null = null): KernelNote => ({
    ...baseOf(at),
    kind,
    comm,
    pid,
    summary: line.message.trim().slice(0, 200),
  });
  switch (shape.kind) {
    case "lost":
      return { ...baseOf(at), kind: "lost", count: shape.count, what: shape.what };
    case "mark":
      return { ...baseOf(at), kind: "mark", number: shape.number, uptimeSec: shape.uptimeSec, realSec: shape.realSec };
    case "boot":
      return { ...baseOf(at), kind: "boot", release: shape.release };
    case "note":
      return note(shape.note, shape.comm, shape.pid);
    case "panic":
      return note("panic");
    case "sysrq-oom":
      return note("sysrq-oom");
    case "no-killable":
      return note("no-killable");
    default:
      return null;
  }
};

export const createKernelReader = (report: Report): LineReader<KernelEvent[]> => {
  const context: ClassifyContext = { columns: null };
  const rowCount = { rows: 0 };
  /** By machine and boot: each has an oom_lock of its own. */
  const assemblers = new Map<string, ReturnType<typeof createAssembler>>();
  const events: KernelEvent[] = [];
  let notes = 0;
  let lastSequence: number | null = null;
  let lastKey = "";
  let lastKeyKnown = false;

  const assemblerOf = (line: LogLine): ReturnType<typeof createAssembler> => {
    // a wrapped or pasted line without a speaker goes with the lines before it
    const key = line.ident === null && lastKeyKnown ? lastKey : `${line.bootId ?? ""}|${line.host ?? ""}`;
    lastKey = key;
    lastKeyKnown = true;
    const known = assemblers.get(key);
    if (known) return known;
    // a first line cut off in its decoration names no host: what it began goes on in the next one's report
    const headless = assemblers.size === 1 && line.bootId === null ? assemblers.get("|") : undefined;
    const goesOn = headless?.isEmpty() === true;
    if (goesOn) assemblers.delete("|");
    const made = goesOn && headless ? headless : createAssembler(rowCount);
    assemblers.set(key, made);
    return made;
  };
  const take = (at: ShapedLine): void => {
    const { shape, line } = at;
    if (shape.kind === "mark" && line.ident !== COLLECTOR && !line.message.startsWith(COLLECTOR)) return;
    // prose about the OOM killer has no mask
    if (shape.kind === "invoked" && line.ident === null && shape.weight === 1) return;
    if (shape.kind === "columns") context.columns = shape.columns;
    const note = noteOf(at);
    if (note && notes++ < NOTES_MAX) events.push(note);
    const assembler = assemblerOf(line);
    if (shape.kind === "lost") assembler.loss();
    assembler.take(at);
  };
  const joiner = createJoiner(context, take);

  const takeSequence = (line: LogLine): void => {
    if (line.sequence === null) return;
    const gap = lastSequence === null ? 0 : line.sequence - lastSequence - 1;
    lastSequence = line.sequence;
    if (gap <= 0 || gap > GAP_MAX) return;
    joiner.flush();
    assemblerOf(line).loss();
    events.push({
      stamps: line.stamps,
      bootId: line.bootId,
      host: line.host,
      from: [line.ref],
      kind: "lost",
      count: gap,
      what: "records",
    });
  };
  const eventsOf = (drafts: readonly Draft[]): OomReport[] => drafts.filter(tells).map(reportOf);

  return {
    line(line) {
      takeSequence(line);
      if (line.ident !== null && line.ident !== "kernel" && line.ident !== COLLECTOR) {
        joiner.flush();
        return;
      }
      joiner.push(line);
    },
    end() {
      joiner.flush();
      const all = [...assemblers.values()].map((assembler) => assembler.end());
      for (const { drafts, looseReaped } of all) {
        events.push(...eventsOf(drafts));
        for (const { line, part } of looseReaped) {
          events.push({
            stamps: part.stamps,
            bootId: line.bootId,
            host: line.host,
            from: [part.ref],
            kind: "reaped",
            pid: part.shape.pid,
            comm: part.shape.comm,
          });
        }
      }
      const lostRows = all.flatMap(({ drafts }) => drafts).find((draft) => draft.rowsLost);
      if (lostRows) report(rowsProblem(lostRows));
      return events.sort((a, b) => a.from[0].line - b.from[0].line);
    },
  };
};

const rowsProblem = (draft: Draft) =>
  ({
    severity: "warning",
    code: "task-rows-left-out",
    file: draft.first.ref.file,
    line: draft.tableFrom?.line ?? draft.first.ref.line,
    message: "From this OOM report on the tables of tasks are not kept: the file holds more than 200,000 rows of them.",
    costs: "The choice of these victims cannot be checked.",
  }) as const;
