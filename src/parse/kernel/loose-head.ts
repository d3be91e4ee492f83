// Decorations that no form of ours knows, before a line that only the kernel prints: too few lines for a prefix to be learnt from, or each
// with another one. Only what dates, numbers or points at a line is taken for one; words are not, for they quote the kernel.
import type { LogLine } from "../../model/log.ts";
import { withoutQuote } from "../log/wrap-width.ts";

const TOKENS: readonly string[] = [
  String.raw`\[[^[\]]{1,40}\]:?`, // [15:04:05], [1101], [2023-01-02T15:04:05Z], [ T123], [node-agent]
  String.raw`<\d{1,3}>(?:\[[\d ,.]{1,40}\])?`, // <3>[  123.456789,0]
  String.raw`\d{1,4}[:/.-][\d:.,/TZ+-]{1,36}`, // 15:04:05.123, 2023/01/02, 1672671845.123456
  String.raw`\d{9,16}(?:\.\d{1,9})?`,
  "(?:19|20)\\d\\d",
  String.raw`\d{1,3}[.)]`,
  String.raw`\d`, // the version of RFC 5424
  String.raw`(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?`,
  String.raw`(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ \t]{1,2}\d{1,2}`,
  "(?:AM|PM|UTC|GMT|CES?T|[EP][SD]T|[IJ]ST|CST)",
  String.raw`(?:[\w.-]{1,64}[ \t]{1,8})?(?:[kK]ernel|klogd)(?:\[[\w/]{1,10}\])?(?:[:\t]|[ \t]-)\*{0,2}(?:[ \t]-){0,2}`,
  String.raw`kern\.[a-z]{1,8}:?`,
  String.raw`(?=[a-z.-]{0,64}\d)[\w.-]{1,64}:`, // node1: of pdsh
  String.raw`[\w.-]{1,80}[ \t]{1,20}\|`, // app_1  | of compose
  String.raw`\{[\w="., -]{1,200}\}`, // the labels of a query
  "[-*+•│|$~>#`]{1,4}",
  String.raw`[A-Z][a-z]{2}[ \t]{1,2}\d{1,2}[ \t]\d\d:\d\d:\d\d(?:\.\d{1,9})?[ \t][\w.-]{1,64}`, // a relay's, with its host
];
/** What begins only kernel lines, and shows by what follows that it is no prose. */
const OWN: readonly string[] = [
  String.raw`(?:(?:Memory cgroup out|Out) of memory(?: \(oom_kill_allocating_task\))?: )?Kill(?:ed)? process \d{1,10}[ ,]`,
  "oom-kill:constraint=",
  String.raw`Tasks? in \/`,
  String.raw`oom_reaper: (?:reaped process|unable)`,
  String.raw`[^\s[\]:|](?:.{0,14}) invoked oom-killer: gfp_mask=`,
];
const HEAD = new RegExp(
  `^[ \\t]{0,20}(?:[*\\x60]{0,2}(?:${TOKENS.join("|")})[*\\x60]{0,2}[ \\t]{1,20}){1,8}(?=${OWN.join("|")})`,
);
/** Of compressed blanks nothing is left behind a colon: ` kernel:Out of memory: …` (wall). */
const TIGHT =
  /^[ \t]{0,20}kernel:(?=(?:Memory cgroup out|Out) of memory: Kill|oom-kill:constraint=|.{1,15} invoked oom-killer: )/;
const HEAD_MAX = 160;

/** What stands before a line that only the kernel prints, or null. */
export const looseHead = ({ ident, message }: LogLine): string | null => {
  if (ident !== null && ident !== "kernel") return null;
  const start = message.slice(0, HEAD_MAX + 80);
  const head = (HEAD.exec(start) ?? TIGHT.exec(start))?.[0];
  // a quotation's marks stand before further pieces of a line, too
  if (head === undefined || head.length > HEAD_MAX || withoutQuote(head).trim() === "") return null;
  return head;
};
