import type { Parser } from "../parser.ts";

export const configParsers: readonly Parser[] = [];
