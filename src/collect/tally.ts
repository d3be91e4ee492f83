import type { Problem, Report } from "../model/evidence.ts";

type Kind = Pick<Problem, "severity" | "code" | "costs"> & {
  /** "{n} symbolic links were not followed" */
  readonly message: (count: number, first: string) => string;
};

/** Counts what an input may hold by the thousand, so that it becomes one problem and not thousands. */
export class Tally {
  readonly #seen = new Map<Kind, { count: number; first: string }>();

  add(kind: Kind, name: string): void {
    const seen = this.#seen.get(kind);
    if (seen === undefined) this.#seen.set(kind, { count: 1, first: name });
    else seen.count += 1;
  }

  flush(report: Report): void {
    for (const [{ severity, code, costs, message }, { count, first }] of this.#seen) {
      report({ severity, code, file: first, line: null, message: message(count, first), costs });
    }
    this.#seen.clear();
  }
}

const others = (count: number, noun: string): string => (count === 1 ? noun : `${noun} and ${count - 1} more`);

export const LINK: Kind = {
  severity: "info",
  code: "link-ignored",
  message: (count, first) => `${others(count, first)}: links are not followed`,
  costs: "nothing if what they point to lies in the input too; it is read under its own name",
};

export const SPECIAL: Kind = {
  severity: "info",
  code: "special-file-ignored",
  message: (count, first) => `${others(count, first)}: no regular file (device, FIFO or socket), not read`,
  costs: null,
};

export const UNSAFE_NAME: Kind = {
  severity: "warning",
  code: "unsafe-name",
  message: (count, first) =>
    `${others(count, first)}: the archive's name for it was absolute, climbs with ".." or holds control characters; it is cited under a harmless one`,
  costs: "nothing: nothing is written to disk",
};

export const LONG_NAME: Kind = {
  severity: "warning",
  code: "name-too-long",
  message: (count, first) =>
    `${others(count, `${first.slice(0, 80)}…`)}: the name is longer than any path can be; not read`,
  costs: "what these files hold",
};

export const DUPLICATE: Kind = {
  severity: "warning",
  code: "duplicate-entry",
  message: (count, first) => `${others(count, first)}: the input holds it twice; the first one was read`,
  costs: "what the second one holds, should it differ",
};

export const UNREADABLE: Kind = {
  severity: "warning",
  code: "file-unreadable",
  message: (count, first) => `${others(count, first)}: could not be opened or read`,
  costs: "what these files hold; run as a user who may read them",
};
