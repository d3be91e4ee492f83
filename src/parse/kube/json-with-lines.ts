// A JSON reader that keeps where each value stands, takes several documents in a row (kubectl per namespace, JSON lines), and
// keeps what it read where the text breaks off.
import type { DocNode, Documents } from "./doc-tree.ts";

/** Deeper than any object of the API; a hostile text must not overrun the stack. */
const MAX_DEPTH = 200;

class Stop {
  readonly at: number;
  readonly message: string;
  constructor(at: number, message: string) {
    this.at = at;
    this.message = message;
  }
}

/** Containers are filled in place, so that what stands before a break is kept. */
class JsonReader {
  readonly #text: string;
  #at = 0;
  stop: Stop | null = null;

  constructor(text: string) {
    this.#text = text;
    if (text.charCodeAt(0) === 0xfeff) this.#at = 1;
  }

  documents(): DocNode[] {
    const roots: DocNode[] = [];
    for (;;) {
      this.#blanks();
      if (this.#at >= this.#text.length) return roots;
      const root = this.#value(0);
      if (root !== null) roots.push(root);
      if (this.stop !== null) return roots;
    }
  }

  #fail(message: string): null {
    this.stop ??= new Stop(this.#at, message);
    return null;
  }

  #blanks(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const c = this.#text.charCodeAt(this.#at);
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return;
    }
  }

  #value(depth: number): DocNode | null {
    if (depth > MAX_DEPTH) return this.#fail("nested too deep");
    this.#blanks();
    const at = this.#at;
    const c = this.#text[at];
    if (c === undefined) return this.#fail("the text ends here");
    if (c === "{") return this.#object(depth);
    if (c === "[") return this.#array(depth);
    if (c === '"') {
      const value = this.#string();
      return value === null ? null : { kind: "scalar", at, value };
    }
    const word = /^(?:true|false|null|-?\d{1,309}(?:\.\d{1,309})?(?:[eE][+-]?\d{1,4})?)/.exec(
      this.#text.slice(at, at + 640),
    )?.[0];
    if (word === undefined) return this.#fail("no JSON value stands here");
    this.#at += word.length;
    return {
      kind: "scalar",
      at,
      value: word === "true" ? true : word === "false" ? false : word === "null" ? null : Number(word),
    };
  }

  #object(depth: number): DocNode {
    const members = new Map<string, DocNode>();
    const node: DocNode = { kind: "object", at: this.#at, members };
    this.#at++;
    for (let first = true; ; first = false) {
      this.#blanks();
      if (this.#text[this.#at] === "}") break;
      if (!first && !this.#take(",")) return node;
      this.#blanks();
      if (this.#text[this.#at] !== '"') {
        this.#fail("a key is missing");
        return node;
      }
      const key = this.#string();
      this.#blanks();
      if (key === null || !this.#take(":")) return node;
      const value = this.#value(depth + 1);
      if (value !== null) members.set(key, value);
      if (this.stop !== null) return node;
    }
    this.#at++;
    return node;
  }

  #array(depth: number): DocNode {
    const items: DocNode[] = [];
    const node: DocNode = { kind: "array", at: this.#at, items };
    this.#at++;
    for (let first = true; ; first = false) {
      this.#blanks();
      if (this.#text[this.#at] === "]") break;
      if (!first && !this.#take(",")) return node;
      const value = this.#value(depth + 1);
      if (value !== null) items.push(value);
      if (this.stop !== null) return node;
    }
    this.#at++;
    return node;
  }

  #take(c: string): boolean {
    if (this.#text[this.#at] === c) {
      this.#at++;
      return true;
    }
    this.#fail(this.#at >= this.#text.length ? "the text ends here" : `"${c}" is missing`);
    return false;
  }

  #string(): string | null {
    const start = this.#at;
    let escaped = false;
    for (let i = start + 1; i < this.#text.length; i++) {
      const c = this.#text.charCodeAt(i);
      if (c === 0x5c) {
        escaped = true;
        i++;
      } else if (c === 0x22) {
        this.#at = i + 1;
        if (!escaped) return this.#text.slice(start + 1, i);
        return this.#unescape(this.#text.slice(start, i + 1));
      }
    }
    this.#at = this.#text.length;
    return this.#fail("a string does not end");
  }

  #unescape(quoted: string): string | null {
    try {
      const value: unknown = JSON.parse(quoted);
      return typeof value === "string" ? value : null;
    } catch {
      return quoted.slice(1, -1); // control characters or a wrong escape: the text as it stands
    }
  }
}

export const parseJsonDocuments = (text: string): Documents => {
  const reader = new JsonReader(text);
  const roots = reader.documents();
  return { roots, error: reader.stop };
};
