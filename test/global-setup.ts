// Tests that run the command run the built one: it is built here, once, where sources are newer.
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const NEEDS_BUILD = /cli|project|browser|collector/;

export const setup = (): void => {
  const filters = process.argv.slice(2).filter((arg) => !/^-|^(?:run|watch|related|bench)$/.test(arg));
  if (filters.length > 0 && !filters.some((filter) => NEEDS_BUILD.test(filter))) return;
  if (newest("src") <= timeOf("dist/cli/main.js")) return;
  const { status } = spawnSync(process.execPath, [join(root, "scripts/build.mjs")], { stdio: "inherit" });
  if (status === 0) return;
  if (process.env["CI"]) throw new Error("the build failed");
  console.warn("THE BUILD FAILED: tests of the command line run what was built before");
};

const timeOf = (path: string): number => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;

const newest = (folder: string): number =>
  Math.max(
    ...readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );
