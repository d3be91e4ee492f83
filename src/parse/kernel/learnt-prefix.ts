// Decorations that no form of ours knows: line numbers, a CI's or a container's prefix, a time in brackets. What stands before the lines
// that only the kernel prints, alike before several kinds of them, stands before all lines.
import type { LogLine } from "../../model/log.ts";
import { withoutQuote } from "../log/wrap-width.ts";
import { looseHead } from "./loose-head.ts";

/** Lines of which a report has one or a few, none of which is ever quoted alone: kill lines are, by node-problem-detector and the kubelet. */
const ANCHORS: readonly RegExp[] = [
  /CPU: \d{1,6} (?:UID: \d{1,10} )?PID: \d{1,10} Comm: /,
  /Call Trace:\s{0,8}$/,
  /Hardware name: /,
  /Mem-Info:\s{0,8}$/,
  /Tasks state \(memory values in pages\):/,
  /\[ {1,8}pid {1,8}\] {1,8}uid {1,8}tgid total_vm/,
  /memory: usage \d{1,20}kB, limit /,
  /Memory cgroup stats for \//,
  /(?:Node \d{1,5} )?(?:DMA|DMA32|Normal) free:\d/,
  /Free swap {1,2}= \d/,
  /\d{1,18} pages RAM/,
  /active_anon:\d{1,20} inactive_anon:\d{1,20} isolated_anon:/,
  /oom-kill:constraint=/,
];
/** So many kinds of them must stand behind the same prefix. */
const KINDS_MIN = 3;
const PREFIX_MAX = 100;
/** Of one window's loose heads. */
const SHAPES_MAX = 8;

/** "  12\t" and " 120\t" are one prefix: numbers count as numbers, blanks as blanks. */
const shapeOf = (prefix: string): string => prefix.replace(/\d{1,20}/g, "0").replace(/[ \t]{1,100}/g, " ");

const patternOf = (shape: string): RegExp => {
  const parts = shape.split(/([0 ])/).map((part, index) => {
    if (part === "0") return String.raw`\d{1,20}`;
    if (part === " ") return String.raw`[ \t]{${index === 1 ? 0 : 1},100}`;
    return part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  });
  return new RegExp(`^[ \\t]{0,20}${parts.join("")}`);
};

interface Found {
  readonly kind: number;
  readonly shape: string;
}

const anchorIn = (text: string): Found | null => {
  const head = text.slice(0, 400);
  for (const [kind, anchor] of ANCHORS.entries()) {
    const at = head.search(anchor);
    if (at > 0 && at <= PREFIX_MAX) return { kind, shape: shapeOf(head.slice(0, at)) };
    if (at === 0) return null;
  }
  return null;
};

/** What stands before every line here, or null. Blanks and the marks of a quotation are none: they stand before further pieces of a line, too. */
export const learnPrefix = (lines: readonly LogLine[]): RegExp | null => {
  const kinds = new Map<string, Set<number>>();
  for (const { ident, message } of lines) {
    const found = ident === null || ident === "kernel" ? anchorIn(message) : null;
    if (!found || withoutQuote(found.shape).trim() === "") continue;
    const known = kinds.get(found.shape);
    if (known) known.add(found.kind);
    else kinds.set(found.shape, new Set([found.kind]));
  }
  for (const [shape, { size }] of kinds) if (size >= KINDS_MIN) return patternOf(shape);
  return null;
};

/** Lines without what stands before one that only the kernel prints, and without the same before others. */
export const withoutLooseHeads = (lines: readonly LogLine[]): readonly LogLine[] => {
  const shapes = new Map<string, RegExp>();
  const own = lines.map((line) => {
    const head = looseHead(line);
    if (head === null) return line;
    const shape = shapeOf(head);
    if (!shapes.has(shape) && shapes.size < SHAPES_MAX) shapes.set(shape, patternOf(shape));
    return { ...line, ident: "kernel", message: line.message.slice(head.length) };
  });
  const patterns = [...shapes.values()];
  if (patterns.length === 0) return lines;
  return own.map((line, i) =>
    line === lines[i] ? patterns.reduce((it, pattern) => (it === line ? withoutPrefix(it, pattern) : it), line) : line,
  );
};

/** The kernel's line behind a learnt prefix. */
export const withoutPrefix = (line: LogLine, prefix: RegExp): LogLine => {
  if (line.ident !== null && line.ident !== "kernel") return line;
  const match = prefix.exec(line.message.slice(0, PREFIX_MAX * 2));
  return match ? { ...line, ident: "kernel", message: line.message.slice(match[0].length) } : line;
};

/** `    12\ttainted 6.1.0-18-amd64 #1`, `12: tainted …`: of a text that was wrapped before its lines were numbered. */
const NUMBER = /^\s{0,8}(\d{1,7})(?:\t|[:.|] ?| {1,4}(?:\| ?)?)/;
const NUMBERED_MIN = 3;

/** Lines without a decoration, all of which have the number of their line, without it; null where one has not. */
export const withoutNumbers = (lines: readonly LogLine[]): readonly LogLine[] | null => {
  const bare = lines.filter(({ ident, message }) => ident === null && message.trim() !== "");
  const [first] = bare;
  const numberIn = ({ message }: LogLine): number => Number(NUMBER.exec(message.slice(0, 32))?.[1] ?? Number.NaN);
  if (!first || bare.length < NUMBERED_MIN) return null;
  const offset = numberIn(first) - first.ref.line;
  if (!bare.every((line) => numberIn(line) - line.ref.line === offset)) return null;
  return lines.map((line) => (line.ident === null ? { ...line, message: line.message.replace(NUMBER, "") } : line));
};
