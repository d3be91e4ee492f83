import type { Argv } from "yargs";
import { FORMATS, type Format } from "./formats.ts";

/** What every command understands. */
export interface CommonOptions {
  readonly color: boolean | undefined;
}

/** What the commands that write an analysis understand. */
export interface OutputOptions extends CommonOptions {
  readonly format: readonly Format[] | undefined;
  readonly output: string | undefined;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

export const outputOptions = <T>(y: Argv<T>) =>
  y
    .option("format", {
      alias: "f",
      type: "string",
      choices: FORMATS,
      describe: "What to write (html unless -o says otherwise); may be repeated",
      requiresArg: true,
      coerce: listed,
    })
    .option("output", {
      alias: "o",
      type: "string",
      describe: "File, directory, or - for standard output",
      requiresArg: true,
      coerce: lastOf,
    })
    .option("quiet", { alias: "q", type: "boolean", default: false, describe: "Write the files and say nothing" })
    .option("verbose", { type: "boolean", default: false, describe: "Print every diagnostic" });

/** yargs gives one value, or a list where an option was repeated. */
const listed = (given: Format | readonly Format[] | undefined): readonly Format[] | undefined => {
  if (given === undefined) return undefined;
  return typeof given === "string" ? [given] : given;
};

export const lastOf = (given: string | readonly string[] | undefined): string | undefined =>
  typeof given === "string" ? given : given?.at(-1);

/** yargs hands "-" given as a positional on as "". */
export const dashKept = (given: string): string => (given === "" ? "-" : given);
