// Runs the built command line, as a user does.
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Analysis } from "../../src/model/analysis.ts";
import { root } from "./tree.ts";

/** The analysis document of an input. One run for each input and test file. */
export async function analyse(input: string): Promise<Analysis> {
  const known = runs.get(input);
  if (known) return known;
  const run = documentOf(input);
  runs.set(input, run);
  return run;
}

const runs = new Map<string, Promise<Analysis>>();

function documentOf(input: string): Promise<Analysis> {
  const args = [join(root, "dist/cli/main.js"), "analyze", input, "--format", "json", "-o", "-"];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    const out: Buffer[] = [];
    let errors = "";
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => {
      errors = (errors + chunk.toString("utf8")).slice(-4000);
    });
    child.on("error", reject);
    child.on("close", (status) => {
      if (status !== 0) reject(new Error(`analyze ${input}: status ${status}\n${errors}`));
      else resolve(JSON.parse(Buffer.concat(out).toString("utf8")) as Analysis);
    });
  });
}
