import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);

test("templates.gen.ts and assets.gen.ts are what their sources give", async () => {
  const { stderr } = await run(process.execPath, ["scripts/build-assets.mjs", "--check"]);
  expect(stderr).toBe("");
});

test("the script that the page carries type-checks against the DOM", async () => {
  const { stdout } = await run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "src/report/assets"]);
  expect(stdout).toBe("");
});
