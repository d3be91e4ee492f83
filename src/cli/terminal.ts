import { styleText } from "node:util";

// One style at a time: Node 20 colours a list of them even where the stream takes no colour.
type Style = "bold" | "dim" | "red" | "yellow" | "cyan" | "blue";
export type Paint = (style: Style, text: string) => string;

/** Where a command writes: the answer to standard output, everything about it to standard error. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  readonly paintOut: Paint;
  readonly paintErr: Paint;
  readonly colorOut: boolean;
  readonly width: number;
  /** One line on standard error that the next one replaces; does nothing unless a person is watching. */
  progress(text: string | null): void;
}

/** `color`: what the user asked for; undefined leaves it to NO_COLOR, FORCE_COLOR and whether a terminal is there. */
export const terminal = (color: boolean | undefined): Terminal => {
  const { stdout, stderr } = process;
  const watched = stderr.isTTY && process.env["CI"] === undefined;
  const columns = Math.min(stdout.columns ?? 100, 120);
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    paintOut: painter(color, stdout),
    paintErr: painter(color, stderr),
    colorOut: painter(color, stdout)("bold", "x") !== "x",
    width: Math.max(columns, 40),
    progress: (text) => {
      if (watched) stderr.write(`\r\u001b[K${text === null ? "" : text.slice(0, (stderr.columns ?? 80) - 1)}`);
    },
  };
};

const painter = (color: boolean | undefined, stream: NodeJS.WriteStream): Paint => {
  if (color === false) return (_style, text) => text;
  return (style, text) => styleText(style, text, { validateStream: color !== true, stream });
};
