import { describe, expect, it } from "vitest";
import { TOOL } from "../../src/model/tool.ts";
import { suggestion } from "../../src/cli/suggestion.ts";
import { run } from "./run.ts";

const COMMANDS = ["analyze", "whatif", "render", "verify", "explain", "schema"];

describe("help", () => {
  it("names every command, the exit statuses, and nothing else than help", async () => {
    const { status, out, err } = await run(["--help"]);
    expect({ status, err }).toEqual({ status: 0, err: "" });
    for (const command of [...COMMANDS, "completion"]) expect(out).toContain(`memforensics ${command}`);
    expect(out).toContain("Exit status: 0 written, 1 not possible, 2 wrong usage, 3 with --strict");
  });

  it.each(COMMANDS)("of %s has an example", async (command) => {
    const { status, out, err } = await run([command, "--help"]);
    expect({ status, err }).toEqual({ status: 0, err: "" });
    expect(out).toMatch(new RegExp(`Examples:\\n +memforensics ${command}`));
  });

  it("is what one gets for no command at all, as an error", async () => {
    const { status, out, err } = await run([]);
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toContain("memforensics analyze <input>");
  });

  it("the version is the package's", async () => {
    expect(await run(["--version"])).toEqual({ status: 0, out: `${TOOL.version}\n`, err: "" });
  });
});

describe("wrong usage", () => {
  it.each([
    [["analyze", "x", "--fromat", "json"], "there is no option --fromat", "did you mean --format?"],
    [["analyze", "x", "--out", "y"], "there is no option --out", "did you mean --output?"],
    [["analyze", "x", "--zzz"], "there is no option --zzz", "memforensics analyze --help lists what there is"],
    [["analyze", "x", "-z"], "there is no option -z", "memforensics analyze --help lists what there is"],
    [["analize", "x"], "there is no command analize", "did you mean analyze?"],
    [["whatever"], "there is no command whatever", "memforensics --help lists what there is"],
    [["analyze"], "analyze needs to be told of what", "memforensics analyze --help shows how"],
    [
      ["analyze", "a", "b"],
      "analyze takes no further argument, and b is one",
      "memforensics analyze --help tells how it is used",
    ],
    [
      ["analyze", "x", "-f", "pdf"],
      'invalid values: Argument: format, Given: "pdf"',
      "memforensics analyze --help tells how it is used",
    ],
    [["analyze", "x", "-f"], "not enough arguments following: f", "memforensics analyze --help tells how it is used"],
    [
      ["analyze", "x", "-f", "json", "-f", "html", "-o", "-"],
      "standard output takes one format",
      "give a directory for several: -o DIR/",
    ],
    [
      ["analyze", "x", "-f", "json", "-f", "html", "-o", "a.json"],
      "several formats cannot all be written to a.json",
      "give a directory: -o DIR/",
    ],
  ])("%j", async (args, message, help) => {
    const { status, out, err } = await run(args);
    expect({ status, out }).toEqual({ status: 2, out: "" });
    const [first = "", second = "", ...rest] = err.split("\n");
    expect(first.startsWith(`error: ${message}`), err).toBe(true);
    expect(second).toBe(`   = help: ${help}`);
    expect(rest).toEqual([""]);
  });
});

describe("a hint", () => {
  it("is given for what is close and for nothing else", () => {
    const names = ["format", "output", "quiet", "verbose", "strict", "color"];
    expect(suggestion("formt", names)).toBe("format");
    expect(suggestion("fromat", names)).toBe("format");
    expect(suggestion("colour", names)).toBe("color");
    expect(suggestion("verb", names)).toBe("verbose");
    expect(suggestion("banana", names)).toBeNull();
    expect(suggestion("x", names)).toBeNull();
  });
});

describe("completion", () => {
  it("prints a script and completes commands and options", async () => {
    expect((await run(["completion"])).out).toContain("_memforensics_yargs_completions");
    expect((await run(["completion"], { env: { SHELL: "/bin/zsh" } })).out).toContain("#compdef memforensics");
    expect((await run(["--get-yargs-completions", "memforensics", "ver"])).out.split("\n")).toContain("verify");
    expect((await run(["--get-yargs-completions", "memforensics", "analyze", "--"])).out.split("\n")).toContain(
      "--strict",
    );
  });
});
