// What a web page leaves in a log that is copied out of its source: character references, and tags around the first and the last line.

const NAMED: Readonly<Record<string, string>> = { quot: '"', amp: "&", lt: "<", gt: ">", apos: "'", nbsp: " " };
/** `&quot;Eviction manager: attempting to reclaim&quot; resourceName=&#34;memory&#34;` */
const REFERENCE = /&(?:(quot|amp|lt|gt|apos|nbsp)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));/g;

const characterOf = (all: string, named?: string, decimal?: string, hex?: string): string => {
  if (named !== undefined) return NAMED[named] ?? all;
  const point = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
  return point >= 0x20 && point <= 0x10ffff ? String.fromCodePoint(point) : all;
};

const TAG = String.raw`<\/?(?:html|body|pre|code|p|div|span|samp|tt|td|li|blockquote|br)(?: [^<>]{0,400})?\/?>`;
/** `<pre><code class="language-console">Oct 12 19:00:20 node kernel: …` */
const TAGS_BEFORE = new RegExp(`^\\s{0,40}(?:${TAG}){1,8}`);
/** `<html><body><p>Hi,</p><pre>Oct 12 19:00:20 node kernel: …`: of a page without line ends before its text */
const BEFORE_TEXT = /^<[a-z][^]{0,2000}?<pre(?: [^<>]{0,400})?>/;
/** `…pods=[kube-system/calico]</code></pre>`, `…<br>` */
const TAGS_BEHIND = new RegExp(`(?:${TAG}){1,8}\\s{0,40}$`);

/** The line without them. Tags within a line are its own. */
export const withoutMarkup = (line: string): string => {
  let text = line;
  if (text.includes("<")) {
    text = text.replace(BEFORE_TEXT, "").replace(TAGS_BEFORE, "");
    if (text.endsWith(">")) text = text.slice(0, -400) + text.slice(-400).replace(TAGS_BEHIND, "");
  }
  return text.includes("&") ? text.replace(REFERENCE, characterOf) : text;
};
