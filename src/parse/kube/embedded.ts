// Objects of the API that stand within other text: `kubectl get pod web-0 -o yaml` pasted between prose and logs, or a piece of one.
import { follows, type Report } from "../../model/evidence.ts";
import type { LogLine } from "../../model/log.ts";
import { DocSource, type Documents } from "./doc-tree.ts";
import { parseJsonDocuments } from "./json-with-lines.ts";
import { type ObjectSink, takeDocument } from "./objects.ts";
import { parseYamlDocuments } from "./yaml-with-lines.ts";

/** `{`, `[`, `{ "apiVersion": "v1",`: JSON that begins here. */
const JSON_START = /^\s{0,200}[{[]\s{0,16}(?:$|["{[])/;
/** `"status": {`, `"lastState": {`: a piece out of the middle. */
const JSON_PIECE =
  /^\s{0,200}"(?:status|containerStatuses|initContainerStatuses|lastState|state|terminated|metadata|items|involvedObject)"\s{0,4}:\s{0,4}[{[]/;
const JSON_LINE = /^\s{0,400}(?:"|[{}[\],]|-?\d|true\b|false\b|null\b|\.{3}|…|$)/;
/** What an author left out. */
const LEFT_OUT = /^\s{0,400}(?:\.{3,6}|…)\s{0,40}$/;
const YAML_START =
  /^(\s{0,200})(?:- )?(?:apiVersion: (?:v1|events\.k8s\.io\/v1)|kind: (?:Pod|Event|Node|List)(?:List)?|(?:metadata|status|containerStatuses|initContainerStatuses|lastState|state|terminated|items|involvedObject):)\s{0,40}$/;
/** A key or an item at the block's own indentation; keys of the API begin in lower case. */
const YAML_SIBLING = /^(?:- |-$|[a-z][\w./-]{0,120}:(?:\s|$)|#)/;

/** A busy node's pods are some MB; what is larger was not pasted. */
const MAX_CHARS = 16 * 2 ** 20;
const MAX_LINES = 200_000;

/** How deep a line of JSON goes, strings left out. */
const depthOf = (line: string): number => {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const c = line[i];
    if (quoted) {
      if (c === "\\") i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === "{" || c === "[") depth++;
    else if (c === "}" || c === "]") depth--;
  }
  return depth;
};

interface Block {
  readonly form: "json" | "piece" | "yaml";
  readonly indent: number;
  readonly lines: { readonly line: LogLine; readonly text: string }[];
  depth: number;
  chars: number;
}

const indentOf = (text: string): number => text.length - text.trimStart().length;

export class EmbeddedDocuments {
  readonly #sink: ObjectSink;
  readonly #report: Report;
  /** Reads a line as text after all. */
  readonly #asText: (line: LogLine, text: string) => void;
  #block: Block | null = null;

  constructor(sink: ObjectSink, report: Report, asText: (line: LogLine, text: string) => void) {
    this.#sink = sink;
    this.#report = report;
    this.#asText = asText;
  }

  /** Every line of the text, in order: part of a document, or handed on as text. */
  push(line: LogLine, text: string): void {
    const block = this.#block;
    if (block !== null) {
      if (this.#goesOn(block, line, text)) {
        this.#add(block, line, text);
        return;
      }
      this.end();
    }
    const next = this.#begins(text);
    if (next === null) this.#asText(line, text);
    else {
      this.#block = next;
      this.#add(next, line, text);
    }
  }

  end(): void {
    const block = this.#block;
    if (block === null) return;
    this.#block = null;
    if (!this.#read(block)) for (const { line, text } of block.lines) this.#asText(line, text);
  }

  #begins(text: string): Block | null {
    const yaml = YAML_START.exec(text);
    if (yaml !== null) return { form: "yaml", indent: yaml[1]?.length ?? 0, lines: [], depth: 0, chars: 0 };
    if (JSON_PIECE.test(text)) return { form: "piece", indent: 0, lines: [], depth: 1, chars: 0 };
    return JSON_START.test(text) ? { form: "json", indent: 0, lines: [], depth: 0, chars: 0 } : null;
  }

  #goesOn(block: Block, line: LogLine, text: string): boolean {
    const last = block.lines.at(-1);
    if (last !== undefined && !follows(line.ref, last.line.ref)) return false;
    if (block.lines.length >= MAX_LINES || block.chars + text.length > MAX_CHARS) return false;
    if (block.form !== "yaml") return JSON_LINE.test(text) && (block.form === "json" || block.depth > 0);
    if (text.trim() === "" || LEFT_OUT.test(text)) return true;
    const indent = indentOf(text);
    return indent > block.indent || (indent === block.indent && YAML_SIBLING.test(text.slice(indent)));
  }

  #add(block: Block, line: LogLine, text: string): void {
    const kept = LEFT_OUT.test(text) ? "" : text;
    block.lines.push({ line, text: kept });
    block.chars += text.length;
    if (block.form === "yaml") return;
    block.depth += depthOf(kept);
    if (block.depth <= 0) this.end();
  }

  /** False where nothing in it was understood. */
  #read(block: Block): boolean {
    const first = block.lines[0];
    if (first === undefined) return true;
    const body = block.lines.map(({ text }) => text).join("\n");
    // a piece is closed as its object would be
    const text = block.form === "piece" ? `{${body.replace(/,\s{0,400}$/, "")}}` : body;
    const { roots, error }: Documents = block.form === "yaml" ? parseYamlDocuments(text) : parseJsonDocuments(text);
    const source = new DocSource(
      first.line.ref.file,
      text,
      block.lines.map(({ line }) => line.ref.line),
    );
    let known = 0;
    for (const root of roots) known += takeDocument(source, root, this.#sink).known;
    if (known > 0 && error !== null) {
      this.#report({
        severity: "warning",
        code: "document-damaged",
        file: first.line.ref.file,
        line: source.lineOf(error.at),
        message: `The ${block.form === "yaml" ? "YAML" : "JSON"} within this text breaks off here (${error.message}); what stands before was read.`,
        costs: "What the object says behind this place is not in the analysis.",
      });
    }
    return known > 0;
  }
}
