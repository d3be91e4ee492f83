// Objects of the API are read whole: a list of a busy cluster's pods is some 20 MB. What is larger is cut, and that is said.
import type { CapturedFile } from "../../model/capture.ts";
import type { Report } from "../../model/evidence.ts";
import { detectEncoding } from "../text/encoding.ts";
import { type DocNode, DocSource } from "./doc-tree.ts";
import { parseJsonDocuments } from "./json-with-lines.ts";
import { parseYamlDocuments } from "./yaml-with-lines.ts";

/** The tree takes about ten times the text. */
const MAX_JSON_BYTES = 96 * 2 ** 20;
const MAX_YAML_BYTES = 24 * 2 ** 20;

// biome-ignore lint/suspicious/noControlCharactersInRegex: jq's colours begin with one
const COLOUR = /\u001b\[[\d;]{0,20}[mK]/g;

/** Mail's hard blanks and jq's colours are no part of a document; lines stay where they are. */
const plain = (text: string): string => {
  const blanks = text.includes("\u00a0") ? text.replaceAll("\u00a0", " ") : text;
  return blanks.includes("\u001b") ? blanks.replace(COLOUR, "") : blanks;
};

const readText = async (file: CapturedFile, cap: number): Promise<{ readonly text: string; readonly cut: boolean }> => {
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  let text = "";
  let bytes = 0;
  for await (const chunk of file.chunks()) {
    decoder ??= new TextDecoder(detectEncoding(chunk).name, { ignoreBOM: true });
    const rest = cap - bytes;
    bytes += chunk.length;
    text += decoder.decode(chunk.length > rest ? chunk.subarray(0, Math.max(rest, 0)) : chunk, { stream: true });
    if (bytes > cap) return { text, cut: true };
  }
  return { text: plain(text + (decoder?.decode() ?? "")), cut: false };
};

export interface ReadDocuments {
  readonly source: DocSource;
  readonly roots: readonly DocNode[];
}

/** Each parser of the list looks at the head: it is decoded once. */
const heads = new WeakMap<CapturedFile, string>();
export const headText = (file: CapturedFile): string => {
  const known = heads.get(file);
  if (known !== undefined) return known;
  const text = new TextDecoder(detectEncoding(file.head).name).decode(file.head);
  heads.set(file, text);
  return text;
};

/** JSON begins with a bracket; `kubectl` and `crictl` print nothing before it. */
export const looksLikeJson = (head: string): boolean => /^\uFEFF?\s{0,64}[{[]/.test(head);

export const readDocuments = async (file: CapturedFile, report: Report): Promise<ReadDocuments> => {
  const json = looksLikeJson(headText(file));
  const { text, cut } = await readText(file, json ? MAX_JSON_BYTES : MAX_YAML_BYTES);
  const source = new DocSource(file.path, text);
  if (cut) {
    report({
      severity: "warning",
      code: "document-too-large",
      file: file.path,
      line: null,
      message: `Only the first ${(json ? MAX_JSON_BYTES : MAX_YAML_BYTES) / 2 ** 20} MiB of this document were read.`,
      costs: "Objects further down are not in the analysis; capture this node's objects alone.",
    });
  }
  const { roots, error } = json ? parseJsonDocuments(text) : parseYamlDocuments(text);
  if (error !== null && !cut) {
    report({
      severity: "warning",
      code: "document-damaged",
      file: file.path,
      line: source.lineOf(error.at),
      message: `The ${json ? "JSON" : "YAML"} breaks off here (${error.message}); what stands before was read.`,
      costs: "Objects behind this place are not in the analysis; capture the file again.",
    });
  }
  return { source, roots };
};
