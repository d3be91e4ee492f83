import { describe, expect, it } from "vitest";
import { sleepOf, stalledAtHigh } from "../../../src/timeline/memory-high/throttle.ts";

const HIGH = 340 * 1024 * 1024;
const reading = (seconds: number, overage: number, highEvents: number) => ({
  ms: seconds * 1000,
  usageBytes: HIGH * (1 + overage),
  highBytes: HIGH,
  highEvents,
});

describe("sleep at memory.high", () => {
  it("4.2 % over is 64 × 0.042² = 0.11 s", () => expect(sleepOf(0.042)).toBeCloseTo(0.1129, 4));
  it("up to 1.25 % nobody sleeps", () => expect([sleepOf(0.0124), sleepOf(0), sleepOf(-0.1)]).toEqual([0, 0, 0]));
  it("never more than 2 s", () => expect(sleepOf(0.5)).toBe(2));
});

describe("share of the time asleep", () => {
  it("119 events a second at 4.2 % over are 7 sleeps a second: 79 %", () => {
    const readings = Array.from({ length: 21 }, (_, s) => reading(s, 0.042, s * 119));
    expect(stalledAtHigh(readings)).toBeCloseTo(0.79, 2);
  });
  it("takes the lesser overage of two readings, for it is a lower bound", () => {
    expect(stalledAtHigh([reading(0, 0.01, 0), reading(10, 0.042, 1190)])).toBe(0);
  });
  it("is not known from one reading", () => expect(stalledAtHigh([reading(0, 0.04, 5)])).toBeNull());
});
