// Records of /dev/kmsg and of netconsole's extended form (Documentation/ABI/testing/dev-kmsg, Documentation/networking/netconsole.rst).
import { type Decoded, decoded } from "../decoded.ts";
import { microsStamp } from "../stamps.ts";

/** `4,511,598593873,-;java invoked oom-killer: …`, with more fields in newer kernels: `6,339,5140900,-,caller=T1;NET: …`. netconsole may put the release first. */
const RECORD = /^(?:\d{1,3}\.[^,;\s]{1,80},)?(\d{1,6}),(\d{1,18}),(\d{1,18}),([^;\s]{1,200});/;
const CALLER = /(?:^|,)caller=([TC]\d{1,10})(?:,|$)/;
/** ` SUBSYSTEM=pci`, ` DEVICE=+pci:0000:00:03.0`: the record's dictionary, on lines of its own. */
const DICTIONARY = /^ [A-Z][A-Z0-9_]{0,63}=/;

export const isKmsgDictionary = (text: string): boolean => DICTIONARY.test(text);

const isNameByte = (byte: number): boolean =>
  (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f;

/** The same for bytes; with a blank in its value it may be something else. */
export const isPlainDictionary = (bytes: Uint8Array, from: number, to: number): boolean => {
  const first = bytes[from + 1] ?? 0;
  if (bytes[from] !== 0x20 || first < 0x41 || first > 0x5a) return false;
  let at = from + 2;
  while (at < to && isNameByte(bytes[at] ?? 0)) at++;
  if (at >= to || bytes[at] !== 0x3d || at - from > 65) return false;
  while (at < to && (bytes[at] ?? 0) > 0x20) at++;
  return at === to;
};

const ESCAPES = /(?:\\x[0-9a-f]{2})+/gi;
/** Bytes that are not printable stand as \xNN; UTF-8 is one byte after the other. */
export const unescape = (text: string): string =>
  text.includes("\\x")
    ? text.replace(ESCAPES, (run) =>
        new TextDecoder().decode(Uint8Array.from(run.split(/\\x/i).slice(1), (hex) => Number.parseInt(hex, 16))),
      )
    : text;

const WRITER = /^([A-Za-z_(][\w.@()/-]{0,48})\[(\d{1,10})\]: /;

export const decodeKmsg = (text: string): Decoded | null => {
  const match = RECORD.exec(text);
  if (!match) return null;
  const [whole, , sequence, micros, fields = ""] = match;
  const message = unescape(text.slice(whole.length));
  const writer = WRITER.exec(message);
  return decoded("kmsg", writer ? message.slice(writer[0].length) : message, {
    stamps: [microsStamp("printk", Number(micros))],
    ident: writer?.[1] ?? "kernel",
    pid: writer ? Number(writer[2]) : null,
    caller: CALLER.exec(fields)?.[1] ?? null,
    sequence: Number(sequence),
  });
};
