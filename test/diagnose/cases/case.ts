import type { Inputs } from "../../../src/diagnose/inputs/inputs.ts";

/** What a rule must answer, by the physical situation: each verdict by one. */
export interface Cases {
  readonly holds?: () => Inputs;
  readonly refuted?: () => Inputs;
  readonly unknown?: () => Inputs;
}
