// The document itself. Two spaces: it is read by people and diffed.
import type { Analysis } from "../model/analysis.ts";

export const renderJson = (a: Analysis): string => `${JSON.stringify(a, null, 2)}\n`;
