// Every rule has a page, and a case for each verdict that it can give; where it holds it cites lines. The cases state physical
// quantities; what they must come to stands beside each.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RULES } from "../../src/diagnose/rules.ts";
import { runRules } from "../../src/diagnose/run.ts";
import type { Finding } from "../../src/model/analysis.ts";
import { root } from "../project/tree.ts";
import type { Cases } from "./cases/case.ts";
import { container } from "./cases/container.ts";
import { memory } from "./cases/memory.ts";
import { race } from "./cases/race.ts";
import { reclaim } from "./cases/reclaim.ts";

const CASES: Readonly<Record<string, Cases>> = { ...race, ...memory, ...container, ...reclaim };
const PAGES = join(root, "docs/findings");
const VERDICTS = ["holds", "refuted", "unknown"] as const;
const SECTIONS = [
  "What it means",
  "How it is decided",
  "Confirm by hand",
  "What to change",
  "Often believed, and wrong",
  "References",
];

/** Prose that a reader may be shown: whole sentences, no hole where a value should be. */
const isProse = (text: string): boolean =>
  /^[^\s].*[.?]$/s.test(text) && !/undefined|null|NaN|Infinity|\[object|−0 B/.test(text);

const findingOf = (id: string, make: () => Parameters<typeof runRules>[1]): Finding | undefined => {
  const rule = RULES.find((r) => r.id === id);
  const { findings, problems } = runRules(rule === undefined ? [] : [rule], make());
  expect(problems).toEqual([]);
  return findings[0];
};

describe("the list of rules", () => {
  it("names each once, and has all that are written", () => {
    const ids = RULES.map((r) => r.id);
    expect(new Set(ids).size).toBe(ids.length);
    const written = readdirSync(join(root, "src/diagnose"), { recursive: true, encoding: "utf8" }).filter(
      (f) => f.endsWith(".ts") && readFileSync(join(root, "src/diagnose", f), "utf8").includes("defineRule({"),
    );
    expect(written.length).toBe(ids.length);
  });

  it("has cases of each rule for each verdict, and none of another", () => {
    expect(Object.keys(CASES).toSorted()).toEqual(RULES.map((r) => r.id).toSorted());
    for (const [id, cases] of Object.entries(CASES)) expect(Object.keys(cases).toSorted(), id).toEqual(VERDICTS);
  });

  it("has a page for each rule, and no page without one", () => {
    const pages = readdirSync(PAGES)
      .filter((n) => n.endsWith(".md") && n !== "README.md")
      .map((n) => n.slice(0, -3));
    expect(pages.toSorted()).toEqual(RULES.map((r) => r.id).toSorted());
  });
});

describe.each(RULES.map((rule) => [rule.id, rule] as const))("%s", (id, rule) => {
  const cases = VERDICTS.flatMap((verdict) => {
    const make = CASES[id]?.[verdict];
    return make === undefined ? [] : [{ verdict, make }];
  });

  it("has a page with all of its sections, headed by its title", () => {
    const page = join(PAGES, `${id}.md`);
    expect(existsSync(page)).toBe(true);
    const text = readFileSync(page, "utf8");
    expect(text.startsWith(`# ${rule.title}\n`)).toBe(true);
    for (const section of SECTIONS) expect(text).toContain(`\n## ${section}\n`);
    for (const verdict of ["Holds", "Refuted", "Open"]) expect(text).toContain(`\n- **${verdict}**: `);
  });

  it("gives none where nothing was captured", () => {
    for (const { make } of cases) {
      const bare = {
        ...make(),
        incidents: [],
        cgroups: [],
        root: null,
        sockstat: null,
        userspaceKills: [],
        kernelLines: [],
        meminfo: null,
        vmstat: null,
      };
      expect(runRules([rule], bare)).toEqual({ findings: [], nextCapture: [], problems: [] });
    }
  });

  it.each(cases)("is $verdict in its case", ({ verdict, make }) => {
    const finding = findingOf(id, make);
    expect(finding?.verdict, finding?.explanation).toBe(verdict);
    expect(isProse(finding?.explanation ?? ""), finding?.explanation).toBe(true);
    expect(finding?.facts.length).toBeGreaterThan(0);
    if (verdict === "holds") expect(finding?.facts.some((f) => f.evidence.length > 0)).toBe(true);
    expect(finding?.wouldDecide === null).toBe(verdict !== "unknown");
    for (const { label, value } of finding?.facts ?? [])
      expect(/undefined|NaN|Infinity/.test(label + value), `${label}: ${value}`).toBe(false);
    for (const remedy of finding?.remediation ?? []) {
      expect(isProse(remedy.detail), remedy.detail).toBe(true);
      // A remedy that uses no number of this incident is none.
      expect(remedy.action + remedy.detail).toMatch(/\d/);
      expect(remedy.detail).toMatch(/Check/);
    }
    if (verdict !== "holds") expect([finding?.severity, finding?.remediation]).toEqual(["info", []]);
  });
});
