// What README and manual page say of the command line is what it does.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { OUTCOMES } from "../../src/model/analysis.ts";
import { root, textOf } from "./tree.ts";

const asked = new Map<string, string>();

function help(command = ""): string {
  const known = asked.get(command);
  if (known !== undefined) return known;
  const args = [join(root, "dist/cli/main.js"), ...(command === "" ? [] : [command]), "--help"];
  const text = execFileSync(process.execPath, args, { encoding: "utf8" });
  asked.set(command, text);
  return text;
}

const commandsOf = (text: string): string[] =>
  [...text.matchAll(/^ {2}memforensics (\w+)/gm)].map(([, name = ""]) => name);
const optionsOf = (text: string): string[] =>
  [...text.matchAll(/^ {2,6}(?:-\w, )?--([a-z-]+)/gm)].map(([, name = ""]) => name);

describe("the manual page", () => {
  const manual = textOf("man/memforensics.1").replaceAll("\\-", "-");

  it("names every command and option, and none besides", () => {
    const commands = commandsOf(help());
    expect(commands).toContain("analyze");
    const options = new Set(commands.filter((name) => name !== "completion").flatMap((name) => optionsOf(help(name))));
    expect([...options]).toEqual(expect.arrayContaining(["format", "output", "strict", "help"]));
    expect(commands.filter((name) => !manual.includes(`.B memforensics ${name}`))).toEqual([]);
    expect([...options].filter((name) => !manual.includes(`--${name}`))).toEqual([]);
    const written = new Set([...manual.matchAll(/--([a-z][a-z-]*)/g)].map(([, name = ""]) => name.replace(/^no-/, "")));
    expect([...written].filter((name) => !options.has(name))).toEqual([]);
  });

  it("names every verb of the collector, and none besides", () => {
    const usage = execFileSync("sh", [join(root, "scripts/collect.sh"), "--help"], { encoding: "utf8" });
    const [, section = ""] = /^\.SH COLLECTOR\n([^]*?)^\.SH/m.exec(manual) ?? [];
    const verbs = [...usage.matchAll(/^ {2}sh collect\.sh ([a-z]+)/gm)].map(([, verb = ""]) => verb);
    const named = [...section.matchAll(/^\.B\w? (.*)$/gm)].flatMap(
      ([, line = ""]) => line.replace(/"?sh collect\.sh/, "").match(/\b[a-z]{2,}\b/g) ?? [],
    );
    expect(named.filter((word) => word !== "help").toSorted()).toEqual(verbs.toSorted());
  });

  it("has the package's version", () => {
    const { version } = JSON.parse(textOf("package.json")) as { version: string };
    expect(manual).toContain(`"memforensics ${version}"`);
  });
});

describe("the README", () => {
  const readme = textOf("README.md");

  it("explains every outcome, in the order of the schema", () => {
    const explained = [...readme.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, outcome]) => outcome);
    expect(explained).toEqual([...OUTCOMES]);
  });

  it("shows commands and options that exist", () => {
    const known = new Set(commandsOf(help()));
    const options = new Set(
      [...known].filter((name) => name !== "completion").flatMap((name) => optionsOf(help(name))),
    );
    const lines = [...readme.matchAll(/^memforensics (.+)$/gm)].map(([, line = ""]) => line.replace(/#.*|\|.*/, ""));
    expect(lines.length).toBeGreaterThanOrEqual(3);
    for (const line of lines) {
      expect(known.has(line.split(" ")[0] ?? ""), line).toBe(true);
      const used = [...line.matchAll(/--([a-z-]+)/g)].map(([, name = ""]) => name);
      expect(
        used.filter((name) => !options.has(name)),
        line,
      ).toEqual([]);
    }
  });

  it("shows verbs and options of the collector that exist", () => {
    const usage = execFileSync("sh", [join(root, "scripts/collect.sh"), "--help"], { encoding: "utf8" });
    const verbs = [...readme.matchAll(/^sh collect\.sh ([a-z]+)/gm)].map(([, verb = ""]) => verb);
    expect(verbs.length).toBeGreaterThanOrEqual(2);
    expect(verbs.filter((verb) => !usage.includes(`sh collect.sh ${verb}`))).toEqual([]);
  });
});
