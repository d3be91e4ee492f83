// Lines that begin with the kernel's own stamp in brackets, as dmesg and consoles print them.
import type { Stamp } from "../../../model/instant.ts";
import { type Decoded, decoded } from "../decoded.ts";
import { ctimeStamp, minuteStamp, monthOf, printkStamp } from "../stamps.ts";

/**
 * `[  598.593873] java invoked oom-killer: …`, `<4>[76541.325574] …`, `[   49.921978][ T6736] …` (a console's caller),
 * `[  183.1] [T13546] …` is dmesg's. `dmesg -d` and journalctl's short-delta add `<    0.000012>`.
 */
const PRINTK =
  /^(?:<\d{1,3}>)?\[ {0,12}(\d{1,12})\.(\d{6})(?: < {0,12}[\d.]{1,20} ?>)?\](?:\[ {0,8}([TC]\d{1,10})\])?(?: (?:\[ {0,8}([TC]\d{1,10})\] )?|$)/;
/**
 * `[Tue Nov 24 01:18:22 2026] …`, `[四 3月 18 18:47:12 2021] …`, `[月  1月 26 01:49:41 2026] …`, `[T3 Thg 11 24 01:18:22 2026] …`: weekday
 * and month are the locale's.
 */
const CTIME =
  /^(?:<\d{1,3}>)?\[(\S{1,16}) {1,3}((?:Thg )?\S{1,16}) {1,3}(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:[.,]\d{1,9})? (\d{4})(?: < {0,12}[\d.]{1,20} ?>)?\](?: |$)/;
/** `dmesg -H`: `[Nov24 01:18] …` where the minute changes, `[  +0.000012] …` in between. */
const RELTIME = /^\[(?:(\p{L}{3,5})(\d{1,2}) (\d\d):(\d\d)| {0,8}\+\d{1,9}\.\d{6})\](?: |$)/u;
/** journalctl -o short-monotonic: `[  598.684707] worker-1 kernel: …`, `[   79.888614] worker-1 systemd[1]: …`. */
const HOST_AND_IDENT = /^([^\s:]{1,128}) (?:(kernel)|([^\s:[\]]{1,80})\[(\d{1,10})\]): ?/;
/** Written to /dev/kmsg by a process: `systemd-journald[181]: Under memory pressure, flushing caches.` */
const WRITER = /^([A-Za-z_(][\w.@()/-]{0,48})\[(\d{1,10})\]: /;

const kernelOrWriter = (form: string, message: string, stamps: readonly Stamp[], caller: string | null): Decoded => {
  const writer = message.includes("]: ") ? WRITER.exec(message) : null;
  if (!writer) return decoded(form, message, { stamps, caller, ident: "kernel" });
  const [whole, ident = "", pid] = writer;
  return decoded(form, message.slice(whole.length), { stamps, caller, ident, pid: Number(pid) });
};

/** `[ T1234] java invoked …`: dmesg prints the caller after its own time, whatever form that has (util-linux 2.39, print_record()). */
const CALLER = /^\[ {0,8}([TC]\d{1,10})\] /;

/** A kernel's line behind a stamp that dmesg printed. */
export const behindDmesgTime = (form: string, message: string, stamps: readonly Stamp[]): Decoded => {
  const caller = message.charCodeAt(0) === 0x5b ? CALLER.exec(message) : null;
  return caller
    ? kernelOrWriter(form, message.slice(caller[0].length), stamps, caller[1] ?? null)
    : kernelOrWriter(form, message, stamps, null);
};

export const decodePrintk = (text: string): Decoded | null => {
  const match = PRINTK.exec(text);
  if (!match) return null;
  const [whole, seconds = "", micros = "", consoleCaller, dmesgCaller] = match;
  const message = text.slice(whole.length);
  const stamp = printkStamp(seconds, micros);
  const named = HOST_AND_IDENT.exec(message);
  if (named) {
    const [head, host = "", kernel, ident, pid] = named;
    return decoded("journal-short-monotonic", message.slice(head.length), {
      stamps: [{ ...stamp, clock: "receipt-monotonic" }],
      host,
      ident: kernel ?? ident ?? null,
      pid: pid === undefined ? null : Number(pid),
    });
  }
  return kernelOrWriter("dmesg", message, [stamp], consoleCaller ?? dmesgCaller ?? null);
};

const decodeCtime = (text: string): Decoded | null => {
  const match = CTIME.exec(text);
  if (!match) return null;
  const [whole, , monthName = "", day = "", hour = "", minute = "", second = "", year = ""] = match;
  const month = monthOf(monthName);
  const stamp = month === null ? null : ctimeStamp(month, day, hour, minute, second, year);
  return behindDmesgTime("dmesg-T", text.slice(whole.length), stamp ? [stamp] : []);
};

const decodeReltime = (text: string): Decoded | null => {
  const match = RELTIME.exec(text);
  if (!match) return null;
  const [whole, monthName, day = "", hour = "", minute = ""] = match;
  const month = monthName === undefined ? null : monthOf(monthName);
  if (monthName !== undefined && month === null) return null;
  const stamp = month === null ? null : minuteStamp(month, day, hour, minute);
  return behindDmesgTime("dmesg-H", text.slice(whole.length), stamp ? [stamp] : []);
};

export const decodeBracket = (text: string): Decoded | null =>
  decodePrintk(text) ?? decodeCtime(text) ?? decodeReltime(text);

/** A kernel message inside another decoration may keep its stamp: `kernel: [ 8341.856856] oom-kill:…`, `Guest: <6>[39291577.009360] …`. */
export const withInnerPrintk = (outer: Decoded): Decoded => {
  const first = outer.message.charCodeAt(0);
  if (first !== 0x5b && first !== 0x3c) return outer;
  const match = PRINTK.exec(outer.message);
  if (!match) return outer;
  const [whole, seconds = "", micros = "", consoleCaller, dmesgCaller] = match;
  return {
    ...outer,
    stamps: [printkStamp(seconds, micros), ...outer.stamps],
    caller: consoleCaller ?? dmesgCaller ?? outer.caller,
    message: outer.message.slice(whole.length),
  };
};
