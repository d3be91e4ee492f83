#!/usr/bin/env node
// Builds dist/ from src/: generated assets first, then the compiler, then the bit that lets the command run.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, renameSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
// A new folder that takes the old one's place when it is whole: who runs the command meanwhile finds one or the other.
const fresh = path(`node_modules/.cache/dist-${process.pid}`);
const old = `${fresh}-old`;

const run = (...args) => {
  const { status } = spawnSync(process.execPath, args, { cwd: path(""), stdio: "inherit" });
  if (status === 0) return;
  rmSync(fresh, { recursive: true, force: true });
  process.exit(status ?? 1);
};

if (existsSync(path("scripts/build-assets.mjs"))) run(path("scripts/build-assets.mjs"));
run(path("node_modules/typescript/bin/tsc"), "-p", path("tsconfig.build.json"), "--outDir", fresh);
chmodSync(`${fresh}/cli/main.js`, 0o755);
if (existsSync(path("dist"))) renameSync(path("dist"), old);
renameSync(fresh, path("dist"));
rmSync(old, { recursive: true, force: true });
