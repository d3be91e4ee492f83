// A managed heap may grow past what the limit leaves. Which maximum was set stands in the arguments, and those are not in a bundle
// unless it was asked for: so this is mostly open, and worth saying only for runtimes that have such a heap.
import { type Answer, fact, unknown, wanted } from "../answer.ts";
import { type Case, atLimit } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { killRef } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { size } from "../text/format.ts";

/** Default maxima by runtime; comm is a hint only. */
const RUNTIMES: readonly (readonly [RegExp, string, (limit: number) => string])[] = [
  [
    /^java$/,
    "JVM",
    (limit) =>
      `HotSpot takes 25 % of the limit by default, ${size(limit / 4)}; with -Xmx or MaxRAMPercentage what they say, and metaspace, threads and direct buffers beyond it`,
  ],
  [
    /^node(?:js)?$/,
    "Node.js",
    (limit) =>
      `Node 20 takes half of the limit up to 4 GiB by default, ${size(Math.min(limit / 2, 2 * 2 ** 30))}; Buffers stand outside the heap`,
  ],
  [/^dotnet$/, ".NET", (limit) => `.NET takes 75 % of the limit by default, ${size(limit * 0.75)}`],
];

const evaluate = (incident: Case): Answer | null => {
  for (const kill of incident.kills) {
    const victim = kill.doc.victims[0];
    const limit = kill.doc.limitBytes;
    const runtime = RUNTIMES.find(([name]) => name.test(victim?.comm ?? ""));
    if (victim === undefined || limit === null || runtime === undefined) continue;
    return unknown({
      incidentId: incident.id,
      explanation: `The victim is called ${victim.comm}, which hints at ${runtime[1]}: ${runtime[2](limit)}. Which maximum was set is not in the input; live heap and garbage look alike from outside.`,
      facts: [
        fact(
          "Victim and limit",
          `${victim.comm} (${victim.pid})${victim.anonRssBytes === null ? "" : `, ${size(victim.anonRssBytes)} anonymous`}, limit ${size(limit)}`,
          killRef(kill),
        ),
      ],
      wouldDecide: wanted("the process's arguments and environment: a capture made with --with-args", "heap-maximum"),
    });
  }
  return null;
};

export const runtimeHeapMismatch = defineRule({
  id: "runtime-heap-mismatch",
  group: "container",
  title: "The runtime's heap may grow past what the limit leaves",
  needs: ["incidents"],
  evaluate: ({ incidents }: Pick<Inputs, "incidents">) => atLimit(incidents).map(evaluate),
});
