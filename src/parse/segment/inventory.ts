// Which segments there are, and which the index names: what it lacks was recovered, what only it has is missing.
import type { Parser } from "../parser.ts";
import type { SampleSink } from "../samples/sink.ts";
import { linesOf, wholeFile } from "../samples/whole-file.ts";

interface Inventory {
  readonly seen: Set<string>;
  readonly indexed: Map<string, { readonly line: number }>;
  indexPath: string | null;
}

const inventories = new WeakMap<SampleSink, Inventory>();

const inventoryOf = (samples: SampleSink): Inventory => {
  const known = inventories.get(samples);
  if (known !== undefined) return known;
  const inventory: Inventory = { seen: new Set(), indexed: new Map(), indexPath: null };
  inventories.set(samples, inventory);
  samples.atEnd(() => compare(inventory, samples));
  return inventory;
};

export const sawSegment = (samples: SampleSink, path: string): void => {
  inventoryOf(samples).seen.add(path);
};

// #file	bytes	cksum	first_up	last_up	records	gen
// ticks/000012.mid.gz	18231	2913811231	81234.51	81834.02	120	0
export const segmentIndex: Parser = {
  id: "segment/index",
  claims: (file) => file.path === "index.tsv",
  parse: async (file, sink, report) => {
    const bytes = await wholeFile(file, report);
    const inventory = inventoryOf(sink.samples);
    inventory.indexPath = file.path;
    for (const [i, line] of linesOf(bytes ?? new Uint8Array()).entries()) {
      const path = line.split("\t")[0] ?? "";
      if (path.startsWith("ticks/")) inventory.indexed.set(path, { line: i + 1 });
    }
  },
};

const compare = ({ seen, indexed, indexPath }: Inventory, samples: SampleSink): void => {
  if (indexPath === null) return;
  for (const path of seen) {
    if (indexed.has(path) || indexed.has(path.replace(/\.gz$/, "")) || indexed.has(`${path}.gz`)) continue;
    const message = "The index lacks this segment: the collector did not come to close it. Recovered.";
    samples.say("recovered", {
      severity: "info",
      code: "recovered-segment",
      file: path,
      line: null,
      message,
      costs: null,
    });
  }
  for (const [path, { line }] of indexed) {
    if (seen.has(path) || seen.has(path.replace(/\.gz$/, "")) || seen.has(`${path}.gz`)) continue;
    samples.say("missing", {
      severity: "warning",
      code: "missing-segment",
      file: indexPath,
      line,
      message: `The index names ${path}, which the capture does not hold.`,
      costs: "Its ticks are missing.",
    });
  }
};
