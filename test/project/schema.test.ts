// Every document that the command line prints is valid by the published schema, judged by a validator that did not make it.
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { AnalysisSchema } from "../../src/model/analysis.ts";
import { analyse } from "./analyse.ts";
import { sharedFolder } from "./shared.ts";
import { root } from "./tree.ts";

const archivesOf = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".tgz"))
    .map((name) => join(folder, name));

const captures = sharedFolder("captures");
const inputs = [...archivesOf(join(root, "samples")), ...(captures === null ? [] : archivesOf(captures))];
const validate = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true }).compile(
  JSON.parse(JSON.stringify(AnalysisSchema)) as object,
);

describe("the analysis document", () => {
  it.each(inputs.map((input) => ({ name: basename(input), input })))("of $name is valid", async ({ input }) => {
    validate(await analyse(input));
    expect((validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)).toEqual([]);
  });

  it("is refused where a field is missing, unknown or of another type", async () => {
    const good = await analyse(join(root, "samples/kernel-first.tgz"));
    expect(validate(good)).toBe(true);
    expect(validate({ ...good, verdict: { ...good.verdict, outcome: "kernel-lost" } })).toBe(false);
    expect(validate({ ...good, surprise: 1 })).toBe(false);
    expect(validate({ ...good, verdict: { ...good.verdict, marginMs: "20776" } })).toBe(false);
    const { incidents: _, ...without } = good;
    expect(validate(without)).toBe(false);
  });
});
