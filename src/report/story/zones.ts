// How the free pages of each zone stood to its watermarks when the kernel killed.
import type { Series } from "../../model/analysis.ts";
import { isShared, type Story } from "./story.ts";
import { lastBefore } from "./trends.ts";

interface ZoneAt {
  readonly name: string;
  readonly free: number;
  readonly min: number;
  readonly low: number;
  readonly high: number;
  /** When it was read, and what from. */
  readonly ms: number;
  readonly from: string;
}

const FREE = /^zone\/(\d{1,4})\/(.{1,16})\.free$/;
/** An older reading tells of another time. */
const OLDEST_MS = 5000;

/** At the first kill of the verdict's incident, if the node ran out; empty where none was read shortly before it. */
export function zonesAtKill(story: Story): readonly ZoneAt[] {
  const { main } = story;
  const kills = main === null || !isShared(main) ? [] : story.killsOf(main).flatMap(({ at }) => at.unixMs ?? []);
  if (kills.length === 0) return [];
  const kill = Math.min(...kills);
  const several = story.a.series.some(({ id }) => FREE.test(id) && !id.startsWith("zone/0/"));
  return story.a.series.flatMap((series): ZoneAt[] => {
    const [, node, name = ""] = FREE.exec(series.id) ?? [];
    if (node === undefined) return [];
    const { at: ms, bytes: free } = lastBefore(series, kill);
    const read = (level: string): number | null => valueBefore(story.series.get(`zone/${node}/${name}.${level}`), kill);
    const [min, low, high] = [read("min"), read("low"), read("high")];
    if (free === null || kill - ms > OLDEST_MS || min === null || low === null || high === null) return [];
    return [{ name: several ? `node ${node} ${name}` : name, free, min, low, high, ms, from: series.from }];
  });
}

const valueBefore = (series: Series | undefined, instant: number): number | null =>
  series === undefined ? null : lastBefore(series, instant).bytes;

export const levelOf = ({ free, min, low, high }: ZoneAt): string =>
  free < min ? "under min" : free < low ? "under low" : free < high ? "under high" : "above high";
