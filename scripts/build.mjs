#!/usr/bin/env node
// Builds dist/ from src/: generated assets first, then the compiler, then the bit that lets the command run.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

const run = (...args) => {
  const { status } = spawnSync(process.execPath, args, { cwd: path(""), stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
};

if (existsSync(path("scripts/build-assets.mjs"))) run(path("scripts/build-assets.mjs"));
rmSync(path("dist"), { recursive: true, force: true });
run(path("node_modules/typescript/bin/tsc"), "-p", path("tsconfig.build.json"));
chmodSync(path("dist/cli/main.js"), 0o755);
