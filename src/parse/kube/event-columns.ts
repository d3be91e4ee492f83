// Event tables whose columns are the caller's own (`kubectl get events -o custom-columns=…`): read by their header.
import type { SourceRef } from "../../model/evidence.ts";
import type { KubeEvent } from "../../model/kubelet.ts";
import { eventObject, IMPORTANT } from "./event-rows.ts";
import { apiStamp } from "./times.ts";

type Meaning =
  | "time"
  | "first"
  | "type"
  | "reason"
  | "kind"
  | "object"
  | "namespace"
  | "source"
  | "host"
  | "count"
  | "message";

const MEANINGS: readonly (readonly [heading: RegExp, meaning: Meaning])[] = [
  [/^(?:FIRST ?(?:SEEN|TIMESTAMP)?)$/, "first"],
  [/^(?:(?:LAST|EVENT|CREATION)? ?-?(?:SEEN|TIME|TIMESTAMP)|AGE|CREATED|WHEN|DATE)$/, "time"],
  [/^TYPE$/, "type"],
  [/^REASON$/, "reason"],
  [/^(?:OBJECT[ -]?|INVOLVEDOBJECT\.)?KIND$/, "kind"],
  [/^(?:OBJECT|(?:INVOLVED|REGARDING) ?OBJECT|(?:OBJECT[ -]?|INVOLVEDOBJECT\.)?NAME|POD|NODE)$/, "object"],
  [/^(?:NAMESPACE|NS)$/, "namespace"],
  [/^(?:SOURCE|FROM|COMPONENT)$/, "source"],
  [/^HOST$/, "host"],
  [/^COUNT$/, "count"],
  [/^(?:MESSAGE|NOTE)$/, "message"],
];

interface Column {
  readonly from: number;
  readonly to: number;
  readonly meaning: Meaning | null;
}

export type EventColumns = readonly Column[];

/** Two blanks part columns; a heading may hold one ("LAST SEEN"). */
const HEADING = /\S{1,60}(?: \S{1,60}){0,2}(?=\s{2,400}|\s{0,400}$)/g;
const MAX_HEADER = 1000;

/** Null for all but a header of such a table. Those of kubectl itself have the type before the reason, and are read by what stands in them. */
export const eventColumns = (line: string): EventColumns | null => {
  if (line.length > MAX_HEADER || !/\breason\b/i.test(line) || !/\b(?:message|note)\b/i.test(line)) return null;
  const found = [...line.matchAll(HEADING)];
  const meanings = found.map(([text]) => MEANINGS.find(([heading]) => heading.test(text.toUpperCase()))?.[1] ?? null);
  if (!meanings.includes("reason") || meanings.at(-1) !== "message" || meanings.filter((m) => m !== null).length < 3)
    return null;
  if (meanings[meanings.indexOf("reason") - 1] === "type" && !meanings.includes("kind")) return null;
  return found.map((match, i) => ({
    from: i === 0 ? 0 : match.index,
    to: found[i + 1]?.index ?? Number.POSITIVE_INFINITY,
    meaning: meanings[i] ?? null,
  }));
};

/** By place where the row is aligned as its header is, else by the gaps; null where neither fits. */
const cellsOf = (row: string, columns: EventColumns): readonly string[] | null => {
  const aligned = columns.every(({ from }) => from === 0 || from >= row.length || row[from - 1] === " ");
  if (aligned) return columns.map(({ from, to }) => row.slice(from, to).trim());
  const parts = row.trim().split(/\s{2,200}/);
  if (parts.length < columns.length) return null;
  const last = columns.length - 1;
  return [...parts.slice(0, last), parts.slice(last).join("  ")];
};

export const eventOfColumns = (line: string, columns: EventColumns, ref: SourceRef): KubeEvent | null => {
  const cells = cellsOf(line.slice(0, 16_384), columns);
  if (cells === null) return null;
  const cell = (meaning: Meaning): string | null => {
    const text = cells[columns.findIndex((column) => column.meaning === meaning)];
    return text === undefined || text === "" || text === "<none>" ? null : text;
  };
  const reason = cell("reason");
  if (reason === null || !IMPORTANT.test(reason)) return null;
  const stampsOf = (text: string | null) => {
    const stamp = apiStamp(text ?? "");
    return stamp === null ? [] : [stamp];
  };
  const last = stampsOf(cell("time"));
  const first = stampsOf(cell("first"));
  // "kubelet, node3"
  const [component, host] = cell("source")?.split(", ") ?? [];
  const count = Number(cell("count") ?? "1");
  return {
    reason,
    type: cell("type"),
    component: component ?? null,
    host: cell("host") ?? host ?? null,
    object: eventObject(reason, cell("kind"), cell("namespace"), cell("object")),
    message: cell("message") ?? "",
    first: first.length > 0 ? first : last,
    last: last.length > 0 ? last : first,
    count: Number.isInteger(count) && count > 0 ? count : 1,
    annotations: {},
    from: [ref],
  };
};
