// What caused it, what was ruled out, and what cannot be known.
import type { Finding } from "../model/analysis.ts";
import type { Problem } from "../model/evidence.ts";
import type { Timeline } from "../model/timeline.ts";
import { inputsOf } from "./inputs/inputs.ts";
import { RULES } from "./rules.ts";
import { runRules } from "./run.ts";

export const diagnose = (timeline: Timeline): { findings: Finding[]; problems: Problem[] } =>
  runRules(RULES, inputsOf(timeline));
