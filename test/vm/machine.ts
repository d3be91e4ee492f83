// Boots the virtual machine of scripts/vm with one scene, and reads what the scene left: bundles, what the collector said,
// and what the scene itself found to be true.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../project/tree.ts";
import { filesBelow, unpack } from "../collector/bundle.ts";
import { scratch } from "../collector/places.ts";

export interface Machine {
  readonly folder: string;
  /** The file that the scene left under this name. */
  path(name: string): string;
  text(name: string): string;
  /** The folder of a bundle that the scene left, unpacked. */
  unpacked(name: string): string;
  /** What the scene wrote into facts.tsv; throws where it did not. */
  fact(name: string): string;
  number(name: string): number;
  readonly files: readonly string[];
}

/**
 * Takes some minutes: the machine's processor is emulated. With MEMFORENSICS_VM_OUT what a scene leaves stays in that folder,
 * and what is there is not made again.
 */
export async function boot(scene: string, shell: "dash" | "ash"): Promise<Machine> {
  const kept = process.env["MEMFORENSICS_VM_OUT"];
  const folder = join(kept ?? scratch(), scene);
  if (kept !== undefined && existsSync(join(folder, "done"))) return machineIn(folder);
  await new Promise<void>((resolve, reject) => {
    const script = join(root, "scripts/vm/boot.sh");
    const child = spawn("sh", [script, scene, folder, shell], { stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", reject);
    child.on("close", (status) => {
      if (status === 0) resolve();
      else reject(new Error(`${scene} did not run: status ${status}; what there is lies in ${folder}`));
    });
  });
  return machineIn(folder);
}

function machineIn(folder: string): Machine {
  const text = (name: string): string => readFileSync(join(folder, name), "utf8");
  const facts = new Map(
    text("facts.tsv")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.split("\t") as [string, string]),
  );
  const fact = (name: string): string => {
    const value = facts.get(name);
    if (value === undefined) throw new Error(`the scene found no ${name}`);
    return value;
  };
  return {
    folder,
    path: (name) => join(folder, name),
    text,
    unpacked: (name) => unpack(join(folder, name), mkdtempSync(join(folder, "unpacked-"))),
    fact,
    number: (name) => Number(fact(name)),
    files: filesBelow(folder),
  };
}
