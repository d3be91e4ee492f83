import { CannotOpen } from "../collect/cannot-open.ts";
import { type OpenedCapture, openCapture } from "../collect/open-capture.ts";
import type { Analysis, Diagnostic } from "../model/analysis.ts";
import { diagnosticsText } from "./diagnostics.ts";
import type { OutputOptions } from "./options.ts";
import { type Output, planOutputs, writeOutput } from "./outputs.ts";
import { rendered } from "./rendered.ts";
import { summaryText } from "./summary.ts";
import { type Terminal, terminal } from "./terminal.ts";
import { UserError } from "./user-error.ts";
import { watched } from "./watched-capture.ts";

interface AnalyzeOptions extends OutputOptions {
  readonly input: string;
  readonly strict: boolean;
}

/** Returns the exit status. */
export const analyzeInput = async (options: AnalyzeOptions): Promise<number> => {
  const input = options.input === "-" ? "/dev/stdin" : options.input;
  const shell = terminal(options.color);
  const outputs = planOutputs(input, options.format, options.output);
  const capture = await openInput(input);
  const { analyze } = await import("../analyze.ts");
  const analysis = await analyze(options.quiet ? capture : watched(capture, shell), () => undefined);
  shell.progress(null);
  requireSomethingKnown(analysis, input);
  if (!options.quiet) shell.err(diagnosticsText(analysis.diagnostics, shell.paintErr, options.verbose));
  await writeAll(analysis, outputs, options, shell, input);
  return options.strict && analysis.diagnostics.some(({ severity }) => severity !== "info") ? 3 : 0;
};

export const openInput = async (input: string): Promise<OpenedCapture> => {
  try {
    return await openCapture(input, () => undefined);
  } catch (error) {
    throw error instanceof CannotOpen ? new UserError(error.message, error.help) : error;
  }
};

/** Codes of problems that explain by themselves why nothing could be read. */
const FATAL = new Set([
  "input-empty",
  "compression-unsupported",
  "input-damaged",
  "input-truncated",
  "expansion-limit",
  "file-unreadable",
]);

/** What to do then: a problem's cost names it, where it is more than all. */
const helpFor = (why: Diagnostic): string =>
  why.costs === null || why.costs === "everything"
    ? "it was not written or not copied whole: collect or copy it again"
    : why.costs;

/** What says whether anything of the input was known. */
export interface Known {
  readonly coverage: Analysis["coverage"];
  readonly source: { readonly files: number };
  readonly diagnostics: readonly Diagnostic[];
}

export const requireSomethingKnown = ({ coverage, source, diagnostics }: Known, input: string): void => {
  if (Object.values(coverage.sources).some((state) => state !== "absent")) return;
  const why = diagnostics.find(({ code }) => FATAL.has(code));
  if (why !== undefined) throw new UserError(`${input}: ${why.message}`, helpFor(why));
  const what =
    source.files === 1
      ? "it is no file of a kind that is known"
      : `none of its ${source.files} files is of a kind that is known`;
  throw new UserError(
    `${input}: ${what}`,
    "give a bundle of collect.sh, a kernel or kubelet log, or a folder or .tgz of such files",
  );
};

/** Writes every output; the verdict follows on standard output unless a document went there. */
export const writeAll = async (
  analysis: Analysis,
  outputs: readonly Output[],
  options: Pick<OutputOptions, "quiet">,
  shell: Terminal,
  input: string,
): Promise<void> => {
  const written: string[] = [];
  for (const { format, path } of outputs) {
    const text = await rendered(analysis, format, path === null ? shell : null);
    if (path === null) shell.out(text);
    else {
      writeOutput(path, text, input);
      written.push(`report  ${path} (${Math.max(1, Math.round(Buffer.byteLength(text) / 1024))} KiB)\n`);
    }
  }
  if (options.quiet || written.length === 0) return;
  shell.out(summaryText(analysis, shell.paintOut, shell.width) + written.join(""));
};
