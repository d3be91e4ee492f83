// Captures and logs that lie beside the checkout and are not part of the project: tests of them run where they are.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "./tree.ts";

/** A folder of ../shared, or null after saying so. Continuous integration has it, and must not pass without. */
export function sharedFolder(name: string): string | null {
  const path = join(root, "../shared", name);
  if (existsSync(path)) return path;
  if (process.env["CI"]) throw new Error(`../shared/${name} is not there, and CI demands it`);
  console.warn(`SKIPPED: ../shared/${name} is not there`);
  return null;
}
