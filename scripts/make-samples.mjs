#!/usr/bin/env node
// Makes the thinned samples again from the captures, by the recipes below (samples/README.md says why these windows).
// The captures are not part of the repository: they lie in ../shared/captures, or where the first argument says.
//
//   npm run samples [-- CAPTURES [OUT]]
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { SAMPLES } from "./samples.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const captures = process.argv[2] ?? join(root, "../shared/captures");
const out = process.argv[3] ?? join(root, "samples");

for (const { sample, capture, options } of SAMPLES) {
  const args = [join(root, "scripts/thin-capture.mjs"), join(captures, capture), join(out, sample), ...options];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) {
    process.exitCode = 1;
    break;
  }
}
