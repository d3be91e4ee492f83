// Files that no parser knows: one problem per kind, not per file.
import type { CapturedFile } from "../model/capture.ts";
import type { Report } from "../model/evidence.ts";

/** Ids and numbers in a name do not make a kind. */
const kindOf = (file: CapturedFile): string => file.baseName.replace(/[0-9a-f]{8,64}|\d{1,20}/g, "#");

export class UnreadFiles {
  readonly #kinds = new Map<string, { readonly path: string; count: number }>();

  add(file: CapturedFile): void {
    const kind = kindOf(file);
    const known = this.#kinds.get(kind);
    if (known === undefined) this.#kinds.set(kind, { path: file.path, count: 1 });
    else known.count++;
  }

  flush(report: Report): void {
    for (const { path, count } of this.#kinds.values()) {
      const others = count === 1 ? "" : `, nor ${count - 1} more of its kind`;
      report({
        severity: "info",
        code: "unknown-file",
        file: path,
        line: null,
        message: `Nothing here reads this file${others}.`,
        costs: null,
      });
    }
  }
}
