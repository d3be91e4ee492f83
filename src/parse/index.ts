// Every file of a capture is read by the first parser that claims it; what no parser claims is said once per kind.
import type { Capture, CapturedFile } from "../model/capture.ts";
import type { Report } from "../model/evidence.ts";
import type { Facts } from "../model/facts.ts";
import type { Parser } from "./parser.ts";

export const parsers: readonly Parser[] = [];

export const parserOf = (file: CapturedFile): Parser | null => parsers.find((parser) => parser.claims(file)) ?? null;

/** Reads a capture to its end. Problems go to `report` as they are found and stand in the facts as well. */
export const parse = (_capture: Capture, _report: Report): Promise<Facts> => Promise.reject(new Error("not yet"));
