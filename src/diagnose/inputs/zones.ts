// Zones of /proc/zoneinfo, in pages as it prints them.
import type { SourceRef } from "../../model/evidence.ts";
import { zonesIn } from "../../timeline/series/zones.ts";
import type { Track } from "./track.ts";

export interface Zone {
  readonly name: string;
  readonly free: number;
  readonly min: number;
  readonly low: number;
  readonly high: number;
  readonly boost: number;
  readonly managed: number;
  /** Kept back from allocations that could take a higher zone: the greatest of its list. */
  readonly protection: number;
  readonly ref: SourceRef;
}

interface ZoneFields {
  readonly name: string;
  readonly protections: readonly string[];
}

/** Zones are read tick by tick: the names of their fields are looked for once. */
const known = new WeakMap<Track, readonly ZoneFields[]>();

const fieldsOf = (zoneinfo: Track): readonly ZoneFields[] => {
  const seen = known.get(zoneinfo);
  if (seen !== undefined) return seen;
  const fields = zoneinfo.fields();
  const names = zonesIn(fields).map(({ node, name }) => `Node ${node}/${name}`);
  const zones = names.map((name) => ({ name, protections: fields.filter((f) => f.startsWith(`${name}.protection.`)) }));
  known.set(zoneinfo, zones);
  return zones;
};

export const zonesAt = (zoneinfo: Track, reading: number): readonly Zone[] =>
  fieldsOf(zoneinfo).flatMap(({ name, protections: fields }): Zone[] => {
    const value = (field: string) => zoneinfo.value(reading, `${name}.${field}`);
    const [free, min, low, high, managed] = [
      value("free"),
      value("min"),
      value("low"),
      value("high"),
      value("managed"),
    ];
    if (free === null || min === null || low === null || high === null || managed === null || managed === 0) return [];
    const protections = fields.map((f) => zoneinfo.value(reading, f) ?? 0);
    return [
      {
        name,
        free,
        min,
        low,
        high,
        boost: value("boost") ?? 0,
        managed,
        protection: Math.max(0, ...protections),
        get ref() {
          return zoneinfo.ref(reading, `${name}.free`);
        },
      },
    ];
  });

export const sumOver = (zones: readonly Zone[], of: (zone: Zone) => number): number =>
  zones.reduce((n, zone) => n + of(zone), 0);
