// JSON documents that are spread over lines: `dmesg --json` (util-linux sys-utils/dmesg.c) and journalctl -o json-pretty.
import { printkStamp } from "../stamps.ts";
import { decoded } from "../decoded.ts";
import type { MultiLineForm, TakeEntry } from "./entry.ts";
import { decodeJournalFields } from "./journal-fields.ts";
import { journalValue } from "./json-line.ts";

/** `         "msg": "java invoked oom-killer: …"`, `\t"_BOOT_ID" : "e200160902ad4e6cb1e8c041f88d16c4",` */
const MEMBER = /^\s{0,64}"([A-Za-z_][A-Za-z0-9_]{0,63})"\s{0,8}:\s{0,16}(\S[\s\S]*?),?\s{0,64}$/;
/** What makes one of the two documents known, wherever the text begins. */
const OPENING =
  /^\s{0,64}"(?:dmesg"\s{0,8}:\s{0,8}\[|pri"\s{0,8}:\s{0,8}\d|__CURSOR"\s{0,8}:|__REALTIME_TIMESTAMP"\s{0,8}:|__MONOTONIC_TIMESTAMP"\s{0,8}:|_BOOT_ID"\s{0,8}:|_TRANSPORT"\s{0,8}:)/;
/** `      },{`, `   ]`, `}`, `{` */
const BRACES = /^\s{0,64}[[\]{},]{1,4}\s{0,64}$/;
const MEMBERS_MAX = 512;

interface Member {
  readonly value: string;
  readonly raw: string;
  readonly line: number;
}

/** The value, or null where it is cut or no string, number or list. */
const jsonValue = (text: string): string | null => {
  try {
    return journalValue(JSON.parse(text));
  } catch {
    return null;
  }
};

/** `lost` is called with the line of each message that could not be read. */
export const createJsonPretty = (emit: TakeEntry, lost: (line: number) => void): MultiLineForm => {
  const members = new Map<string, Member>();
  let open = false;

  const finish = (): void => {
    const message = members.get("msg") ?? members.get("MESSAGE");
    const valueOf = (name: string): string | null => jsonValue(members.get(name)?.value ?? "");
    if (message) {
      const text = jsonValue(message.value);
      if (text === null) lost(message.line);
      else {
        const dmesg = members.has("msg");
        const [seconds = "", micros = ""] =
          /^(\d{1,12})\.(\d{6})$/.exec(members.get("time")?.value ?? "")?.slice(1) ?? [];
        const stamps = micros === "" ? [] : [printkStamp(seconds, micros)];
        const rest = dmesg
          ? decoded("dmesg-json", "", { stamps, ident: "kernel", caller: valueOf("caller") })
          : decodeJournalFields("journal-json-pretty", valueOf, "");
        emit({
          decoded: rest,
          message: text.split("\n").map((part) => ({ text: part, raw: message.raw, line: message.line })),
        });
      }
    }
    members.clear();
  };
  const take = (text: string, line: number): boolean => {
    if (!open) {
      if (!OPENING.test(text)) return false;
      open = true;
    }
    const member = MEMBER.exec(text);
    if (member) {
      const [, name = "", value = ""] = member;
      if (members.size < MEMBERS_MAX && value !== "[") members.set(name, { value, raw: text, line });
      return true;
    }
    if (BRACES.test(text)) {
      if (text.includes("}")) finish();
      return true;
    }
    finish();
    open = false;
    return false;
  };
  return { take, flush: finish };
};
