// /proc/zoneinfo: watermarks, managed pages and lowmem protection by zone, in pages. mm/vmstat.c zoneinfo_show_print()
import type { Format } from "../samples/format.ts";
import { numberAt, type ShapeDraft } from "../samples/shape.ts";

// Node 0, zone    DMA32
const HEADER = /^Node (\d{1,4}), zone +(\S{1,16})$/;
//   per-node stats
//   pagesets
const SECTION = /^ {2}(?:per-node stats|pagesets)$/;
//   pages free     3712
//         min      56
//       nr_free_pages 3712
//   node_unreclaimable:  0
const VALUE = /^ +(?:pages )?([a-z][a-z0-9_ ]{0,40}?):? +\d{1,40}$/;
//         protection: (0, 2954, 2954, 2954, 2954)
const PROTECTION = /^ +protection: \((\d[\d, ]{0,200})\)$/;
/** Per-CPU lists: one block per CPU and zone, of no use here. */
const PER_CPU = /^ +(?:cpu: \d|(?:count|high|batch|high_min|high_max|vm stats threshold): +\d)/;

export const zoneinfo: Format = {
  id: "proc/zoneinfo",
  names: ["zoneinfo"],
  owns: (path) => path === "/proc/zoneinfo",
  build: (lines, draft) => {
    let zone = "";
    let node = "";
    let perNode = false;
    for (const line of lines) {
      const [, number, name] = HEADER.exec(line) ?? [];
      if (number !== undefined && name !== undefined) {
        [node, zone, perNode] = [`Node ${number}`, `Node ${number}/${name}`, false];
        draft.literal(line);
      } else if (SECTION.test(line)) {
        perNode = line === "  per-node stats";
        draft.literal(line);
      } else {
        if (line.startsWith("  pages ")) perNode = false;
        buildLine(line, perNode ? node : zone, draft);
      }
      draft.newline();
    }
  },
};

const buildLine = (line: string, owner: string, draft: ShapeDraft): void => {
  if (PER_CPU.test(line)) {
    draft.literal(line.slice(0, line.search(/\S/)));
    return draft.skip();
  }
  const protection = PROTECTION.exec(line)?.[1];
  if (protection !== undefined) return buildProtection(line, protection, owner, draft);
  const key = owner === "" ? undefined : VALUE.exec(line)?.[1];
  if (key === undefined) return draft.bad(line);
  const start = line.search(/\d+$/);
  draft.literal(line.slice(0, start));
  numberAt(draft, line, start, `${owner}.${key}`);
};

const buildProtection = (line: string, list: string, owner: string, draft: ShapeDraft): void => {
  const open = line.indexOf("(") + 1;
  draft.literal(line.slice(0, open));
  let at = open;
  list.split(", ").forEach((_, zone) => {
    const start = zone === 0 ? at : at + 2;
    draft.literal(line.slice(at, start));
    at = numberAt(draft, line, start, `${owner}.protection.${zone}`);
  });
  draft.literal(line.slice(at));
};
