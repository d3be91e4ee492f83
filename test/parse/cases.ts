// Cases are files: expected facts above, an empty line, the raw log below. A new case is one dropped file.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Case {
  readonly name: string;
  readonly expected: readonly string[];
  readonly log: Uint8Array;
}

const headEnd = (bytes: Uint8Array): number => {
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) if (bytes[at + 1] === 10) return at;
  throw new Error("a case has an empty line between its facts and its log");
};

/** A folder of test/fixtures: its cases, and what are none by their names. */
export const casesIn = (name: string, isCase: RegExp): { cases: Case[]; others: Omit<Case, "expected">[] } => {
  const folder = join(import.meta.dirname, "../fixtures", name);
  const files = readdirSync(folder)
    .toSorted()
    .map((file) => ({ name: file, log: new Uint8Array(readFileSync(join(folder, file))) }));
  const cases = files
    .filter((file) => isCase.test(file.name))
    .map(({ name: file, log }) => {
      const end = headEnd(log);
      const head = new TextDecoder().decode(log.subarray(0, end)).split("\n");
      return { name: file, expected: head.filter((line) => !line.startsWith("# ")), log: log.subarray(end + 2) };
    });
  return { cases, others: files.filter((file) => !isCase.test(file.name)) };
};
