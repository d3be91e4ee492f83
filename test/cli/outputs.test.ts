import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { baseOf, planOutputs } from "../../src/cli/outputs.ts";
import type { Analysis } from "../../src/model/analysis.ts";
import { put, scratch } from "../collect/helpers.ts";
import { textOf } from "../project/tree.ts";
import { cli, run } from "./run.ts";

const folder = scratch();
const dmesg = put(folder, "node-7.dmesg.txt", textOf("test/fixtures/cli/container-kill.dmesg"));
const fresh = (name: string): string => {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
};
const ESCAPE = "\u001b";

describe("analyze", () => {
  it("prints the verdict and writes the report beside, and says where", async () => {
    const cwd = fresh("default");
    const { status, out, err } = await run(["analyze", dmesg], { cwd });
    expect(status).toBe(0);
    expect(readdirSync(cwd)).toEqual(["node-7.dmesg.report.html"]);
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^KILLED AT A LIMIT THAT EVICTION DOES NOT WATCH \(one pod's limit\) {2}confidence high$/);
    expect(out).toMatch(/^ {2}killed {2}.*java\[1028\], java\[1014\] of .* node-7\.dmesg\.txt:\d+$/m);
    expect(lines.at(-1)).toMatch(/^report {2}node-7\.dmesg\.report\.html \(\d+ KiB\)$/);
    expect(out + err, "no colour and no progress without a terminal").not.toMatch(/[\u001b\r]/);
    expect(readFileSync(join(cwd, "node-7.dmesg.report.html"), "utf8")).toMatch(/^<!doctype html>/i);
  });

  it("writes one document to standard output and nothing else there", async () => {
    const cwd = fresh("stdout");
    const { out, status } = await run(["analyze", dmesg, "--format", "json", "-o", "-"], { cwd });
    expect(status).toBe(0);
    const analysis = JSON.parse(out) as Analysis;
    expect(analysis.source).toMatchObject({ path: "node-7.dmesg.txt", layout: "loose", files: 1, integrity: null });
    expect(analysis.verdict.outcome).toBe("no-race");
    expect(readdirSync(cwd)).toEqual([]);
  });

  it("the same input gives the same bytes", async () => {
    const [a, b] = await Promise.all([
      run(["analyze", dmesg, "-f", "json", "-o", "-"]),
      run(["analyze", dmesg, "-f", "json", "-o", "-"], { env: { TZ: "Asia/Kathmandu", LANG: "de_DE.UTF-8" } }),
    ]);
    expect(a.out.length).toBeGreaterThan(1000);
    expect(b.out).toBe(a.out);
  });

  it("writes several formats into a directory that it makes", async () => {
    const cwd = fresh("several");
    const { out } = await run(
      ["analyze", dmesg, "-f", "html", "-f", "json", "-f", "md", "-f", "text", "-o", "incident"],
      { cwd },
    );
    expect(readdirSync(join(cwd, "incident")).toSorted()).toEqual(
      ["html", "json", "md", "txt"].map((ext) => `node-7.dmesg.report.${ext}`),
    );
    expect(out.match(/^report {2}incident\/node-7/gm)?.length).toBe(4);
  });

  it("says nothing with --quiet", async () => {
    const target = join(fresh("quiet"), "r.html");
    expect(await run(["analyze", dmesg, "--quiet", "-o", target])).toEqual({ status: 0, out: "", err: "" });
    expect(existsSync(target)).toBe(true);
  });

  it("colours where it is asked to, and NO_COLOR forbids", async () => {
    const target = join(fresh("color"), "r.html");
    const plain = async (args: readonly string[], env: Record<string, string> = {}) =>
      !(await run(["analyze", dmesg, "-o", target, ...args], { env })).out.includes(ESCAPE);
    expect(await plain([])).toBe(true);
    expect(await plain(["--color"])).toBe(false);
    expect(await plain(["--no-color"], { FORCE_COLOR: "1" })).toBe(true);
    expect(await plain([], { NO_COLOR: "1" })).toBe(true);
  });

  it("does not overwrite the evidence", async () => {
    const input = put(folder, "evidence.txt", textOf("test/fixtures/cli/container-kill.dmesg"));
    const { status, err } = await run(["analyze", input, "-o", input]);
    expect(status).toBe(1);
    expect(err).toContain("is the input, which is evidence and is not overwritten");
    expect(readFileSync(input, "utf8")).toBe(textOf("test/fixtures/cli/container-kill.dmesg"));
  });

  it("says what to do where it may not write", async () => {
    const { status, err } = await run(["analyze", dmesg, "-o", "/proc/nope/r.html"]);
    expect(status).toBe(1);
    expect(err).toMatch(
      /(?:^|\n)error: \/proc\/nope\/r\.html could not be written: .*\n {3}= help: name a place that you may write to/,
    );
  });

  it("is quiet where the reader of a pipe has seen enough", () => {
    const script = `"$0" "$1" analyze "$2" -f json -o - 2>"$3" | head -c 20 >/dev/null; cat "$3"`;
    const args = ["-c", script, process.execPath, cli, dmesg, join(folder, "pipe.err")];
    expect(execFileSync("bash", args, { encoding: "utf8", env: { PATH: process.env["PATH"] ?? "" } })).not.toMatch(
      /EPIPE|Error/,
    );
  });

  it("reads a pipe", () => {
    const script = `gzip -c "$2" | "$0" "$1" analyze - -f json -o -`;
    const out = execFileSync("bash", ["-c", script, process.execPath, cli, dmesg], {
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    expect((JSON.parse(out) as Analysis).source).toMatchObject({ path: "stdin", layout: "loose", files: 1 });
  });

  it("generates no code at run time", async () => {
    const target = join(fresh("codegen"), "r.html");
    const { status, err } = await run(["analyze", dmesg, "-o", target], {
      nodeArgs: ["--disallow-code-generation-from-strings"],
    });
    expect(err).not.toMatch(/EvalError|bug in memforensics/);
    expect(status).toBe(0);
    expect(readFileSync(target, "utf8").length).toBeGreaterThan(5000);
  });
});

describe("render", () => {
  it("draws from the document what analyze drew", async () => {
    const cwd = fresh("render");
    await run(["analyze", dmesg, "-f", "html", "-f", "json", "-f", "md", "-f", "text", "-o", "a/"], { cwd });
    const document = "a/node-7.dmesg.report.json";
    for (const format of ["html", "json", "md", "text"]) {
      const { status, out } = await run(["render", document, "-f", format, "-o", "-"], {
        cwd,
        nodeArgs: ["--disallow-code-generation-from-strings"],
      });
      expect(status, format).toBe(0);
      expect(out.length).toBeGreaterThan(200);
      expect(out, format).toBe(
        readFileSync(join(cwd, `a/node-7.dmesg.report.${format === "text" ? "txt" : format}`), "utf8"),
      );
    }
    const piped = await run(["render", "-", "-o", "b.md"], { cwd, stdin: readFileSync(join(cwd, document), "utf8") });
    expect(piped.status).toBe(0);
    expect(readFileSync(join(cwd, "b.md"), "utf8")).toBe(readFileSync(join(cwd, "a/node-7.dmesg.report.md"), "utf8"));
  });

  it.each([
    ["no JSON", "{", "is no JSON document"],
    ["another document", '{"a":1}', "is no analysis document of schema 1.0"],
    ["null", "null", "is no analysis document of schema 1.0"],
  ])("refuses %s with a sentence", async (_what, content, message) => {
    const { status, out, err } = await run(["render", put(folder, "bad.json", content)]);
    expect({ status, out }).toEqual({ status: 1, out: "" });
    expect(err).toMatch(/^error: .*bad\.json .*\n {3}= help: .*\n$/);
    expect(err).toContain(message);
  });

  it("refuses a path that is not there", async () => {
    expect((await run(["render", "nope.json"])).err).toMatch(/^error: there is no nope\.json\n/);
  });
});

describe("schema", () => {
  it("is a JSON Schema that the document fits", async () => {
    const { status, out } = await run(["schema"]);
    expect(status).toBe(0);
    const schema = JSON.parse(out) as Record<string, unknown>;
    expect(schema["$schema"]).toBe("https://json-schema.org/draft/2020-12/schema");
    const validate = new Ajv2020({ strict: false }).compile(schema);
    const document: unknown = JSON.parse((await run(["analyze", dmesg, "-f", "json", "-o", "-"])).out);
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...(document as object), verdict: {} })).toBe(false);
  });
});

describe("where outputs go", () => {
  it.each([
    ["node-7.tgz", undefined, undefined, ["node-7.report.html"]],
    ["/a/b/node-7.tar.gz", ["json"], undefined, ["node-7.report.json"]],
    ["node-7.tgz", undefined, "x.json", ["x.json"]],
    ["node-7.tgz", ["html"], "x.json", ["x.json"]],
    ["node-7.tgz", undefined, "out/", ["out/node-7.report.html"]],
    ["node-7.tgz", ["md", "text", "md"], "out", ["out/node-7.report.md", "out/node-7.report.txt"]],
    ["node-7.tgz", ["md"], "out", ["out"]],
    ["node-7.tgz", ["json"], "-", [null]],
  ] as const)("%s, formats %j, -o %s", (input, formats, target, paths) => {
    expect(
      planOutputs(input, formats === undefined ? undefined : [...formats], target).map(({ path }) => path),
    ).toEqual(paths);
  });

  it("are called after the input", () => {
    expect(["/x/node-7.tgz", "dmesg", "a.b.log", "dir/", ".tgz", "n.tar"].map(baseOf)).toEqual([
      "node-7",
      "dmesg",
      "a.b",
      "dir",
      "memforensics",
      "n",
    ]);
  });
});
