// Logs found in the open carry no licence: no line of them stands in the project.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sharedFolder } from "./shared.ts";
import { projectFiles, root } from "./tree.ts";

const corpus = sharedFolder("corpus");

/** A line that nobody writes twice: not short, and with numbers of its own. */
const isDistinct = (line: string): boolean => line.length >= 40 && (line.match(/\d{3,}/g) ?? []).length >= 2;

/** A line of a log as it stands in a comment or between quotes. */
const bare = (line: string): string =>
  line
    .trim()
    .replace(/^(?:\/\*\*?|\/\/|\*|#|["'`])\s*/, "")
    .replace(/(?:["'`],?;?|\*\/)$/, "")
    .trim();

function distinctLines(folder: string): Map<string, string> {
  const lines = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!entry.endsWith(".log")) continue;
    for (const line of readFileSync(join(folder, entry), "latin1").split(/\r?\n/)) {
      if (isDistinct(line.trim())) lines.set(line.trim(), entry);
    }
  }
  return lines;
}

describe.skipIf(corpus === null)("logs found in the open", () => {
  it("are not copied into the project", () => {
    const known = distinctLines(corpus ?? "");
    expect(known.size).toBeGreaterThan(1000);
    const copied = projectFiles()
      .filter((path) => !/\.(tgz|png|gz|zst)$/.test(path))
      .flatMap((path) =>
        readFileSync(join(root, path), "latin1")
          .split("\n")
          .map((line, i) => ({
            at: `${path}:${i + 1}`,
            from: known.get(bare(line)),
          }))
          .filter(({ from }) => from !== undefined)
          .map(({ at, from }) => `${at} from ${from}`),
      );
    expect(copied).toEqual([]);
  });
});

describe("a line that nobody writes twice", () => {
  it("has numbers of its own", () => {
    expect(
      isDistinct("[ 1234.567890] Out of memory: Killed process 4321 (stress) total-vm:123456kB, anon-rss:65432kB"),
    ).toBe(true);
    expect(isDistinct("[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name")).toBe(
      false,
    );
  });
});
