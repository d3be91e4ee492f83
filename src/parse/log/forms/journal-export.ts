// journalctl -o export (systemd.io/JOURNAL_EXPORT_FORMATS): `FIELD=value` lines, an empty line between entries; a value that is not
// text stands as `FIELD`, line feed, 64-bit little-endian length, bytes.
import { decodeJournalFields } from "./journal-fields.ts";
import type { MessageLine, MultiLineForm, TakeEntry } from "./entry.ts";

/** `_SOURCE_MONOTONIC_TIMESTAMP=598593873` */
const FIELD = /^([A-Z_][A-Z0-9_]{0,63})=/;
/** `MESSAGE` alone: a binary value follows. */
const BINARY = /^[A-Z_][A-Z0-9_]{0,63}$/;
/** Fields by which a text is known as an export, wherever it begins. */
const OPENING =
  /^(?:__CURSOR=s=|__REALTIME_TIMESTAMP=\d|__MONOTONIC_TIMESTAMP=\d|__SEQNUM(?:_ID)?=|_BOOT_ID=[0-9a-f]{32}$|_TRANSPORT=|_MACHINE_ID=[0-9a-f]{32}$|_SOURCE_(?:MONOTONIC|BOOTTIME|REALTIME)_TIMESTAMP=\d|SYSLOG_(?:FACILITY|IDENTIFIER)=)/;
/** The length's upper bytes are zero; its lower ones may have been taken for a line feed or for no text at all. */
const LENGTH = /^[\s\S]{0,3}?\0{5,7}/;
const FIELDS_MAX = 512;

export class JournalExport implements MultiLineForm {
  readonly #emit: TakeEntry;
  readonly #fields = new Map<string, string>();
  #message: MessageLine[] = [];
  /** Name of the binary field whose value is being read. */
  #binary: string | null = null;
  #awaitsLength = false;
  #open = false;

  constructor(emit: TakeEntry) {
    this.#emit = emit;
  }

  take(text: string, line: number): boolean {
    if (!this.#open) {
      if (!OPENING.test(text)) return false;
      this.#open = true;
    }
    const field = this.#awaitsLength ? null : FIELD.exec(text);
    if (field) {
      this.#takeField(field[1] ?? "", text.slice(field[0].length), text, line);
      return true;
    }
    if (text === "" && !this.#awaitsLength) {
      this.flush();
      return true;
    }
    if (this.#binary !== null) {
      this.#takeBinary(text, line);
      return true;
    }
    if (BINARY.test(text)) {
      this.#binary = text;
      this.#awaitsLength = true;
      return true;
    }
    this.flush();
    this.#open = false;
    return false;
  }

  flush(): void {
    if (this.#message.length > 0) {
      const decoded = decodeJournalFields("journal-export", (name) => this.#fields.get(name) ?? null, "");
      this.#emit({ decoded, message: this.#message });
    }
    this.#fields.clear();
    this.#message = [];
    this.#binary = null;
    this.#awaitsLength = false;
  }

  #takeField(name: string, value: string, raw: string, line: number): void {
    this.#binary = null;
    if (name === "__CURSOR" && this.#fields.size > 0) this.flush();
    if (name === "MESSAGE") this.#message = [{ text: value, raw, line }];
    else if (this.#fields.size < FIELDS_MAX) this.#fields.set(name, value);
  }

  #takeBinary(text: string, line: number): void {
    if (!this.#awaitsLength) {
      if (this.#binary === "MESSAGE") this.#message.push({ text, raw: text, line });
      return;
    }
    const length = LENGTH.exec(text);
    if (!length && text.length <= 1) return; // a length that begins with a line feed
    this.#awaitsLength = false;
    const value = text.slice(length?.[0].length ?? 0);
    if (this.#binary === "MESSAGE") this.#message.push({ text: value, raw: value, line });
    else if (this.#binary !== null) this.#fields.set(this.#binary, value);
  }
}
