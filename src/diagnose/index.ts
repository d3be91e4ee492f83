// What caused it, what was ruled out, and what cannot be known.
import type { Timeline } from "../model/timeline.ts";
import { inputsOf } from "./inputs/inputs.ts";
import { RULES } from "./rules.ts";
import { type Diagnosis, runRules } from "./run.ts";

export const diagnose = (timeline: Timeline): Diagnosis => runRules(RULES, inputsOf(timeline));
