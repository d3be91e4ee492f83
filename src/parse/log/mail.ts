// Mail as it is stored, or as its source is copied: text in quoted-printable or base64 is made lines again, each with the number of the
// line that it begins on. Which of the two it is a part's header says (RFC 2045, 6.1); quoted-printable shows without one as well.
import { Base64Lines } from "../text/base64-lines.ts";
import { MAX_LINE_BYTES } from "../text/lines.ts";
import { beforeSoftBreak, decodeQuotedPrintable } from "../text/quoted-printable.ts";

export type MailVisitor = (text: string, line: number, endLine: number) => void;

/** `Content-Transfer-Encoding: quoted-printable` */
const TRANSFER = /^Content-Transfer-Encoding:\s{0,8}"?(quoted-printable|base64|7bit|8bit|binary)/i;
/** `--_000_AM0PR08MB1234_`, `--0000000000008f2c3a05e0d1c2b4--`: where a part ends; journalctl's `-- Boot …` has blanks */
const BOUNDARY = /^--(?=[^]{0,60}[A-Za-z0-9])[\w'()+,./:=?-]{6,72}\s{0,4}$/;
/** `From someone@example.org Tue Nov 24 01:18:22 2026`: the next mail of a mailbox */
const NEXT_MAIL = /^From \S{1,200} {1,3}[A-Z][a-z]{2} [A-Z][a-z]{2} /;
const QUOTE = /^(?:> ?){1,16}/;
/** `gfp_mask=3D0xcc0`, `resourceName=3D"memory"`, `Free swap  =3D 0kB`: the equals signs of kernel and kubelet */
const SHOWN =
  /(?:gfp_mask|order|_adj|constraint|memcg|mems_allowed|[ ,][pu]id|swap {1,2})=3D|(?:resourceName|pods?|err)=3D[["]/;

/** Whether a text that has no mail's header is quoted-printable all the same. */
export const showsQuotedPrintable = (head: Uint8Array): boolean => SHOWN.test(new TextDecoder().decode(head));

/** A line of the text, up to its last soft break. */
interface OpenLine {
  readonly pieces: string[];
  length: number;
  readonly quote: string;
  readonly line: number;
}

type Encoding = "quoted-printable" | "base64" | "none";

export class MailText {
  readonly #visit: MailVisitor;
  readonly #base64: Base64Lines;
  #encoding: Encoding;
  /** Of the part whose header is being read. */
  #announced: Encoding | null = null;
  /** Goes on in the next line. */
  #open: OpenLine | null = null;
  /** The line that was read last. */
  #last = 0;

  constructor(quotedPrintable: boolean, visit: MailVisitor) {
    this.#encoding = quotedPrintable ? "quoted-printable" : "none";
    this.#visit = visit;
    this.#base64 = new Base64Lines(visit);
  }

  /** Lines stand here as they are. */
  get idle(): boolean {
    return this.#encoding === "none";
  }

  push(raw: string, line: number): void {
    if (this.#isHeader(raw)) {
      this.end();
      this.#encoding = "none";
    }
    if (this.#encoding === "quoted-printable") this.#takeQuoted(raw, line);
    else if (this.#encoding === "none" || !this.#base64.take(raw, line)) {
      this.#encoding = "none";
      this.#visit(raw, line, line);
    }
    if (this.#announced !== null && raw.trim() === "") {
      this.#encoding = this.#announced;
      this.#announced = null;
    }
  }

  end(): void {
    this.#endLine();
    this.#base64.end();
  }

  /** Whether what was begun ends here. */
  #isHeader(raw: string): boolean {
    const first = raw.charCodeAt(0);
    if (first === 0x2d) return !this.idle && BOUNDARY.test(raw);
    if (first === 0x46) return !this.idle && NEXT_MAIL.test(raw);
    if (first !== 0x43 && first !== 0x63) return false;
    const encoding = TRANSFER.exec(raw)?.[1]?.toLowerCase();
    if (encoding === undefined) return false;
    this.#announced = encoding === "quoted-printable" || encoding === "base64" ? encoding : "none";
    return true;
  }

  #takeQuoted(raw: string, line: number): void {
    this.#open ??= { pieces: [], length: 0, quote: QUOTE.exec(raw)?.[0].trimEnd() ?? "", line };
    const open = this.#open;
    // who answers to a mail that was not decoded quotes each of its pieces
    const isQuoted = open.pieces.length > 0 && open.quote !== "" && raw.startsWith(open.quote);
    const piece = isQuoted ? raw.replace(QUOTE, "") : raw;
    const before = beforeSoftBreak(piece);
    open.pieces.push(before ?? piece);
    open.length += piece.length;
    this.#last = line;
    if (before === null || open.length > MAX_LINE_BYTES) this.#endLine();
  }

  #endLine(): void {
    const open = this.#open;
    this.#open = null;
    if (open) this.#visit(decodeQuotedPrintable(open.pieces.join("")), open.line, this.#last);
  }
}
