// Cases are files: expected facts above, an empty line, the raw log below. A new case is one dropped file.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../fixtures/kernel", import.meta.url));

export interface Case {
  readonly name: string;
  readonly expected: readonly string[];
  readonly log: Uint8Array;
}

const headEnd = (bytes: Uint8Array): number => {
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) if (bytes[at + 1] === 10) return at;
  throw new Error("a case has an empty line between its facts and its log");
};

export const cases: readonly Case[] = readdirSync(folder)
  .toSorted()
  .map((name) => {
    const bytes = new Uint8Array(readFileSync(join(folder, name)));
    const end = headEnd(bytes);
    const head = new TextDecoder().decode(bytes.subarray(0, end)).split("\n");
    return { name, expected: head.filter((line) => !line.startsWith("# ")), log: bytes.subarray(end + 2) };
  });

export const caseNamed = (name: string): Case => {
  const found = cases.find((it) => it.name === `${name}.txt`);
  if (!found) throw new Error(`no case ${name}`);
  return found;
};
