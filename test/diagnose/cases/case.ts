import type { Finding } from "../../../src/model/analysis.ts";
import type { Inputs } from "../../../src/diagnose/inputs/inputs.ts";

/** What a rule must answer, by the physical situation: each verdict by one. */
export type Cases = Readonly<Record<Finding["verdict"], () => Inputs>>;
