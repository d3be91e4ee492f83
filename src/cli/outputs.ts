import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import type { Format } from "./formats.ts";
import { UserError, usageError } from "./user-error.ts";

const EXTENSIONS: Readonly<Record<Format, string>> = { html: ".html", json: ".json", md: ".md", text: ".txt" };
const FORMAT_OF_EXTENSION: Readonly<Record<string, Format>> = {
  ".html": "html",
  ".htm": "html",
  ".json": "json",
  ".md": "md",
  ".markdown": "md",
  ".txt": "text",
};

export interface Output {
  readonly format: Format;
  /** Null: standard output. */
  readonly path: string | null;
}

/** What is written where. `-o` names a file, a directory ("DIR/", or any name without extension where several formats are asked for) or "-". */
export const planOutputs = (
  input: string,
  asked: readonly Format[] | undefined,
  target: string | undefined,
): Output[] => {
  const inferred = target === undefined ? undefined : FORMAT_OF_EXTENSION[extname(target).toLowerCase()];
  const formats = [...new Set(asked ?? [inferred ?? "html"])];
  if (target === "-") return toStdout(formats);
  const base = `${baseOf(input)}.report`;
  const inside = (directory: string): Output[] =>
    formats.map((format) => ({ format, path: join(directory, base + EXTENSIONS[format]) }));
  if (target === undefined) return inside("");
  const [only] = formats;
  if (isDirectory(target) || target.endsWith("/")) return inside(target);
  if (formats.length === 1 && only !== undefined) return [{ format: only, path: target }];
  if (inferred !== undefined) {
    throw usageError(`several formats cannot all be written to ${target}`, "give a directory: -o DIR/");
  }
  return inside(`${target}/`);
};

const toStdout = (formats: readonly Format[]): Output[] => {
  const [format, second] = formats;
  if (second !== undefined || format === undefined) {
    throw usageError("standard output takes one format", "give a directory for several: -o DIR/");
  }
  return [{ format, path: null }];
};

/** "node-7.tgz" → "node-7": what files that belong to this input are called. */
export const baseOf = (input: string): string => {
  const name = basename(resolve(input));
  const base = name.replace(/\.(?:tar\.gz|tgz|tar\.zst|tzst|tar|gz|zst|zip|txt|log|json)$/i, "").replace(/^\.+/, "");
  return base === "" ? "memforensics" : base;
};

const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

export const writeOutput = (path: string, text: string, input: string): void => {
  if (resolve(path) === resolve(input)) {
    throw new UserError(`${path} is the input, which is evidence and is not overwritten`, "name another file with -o");
  }
  try {
    // One level and not `recursive`, which loops for ever where a file system refuses (Node 20 in /proc).
    const directory = dirname(path);
    if (!existsSync(directory)) mkdirSync(directory);
    writeFileSync(path, text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `${path} could not be written: ${why}`,
      "name a place that you may write to with -o, or -o - for standard output",
    );
  }
};
