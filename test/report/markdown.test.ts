import { describe, expect, test } from "vitest";
import { cell, code, plain } from "../../src/report/markdown.ts";
import { renderMarkdown } from "../../src/report/index.ts";
import { empty } from "./fixtures/build.ts";
import { c1 } from "./fixtures/c1.ts";
import { dmesgAlone, hostile } from "./fixtures/others.ts";

describe("what changed and what is asked for", () => {
  const [ledger] = c1().ledgers;
  if (ledger === undefined) throw new Error("no ledger");
  const grown = (parts: typeof ledger.parts) => ({
    ...c1(),
    ledgers: [{ ...ledger, growth: { since: ledger.at, parts } }],
  });

  test("says what changed since when, and nothing where nothing did", () => {
    const part = { name: "slab: dentry", pod: null, bytes: 8 * 2 ** 20 };
    expect(renderMarkdown(grown([part]))).toMatch(/Changed since \S+: slab: dentry \+8 MiB\./);
    expect(renderMarkdown(grown([]))).not.toContain("Changed since");
  });

  test("lists what the next capture should have, and which question that decides", () => {
    const item = { id: "a", item: "Thing", how: "get it.", decides: ["verdict", "swap-full"] };
    expect(renderMarkdown({ ...c1(), nextCapture: [item] })).toContain(
      "### For the next capture\n\n1. Thing: get it. Would decide: who acted first, `swap-full`.",
    );
  });
});

describe("c1", () => {
  const text = renderMarkdown(c1());

  test("begins with the verdict, its confidence and its facts", () => {
    expect(text).toMatch(
      /^## Memory incident on worker-1: the kernel killed first\n\n\*\*The kernel killed first, twice\. It killed memhog/,
    );
    expect(text).toContain(
      "High confidence. journald's wall stamps of kernel lines, up to 5.7 s late here, were not used.",
    );
    expect(text).toContain("- Kernel first by: **20.8 s** (± 0.5 s, incident 2.");
  });
  test("keeps the settings as code", () => {
    expect(text).toContain("1. Keep the kubelet's own pages in memory: `systemReserved.memory: 300Mi`");
  });
  test("has the events in order with their lines", () => {
    const rows = text.split("\n").filter((l) => l.startsWith("| 01:"));
    expect(rows[0]).toBe(
      "| 01:17:54.0 ± 0.3 s | pressure | memory.available fell below 700 MiB. | `kubelet-config.yaml:26` |",
    );
    expect(
      rows.some((r) =>
        r.startsWith("| 01:18:54.4 ± 0.5 s | kernel | The kernel killed memhog\\[1262\\] of batch/stubborn-0"),
      ),
    ).toBe(true);
    const times = rows.map((r) => r.slice(2, 12));
    expect(times).toEqual(times.toSorted());
  });
  test("says what was ruled out and what would decide the rest", () => {
    expect(text).toContain("- **ruled out** Page cache counted as used");
    expect(text).toContain("Would decide it: a capture with MemoryQoS on");
  });
});

describe("no value breaks the Markdown", () => {
  test("pipes, backticks, links, HTML and headings are text", () => {
    expect(plain("a|b `c` [x](y) <b> # *s* _u_ ~t~ &amp;")).toBe(
      "a\\|b \\`c\\` \\[x\\](y) \\<b\\> \\# \\*s\\* \\_u\\_ \\~t\\~ \\&amp;",
    );
    expect(code("a`b|c\nd")).toBe("`a'b¦c d`");
    expect(code("``")).toBe("`''`");
  });
  test("what a spreadsheet would run is text", () => {
    for (const start of ["=1+1", "+1", "-1", "@SUM(A1)", " =1"]) expect(cell(start)).toMatch(/^'/);
    expect(cell("01:15")).toBe("01:15");
  });
  test("hostile strings: every table row has its four cells, no HTML, no invisible characters", () => {
    const text = renderMarkdown(hostile());
    for (const row of text.split("\n").filter((l) => l.startsWith("|"))) {
      expect(row.replace(/\\\|/g, "").match(/\|/g)).toHaveLength(5);
    }
    // within a code span it is text as it stands
    expect(text.replace(/(?<!\\)`[^`]*`/g, "")).not.toMatch(/(?<!\\)<(?:script|!--)/);
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u200b\u202e]/);
  });
});

test("what is missing is said", () => {
  expect(renderMarkdown(dmesgAlone())).toContain("- Not in the capture: kubelet log, /proc/meminfo samples");
  expect(renderMarkdown(dmesgAlone())).toContain("| 591.900 s after boot | kernel |");
  expect(renderMarkdown(empty())).toContain("### Events\n\nNone.");
});
