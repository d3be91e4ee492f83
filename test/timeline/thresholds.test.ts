import { describe, expect, it } from "vitest";
import type { Facts } from "../../src/model/facts.ts";
import type { KubeletConfig } from "../../src/model/kubelet.ts";
import { durationMsOf, thresholdBytesOf, thresholdsInForce } from "../../src/timeline/thresholds/in-force.ts";
import { config } from "./builders.ts";

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const inForce = (...configs: readonly KubeletConfig[]) =>
  thresholdsInForce({ configs, logs: [] } as unknown as Facts, 4 * GIB, []);

describe("thresholds in force", () => {
  it("no evictionHard at all: the default of 100Mi, and with it the allocatable signal", () => {
    const t = inForce(config({}));
    expect([t.source, t.memoryHardBytes, t.allocatable]).toEqual(["default", 100 * MIB, true]);
  });

  it("setting only disk keys drops the memory default: known, and none", () => {
    const t = inForce(config({ evictionHard: { "nodefs.available": "5%", "imagefs.available": "5%" } }));
    expect([t.known, t.memoryHardBytes, t.allocatable]).toEqual([true, null, false]);
  });

  it("an empty map is set, too", () => {
    expect(inForce(config({ evictionHard: {} })).memoryHardBytes).toBeNull();
  });

  it("mergeDefaultEvictionSettings keeps it", () => {
    expect(
      inForce(config({ evictionHard: { "nodefs.available": "5%" }, mergeDefaultEvictionSettings: true }))
        .memoryHardBytes,
    ).toBe(100 * MIB);
  });

  it("configz is the truth over file and flags; flags override the file", () => {
    const file = config({ evictionHard: { "memory.available": "300Mi" } });
    const flags = config({ source: "flags", evictionHard: { "memory.available": "500Mi" } });
    const configz = config({ source: "configz", evictionHard: { "memory.available": "750Mi" } });
    expect(inForce(file, flags).memoryHardBytes).toBe(500 * MIB);
    expect(inForce(file, flags, configz).memoryHardBytes).toBe(750 * MIB);
  });

  it("nothing captured is unknown, not none", () => {
    const t = inForce();
    expect([t.known, t.source, t.hard]).toEqual([false, null, []]);
  });

  it("flags that set only reservations leave the thresholds unknown", () => {
    expect(inForce(config({ source: "flags", kubeReservedMemory: "200Mi" })).known).toBe(false);
  });

  it("percentages are float32 shares of the capacity; 0 % and 100 % remove a threshold", () => {
    expect(thresholdBytesOf("5%", 4 * GIB)).toBe(Math.trunc(4 * GIB * Math.fround(0.05)));
    expect(thresholdBytesOf("0%", GIB)).toBeNull();
    expect(thresholdBytesOf("100%", GIB)).toBeNull();
    expect(thresholdBytesOf("0.5Gi", null)).toBe(GIB / 2);
  });

  it("durations as Go writes them", () => {
    expect([
      durationMsOf("1m30s"),
      durationMsOf("5s"),
      durationMsOf("1.5s"),
      durationMsOf("soon"),
      durationMsOf(""),
    ]).toEqual([90_000, 5000, 1500, null, null]);
  });
});
