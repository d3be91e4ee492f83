import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { projectFiles, textOf } from "./tree.ts";

const run = promisify(execFile);

test("docs/support-matrix.md is what the fixtures give", async () => {
  const { stderr } = await run(process.execPath, ["scripts/support-matrix.mjs", "--check"]);
  expect(stderr).toBe("");
});

test("docs/support-matrix.md has a row for each fixture and each sample", () => {
  const matrix = textOf("docs/support-matrix.md");
  const fixtures = projectFiles().filter((path) =>
    /^(?:test\/fixtures\/(?:kernel|kubelet)\/|samples\/.*\.tgz$)/.test(path),
  );
  expect(fixtures.length).toBeGreaterThan(60);
  expect(fixtures.filter((path) => !matrix.includes(` \`${path.slice(path.lastIndexOf("/") + 1)}\` |`))).toEqual([]);
});
