import { describe, expect, test } from "vitest";
import {
  isAdmissionMessage,
  isEvictedMessage,
  isPodLimitMessage,
  parseEvictedMessage,
} from "../../../src/parse/kube/evicted-message.ts";
import { parseQuantity } from "../../../src/parse/kube/quantity.ts";
import { apiStamp, parseGoDuration, parseRfc1123z, parseRfc3339 } from "../../../src/parse/kube/times.ts";

test.each([
  ["283900Ki", 290_713_600],
  ["300Mi", 314_572_800],
  ["2727346284", 2_727_346_284],
  ["0.5Gi", 536_870_912],
  ["1.1Gi", 1_181_116_007], // 1181116006.4, rounded up as Value() does
  ["500M", 500_000_000],
  ["500m", 1],
  ["1e9", 1e9],
  ["E", null],
  ["2E", 2e18],
  ["2E3", 2000],
  ["-12Ki", -12_288],
  ["0", 0],
  ["<nil>", null],
  ["10%", null],
  ["", null],
])("quantity %s", (text, value) => {
  expect(parseQuantity(text)).toBe(value);
});

describe("times", () => {
  test("RFC 3339 with zones and fractions; Go's own form; the zero time is none", () => {
    expect(parseRfc3339("2026-11-24T01:15:56Z")).toEqual({ ms: Date.UTC(2026, 10, 24, 1, 15, 56), resolutionMs: 1000 });
    expect(parseRfc3339("2020-11-27T18:03:31+08:00")?.ms).toBe(Date.UTC(2020, 10, 27, 10, 3, 31));
    expect(parseRfc3339("2021-09-21 16:54:31 +0900 JST")?.ms).toBe(Date.UTC(2021, 8, 21, 7, 54, 31));
    expect(parseRfc3339("2026-11-24T01:15:56.082727775Z")).toMatchObject({ resolutionMs: 0.001 });
    expect(parseRfc3339("0001-01-01T00:00:00Z")).toBeNull();
    expect(parseRfc3339("2026-11-24 01:15:56")).toBeNull(); // no zone: not this clock
  });

  test("describe's dates", () => {
    expect(parseRfc1123z("Tue, 03 Mar 2026 06:39:25 -0500")?.ms).toBe(Date.UTC(2026, 2, 3, 11, 39, 25));
    expect(apiStamp("Tue, 03 Mar 2026 06:39:25 -0500")).toMatchObject({ clock: "api", resolutionMs: 1000 });
    expect(apiStamp("2026-11-24T01:15:56.000001Z")).toMatchObject({ clock: "realtime" });
  });

  test.each([
    ["27h14m51.5s", 98_091_500],
    ["5m30s", 330_000],
    ["46d", 46 * 86_400_000],
    ["500ms", 500],
    ["0", 0],
    ["5 m", null],
    ["", null],
  ])("duration %s", (text, ms) => {
    expect(parseGoDuration(text)).toBe(ms);
  });
});

describe("the Evicted message", () => {
  test("1.26+: threshold, value, containers", () => {
    expect(
      parseEvictedMessage(
        "The node was low on resource: memory. Threshold quantity: 300Mi, available: 283900Ki. Container etl was using 1078152Ki, request is 0, has larger consumption of memory. Container log was using 2Mi, request is 1Mi, has larger consumption of memory. ",
      ),
    ).toEqual({
      resource: "memory",
      thresholdBytes: 314_572_800,
      availableBytes: 290_713_600,
      containers: [
        { name: "etl", usingBytes: 1_104_027_648, requestBytes: 0 },
        { name: "log", usingBytes: 2_097_152, requestBytes: 1_048_576 },
      ],
      admission: false,
    });
  });

  test("before: no threshold, which is not 0", () => {
    expect(
      parseEvictedMessage(
        "The node was low on resource: memory. Container c was using 23313696Ki, which exceeds its request of 0. ",
      ),
    ).toEqual({
      resource: "memory",
      thresholdBytes: null,
      availableBytes: null,
      containers: [{ name: "c", usingBytes: 23_873_224_704, requestBytes: 0 }],
      admission: false,
    });
  });

  test.each([
    "Pod was rejected: The node had condition: [MemoryPressure]. ",
    "Pod The node had condition: [DiskPressure]. ",
    "The node had condition: [MemoryPressure].",
    "Pod The node was low on resource: [MemoryPressure].",
  ])("refused, not evicted: %s", (text) => {
    expect(isAdmissionMessage(text)).toBe(true);
    expect(isEvictedMessage(text)).toBe(false);
    expect(parseEvictedMessage(text)).toMatchObject({ admission: true, resource: null });
  });

  test("a limit of the pod's own is no pressure of the node", () => {
    const text = 'Usage of EmptyDir volume "cache" exceeds the limit "10Mi". ';
    expect(isPodLimitMessage(text)).toBe(true);
    expect(parseEvictedMessage(text)).toMatchObject({ resource: "ephemeral-storage", admission: false });
    expect(isPodLimitMessage("The node was low on resource: ephemeral-storage. ")).toBe(false);
  });
});
