import { describe, expect, test } from "vitest";
import { iec } from "../../src/report/format/bytes.ts";
import { grouped, listed, median, percent } from "../../src/report/format/number.ts";
import { clockTime, duration, instantStamp, instantTime, plusMinus } from "../../src/report/format/time.ts";
import { shortened, visible, visibleLine } from "../../src/report/format/visible.ts";
import { at, GiB, MiB, sinceBoot } from "./fixtures/build.ts";

describe("bytes", () => {
  test("three digits in IEC units, whole numbers without decimals, never 1024 of a unit", () => {
    expect(iec(0)).toBe("0 B");
    expect(iec(300 * MiB)).toBe("300 MiB");
    expect(iec(2_353_831_936)).toBe("2.19 GiB");
    expect(iec(205_434_880)).toBe("196 MiB");
    expect(iec(1.5 * GiB)).toBe("1.50 GiB");
    expect(iec(1023.9 * MiB)).toBe("1.00 GiB");
    expect(iec(1023.7 * MiB)).toBe("1.00 GiB");
    expect(iec(-5 * MiB)).toBe("−5 MiB");
  });
});

describe("numbers", () => {
  test("group without a locale", () => {
    expect(grouped(33797)).toBe("33,797");
    expect(grouped(-1_234_567)).toBe("−1,234,567");
    expect(grouped(7)).toBe("7");
  });
  test("a share above nothing never reads as 0 %", () => {
    expect(percent(0)).toBe("0 %");
    expect(percent(0.0004)).toBe("under 0.1 %");
    expect(percent(0.019)).toBe("1.9 %");
    expect(percent(0.956)).toBe("96 %");
  });
  test("medians of odd, even and no values", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNull();
  });
  test("lists", () => {
    expect(listed(["a", "b", "c"])).toBe("a, b and c");
    expect(listed([])).toBe("");
  });
});

describe("times", () => {
  test("are cut, not rounded, and have the digits that the uncertainty bears", () => {
    const unixMs = Date.parse("2026-11-24T01:15:56.961Z");
    expect(clockTime(unixMs, 1)).toBe("01:15:56.9");
    const bare = { unixMs, utc: null, bootSec: null, clock: "printk", anchor: null };
    expect(instantTime({ ...bare, uncertaintyMs: 500 })).toBe("01:15:56.9");
    expect(instantTime({ ...bare, uncertaintyMs: 1500 })).toBe("01:15:56");
    expect(instantTime({ ...bare, uncertaintyMs: 1 })).toBe("01:15:56.961");
  });
  test("take the document's own digits where it states them", () => {
    expect(instantTime(at("2026-11-24T01:15:56.9Z", 500))).toBe("01:15:56.9");
    expect(instantStamp(at("2026-11-24T01:15:56.9Z", 500))).toBe("2026-11-24 01:15:56.9 UTC");
  });
  test("without a wall clock count from boot; without anything say so", () => {
    expect(instantTime(sinceBoot(591.535))).toBe("591.535 s after boot");
    expect(instantTime({ ...sinceBoot(0), bootSec: null })).toBe("time not known");
  });
  test("beyond the calendar do not throw", () => {
    expect(clockTime(1e18, 0)).toMatch(/ms$/);
  });
  test("durations in the unit that a reader would choose", () => {
    expect(duration(20_776)).toBe("20.8 s");
    expect(duration(10_000)).toBe("10 s");
    expect(duration(42_026)).toBe("42.0 s");
    expect(duration(94)).toBe("94 ms");
    expect(duration(99_960)).toBe("1 min 40 s");
    expect(duration(3 * 3600_000 + 300_000)).toBe("3 h 5 min");
    expect(duration(-59_688)).toBe("−59.7 s");
  });
  test("an uncertainty is said only where it matters", () => {
    expect(plusMinus(500)).toBe("± 0.5 s");
    expect(plusMinus(1)).toBe("");
  });
});

describe("hostile text", () => {
  test("what draws nothing or moves other characters is shown by name", () => {
    expect(visible("a\u202eb")).toBe("a⟨U+202E⟩b");
    expect(visible("a\u200bb\ufeff")).toBe("a⟨U+200B⟩b⟨U+FEFF⟩");
    expect(visible("\u0000\u001b[31m\u007f\u0085")).toBe("␀␛[31m␡⟨U+0085⟩");
    expect(visible("\r\n")).toBe("␍\n");
    expect(visible("\u{e0041}")).toBe("⟨U+E0041⟩");
    expect(visible("x\ud800y")).toBe("x\ufffdy");
  });
  test("letters of every script and tabs stay", () => {
    expect(visible("שלום 日本語 é 😀\t")).toBe("שלום 日本語 é 😀\t");
    expect(visibleLine("a\n\tb")).toBe("a b");
  });
  test("long names lose their middle, by code point", () => {
    expect(shortened("n".repeat(253), 21)).toBe(`${"n".repeat(10)}…${"n".repeat(10)}`);
    expect([...shortened("😀".repeat(40), 5)]).toHaveLength(5);
    expect(shortened("short", 21)).toBe("short");
  });
});
