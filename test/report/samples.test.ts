// The bundled samples through the whole pipeline: real documents must make sound pages that say what happened.
import { describe, expect, test } from "vitest";
import { renderHtml, renderMarkdown, renderText } from "../../src/report/index.ts";
import { analysed } from "../analysed.ts";
import { section, testSoundness, textOf } from "./sound-page.ts";

const NAMES = [
  "kernel-first",
  "eviction-wins",
  "container-oom-loop",
  "recorded-oom",
  "recorded-cgroup-v2",
  "recorded-memory-files",
  "recorded-kernel-memory",
] as const;
const documents = new Map(
  await Promise.all(NAMES.map(async (name) => [name, await analysed(`samples/${name}.tgz`)] as const)),
);
const pageOf = (name: (typeof NAMES)[number]): string => {
  const a = documents.get(name);
  return a === undefined ? "" : renderHtml(a);
};

describe.each(NAMES)("%s", (name) => {
  const page = pageOf(name);
  testSoundness(page);

  test("is under 300 KB", () => {
    expect(page.length).toBeLessThan(300_000);
  });
  test("the verdict stands in the page, the Markdown and the terminal's text", () => {
    const a = documents.get(name);
    if (a === undefined) throw new Error("no document");
    const words = a.verdict.sentence.split(/\s+/).slice(0, 6);
    expect(textOf(page)).toContain(words.join(" "));
    expect(renderMarkdown(a).replaceAll("\\", "")).toContain(words.join(" "));
    expect(renderText(a).replace(/\s+/g, " ")).toContain(words.join(" "));
  });
  test("no sentence of the verdict stands a second time beneath it", () => {
    const a = documents.get(name);
    if (a === undefined) throw new Error("no document");
    const text = textOf(page).replace(/\s+/g, " ");
    const sentences = a.verdict.sentence.split(/(?<=\.) (?=[A-Z])/);
    const head = text.slice(0, text.indexOf("What to do"));
    for (const sentence of sentences) expect(head.split(sentence)).toHaveLength(2);
  });
  test("no tile is empty", () => {
    const tiles = [...page.matchAll(/<div><dt>([^<]*)<\/dt><dd><span class="figure[^>]*>([^<]*)<\/span>(.*?)<\/dd>/gs)];
    expect(tiles).toHaveLength(4);
    for (const [, label, value, note] of tiles) {
      expect(label).not.toBe("");
      expect(value).not.toBe("");
      expect(textOf(note ?? "").trim()).not.toBe("");
    }
  });
  test("every kill and eviction is in its table, with a line", () => {
    const a = documents.get(name);
    const rows =
      section(page, "kills")
        .match(/<tbody>.*?<\/tbody>/gs)
        ?.flatMap((t) => t.match(/<tr>.*?<\/tr>/gs) ?? []) ?? [];
    expect(rows).toHaveLength((a?.oomKills.length ?? 0) + (a?.evictions.length ?? 0));
    for (const row of rows) expect(row).toMatch(/class="src" href="#ev-/);
  });
});

test("kernel-first: the race is drawn with its silence, its margin and the two kills", () => {
  const race = textOf(section(pageOf("kernel-first"), "race"));
  expect(race).toContain("killed stubborn-0");
  expect(race).toContain("killed stubborn-0 again");
  expect(race).toContain("evicts prometheus-0");
  expect(race).toMatch(/kernel first by 2[01]\.\d s ± 0\.\d s/);
  expect(race).toMatch(/4[12]\.\d s (?:silent|without a further pass)/);
  expect(race).toContain("soft 700 MiB");
});

test("eviction-wins: the signal that fired, in the facts and in the events", () => {
  const page = pageOf("eviction-wins");
  expect(textOf(page)).toContain("Threshold 300 MiB hard, allocatableMemory.available");
  expect(textOf(page)).toContain("What the kubelet acted on 277 MiB");
  expect(textOf(section(page, "race"))).toContain("allocatableMemory.available fell below 300 MiB.");
});

test("container-oom-loop: the pod's working set under its limit is the main chart", () => {
  const race = textOf(section(pageOf("container-oom-loop"), "race"));
  expect(race).toContain("working set of ledger-6d5f4c8b7-kk2pl");
  expect(race).toContain("limit 256 MiB");
});

test("kernel-first: the zones stand against their watermarks as the kernel listed them; a container's limit asks for no zones", () => {
  const reclaim = textOf(section(pageOf("kernel-first"), "reclaim"));
  expect(reclaim).toContain("DMA32 43.7 MiB 43.8 MiB 54.7 MiB 65.7 MiB under min");
  expect(reclaim).toContain("DMA 11.7 MiB 224 KiB 280 KiB 336 KiB above high");
  expect(section(pageOf("container-oom-loop"), "reclaim")).not.toContain("watermarks");
});
