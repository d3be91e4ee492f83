// What must hold of every page, whatever the document says.
import { createHash } from "node:crypto";
import { expect, test } from "vitest";

export const textOf = (markup: string): string =>
  markup
    .replace(/<(style|script)>.*?<\/\1>/gs, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, "&")
    .replace(/\s+/g, " ");
export const section = (page: string, id: string): string =>
  new RegExp(`<section id="${id}".*?</section>`, "s").exec(page)?.[0] ?? "";

/** Declares the tests; called within a describe. */
export function testSoundness(page: string): void {
  test("has one h1 and the sections in their order, none left out", () => {
    expect(page.match(/<h1[\s>]/g)).toHaveLength(1);
    const ids = [...page.matchAll(/<section id="([\w-]+)"/g)].map((m) => m[1]);
    expect(ids).toEqual([
      "do",
      "race",
      "memory",
      "stall",
      "reclaim",
      "pods",
      "kills",
      "findings",
      "evidence",
      "lacks",
      "ticket",
    ]);
    for (const id of ids) expect(textOf(section(page, id ?? "")).length).toBeGreaterThan(30);
  });
  test("has a policy whose hashes are those of what stands in it", () => {
    const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]+)">/.exec(page)?.[1] ?? "";
    const sha = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? "";
    const script = /<script>(.*?)<\/script>/s.exec(page)?.[1] ?? "";
    expect(policy).toBe(
      `default-src 'none'; style-src ${sha(style)}; script-src ${sha(script)}; base-uri 'none'; form-action 'none'`,
    );
  });
  test("asks nobody for anything and has no style attribute", () => {
    expect(page).not.toMatch(/\sstyle="/);
    expect(page).not.toMatch(/\s(?:src|srcset|xlink:href|poster|data)="/);
    expect(page).not.toMatch(/<(?:link|img|iframe|object|embed|image|use|foreignObject|base)\b/);
    for (const [, href] of page.matchAll(/href="([^"]*)"/g)) expect(href).toMatch(/^(?:#[\w-]+|https:\/\/\S+)$/);
    for (const [, url] of page.matchAll(/url\(([^)]*)\)/g)) expect(url).toMatch(/^#[\w-]+$/);
  });
  test("every id is ours and stands once; every inner link leads somewhere", () => {
    const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map((m) => m[1] ?? "");
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[\w-]+$/);
    for (const [, target] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target);
  });
  test("says no undefined, NaN, null or [object", () => {
    expect(textOf(page).replaceAll("(null)", "")).not.toMatch(/\bundefined\b|\bNaN\b|\[object|\bInfinity\b|\bnull\b/);
    expect(page).not.toMatch(/="[^"]*(?:NaN|undefined|Infinity)[^"]*"/);
  });
  test("stays under the cap", () => {
    expect(page.length).toBeLessThan(2_000_000);
  });
}
