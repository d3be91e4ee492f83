#!/usr/bin/env node
// Makes the thinned samples again from the captures, by the recipes in samples.json.
// The captures are not part of the repository: they lie in ../shared/captures, or where the first argument says.
//
//   npm run samples [-- CAPTURES [OUT]]
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const captures = process.argv[2] ?? join(root, "../shared/captures");
const out = process.argv[3] ?? join(root, "samples");

const recipes = JSON.parse(readFileSync(join(root, "scripts/samples.json"), "utf8"));

for (const { sample, capture, options } of recipes) {
  const args = [
    join(root, "scripts/thin-capture.mjs"),
    join(captures, capture),
    join(out, sample),
    ...options.split(" ").filter((word) => word !== ""),
  ];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) {
    process.exitCode = 1;
    break;
  }
}
