// Lines of syslog daemons, of journalctl's one-line forms and of container runtimes: a wall clock, then who speaks.
import type { Stamp } from "../../../model/instant.ts";
import { type Decoded, decoded } from "../decoded.ts";
import { isoStamp, localStamp, microsStamp, monthOf, parseIso, yearlessStamp } from "../stamps.ts";
import { behindDmesgTime, withInnerPrintk } from "./bracket.ts";

/**
 * `worker-1 kernel: `, `worker-1 kubelet[404]: `, `worker-1 (kubelet)[404]: `; journalctl --no-hostname leaves the host out; busybox's
 * syslogd adds the priority: `worker-1 kern.warn kernel: `. No host begins with a bracket: `[12345.678901] CPU: 9 PID: …` has none.
 */
const SPEAKER =
  /^(?:(?!\[)([^\s:]{1,128}) )?(?:(?:kern|user|daemon|auth|authpriv|syslog|cron|local\d)\.[a-z]{3,7} )?([^\s:[\]"'={}]{1,80})(?:\[(\d{1,10})\])?:(?: |$)/;
/** Level words of other programs' logs stand where a host would. */
const LEVEL_WORD = /^(?:info|warn|warning|error|err|debug|trace|fatal|normal|notice|critical)$/i;
/** The kernel, as the daemon that reads its ring and some collectors name it. */
const RELAYED_KERNEL = /^(?:Kernel|KERNEL|klogd)$/;

const speaker = (form: string, stamps: readonly Stamp[], rest: string): Decoded | null => {
  const match = SPEAKER.exec(rest);
  if (!match) return null;
  const [whole, host, name = "", pid] = match;
  if (host !== undefined && LEVEL_WORD.test(host)) return null;
  return withInnerPrintk(
    decoded(form, rest.slice(whole.length), {
      stamps,
      host: host ?? null,
      ident: host !== undefined && RELAYED_KERNEL.test(name) ? "kernel" : name.replace(/\.service$/, ""),
      pid: pid === undefined ? null : Number(pid),
    }),
  );
};

/** `ts` and serial loggers put the wall clock before the kernel's own stamp: `Nov 24 01:18:22 [  598.593873] java invoked …`. */
const bareKernel = (form: string, stamps: readonly Stamp[], rest: string): Decoded | null => {
  const outer = decoded(form, rest, { stamps, ident: "kernel" });
  const inner = withInnerPrintk(outer);
  return inner === outer ? null : inner;
};

/** `Nov 24 01:18:22 worker-1 kernel: …`, `Nov 24 01:18:22.867906 worker-1 …`, `11月 24 01:08:52 host kernel: …`, `Nov 24 2026 01:18:22 …`. */
const YEARLESS = /^(\S{2,12}) {1,2}(\d{1,2})(?: (\d{4}))? (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))? /;

export const decodeRfc3164 = (text: string): Decoded | null => {
  const match = YEARLESS.exec(text);
  if (!match) return null;
  const [whole, monthName = "", day = "", year, hour = "", minute = "", second = "", fraction = ""] = match;
  const month = monthOf(monthName);
  if (month === null) return null;
  const stamp =
    year === undefined
      ? yearlessStamp(month, day, hour, minute, second, fraction)
      : localStamp(year, month, day, hour, minute, second, fraction);
  if (!stamp) return null;
  const form = fraction === "" ? "rfc3164" : "journal-short-precise";
  const rest = text.slice(whole.length);
  return speaker(form, [stamp], rest) ?? bareKernel(form, [stamp], rest);
};

/** `2023-12-04T10:49:30.127Z In(05) vcpu-5 - Guest: <6>[39291577.009360] …` (VMware's vmware.log). */
const VMX = /^In\(\d{1,3}\) vcpu-\d{1,4} - Guest: /;
/** `2026-11-24T01:18:22.776961123Z stderr F …` (CRI log file). */
const CRI = /^(?:stdout|stderr) [FP] /;
/** What kubectl's and CI's time prefixes stand before: klog, or the kernel's own words. */
const LOG_PREFIX = /\.\d{7,9}Z $/; // GitHub's runners print seven digits, kubectl logs --timestamps nine
const KNOWN_MESSAGE =
  /^(?:[IWEF]\d{4} \d\d:|Out of memory: |Memory cgroup out of memory: |oom-kill:|oom_reaper: |Killed process \d)/;
const INVOKED = /^\S.{0,63} invoked oom-killer/;

/** `2026-11-24T01:18:22.867906+00:00 worker-1 kernel: …`, `2026-11-24T01:18:22,776961+00:00 java invoked …`, and what shares its clock. */
export const decodeIso = (text: string): Decoded | null => {
  const iso = parseIso(text);
  if (!iso || text.charCodeAt(iso.end) !== 0x20) return null;
  const rest = text.slice(iso.end + 1);
  if (iso.comma && iso.zoned) return behindDmesgTime("dmesg-iso", rest, [isoStamp("dmesg-wall", iso)]);
  const stamps = [isoStamp("receipt", iso)];
  const cri = CRI.exec(rest);
  if (cri) return decoded("cri", rest.slice(cri[0].length), { stamps });
  const guest = VMX.exec(rest);
  if (guest) return withInnerPrintk(decoded("vmx", rest.slice(guest[0].length), { stamps, ident: "kernel" }));
  if (KNOWN_MESSAGE.test(rest)) return decoded("iso-prefixed", rest, { stamps });
  const prefixed = LOG_PREFIX.test(text.slice(0, iso.end + 1));
  const spoken = speaker("syslog-iso", stamps, rest) ?? bareKernel("syslog-iso", stamps, rest);
  // "CPU: 1 PID: …" behind a runner's time has no speaker
  if (spoken && (!prefixed || spoken.host !== null || spoken.ident === "kernel")) return spoken;
  return prefixed || INVOKED.test(rest) ? decoded("iso-prefixed", rest, { stamps }) : null;
};

/** `<4>1 2026-11-24T01:18:22.867906Z worker-1 kernel - - - java invoked …` (RFC 5424). */
const RFC5424 =
  /^<\d{1,3}>1 (\S{1,40}) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) (?:-|(?:\[[^\]]{0,2000}\]){1,8})(?: \ufeff?|$)/;

