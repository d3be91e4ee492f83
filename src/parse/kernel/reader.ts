// The kernel's own lines, as events.
import type { Report } from "../../model/evidence.ts";
import type { KernelEvent } from "../../model/kernel.ts";
import type { LineReader } from "../parser.ts";

export const createKernelReader = (_report: Report): LineReader<KernelEvent[]> => ({
  line: () => {},
  end: () => [],
});
