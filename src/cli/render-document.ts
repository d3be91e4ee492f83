import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { cannotOpen } from "../collect/cannot-open.ts";
import type { Analysis } from "../model/analysis.ts";
import { planOutputs } from "./outputs.ts";
import { terminal } from "./terminal.ts";
import { UserError } from "./user-error.ts";
import { writeAll } from "./analyze-input.ts";
import type { OutputOptions } from "./options.ts";

interface RenderOptions extends OutputOptions {
  readonly document: string;
}

/** Draws outputs from a document that `analyze --format json` wrote, without the capture. */
export const renderDocument = async (options: RenderOptions): Promise<number> => {
  const { document } = options;
  const shell = terminal(options.color);
  const analysis = await readDocument(document);
  const outputs = planOutputs(
    document === "-" ? "analysis" : document.replace(/\.report\.json$/, ""),
    options.format,
    options.output,
  );
  await writeAll(analysis, outputs, options, shell, document);
  return 0;
};

const HELP = 'give the document that "memforensics analyze INPUT --format json" writes';

const readDocument = async (path: string): Promise<Analysis> => {
  let value: unknown;
  try {
    value = JSON.parse(path === "-" ? await text(process.stdin) : readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserError(`${path} is no JSON document`, HELP);
    throw new UserError(cannotOpen(path, error).message, HELP);
  }
  const { AnalysisSchema } = await import("../model/analysis.ts");
  const { default: Value } = await import("typebox/value");
  if (Value.Check(AnalysisSchema, value)) return value;
  const first = Value.Errors(AnalysisSchema, value)[0];
  const where =
    first === undefined ? "" : ` (at ${first.instancePath === "" ? "its root" : first.instancePath}: ${first.message})`;
  throw new UserError(`${path} is no analysis document of schema 1.0${where}`, `${HELP}, with this version`);
};
