// /proc/meminfo. "kB" is 1024 bytes (fs/proc/meminfo.c show_val_kb()); kept in bytes. HugePages_* are counts.
import type { Format } from "../samples/format.ts";

// MemTotal:        3049640 kB
// HugePages_Total:       0
const LINE = /^([A-Za-z0-9_()]{1,64}): *\d{1,40}( kB)?$/;
/** "%-16s%8lu kB" (show_val_kb()); "HugePages_Total:   %5lu" (mm/hugetlb.c hugetlb_report_meminfo()), "HardwareCorrupted: %5lu kB". */
const WIDTH = 8;
const NARROW = 5;
const IS_NARROW = /^(?:HugePages_|HardwareCorrupted$)/;

export const meminfo: Format = {
  id: "proc/meminfo",
  names: ["meminfo"],
  owns: (path) => path === "/proc/meminfo",
  build: (lines, draft) => {
    for (const line of lines) {
      const match = LINE.exec(line);
      const [, key, unit] = match ?? [];
      if (key === undefined) draft.bad(line);
      else {
        const end = line.length - (unit?.length ?? 0);
        const digits = /\d{1,40}$/.exec(line.slice(0, end))?.[0].length ?? 0;
        const width = IS_NARROW.test(key) ? NARROW : WIDTH;
        draft.literal(line.slice(0, Math.max(key.length + 1, end - Math.max(width, digits))));
        draft.number(key, { width, scale: unit === undefined ? 1 : 1024 });
        draft.literal(unit ?? "");
      }
      draft.newline();
    }
  },
};
