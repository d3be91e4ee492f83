import type { Diagnostic } from "../model/analysis.ts";
import { visibleLine } from "../report/format/visible.ts";
import type { Paint } from "./terminal.ts";

const COLORS = { error: "red", warning: "yellow", info: "cyan" } as const;

/** One diagnostic in the shape that compilers use. */
export const diagnosticText = ({ severity, code, file, line, message, costs }: Diagnostic, paint: Paint): string => {
  const rows = [
    `${paint("bold", paint(COLORS[severity], `${severity}[${code}]`))}${paint("bold", `: ${visibleLine(message)}`)}`,
  ];
  if (file !== null) rows.push(`  ${paint("blue", "-->")} ${visibleLine(file)}${line === null ? "" : `:${line}`}`);
  if (costs !== null) rows.push(`   ${paint("blue", "=")} costs: ${visibleLine(costs)}`);
  return `${rows.join("\n")}\n`;
};

const SHOWN = 5;
const RANK = { error: 0, warning: 1, info: 2 } as const;

/** What a person should see of them: the worst first; all of them on request. */
export const diagnosticsText = (diagnostics: readonly Diagnostic[], paint: Paint, all: boolean): string => {
  const sorted = diagnostics.toSorted((a, b) => RANK[a.severity] - RANK[b.severity]);
  const grave = sorted.filter(({ severity }) => severity !== "info");
  const shown = all ? sorted : grave.slice(0, SHOWN);
  const hidden = grave.length - shown.length;
  const rest = hidden > 0 ? `… ${hidden} more; --verbose prints all, and the report lists them\n` : "";
  return shown.map((diagnostic) => diagnosticText(diagnostic, paint)).join("") + rest;
};
