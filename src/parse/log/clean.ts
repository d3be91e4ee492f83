// What terminals, web pages and mail add to a line, taken off: colours, entities, tags, backslashes of markdown.
import { withoutMarkup } from "../text/markup.ts";

const BLANKS = /\u00a0/g;
/**
 * A terminal's colours and titles, also as `less`, `cat -v` and web pages that eat the escape show them: `ESC[32m`, `^[[32m`, `[32m`.
 * The last is only taken for one in a line that also sets colours back.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals' own codes are what is taken off
const ESCAPE = /\x1b(?:\[[0-9;?]{0,32}[A-Za-z]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\))/g;
const SHOWN_ESCAPE = /(?:ESC|\^\[)\[[0-9;?]{0,32}[A-Za-z]/g;
const BARE_ESCAPE = /\[(?:\d{1,3}(?:;\d{1,3}){0,4}m|m?\[K|m(?![a-z]))/g;
/** Markdown's escapes: `\\[  598.593873\\] java invoked oom-killer: gfp\\_mask=…`; a Windows path has none of these after its backslash. */
const MARKDOWN = /\\([[\]_*<>#`~|])/g;

/** NULs, colours, tags, entities and mail's hard blanks are no part of a message. */
export const clean = (raw: string): string => {
  let text = raw;
  if (text.includes("\0")) text = text.replaceAll("\0", "");
  if (text.includes("\u001b")) text = text.replace(ESCAPE, "");
  if (text.includes("[0m") || text.includes("[m[K"))
    text = (text.includes("ESC[") || text.includes("^[[") ? text.replace(SHOWN_ESCAPE, "") : text).replace(
      BARE_ESCAPE,
      "",
    );
  // a record's own escapes are its own
  if (text.charCodeAt(0) !== 0x7b) {
    if (text.includes("&") || text.includes("<")) text = withoutMarkup(text);
    if (text.includes("\\[") || text.includes("\\_")) text = text.replace(MARKDOWN, "$1");
  }
  if (text.includes("\u00a0")) text = text.replace(BLANKS, " ");
  return text;
};
