// The samples are what samples/README.md says: captures with files left out, and the same story told.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import type { Analysis, Instant } from "../../src/model/analysis.ts";
import { analyse } from "./analyse.ts";
import { filesOf } from "./archive.ts";
import { sharedFolder } from "./shared.ts";
import { root, textOf } from "./tree.ts";

interface Recipe {
  readonly sample: string;
  readonly capture: string;
  readonly options: string;
}

const SAMPLES = JSON.parse(textOf("scripts/samples.json")) as readonly Recipe[];
const MAX_BYTES = 1.5e6;
const folder = join(root, "samples");
const samples = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
const captures = sharedFolder("captures");

/** Who was killed and evicted, when, and what was said about it: all that a reader takes away. */
function storyOf(analysis: Analysis): unknown {
  const { outcome, confidence, marginMs, marginUncertaintyMs } = analysis.verdict;
  return {
    verdict: { outcome, confidence, marginMs, marginUncertaintyMs },
    incidents: analysis.incidents.map(({ scope, outcome: of, marginMs: margin }) => ({ scope, of, margin })),
    kills: analysis.oomKills.map(({ at, scope, victims, pod, qosClass, limitedCgroup, complete }) => {
      return { at: timeOf(at), scope, victims, pod, qosClass, limitedCgroup, complete };
    }),
    evictions: analysis.evictions.map(({ at, signal, thresholdBytes, observedBytes, pods, completedAt, failed }) => {
      return {
        at: timeOf(at),
        signal,
        thresholdBytes,
        observedBytes,
        pods,
        completed: completedAt && timeOf(completedAt),
        failed,
      };
    }),
  };
}

/** Which of several equal logs gave the stamp may differ; the time and its uncertainty may not. */
const timeOf = ({ unixMs, uncertaintyMs, utc }: Instant): unknown => ({ unixMs, uncertaintyMs, utc });

describe("samples", () => {
  it("are at least three made from captures, each under 1.5 MB and in samples/README.md", () => {
    expect(SAMPLES.length).toBeGreaterThanOrEqual(3);
    expect(samples).toEqual(expect.arrayContaining(SAMPLES.map(({ sample }) => sample)));
    const readme = textOf("samples/README.md");
    for (const name of samples) {
      expect(statSync(join(folder, name)).size, name).toBeLessThan(MAX_BYTES);
      expect(readme, name).toContain(`\`${name}\``);
    }
  });
});

describe("what the collector recorded", () => {
  it("is read without a remainder: nothing unknown, nothing damaged", async () => {
    const { diagnostics, source } = await analyse(join(folder, "recorded-oom.tgz"));
    expect(diagnostics).toEqual([]);
    expect(source.layout).toBe("memforensics-1");
  });
});

describe.skipIf(captures === null)("each sample and its capture", () => {
  const made = mkdtempSync(join(tmpdir(), "samples-"));
  afterAll(() => rmSync(made, { recursive: true, force: true }));
  const captureOf = (name: string): string => join(captures ?? "", name);

  it.each(SAMPLES)("$sample is made again by its recipe, byte for byte", ({ sample, capture, options }) => {
    const again = join(made, sample);
    execFileSync(process.execPath, [
      join(root, "scripts/thin-capture.mjs"),
      captureOf(capture),
      again,
      ...options.split(" ").filter((word) => word !== ""),
    ]);
    // The archive within, because another zlib may pack the same bytes differently.
    expect(gunzipSync(readFileSync(again)).equals(gunzipSync(readFileSync(join(folder, sample))))).toBe(true);
  });

  it.each(SAMPLES)("$sample holds files of $capture and nothing else, unaltered", async ({ sample, capture }) => {
    const [kept, whole] = await Promise.all([filesOf(join(folder, sample)), filesOf(captureOf(capture))]);
    expect(kept.size).toBeGreaterThan(500);
    expect(kept.size).toBeLessThan(whole.size);
    for (const [path, file] of kept) expect(file, path).toEqual(whole.get(path));
    expect([...kept.keys()].filter((path) => path.includes("lab-scripts"))).toEqual([]);
  });

  it.each(SAMPLES)("$sample tells the story of $capture", async ({ sample, capture }) => {
    const [small, whole] = [await analyse(join(folder, sample)), await analyse(captureOf(capture))];
    expect(storyOf(small)).toEqual(storyOf(whole));
    expect(small.oomKills.length + small.evictions.length).toBeGreaterThan(0);
  });
});
