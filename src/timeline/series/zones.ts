// Free pages of each zone against its watermarks, in bytes: from samples of /proc/zoneinfo, and at each kill from the kernel's own
// Mem-Info. Where free is under min a task that allocates must reclaim itself; kswapd is woken under low and works up to high
// (mm/page_alloc.c __zone_watermark_ok).
import type { Series } from "../../model/analysis.ts";
import { isPlaced } from "../../model/instant.ts";
import type { Samples } from "../../model/samples.ts";
import type { StoryKill } from "../../model/timeline.ts";
import type { TickAt } from "../available/signals.ts";
import { type Point, seriesOf } from "./downsample.ts";
import { withGaps } from "./gaps.ts";

const LEVELS = ["free", "min", "low", "high"] as const;
type Level = (typeof LEVELS)[number];
interface Reading extends Readonly<Record<Level, number>> {
  readonly ms: number;
}

/** Machines with more zones are large NUMA machines; those of the first nodes stand for them. */
const MOST_ZONES = 16;
const SAMPLED = "/proc/zoneinfo";
const TOLD = "Mem-Info of the kernel's OOM report";

/** Null where one of them is not known. */
const levelsOf = (value: (level: Level) => number | undefined): Readonly<Record<Level, number>> | null => {
  const of = (level: Level): number => value(level) ?? Number.NaN;
  const known = { free: of("free"), min: of("min"), low: of("low"), high: of("high") };
  return Object.values(known).every(Number.isFinite) ? known : null;
};

/** Nothing is managed where the zone is empty (Movable, Device). */
const isManaged = (managed: number | undefined): boolean => managed === undefined || managed > 0;

/** The zones of /proc/zoneinfo by the names of its fields: "Node 0/DMA32.min". */
export const zonesIn = (fields: readonly string[]): { readonly node: number; readonly name: string }[] =>
  fields.flatMap((field) => {
    const [, node, name] = /^Node (\d{1,4})\/([A-Za-z0-9]{1,16})\.min$/.exec(field) ?? [];
    return node === undefined || name === undefined ? [] : [{ node: Number(node), name }];
  });

class Zones {
  readonly #readings = new Map<string, Reading[]>();
  readonly #from = new Set<string>();

  add(node: number, zone: string, from: string, reading: Reading): void {
    const id = `zone/${node}/${zone}`;
    const known = this.#readings.get(id);
    if (known) known.push(reading);
    else if (this.#readings.size < MOST_ZONES) this.#readings.set(id, [reading]);
    this.#from.add(from);
  }

  series(): Series[] {
    const from = [...this.#from].join(", ");
    return [...this.#readings].flatMap(([id, readings]) => {
      const inTime = readings.toSorted((a, b) => a.ms - b.ms);
      return LEVELS.map((level) =>
        seriesOf(`${id}.${level}`, "bytes", changes(inTime.map((r) => ({ ms: r.ms, value: r[level] }))), from),
      );
    });
  }
}

/** Watermarks stand still for hours: of values that stay the same the first and the last say all. */
const changes = (points: readonly { readonly ms: number; readonly value: number }[]): readonly Point[] =>
  withGaps(points).filter(
    ({ value }, i, all) => value === null || value !== all[i - 1]?.value || value !== all[i + 1]?.value,
  );

const addSampled = (zones: Zones, samples: Samples, tickAt: TickAt): void => {
  const file = samples.files.get(SAMPLED);
  if (file === undefined) return;
  for (const { node, name } of zonesIn(file.fields())) {
    const column = (field: string) => file.column(`Node ${node}/${name}.${field}`);
    const pages = { free: column("free"), min: column("min"), low: column("low"), high: column("high") };
    const managed = column("managed");
    for (let i = 0; i < file.length; i++) {
      const at = tickAt(file.tickOf(i));
      const levels = levelsOf((level) => (pages[level]?.[i] ?? Number.NaN) * samples.pageSize.bytes);
      if (levels !== null && isPlaced(at) && isManaged(managed?.[i]))
        zones.add(node, name, SAMPLED, { ms: at.best, ...levels });
    }
  }
};

const addTold = (zones: Zones, { report, invokedAt, at }: StoryKill): void => {
  const when = invokedAt ?? at;
  if (!isPlaced(when)) return;
  for (const { node, name, values } of report?.memInfo?.zones ?? []) {
    const levels = levelsOf((level) => values[level]);
    if (node !== null && levels !== null && isManaged(values["managed"]))
      zones.add(node, name, TOLD, { ms: when.best, ...levels });
  }
};

/** `zone/<node>/<name>.free`, `.min`, `.low` and `.high`. */
export const zoneSeries = (samples: Samples, tickAt: TickAt, kills: readonly StoryKill[]): Series[] => {
  const zones = new Zones();
  addSampled(zones, samples, tickAt);
  for (const kill of kills) addTold(zones, kill);
  return zones.series();
};
