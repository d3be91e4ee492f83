// Takes the decoration off one line, whatever form it has: mixed forms in one file are as welcome as a pasted mail.
import { type Decoded, decoded } from "./decoded.ts";
import { decodeBracket, decodePrintk } from "./forms/bracket.ts";
import { decodeKmsg } from "./forms/kmsg.ts";
import {
  decodeIso,
  decodeRfc3164,
  decodeRfc5424,
  decodeShortFull,
  decodeShortUnix,
  decodeTalos,
  decodeTimeOnly,
} from "./forms/syslog.ts";

/** Prefix on prefix (a grep of a mail that quotes a journal) is followed this far. */
const DEPTH_MAX = 3;
/** Longer lines are searched for a decoration at their start only. */
const SEARCH_MAX = 4096;

/** `kern  :warn  : [  598.593873] …`: dmesg -x */
const FACILITY =
  /^(?:kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|local\d) {0,8}:(?:emerg|alert|crit|err|warn|notice|info|debug) {0,8}: /;
/** `kernel: oom-kill:…`, time and host cut away */
const KERNEL_ONLY = /^kernel: /;
const PRI = /^<\d{1,3}>(?=\S)/;
/** Mail, markdown, terminals and lists put these before a line. */
const QUOTE = /^[\s>|*`·•$#]{1,64}/;
/** `messages-20260101:Sep 29 …`, `dmesg.txt:12:[ 12.3] …`, `12:[ 12.3] …` (grep), `path:12:…` (Select-String) */
const GREP = /^(?:(?:[A-Z]:\\)?[^\s:"{}=]{1,200}[:-])?(?:\d{1,7}[:-])?/;
/** `    12\t…` (cat -n), `12. …`, `12 | …`, `    12  …` (less -N, web pages) */
const LINE_NUMBER = /^\s{0,8}\d{1,7}(?:\t|\.\s|:\s| {1,2}\|| )\s{0,4}/;
/** `[pod/web-0/app] …` (kubectl logs --prefix), `app-1  | …` (compose) */
const CONTAINER = /^(?:\[pod\/[^\]\s]{1,300}\] |[\w.-]{1,80} {1,20}\| )/;
/** A console's prompt or another CPU's half line before the kernel's stamp: `worker-1 login: [  598.593873] java invoked …` */
const STAMP_WITHIN = /\[ {0,8}\d{1,10}\.\d{6}\](?:\[ {0,8}[TC]\d{1,10}\])? /;
const STAMP_WITHIN_MAX = 100;

const isLetter = (code: number): boolean =>
  (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code > 0x7f;
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

const decodeFacility = (text: string): Decoded | null => {
  const match = FACILITY.exec(text);
  if (!match) return null;
  const rest = text.slice(match[0].length);
  const inner = decodeBracket(rest) ?? decodeIso(rest);
  return inner ? { ...inner, form: `${inner.form}-x` } : decoded("dmesg-x", rest, { ident: "kernel" });
};

const decodeLetters = (text: string): Decoded | null => {
  const kernelOnly = KERNEL_ONLY.exec(text);
  if (kernelOnly) {
    const rest = text.slice(kernelOnly[0].length);
    return decodePrintk(rest) ?? decoded("kernel-prefix", rest, { ident: "kernel" });
  }
  return decodeRfc3164(text) ?? decodeShortFull(text) ?? decodeFacility(text) ?? decodeTalos(text);
};

/** By the first character only the forms that can begin so are tried. */
const decodeStart = (text: string): Decoded | null => {
  const first = text.charCodeAt(0);
  if (first === 0x5b) return decodeBracket(text);
  if (isDigit(first))
    return (
      decodeKmsg(text) ??
      decodeIso(text) ??
      decodeShortUnix(text) ??
      decodeRfc3164(text) ??
      decodeTimeOnly(text) ??
      decodeTalos(text)
    );
  if (first === 0x3c) {
    const pri = PRI.exec(text);
    return decodeBracket(text) ?? decodeRfc5424(text) ?? (pri ? decodeStart(text.slice(pri[0].length)) : null);
  }
  return isLetter(first) ? decodeLetters(text) : null;
};

const shorter = (text: string, pattern: RegExp): string | null => {
  const match = pattern.exec(text);
  return match && match[0] !== "" && match[0].length < text.length ? text.slice(match[0].length) : null;
};

const decodeDeep = (text: string, depth: number): Decoded | null => {
  const plain = decodeStart(text);
  if (plain || depth === 0 || text.length > SEARCH_MAX) return plain;
  const quoted = shorter(text, QUOTE);
  if (quoted !== null) {
    const inner = decodeDeep(quoted, depth - 1);
    if (inner)
      return text.includes("**") || text.includes("`")
        ? { ...inner, message: inner.message.replace(/[*`]{1,3}$/, "") }
        : inner;
    return null;
  }
  for (const pattern of [CONTAINER, LINE_NUMBER, GREP]) {
    const rest = shorter(text, pattern);
    const inner = rest === null ? null : decodeDeep(rest, depth - 1);
    if (inner) return inner;
  }
  return null;
};

const decodeWithin = (text: string): Decoded | null => {
  const at = text.slice(0, STAMP_WITHIN_MAX + 32).search(STAMP_WITHIN);
  return at > 0 && at <= STAMP_WITHIN_MAX ? decodePrintk(text.slice(at)) : null;
};

/** klog, logfmt and JSON begin so and have no decoration of their own kind; they are the bulk of a bare kubelet log. */
const NO_DECORATION = /^(?:[IWEF]\d{4} |time="|level=|\{)/;

/** Null: nothing that we know stands before the message. */
export const decodeLine = (text: string): Decoded | null => {
  if (text === "" || NO_DECORATION.test(text)) return null;
  return decodeDeep(text, DEPTH_MAX) ?? (text.includes("] ") ? decodeWithin(text) : null);
};