export const decodeRfc5424 = (text: string): Decoded | null => {
  const match = RFC5424.exec(text);
  if (!match) return null;
  const [whole, time = "", host = "", app = "", pid = ""] = match;
  const iso = parseIso(time);
  return withInnerPrintk(
    decoded("rfc5424", text.slice(whole.length), {
      stamps: iso ? [isoStamp("receipt", iso)] : [],
      host: host === "-" ? null : host,
      ident: app === "-" ? null : app,
      pid: /^\d{1,10}$/.test(pid) ? Number(pid) : null,
    }),
  );
};

/** journalctl -o with-unit and short-full: `Tue 2026-11-24 01:18:22 UTC worker-1 kernel: …`. Only UTC's name is a zone we know. */
const FULL = /^(?:\S{2,12}) (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})?) ([A-Z]{2,6}|[+-]\d\d(?::?\d\d)?) /;

export const decodeShortFull = (text: string): Decoded | null => {
  const match = FULL.exec(text);
  if (!match) return null;
  const [whole, time = "", zone = ""] = match;
  const offset = /^[+-]\d\d$/.test(zone) ? `${zone}00` : zone;
  const iso = parseIso(/^[+-]/.test(offset) ? time + offset : zone === "UTC" || zone === "GMT" ? `${time}Z` : time);
  return iso && speaker("journal-short-full", [isoStamp("receipt", iso)], text.slice(whole.length));
};

/** journalctl -o short-unix: `1795483102.867906 worker-1 kernel: …`. */
const UNIX = /^(\d{9,11})\.(\d{6}) /;

export const decodeShortUnix = (text: string): Decoded | null => {
  const match = UNIX.exec(text);
  if (!match) return null;
  const [whole, seconds = "", micros = ""] = match;
  return speaker(
    "journal-short-unix",
    [microsStamp("receipt", Number(seconds) * 1e6 + Number(micros))],
    text.slice(whole.length),
  );
};

/** A log whose dates were cut away: `10:52:29 t14s systemd-oomd[1261]: …`. A time without a day is no reading of any clock. */
const TIME_ONLY = /^\d\d:\d\d:\d\d(?:\.\d{1,9})? (?=\S{1,128} \S{1,80}\[\d{1,10}\]: |\S{1,128} kernel: )/;

export const decodeTimeOnly = (text: string): Decoded | null => {
  const match = TIME_ONLY.exec(text);
  return match && speaker("syslog-time-only", [], text.slice(match[0].length));
};

/** talosctl dmesg: `10.0.0.4: kern: warning: [2026-11-24T01:18:22.776961123Z]: java invoked …`: the kernel's stamp and a boot time added. */
const TALOS = /^\S{1,128}: (kern|user|daemon|syslog): {1,8}[a-z]{3,8}: \[(\d{4}-\d\d-\d\dT[\d:.]{8,18}Z)\]: /;

export const decodeTalos = (text: string): Decoded | null => {
  const match = TALOS.exec(text);
  const iso = match && parseIso(match[2] ?? "");
  if (!match || !iso) return null;
  const ident = match[1] === "kern" ? "kernel" : null;
  return decoded("talos-dmesg", text.slice(match[0].length), { stamps: [isoStamp("dmesg-wall", iso)], ident });
};
