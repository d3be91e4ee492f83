// Counters of vmstat as rates: per second of the boot clock, summed over zones, broken where a boot ends.
import { describe, expect, it } from "vitest";
import { rates } from "../../../src/timeline/series/rates.ts";
import { parsed } from "../../parse/samples/film-builders.ts";
import { when } from "../builders.ts";

const film = async (ticks: readonly (readonly [up: number, vmstat: string])[]) => {
  const files = ticks.map(([up, vmstat], i) => ({
    path: `ticks/${String(i).padStart(6, "0")}.fast`,
    text: `@@ memforensics 1 tier=fast segment=${i} boot=aaaaaaaa-0000-0000-0000-000000000000 interval=1\n@@ tick ${i} up=${up.toFixed(2)} real=- gen=0\n==> /proc/vmstat <==\n${vmstat}\n@@ end ${i} up=${up.toFixed(2)} real=- vanished=0\n`,
  }));
  const { samples } = (await parsed(files)).facts;
  const series = rates(samples, (tick) => when((ticks[tick]?.[0] ?? 0) * 1000));
  return Object.fromEntries(series.map(({ id, values }) => [id, values]));
};

describe("rates of reclaim", () => {
  it("tell what kswapd and tasks scanned, and what of it they freed", async () => {
    const made = await film([
      [10, "pgsteal_kswapd 100\npgsteal_direct 10\npgscan_kswapd 400\npgscan_direct 50\ncompact_stall 3"],
      [12, "pgsteal_kswapd 300\npgsteal_direct 10\npgscan_kswapd 1400\npgscan_direct 250\ncompact_stall 7"],
    ]);
    expect(made).toEqual({
      "node.reclaim.kswapd": [500],
      "node.reclaim.direct": [100],
      "node.reclaim.kswapd.freed": [100],
      "node.reclaim.direct.freed": [0],
      "node.compaction.stall": [2],
    });
  });

  it("sum the zones of kernels up to 4.7, and leave out what only waited", async () => {
    const made = await film([
      [
        10,
        "pgsteal_direct_dma 1\npgsteal_direct_normal 2\npgscan_direct_dma 5\npgscan_direct_normal 7\npgscan_direct_throttle 900",
      ],
      [
        11,
        "pgsteal_direct_dma 3\npgsteal_direct_normal 9\npgscan_direct_dma 6\npgscan_direct_normal 27\npgscan_direct_throttle 999",
      ],
    ]);
    expect(made).toEqual({ "node.reclaim.direct": [21], "node.reclaim.direct.freed": [9] });
  });

  it("begin anew where a counter falls: that is another boot", async () => {
    const made = await film([
      [10, "compact_stall 50"],
      [11, "compact_stall 60"],
      [12, "compact_stall 1"],
      [13, "compact_stall 5"],
    ]);
    expect(made).toEqual({ "node.compaction.stall": [10, 4] });
  });
});
