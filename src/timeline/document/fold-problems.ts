// Twenty files of a capture that say nothing to us are one diagnostic with their names, not twenty.
import type { Diagnostic } from "../../model/analysis.ts";
import type { Problem } from "../../model/evidence.ts";

/** So many names are spelled out; the rest is counted. */
const MOST_NAMES = 6;

const keyOf = ({ severity, code, message, costs }: Problem): string => JSON.stringify([severity, code, message, costs]);

/** Same severity, code and words: the first one's place, and the other files by name. */
export const foldProblems = (problems: readonly Problem[]): Diagnostic[] => {
  const groups = new Map<string, Problem[]>();
  for (const problem of problems) {
    const group = groups.get(keyOf(problem));
    if (group) group.push(problem);
    else groups.set(keyOf(problem), [problem]);
  }
  return [...groups.values()].flatMap(([first, ...rest]): Diagnostic[] => {
    if (first === undefined) return [];
    const files = [...new Set(rest.map((p) => p.file).filter((file) => file !== null && file !== first.file))];
    if (files.length === 0) return [{ ...first }];
    const names = files.slice(0, MOST_NAMES).join(", ");
    const more = files.length > MOST_NAMES ? ` and ${files.length - MOST_NAMES} more` : "";
    return [{ ...first, message: `${first.message} The same holds for ${names}${more}.` }];
  });
};
