import type { Inputs } from "../../../src/diagnose/inputs/inputs.ts";

/** What a rule must answer, by the physical situation. A verdict that the rule never gives is left out, with the reason in `never`. */
export interface Cases {
  readonly holds?: () => Inputs;
  readonly refuted?: () => Inputs;
  readonly unknown?: () => Inputs;
  readonly never?: string;
}
