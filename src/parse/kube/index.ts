import type { Parser } from "../parser.ts";

export const kubeParsers: readonly Parser[] = [];
