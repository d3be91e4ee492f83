import { CannotOpen } from "../collect/cannot-open.ts";
import { openCapture } from "../collect/open-capture.ts";
import type { SealState } from "../collect/seal.ts";
import type { Problem } from "../model/evidence.ts";
import { plural } from "../report/format/number.ts";
import { visibleLine } from "../report/format/visible.ts";
import { diagnosticsText } from "./diagnostics.ts";
import { terminal } from "./terminal.ts";
import { UserError } from "./user-error.ts";

/** Holds a bundle against its seal. 0 where every file is named by the seal and fits it; 1 where anything is otherwise. */
export const verifyBundle = async (input: string, color: boolean | undefined): Promise<number> => {
  const shell = terminal(color);
  const problems: Problem[] = [];
  const { seal, files, name } = await readSeal(input, problems);
  if (seal.integrity === null) {
    throw new UserError(
      `${input} is no bundle of collect.sh`,
      "only those have a seal; analyze reads others all the same",
    );
  }
  shell.err(diagnosticsText(problems, shell.paintErr, false));
  const list = (label: string, paths: readonly string[]): string =>
    paths.map((path) => `${label.padEnd(9)} ${visibleLine(path)}\n`).join("");
  shell.out(list("altered", seal.altered) + list("missing", seal.missing) + list("added", seal.added));
  shell.out(`${sentence(name, files, seal)}\n`);
  return seal.integrity === "verified" && seal.added.length === 0 ? 0 : 1;
};

const readSeal = async (
  input: string,
  problems: Problem[],
): Promise<{ seal: SealState; files: number; name: string }> => {
  try {
    const capture = await openCapture(input, (problem) => void problems.push(problem));
    // Passing each file by is enough: what the seal needs is read then.
    for await (const file of capture.files()) void file;
    return { seal: capture.seal(), files: capture.summary().files, name: capture.name };
  } catch (error) {
    throw error instanceof CannotOpen ? new UserError(error.message, error.help) : error;
  }
};

const sentence = (name: string, files: number, { integrity, altered, missing, added }: SealState): string => {
  if (integrity === "unsealed") {
    return `${name} is unsealed: it has no SHA256SUMS, which is written last. The collector was still running, was killed, or the input ends early`;
  }
  if (integrity === "mismatch")
    return `${name} does not fit its seal: ${altered.length} altered, ${missing.length} missing, ${added.length} added`;
  if (added.length > 0)
    return `${name} fits its seal, and holds ${plural(added.length, "file")} that the seal does not name`;
  return `${name} fits its seal: ${files} files, none altered, missing or added`;
};
