import { describe, expect, it } from "vitest";
import type { LogFacts } from "../../src/model/facts.ts";
import { localTimeOf, withYear } from "../../src/timeline/clocks/local-time.ts";

/** As the parsers give it: ms since 2000-01-01. */
const yearless = (iso: string): number => Date.parse(`2000-${iso}Z`) - Date.UTC(2000, 0, 1);

const logWith = (klog: string, receipt: string): LogFacts => ({
  path: "kubelet.log",
  format: "journal-short-iso-precise",
  lines: 1,
  coverage: [],
  bindings: [
    {
      stamps: [
        { clock: "klog", ms: yearless(klog), resolutionMs: 0.001, zoned: false },
        { clock: "receipt", ms: Date.parse(receipt), resolutionMs: 0.001, zoned: true },
      ],
      bootId: null,
      ref: { file: "kubelet.log", line: 1, text: "" },
    },
  ],
  kernel: [],
  kubelet: [],
  system: [],
  kubeletBeats: [],
  sequences: null,
});

describe("stamps without year and zone", () => {
  it("take the year that brings them nearest", () => {
    expect(withYear(yearless("11-24T01:15:14.599"), Date.UTC(2026, 10, 25))).toBe(
      Date.UTC(2026, 10, 24, 1, 15, 14, 599),
    );
    expect(withYear(yearless("12-31T23:59:58.000"), Date.UTC(2027, 0, 1))).toBe(Date.UTC(2026, 11, 31, 23, 59, 58));
  });

  it("take the zone from a line that was received just after: UTC, +05:30, −08:00", () => {
    expect(localTimeOf([logWith("11-24T01:15:14.599", "2026-11-24T01:15:14.665Z")], null).zoneMs).toBe(0);
    expect(localTimeOf([logWith("11-24T06:45:14.599", "2026-11-24T01:15:20.000Z")], null).zoneMs).toBe(
      -5.5 * 3_600_000,
    );
    expect(localTimeOf([logWith("11-23T17:15:14.599", "2026-11-24T01:15:14.665Z")], null).zoneMs).toBe(8 * 3_600_000);
  });

  it("take the zone and the year from a time that the maker of a line wrote into it before syslog stamped it", () => {
    const syslog = (local: string, made: string): LogFacts => ({
      ...logWith("11-24T01:15:14.599", "2026-11-24T01:15:14.665Z"),
      bindings: [],
      system: [
        {
          kind: "task-oom",
          containerId: "25a3",
          stamps: [
            { clock: "realtime", ms: Date.parse(made), resolutionMs: 1e-6, zoned: true },
            { clock: "rfc3164", ms: yearless(local), resolutionMs: 1000, zoned: false },
          ],
          bootId: null,
          host: null,
          pid: null,
          from: [{ file: "syslog", line: 1, text: "" }],
        },
      ],
    });
    // "Apr 14 05:21:34 … time="2025-04-14T05:21:34.5+08:00"", whole seconds cut off; then half a minute late
    expect(localTimeOf([syslog("04-14T05:21:34", "2025-04-14T05:21:34.519+08:00")], null)).toEqual({
      zoneMs: -8 * 3_600_000,
      nearMs: Date.parse("2025-04-13T21:21:34.519Z"),
    });
    expect(localTimeOf([syslog("04-14T05:22:04", "2025-04-13T21:21:34.519Z")], null).zoneMs).toBe(-8 * 3_600_000);
    // no zone lies between
    expect(localTimeOf([syslog("04-14T05:28:04", "2025-04-13T21:21:34.519Z")], null).zoneMs).toBeNull();
  });

  it("say that nothing names it where nothing does", () => {
    expect(localTimeOf([], Date.UTC(2026, 0, 1)).zoneMs).toBeNull();
  });
});
