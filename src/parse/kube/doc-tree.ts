// A document (JSON or YAML) as a tree whose every value knows where it stands, and the evidence cut from it.
import { MAX_EVIDENCE_TEXT, type SourceRef, sourceRef } from "../../model/evidence.ts";

export type DocNode =
  | { readonly kind: "object"; readonly at: number; readonly members: ReadonlyMap<string, DocNode> }
  | { readonly kind: "array"; readonly at: number; readonly items: readonly DocNode[] }
  | { readonly kind: "scalar"; readonly at: number; readonly value: string | number | boolean | null };

/** What a reader of documents gives: several may follow each other. */
export interface Documents {
  readonly roots: readonly DocNode[];
  /** Where and why reading stopped; null where the text ended well. */
  readonly error: { readonly at: number; readonly message: string } | null;
}

/** The text of a file, and offsets in it turned into lines. */
export class DocSource {
  readonly file: string;
  readonly text: string;
  readonly #starts: number[] = [0];
  readonly #lines: readonly number[] | null;

  /** `lines`: where each line of the text stands in the file, if the text is not all of it. */
  constructor(file: string, text: string, lines: readonly number[] | null = null) {
    this.file = file;
    this.text = text;
    this.#lines = lines;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.#starts.push(at + 1);
  }

  lineOf(at: number): number {
    return this.#lineOfRow(this.#rowOf(at));
  }

  #lineOfRow(row: number): number {
    return this.#lines?.[row - 1] ?? row;
  }

  /** From 1, within the text. */
  #rowOf(at: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  /** A piece of the line on which the value stands, verbatim; of a one-line document the part around the value. */
  ref(node: DocNode): SourceRef {
    const row = this.#rowOf(node.at);
    const line = this.#lineOfRow(row);
    const start = this.#starts[row - 1] ?? 0;
    const next = this.#starts[row];
    const end = next === undefined ? this.text.length : next - 1;
    if (end - start <= MAX_EVIDENCE_TEXT) return sourceRef(this.file, line, this.text.slice(start, end).trim());
    // Begin at the key: up to 80 characters before the value, at a comma or brace where there is one.
    const from = Math.max(start, node.at - 80);
    const before = this.text.slice(from, node.at);
    const cut = Math.max(before.lastIndexOf(","), before.lastIndexOf("{"));
    const begin = from === start ? start : cut < 0 ? from : from + cut + 1;
    return sourceRef(this.file, line, this.text.slice(begin, Math.min(end, begin + MAX_EVIDENCE_TEXT)).trim());
  }
}

export const get = (node: DocNode | undefined, ...path: readonly string[]): DocNode | undefined => {
  let here = node;
  for (const key of path) here = here?.kind === "object" ? here.members.get(key) : undefined;
  return here;
};

export const itemsOf = (node: DocNode | undefined): readonly DocNode[] => (node?.kind === "array" ? node.items : []);

export const textAt = (node: DocNode | undefined, ...path: readonly string[]): string | null => {
  const found = get(node, ...path);
  return found?.kind === "scalar" && typeof found.value === "string" && found.value !== "" ? found.value : null;
};

/** Strings, and numbers as text: quantities stand as either in YAML. */
export const scalarTextAt = (node: DocNode | undefined, ...path: readonly string[]): string | null => {
  const found = get(node, ...path);
  if (found?.kind !== "scalar" || found.value === null || found.value === "") return null;
  return String(found.value);
};

export const numberAt = (node: DocNode | undefined, ...path: readonly string[]): number | null => {
  const found = get(node, ...path);
  return found?.kind === "scalar" && typeof found.value === "number" ? found.value : null;
};

export const booleanAt = (node: DocNode | undefined, ...path: readonly string[]): boolean | null => {
  const found = get(node, ...path);
  return found?.kind === "scalar" && typeof found.value === "boolean" ? found.value : null;
};
