import { analyze } from "../src/analyze.ts";
import { openCapture } from "../src/collect/open-capture.ts";
import type { Analysis } from "../src/model/analysis.ts";

/** What the pipeline makes of an input, without the command line. Problems stand in the analysis as well. */
export async function analysed(input: string): Promise<Analysis> {
  const ignore = (): void => {};
  return analyze(await openCapture(input, ignore), ignore);
}
