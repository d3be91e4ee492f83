// The same trouble in ten thousand ticks is one problem with a count, cited where it was first seen.
import type { Problem, Report } from "../../model/evidence.ts";

interface Entry {
  readonly first: Problem;
  count: number;
}

export class Tally {
  readonly #entries = new Map<string, Entry>();

  add(kind: string, problem: Problem): void {
    const key = `${problem.code} ${kind}`;
    const entry = this.#entries.get(key);
    if (entry === undefined) this.#entries.set(key, { first: problem, count: 1 });
    else entry.count++;
  }

  flush(report: Report): void {
    for (const { first, count } of this.#entries.values()) {
      report(count === 1 ? first : { ...first, message: `${first.message} (first of ${count} of its kind)` });
    }
    this.#entries.clear();
  }
}
