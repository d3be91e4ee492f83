// Free pages of each zone against its watermarks: samples of /proc/zoneinfo, and the kernel's own listing at each kill.
import { expect, it } from "vitest";
import { zoneSeries } from "../../../src/timeline/series/zones.ts";
import { analysed } from "../../analysed.ts";
import { parsed } from "../../parse/samples/film-builders.ts";
import { when } from "../builders.ts";

const zone = (node: number, name: string, free: number, managed: number): string =>
  `Node ${node}, zone ${name.padStart(8)}\n  pages free     ${free}\n        min      100\n        low      125\n        high     150\n        managed  ${managed}\n`;

it("are in bytes, zone by zone; a zone that manages nothing is none, and of watermarks that stand still two points are kept", async () => {
  const text = [300, 90, 110]
    .map((free, i) => {
      const zones = [zone(0, "Normal", free, 5000), zone(0, "Movable", 0, 0), zone(1, "Normal", 700, 5000)];
      return `@@ tick ${i} up=${i + 10}.00 real=- gen=0\n==> /proc/zoneinfo <==\n${zones.join("")}@@ end ${i} up=${i + 10}.10 real=- vanished=0\n`;
    })
    .join("");
  const head = "@@ memforensics 1 tier=full segment=1 boot=aaaaaaaa-0000-0000-0000-000000000000 interval=1\n";
  const { facts } = await parsed([{ path: "ticks/000001.full", text: head + text }]);
  const series = zoneSeries(facts.samples, (tick) => when((tick + 10) * 1000), []);
  const page = facts.samples.pageSize.bytes;
  expect(
    Object.fromEntries(series.map(({ id, values }) => [id, values.map((bytes) => (bytes ?? NaN) / page)])),
  ).toEqual({
    "zone/0/Normal.free": [300, 90, 110],
    "zone/0/Normal.min": [100, 100],
    "zone/0/Normal.low": [125, 125],
    "zone/0/Normal.high": [150, 150],
    "zone/1/Normal.free": [700, 700],
    "zone/1/Normal.min": [100, 100],
    "zone/1/Normal.low": [125, 125],
    "zone/1/Normal.high": [150, 150],
  });
  expect(series.every(({ unit, from }) => unit === "bytes" && from === "/proc/zoneinfo")).toBe(true);
});

it("hold what the kernel listed when it killed: DMA32 of the sample was 4 KiB under min", async () => {
  const { series, oomKills } = await analysed("samples/kernel-first.tgz");
  const invoked = oomKills.flatMap(({ at }) => at.unixMs ?? []);
  const at = (id: string): readonly (number | null | undefined)[] => {
    const found = series.find((one) => one.id === id);
    // the report's reading is the last one before each "Killed process"
    return invoked.map((ms) => found?.values[found.unixMs.findLastIndex((t) => t <= ms)]);
  };
  // kmsg:686 and kmsg:771, in kB
  expect(at("zone/0/DMA32.free")).toEqual([44824 * 1024, 44768 * 1024]);
  expect(at("zone/0/DMA32.min")).toEqual([44828 * 1024, 44828 * 1024]);
});
