// The project's own files, for the tests that read them.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

export const textOf = (path: string): string => readFileSync(join(root, path), "utf8");

/** What git tracks or would track: new files count, ignored ones do not. Deleted ones that git still lists are left out. */
export function projectFiles(): string[] {
  const list = (...args: string[]): string[] =>
    execFileSync("git", ["ls-files", "-z", ...args], { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 })
      .split("\0")
      .filter((path) => path !== "");
  // A downloaded source archive has no history.
  if (!existsSync(join(root, ".git"))) return walk("");
  const deleted = new Set(list("--deleted"));
  return list("--cached", "--others", "--exclude-standard").filter((path) => !deleted.has(path));
}

const UNTRACKED = new Set(["node_modules", "dist", "coverage", "tmp"]);

function walk(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) return UNTRACKED.has(path) ? [] : walk(path);
    return entry.isFile() ? [path] : [];
  });
}

export interface Import {
  readonly from: string;
  /** A path of the project ("src/model/units.ts"), or a package or `node:` module as written. */
  readonly to: string;
  readonly typeOnly: boolean;
}

// import { a } from "./b.ts";   export type { A } from "./a.ts";   await import("./c.ts")   import "./d.ts"
const STATIC = /^\s*(?:import|export)\s+(type\s)?[^;"']{0,2000}?\bfrom\s+["']([^"']+)["']/gm;
const BARE = /^\s*import\s+["']([^"']+)["']/gm;
const DYNAMIC = /\bimport\(\s*["']([^"']+)["']\s*\)/g;

export function importsOf(path: string): Import[] {
  const text = textOf(path);
  const resolve = (target: string): string =>
    target.startsWith(".") ? posix.join(posix.dirname(path), target) : target;
  const found: Import[] = [];
  for (const match of text.matchAll(STATIC)) {
    found.push({ from: path, to: resolve(match[2] ?? ""), typeOnly: match[1] !== undefined });
  }
  for (const pattern of [BARE, DYNAMIC]) {
    for (const match of text.matchAll(pattern))
      found.push({ from: path, to: resolve(match[1] ?? ""), typeOnly: false });
  }
  return found;
}
