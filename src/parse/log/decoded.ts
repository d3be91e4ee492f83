// A line with its decoration read, before it is given a place in a file.
import type { Stamp } from "../../model/instant.ts";

export interface Decoded {
  /** "dmesg", "rfc3164", "journal-json" …: what LogFacts.format counts. */
  readonly form: string;
  readonly stamps: readonly Stamp[];
  readonly bootId: string | null;
  readonly host: string | null;
  readonly ident: string | null;
  readonly pid: number | null;
  readonly caller: string | null;
  readonly sequence: number | null;
  readonly message: string;
}

const NOTHING = { stamps: [], bootId: null, host: null, ident: null, pid: null, caller: null, sequence: null } as const;

export const decoded = (form: string, message: string, known: Partial<Omit<Decoded, "form" | "message">>): Decoded => ({
  ...NOTHING,
  ...known,
  form,
  message,
});
