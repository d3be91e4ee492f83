// All rules, in the order of their groups.
import type { Rule } from "./rule.ts";

export const RULES: readonly Rule[] = [];
