/** The input could not be opened at all. The command line turns it into one sentence, what to do, and exit status 1. */
export class CannotOpen extends Error {
  override readonly name = "CannotOpen";
  readonly help: string;

  constructor(message: string, help: string) {
    super(message);
    this.help = help;
  }
}

const codeOf = (error: unknown): string | null =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;

export const cannotOpen = (input: string, error: unknown): CannotOpen => {
  const code = codeOf(error);
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new CannotOpen(`there is no ${input}`, "give the path of a bundle, of an unpacked one, or of a log");
  }
  if (code === "EACCES" || code === "EPERM") {
    return new CannotOpen(
      `${input} may not be read by this user`,
      "make it readable (bundles are written with mode 0600) or run as its owner",
    );
  }
  if (code === "EISDIR") return new CannotOpen(`${input} is a directory`, "give a file");
  const why = error instanceof Error ? error.message : String(error);
  return new CannotOpen(`${input} cannot be read: ${why}`, "copy it to a local disk and try again");
};
