// A rule is data and one small function. It sees the inputs that it declares and nothing else, at compile time and at run time.
import type { Answer } from "./answer.ts";
import type { InputKey, Inputs } from "./inputs/inputs.ts";

export const GROUPS = [
  "race",
  "blind-spots",
  "page-cache",
  "container",
  "limits",
  "victims",
  "kernel-memory",
  "reclaim",
  "memory-qos",
  "psi",
  "others",
] as const;
export type Group = (typeof GROUPS)[number];

/** What the framework runs: the declared needs are already taken out of the inputs. */
export interface Rule {
  /** Stable, kebab-case; the page of it is docs/findings/<id>.md. */
  readonly id: string;
  readonly group: Group;
  readonly title: string;
  readonly needs: readonly InputKey[];
  /** One answer for each incident (or the capture) in which its question arises; none where it does not. */
  readonly answers: (inputs: Inputs) => readonly Answer[];
}

interface Definition<K extends InputKey> {
  readonly id: string;
  readonly group: Group;
  /** What the finding says where it holds. */
  readonly title: string;
  readonly needs: readonly K[];
  readonly evaluate: (inputs: Pick<Inputs, K>) => readonly (Answer | null)[] | Answer | null;
}

const isList = (answers: readonly (Answer | null)[] | Answer | null): answers is readonly (Answer | null)[] =>
  Array.isArray(answers);

export const defineRule = <const K extends InputKey>(definition: Definition<K>): Rule => ({
  id: definition.id,
  group: definition.group,
  title: definition.title,
  needs: definition.needs,
  answers: (inputs) => {
    const seen = Object.defineProperties(
      {},
      Object.fromEntries(definition.needs.map((key) => [key, { enumerable: true, get: () => inputs[key] }])),
    ) as Pick<Inputs, K>;
    const answers = definition.evaluate(seen);
    return (isList(answers) ? answers : [answers]).filter((answer) => answer !== null);
  },
});
