// Pressure stall information, of the node and of a cgroup. Totals are microseconds since boot (or the cgroup's birth).
import type { Format } from "../samples/format.ts";
import { numberAt, type ShapeDraft } from "../samples/shape.ts";

// some avg10=90.67 avg60=82.45 avg300=59.20 total=314851925
// kernel/sched/psi.c psi_show()
const LINE = /^(some|full) avg10=\d{1,9}\.\d\d avg60=\d{1,9}\.\d\d avg300=\d{1,9}\.\d\d total=\d{1,40}$/;
const AVERAGES = ["avg10", "avg60", "avg300"] as const;

export const buildPressure = (lines: readonly string[], draft: ShapeDraft): void => {
  for (const line of lines) {
    const kind = LINE.exec(line)?.[1];
    if (kind === undefined) draft.bad(line);
    else {
      let at = 0;
      for (const name of [...AVERAGES, "total"]) {
        const start = line.indexOf(`${name}=`, at) + name.length + 1;
        draft.literal(line.slice(at, start));
        at = numberAt(draft, line, start, `${kind}.${name}`, name === "total" ? {} : { decimals: 2 });
      }
    }
    draft.newline();
  }
};

export const pressure: Format = {
  id: "proc/pressure",
  names: ["memory", "cpu", "io", "irq", "memory.pressure"],
  owns: (path) => /^\/proc\/pressure\/(?:memory|cpu|io|irq)$/.test(path) || path.endsWith("/memory.pressure"),
  build: buildPressure,
};
