// /proc/vmstat: "name value" (mm/vmstat.c vmstat_show()). nr_* are pages, the rest are counts since boot.
import type { Format } from "../samples/format.ts";
import { buildKeyValue } from "../samples/shape.ts";

// nr_free_pages 488905
export const vmstat: Format = {
  id: "proc/vmstat",
  names: ["vmstat"],
  owns: (path) => path === "/proc/vmstat",
  build: (lines, draft) => buildKeyValue(lines, draft),
};
