// One text line as the log parser hands it on, for the tests of the line readers.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sourceRef } from "../../../src/model/evidence.ts";
import type { LogLine } from "../../../src/model/log.ts";

export const lineOf = (message: string, more: Partial<LogLine> = {}): LogLine => ({
  stamps: [],
  bootId: null,
  host: null,
  ident: null,
  pid: null,
  caller: null,
  sequence: null,
  message,
  ref: sourceRef("log", 1, message),
  ...more,
});

export const linesOf = (text: string, more: Partial<LogLine> = {}): LogLine[] =>
  text.split("\n").map((message, i) => lineOf(message, { ref: sourceRef("log", i + 1, message), ...more }));

export const fixturePath = (name: string): string => join(import.meta.dirname, "../../fixtures/kubelet", name);
export const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(fixturePath(name)));
