// /proc/slabinfo, by its own header. Bytes of a cache = num_slabs × pagesperslab × page size.
import type { Format } from "../samples/format.ts";
import { numberAt, type ShapeDraft } from "../samples/shape.ts";

// # name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>
// nf_conntrack         101    160    256   16    1 : tunables    0    0    0 : slabdata     10     10      0
// mm/slab_common.c print_slabinfo_header(), cache_show(): "%-17s %6lu %6lu %6u %4u %4d", " : tunables %4u %4u %4u", " : slabdata %6lu %6lu %6lu"
const COLUMN = /<([a-z_]{1,32})>/g;
const NARROW: ReadonlySet<string> = new Set(["objperslab", "pagesperslab", "limit", "batchcount", "sharedfactor"]);
const DEFAULT_COLUMNS =
  "active_objs num_objs objsize objperslab pagesperslab limit batchcount sharedfactor active_slabs num_slabs sharedavail".split(
    " ",
  );
/** Constant per cache or of no use: read with the line, not kept. */
const LABEL = /^[ \t]*: (?:tunables|slabdata)/;

export const slabinfo: Format = {
  id: "proc/slabinfo",
  names: ["slabinfo"],
  owns: (path) => path === "/proc/slabinfo",
  build: (lines, draft) => {
    let columns: readonly string[] = DEFAULT_COLUMNS;
    for (const line of lines) {
      if (line.startsWith("slabinfo - version") || line.startsWith("#")) {
        if (line.startsWith("# name")) columns = Array.from(line.matchAll(COLUMN), (match) => match[1] ?? "");
        draft.literal(line);
      } else buildCache(line, columns, draft);
      draft.newline();
    }
  },
};

const buildCache = (line: string, columns: readonly string[], draft: ShapeDraft): void => {
  const name = /^\S{1,80}/.exec(line)?.[0];
  if (name === undefined || !/^\S+ +\d+ +\d/.test(line)) return draft.bad(line);
  // The blank of the format before a column is no padding.
  let at = Math.min(Math.max(name.length, 17), line.search(/ \d/) < 0 ? name.length : line.search(/ \d/));
  draft.literal(line.slice(0, at));
  for (const column of columns) {
    const label = LABEL.exec(line.slice(at))?.[0] ?? "";
    if (label !== "") draft.literal(label);
    at += label.length;
    if (line[at] === " ") {
      draft.literal(" ");
      at++;
    }
    const end = numberAt(draft, line, at, `${name}.${column}`, { width: NARROW.has(column) ? 4 : 6 });
    if (end < 0) return draft.skip();
    at = end;
  }
  if (at < line.length) draft.skip();
};
