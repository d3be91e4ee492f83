// /proc/buddyinfo: free blocks by order. mm/vmstat.c frag_show_print(): "Node %d, zone %8s " then "%6lu " each
import type { Format } from "../samples/format.ts";
import { numberAt } from "../samples/shape.ts";

// Node 0, zone    DMA32      0      2      0      1     15     16      5      6      4      4    469
const LINE = /^Node (\d{1,4}), zone +(\S{1,16})(?: +\d{1,40}){1,64} *$/;

export const buddyinfo: Format = {
  id: "proc/buddyinfo",
  names: ["buddyinfo"],
  owns: (path) => path === "/proc/buddyinfo",
  build: (lines, draft) => {
    for (const line of lines) {
      const [, node, zone] = LINE.exec(line) ?? [];
      if (node === undefined || zone === undefined) draft.bad(line);
      else {
        let at = line.indexOf(` ${zone} `) + zone.length + 2;
        draft.literal(line.slice(0, at));
        for (let order = 0; ; order++) {
          const end = numberAt(draft, line, at, `Node ${node}/${zone}.${order}`, { width: 6 });
          if (end < 0) break;
          const blank = line[end] === " " ? " " : "";
          draft.literal(blank);
          at = end + blank.length;
        }
        draft.literal(line.slice(at));
      }
      draft.newline();
    }
  },
};
