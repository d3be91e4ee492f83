import { describe, expect, test } from "vitest";
import { renderJson, renderText } from "../../src/report/index.ts";
import { empty } from "./fixtures/build.ts";
import { c1 } from "./fixtures/c1.ts";
import { dmesgAlone, hostile, kubeletWon, noRace } from "./fixtures/others.ts";

const ESC = "\u001b";

describe("the verdict on a terminal", () => {
  const lines = renderText(c1()).split("\n");

  test("says who, where, which pod and how sure in its first line", () => {
    expect(lines[0]).toBe("THE KERNEL KILLED FIRST (node)   batch/stubborn-0   confidence high");
  });
  test("has both kills, the noticing, the eviction and their lines", () => {
    const text = lines.join("\n");
    expect(text).toMatch(
      / {2}killed {7}2026-11-24 01:15:56\.9 UTC ±0\.5 s {2}memhog\[1031\] of batch\/stubborn-0 +kmsg:730\n/,
    );
    expect(text).toMatch(
      / {2}killed {7}2026-11-24 01:18:54\.4 UTC ±0\.5 s {2}memhog\[1262\] of batch\/stubborn-0 +kmsg:815\n/,
    );
    expect(text).toMatch(
      / {2}noticed {6}2026-11-24 01:18:12\.373 UTC {2}then silent for 42\.0 s +journal-kubelet\.cat:1071\n/,
    );
    expect(text).toMatch(
      / {2}evicts {7}2026-11-24 01:19:15\.230 UTC {2}monitoring\/prometheus-0, acting on 196 MiB\s+journal-kubelet\.cat:1088\n/,
    );
    expect(text).toContain("3 findings hold · 1 ruled out · 1 cannot be told · 1 diagnostic");
  });
  test("stays within its width where words allow, and follows it", () => {
    for (const width of [60, 100, 160]) {
      for (const line of renderText(c1(), { width }).split("\n").slice(1)) {
        if (line.trim().includes("  ")) continue;
        expect(line.length).toBeLessThanOrEqual(width);
      }
    }
  });
  test("has no colour unless asked, and then the actor's", () => {
    expect(renderText(c1())).not.toContain(ESC);
    expect(renderText(c1(), { color: true })).toContain(`${ESC}[1;31mTHE KERNEL KILLED FIRST (node)${ESC}[0m`);
    expect(renderText(kubeletWon(), { color: true })).toContain(
      `${ESC}[1;34mTHE KUBELET EVICTED FIRST (allocatable)${ESC}[0m`,
    );
  });
  test("names the limit where the kill was at one", () => {
    expect(renderText(noRace())).toContain("limit   256 MiB of one pod's limit, used 256 MiB");
  });
  test("without a wall clock gives seconds since boot", () => {
    expect(renderText(dmesgAlone())).toContain("killed  591.900 s after boot  java[41822]");
  });
  test("an empty capture is one sentence and a count", () => {
    expect(renderText(empty()).trim().split("\n").length).toBeLessThan(5);
  });
  test("asks the next capture for the first few things that would close what is open, and says how many more there are", () => {
    const item = (id: string, decides: string[]) => ({ id, item: `Thing ${id}`, how: `get ${id}.`, decides });
    const open = [
      item("a", ["verdict", "swap-full", "first-stalled", "aftermath", "slab-growth"]),
      item("b", ["aftermath"]),
      item("c", ["aftermath"]),
      item("d", ["aftermath"]),
    ];
    const text = renderText({ ...noRace(), nextCapture: open }, { width: 60 });
    expect(text).toContain(
      `
  for the next capture
  - Thing a: get a. Would decide: who acted first,
    swap-full, first-stalled and 2 more.
  - Thing b: get b. Would decide: aftermath.
  - Thing c: get c. Would decide: aftermath.
  and 1 more in the report

`,
    );
    expect(renderText(noRace())).not.toContain("for the next capture");
  });
  test("lets no escape sequence, line break or hidden character of a log through", () => {
    expect(renderText(hostile())).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e\ud800-\udfff]/);
  });
});

test("the JSON is the document", () => {
  expect(JSON.parse(renderJson(c1()))).toEqual(c1());
});
