/** Something the user can put right: one sentence, and what to do. Thrown by the shell only. */
export class UserError extends Error {
  override readonly name: string = "UserError";
  readonly help: string;
  readonly status: 1 | 2;

  constructor(message: string, help: string, status: 1 | 2 = 1) {
    super(message);
    this.help = help;
    this.status = status;
  }
}

/** The command line itself is wrong: exit status 2. */
export const usageError = (message: string, help: string): UserError => new UserError(message, help, 2);
