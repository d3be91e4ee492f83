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

export const createJournalExport = (emit: TakeEntry): MultiLineForm => {
  const fields = new Map<string, string>();
  let message: MessageLine[] = [];
  let binary: string | null = null;
  let awaitsLength = false;
  let open = false;

  const finish = (): void => {
    if (message.length > 0) {
      const { message: _, ...rest } = decodeJournalFields("journal-export", (name) => fields.get(name) ?? null, "");
      emit({ decoded: rest, message });
    }
    fields.clear();
    message = [];
    binary = null;
    awaitsLength = false;
  };
  const takeBinary = (text: string, line: number): void => {
    if (awaitsLength) {
      const length = LENGTH.exec(text);
      if (!length && text.length <= 1) return; // a length that begins with a line feed
      awaitsLength = false;
      const value = text.slice(length?.[0].length ?? 0);
      if (binary === "MESSAGE") message.push({ text: value, raw: value, line });
      else if (binary !== null) fields.set(binary, value);
    } else if (binary === "MESSAGE") message.push({ text, raw: text, line });
  };
  const take = (text: string, line: number): boolean => {
    if (!open) {
      if (!OPENING.test(text)) return false;
      open = true;
    }
    const field = awaitsLength ? null : FIELD.exec(text);
    if (field) {
      binary = null;
      const [whole, name = ""] = field;
      if (name === "__CURSOR" && fields.size > 0) finish();
      if (name === "MESSAGE") message = [{ text: text.slice(whole.length), raw: text, line }];
      else if (fields.size < FIELDS_MAX) fields.set(name, text.slice(whole.length));
      return true;
    }
    if (text === "" && !awaitsLength) {
      finish();
      return true;
    }
    if (binary !== null) {
      takeBinary(text, line);
      return true;
    }
    if (BINARY.test(text)) {
      binary = text;
      awaitsLength = true;
      return true;
    }
    finish();
    open = false;
    return false;
  };
  return { take, flush: finish };
};
