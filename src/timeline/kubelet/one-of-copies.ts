// A capture may hold one log in several forms, whose stamps differ by what their clocks do: a line of it is one event, not one a form.
import { isPlaced } from "../../model/instant.ts";
import type { KubeletEvent, SystemEvent } from "../../model/kubelet.ts";
import { pieceOf } from "../../model/log.ts";
import type { PlacedEvent } from "../../model/timeline.ts";
import { realBootId } from "../kills/telling.ts";

/** Forms of one journal show a line up to half a minute apart: its own stamp, its receipt, the clock stepped at boot. */
const APART_MS = 60_000;

type Line = PlacedEvent<SystemEvent>;

/** Beyond so many lines that say the same every one is told: to match them would take a time of their square. */
const MOST_ALIKE = 500;

/** What it says, not when nor where it stands. */
export const saidBy = (event: KubeletEvent | SystemEvent): string => {
  const { stamps: _stamps, from: _from, bootId: _bootId, host: _host, ...said } = event;
  return JSON.stringify(said, (key, value: unknown) => (key === "pid" ? undefined : value));
};

/** Pieces of one log follow upon each other: they are no copies of each other. */
const logOf = ({ event }: Line): string => pieceOf(event.from[0].file)?.series ?? event.from[0].file;

const isOfOneBoot = (one: Line, other: Line): boolean => {
  const [a, b] = [realBootId(one.event.bootId), realBootId(other.event.bootId)];
  return a === null || b === null || a === b;
};

const isNear = (one: Line, other: Line): boolean =>
  !isPlaced(one.at) || !isPlaced(other.at) || Math.abs(one.at.best - other.at.best) <= APART_MS;

const isSame = (one: Line, other: Line): boolean => isOfOneBoot(one, other) && isNear(one, other);

const width = ({ at }: Line): number => (isPlaced(at) ? at.latest - at.earliest : Number.MAX_VALUE);
const leastWidth = (log: readonly Line[]): number => Math.min(...log.map(width));

const grouped = <T>(items: readonly T[], keyOf: (item: T) => string): T[][] => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
};

const firstOf = <T>(items: Iterable<T>, is: (item: T) => boolean): T | undefined => {
  for (const item of items) if (is(item)) return item;
  return undefined;
};

/** Of lines that say the same: those of the log that times them best, and of every other log what matches none of them. */
const told = (lines: Line[]): Line[] => {
  if (lines.length > MOST_ALIKE) return lines;
  const logs = grouped(lines, logOf).toSorted((a, b) => leastWidth(a) - leastWidth(b));
  const kept: Line[] = [];
  for (const log of logs) {
    const free = new Set(kept);
    for (const line of log) {
      const match = firstOf(free, (other) => isSame(other, line));
      if (match === undefined) kept.push(line);
      else free.delete(match);
    }
  }
  return kept;
};

export const oneOfCopies = (lines: readonly Line[]): Line[] =>
  grouped(lines, ({ event }) => saidBy(event)).flatMap(told);
