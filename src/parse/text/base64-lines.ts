// Lines of text within base64 (RFC 2045, 6.8), as its lines come in.
import { MAX_LINE_BYTES } from "./lines.ts";

/** `line`, `endLine`: of the base64 that it begins and ends on. */
export type DecodedLineVisitor = (text: string, line: number, endLine: number) => void;

const BASE64 = /^[A-Za-z0-9+/]{1,4096}={0,2}\s{0,4}$/;
/** Control characters below the tab: a picture, an archive. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NO_TEXT = /[\0-\x08]/;

export class Base64Lines {
  readonly #visit: DecodedLineVisitor;
  readonly #decoder = new TextDecoder();
  /** Digits that are no whole group of four yet. */
  #digits = "";
  /** Bytes, a character each, that no line feed has ended. */
  #bytes = "";
  #line = 0;
  #endLine = 0;
  #text: boolean | null = null;

  constructor(visit: DecodedLineVisitor) {
    this.#visit = visit;
  }

  /** False: this is no base64, and what was before it has ended. */
  take(raw: string, line: number): boolean {
    if (!BASE64.test(raw)) {
      this.end();
      return raw.trim() === "";
    }
    const digits = this.#digits + raw.trimEnd();
    const whole = digits.length - (digits.length % 4);
    this.#digits = digits.endsWith("=") ? "" : digits.slice(whole);
    const bytes = atob(digits.slice(0, whole));
    this.#text ??= !NO_TEXT.test(bytes);
    if (this.#text) this.#add(bytes, line);
    return true;
  }

  end(): void {
    if (this.#bytes !== "") this.#give(this.#bytes);
    this.#bytes = "";
    this.#digits = "";
    this.#text = null;
  }

  #add(bytes: string, line: number): void {
    if (this.#bytes === "") this.#line = line;
    this.#endLine = line;
    let rest = this.#bytes + bytes;
    for (let feed = rest.indexOf("\n"); feed >= 0; feed = rest.indexOf("\n")) {
      this.#give(rest.slice(0, feed));
      rest = rest.slice(feed + 1);
      this.#line = line;
    }
    if (rest.length > MAX_LINE_BYTES) {
      this.#give(rest);
      rest = "";
    }
    this.#bytes = rest;
  }

  #give(bytes: string): void {
    const text = this.#decoder.decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
    this.#visit(text, this.#line, this.#endLine);
  }
}
