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
  /** Bytes, a character each, that no line feed has ended, and how many. */
  #pieces: string[] = [];
  #bytes = 0;
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
    if (this.#bytes > 0) this.#give();
    this.#digits = "";
    this.#text = null;
  }

  #add(bytes: string, line: number): void {
    const [first = "", ...others] = bytes.split("\n");
    this.#hold(first, line);
    for (const piece of others) {
      this.#give();
      this.#hold(piece, line);
    }
    if (this.#bytes > MAX_LINE_BYTES) this.#give();
  }

  #hold(piece: string, line: number): void {
    if (this.#bytes === 0) this.#line = line;
    this.#endLine = line;
    if (piece !== "") this.#pieces.push(piece);
    this.#bytes += piece.length;
  }

  #give(): void {
    const text = this.#decoder.decode(Uint8Array.from(this.#pieces.join(""), (byte) => byte.charCodeAt(0)));
    this.#pieces = [];
    this.#bytes = 0;
    this.#visit(text, this.#line, this.#endLine);
  }
}
