// What holds for every file of the project.
import { describe, expect, it } from "vitest";
import { projectFiles, textOf } from "./tree.ts";

const MAX_LINES = 300;

/** Files over 300 lines, each with its reason. */
const LONG: Record<string, string> = {
  "src/model/analysis.ts": "one definition of the document: type, schema and descriptions stand together",
};

/** Words that speak of how the project was made or of one machine, and have no place in it. */
const FOREIGN: readonly { readonly pattern: RegExp; readonly why: string }[] = [
  { pattern: /\/work\//, why: "a path of one machine" },
  { pattern: /\/root\//, why: "a path of one machine" },
  { pattern: /\/tmp\/cap\b/, why: "a path of one machine" },
  { pattern: /(?<!\b(?:console|login|shell)(?:'s)? )\bprompt(s|ed)?\b/i, why: "how it was made" },
  { pattern: /\b(claude|chatgpt|copilot|llm|anthropic|openai)\b/i, why: "how it was made" },
  { pattern: /\b(this|the|our|a|previous|last|next) sessions?\b/i, why: "how it was made" },
  { pattern: /\bissues? (#|no\. ?)?\d/i, why: "numbers of a tracker that a reader does not have" },
  { pattern: /\bas (asked|requested) by\b/i, why: "how it was made" },
];

/** Captured text says what it says. */
const isCaptured = (path: string): boolean =>
  path.startsWith("test/fixtures/") ||
  /\.(tgz|png|webp|gz|zst|log|gen\.ts)$/.test(path) ||
  path === "package-lock.json";

const files = projectFiles();
const written = files.filter((path) => !isCaptured(path) && path !== "LICENSE");

describe("every file", () => {
  it("of src is under 300 lines or on the list with its reason", () => {
    const long = files
      .filter((path) => path.startsWith("src/") && path.endsWith(".ts") && !path.endsWith(".gen.ts"))
      .map((path) => ({ path, lines: textOf(path).split("\n").length - 1 }))
      .filter(({ lines }) => lines > MAX_LINES);
    expect(long.filter(({ path }) => !(path in LONG)).map(({ path, lines }) => `${path}: ${lines} lines`)).toEqual([]);
    expect(Object.keys(LONG).filter((path) => !long.some((one) => one.path === path))).toEqual([]);
  });

  it("is named in kebab-case", () => {
    const odd = files
      .filter((path) => /^(src|test|scripts)\//.test(path) && /\.(ts|mjs|sh|hbs|css)$/.test(path))
      .filter((path) => !/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(path.split("/").at(-1) ?? ""));
    expect(odd).toEqual([]);
  });

  it("speaks of the project, not of how or where it was made", () => {
    const found = written
      .filter((path) => path !== "test/project/tree.test.ts")
      .flatMap((path) =>
        textOf(path)
          .split("\n")
          .flatMap((line, i) =>
            FOREIGN.filter(({ pattern }) => pattern.test(line)).map(
              ({ why }) => `${path}:${i + 1} ${why}: ${line.trim().slice(0, 120)}`,
            ),
          ),
      );
    expect(found).toEqual([]);
  });

  it("ends with a newline and holds no carriage return", () => {
    const bad = written.filter((path) => {
      if (!/\.(ts|mjs|json|sh|hbs|css|yml)$/.test(path)) return false;
      const text = textOf(path);
      return text !== "" && (!text.endsWith("\n") || text.includes("\r"));
    });
    expect(bad).toEqual([]);
  });
});
