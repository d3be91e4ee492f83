// Takes off what pages, mails, comments and tools put before a line of kubectl's output. Indentation within stays: YAML needs it.

/** `> Name: web-0`, `>> Name: web-0`: mail and markdown. */
const QUOTE = /^\s{0,40}(?:>[ \t]?){1,6}/;
/** `# Name: web-0`, `// Name: web-0`: output put into a script's comments. */
const COMMENT = /^\s{0,12}(?:#{1,3}|\/\/)(?:[ \t]|$)/;
/** `describe.txt:12:Name: web-0`, `D:\evidence\node.txt:91:  Warning …`, `12:Name: web-0`, `logs/a.txt-13-Namespace: x` (grep, Select-String) */
const GREP =
  /^(?:\.{0,2}\/[^\s:"'{}[\]=]{1,200}:(?=\s|[A-Za-z"{[#])|[A-Z]:\\[^:"<>|*?]{1,400}:\d{1,7}[:-]|[^\s:"'{}[\]=]{0,200}[./][^\s:"'{}[\]=]{1,200}[:-]\d{1,7}[:-]|\d{1,7}:(?=\s|\S))/;
/** `` `Warning  Evicted …` ``, `**Name: web-0**`: markdown's emphasis, a line at a time */
const EMPHASIS = /^\s{0,40}(?:`{1,2}(?!`)|\*{2,3})(?=\S)/;
const EMPHASIS_BEHIND = /(?:`{1,2}|\*{2,3})\s{0,40}$/;
/** `    12\tName: web-0` (cat -n) */
const NUMBERED = /^\s{0,8}\d{1,7}\t/;
/** `server-1  | Name: web-0` (compose), `[pod/web-0/app] Name: web-0` (kubectl logs --prefix) */
const CONTAINER = /^(?:\[pod\/[^\]\s]{1,300}\] |[\w.-]{1,80} {1,20}\| )/;
const FRONTS = [QUOTE, COMMENT, GREP, NUMBERED, CONTAINER] as const;

/** `| default | 51m | Warning | SystemOOM | node/a | … |`: a table of markdown; its cells as kubectl parts them. */
const TABLE_ROW = /^\s{0,16}\|.{1,4096}\|\s{0,16}$/;

/** What stands before is at most this deep: a quoted grep of a comment. */
const DEPTH = 3;

export const plainLine = (line: string): string => {
  let text = line.endsWith("  ") ? line.trimEnd() : line; // a terminal's selection is as wide as its window
  for (let depth = 0; depth < DEPTH; depth++) {
    const front = FRONTS.map((pattern) => pattern.exec(text)?.[0] ?? "").find((found) => found !== "");
    if (front === undefined) break;
    text = text.slice(front.length);
  }
  const emphasis = EMPHASIS.exec(text)?.[0];
  if (emphasis !== undefined) text = text.slice(emphasis.length).replace(EMPHASIS_BEHIND, "");
  return TABLE_ROW.test(text) && text.split("|").length > 4 ? text.replace(/\s{0,200}\|\s{0,200}/g, "   ") : text;
};

/** `   12  Name: web-0`, `1 {`: what a listing by a tool or a page begins with, where kubectl's output begins. */
const NUMBER_BEFORE_START =
  /^( {0,8}\d{1,7})( {1,3})(?=(?:Name|Namespace|apiVersion|kind): |(?:- )?apiVersion: |[{[]\s{0,8}$|"apiVersion": |LAST SEEN |NAME {2,})/;

/** Numbers by blanks look like much else: they are taken off only where each line has the next one, in the same column. */
export class NumberedLines {
  #number = 0;
  #column = 0;
  #gap = "";

  /** Every line of the text, in order. */
  without(line: string): string {
    if (this.#gap !== "") {
      this.#number++;
      const front = `${String(this.#number).padStart(this.#column)}${this.#gap}`;
      if (line.startsWith(front)) return line.slice(front.length);
      if (line === front.trimEnd()) return "";
      this.#gap = "";
    }
    const [front = "", number = "", gap = ""] = NUMBER_BEFORE_START.exec(line) ?? [];
    if (front === "") return line;
    this.#number = Number(number);
    this.#column = number.length;
    this.#gap = gap;
    return line.slice(front.length);
  }
}
