// One JSON object a line: journalctl -o json, docker's json-file.
import { type Decoded, decoded } from "../decoded.ts";
import { isoStamp, parseIso } from "../stamps.ts";
import { decodeJournalFields } from "./journal-fields.ts";

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A field that is no valid UTF-8 is an array of bytes; one that occurs several times an array of values (systemd.io/JOURNAL_EXPORT_FORMATS). */
export const journalValue = (value: unknown): string | null => {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  if (!Array.isArray(value)) return null;
  const bytes = value.filter((byte): byte is number => typeof byte === "number" && byte >= 0 && byte < 256);
  if (value.length > 0 && bytes.length === value.length) return new TextDecoder().decode(Uint8Array.from(bytes));
  return value.length > 0 ? journalValue(value[0]) : null;
};

/** "unreadable": it began as such a record and is cut or damaged. "lost": journalctl printed null for a message over 4096 bytes. */
export type JsonLine = Decoded | "unreadable" | "lost" | null;

/** A cut line may still hold its whole message. */
const CUT_MESSAGE = /"MESSAGE"\s?:\s?("(?:[^"\\]|\\.){0,65536}")/;
const fieldOfCut = (text: string, name: string): string | null => {
  const at = text.indexOf(`"${name}"`);
  return at < 0 ? null : (/^"[A-Z_]{1,64}"\s?:\s?"([^"\\]{0,256})"/.exec(text.slice(at, at + 400))?.[1] ?? null);
};
const decodeCut = (text: string): JsonLine => {
  const quoted = CUT_MESSAGE.exec(text)?.[1];
  if (quoted === undefined) return "unreadable";
  try {
    const message: unknown = JSON.parse(quoted);
    return typeof message === "string"
      ? decodeJournalFields("journal-json", (name) => fieldOfCut(text, name), message)
      : "unreadable";
  } catch {
    return "unreadable"; // an escape cut in the middle
  }
};

const ofJournal = (record: Readonly<Record<string, unknown>>): JsonLine => {
  const message = journalValue(record["MESSAGE"]);
  if (message === null) return record["MESSAGE"] === null ? "lost" : null;
  return decodeJournalFields("journal-json", (name) => journalValue(record[name]), message);
};

/** {"log":"…\n","stream":"stderr","time":"2026-11-24T01:18:22.776961123Z"} */
const ofDocker = (record: Readonly<Record<string, unknown>>): Decoded | null => {
  const { log, time } = record;
  if (typeof log !== "string" || typeof time !== "string" || typeof record["stream"] !== "string") return null;
  const iso = parseIso(time);
  return decoded("docker-json", log.replace(/\n$/, ""), { stamps: iso ? [isoStamp("receipt", iso)] : [] });
};

const isJournal = (text: string): boolean =>
  text.includes('"MESSAGE"') &&
  (text.includes('"__REALTIME_TIMESTAMP"') || text.includes('"_TRANSPORT"') || text.includes('"_BOOT_ID"'));

/** Also `data: {…}` (-o json-sse) and a record separator before it (-o json-seq). */
export const decodeJsonLine = (line: string): JsonLine => {
  const start = line.indexOf("{");
  if (start < 0 || start > 6 || (start > 0 && !/^(?:data: |\x1e)$/.test(line.slice(0, start)))) return null;
  const text = start === 0 ? line : line.slice(start);
  const journal = isJournal(text);
  if (!journal && !(text.includes('"log":') && text.includes('"stream":'))) return null;
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    return journal ? decodeCut(text) : null;
  }
  if (!isRecord(record)) return null;
  return journal ? ofJournal(record) : ofDocker(record);
};
