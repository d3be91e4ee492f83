import { parse } from "../parse/index.ts";
import type { Problem } from "../model/evidence.ts";
import { TOOL } from "../model/tool.ts";
import { buildTimeline } from "../timeline/build-timeline.ts";
import { foldProblems } from "../timeline/document/fold-problems.ts";
import { whatIf } from "../timeline/race/what-if.ts";
import { openInput, requireSomethingKnown } from "./analyze-input.ts";
import type { CommonOptions } from "./options.ts";
import { terminal } from "./terminal.ts";
import { watched } from "./watched-capture.ts";
import { incidentsOf, type WhatIfDocument, watchDocument } from "./whatif-document.ts";
import { type WhatIfOptions, requireGrace, settingsOf } from "./whatif-settings.ts";
import { whatIfText } from "./whatif-text.ts";

export const whatIfInput = async (
  options: CommonOptions & WhatIfOptions & { readonly input: string; readonly format: "text" | "json" },
): Promise<void> => {
  const settings = settingsOf(options);
  const input = options.input === "-" ? "/dev/stdin" : options.input;
  const shell = terminal(options.color);
  const capture = await openInput(input);
  const problems: Problem[] = [];
  const note = (problem: Problem): void => void problems.push(problem);
  const facts = await parse(watched(capture, shell), note);
  const timeline = buildTimeline(facts, note);
  shell.progress(null);
  const diagnostics = foldProblems([...capture.problems(), ...problems]);
  requireSomethingKnown({ coverage: timeline.coverage, source: facts.capture.summary, diagnostics }, input);
  requireGrace(settings, timeline.thresholds.memorySoftGraceMs);
  const answers = whatIf(timeline, settings);
  const document: WhatIfDocument = {
    tool: TOOL,
    source: facts.capture.name,
    settings: watchDocument(timeline, settings),
    inForce: timeline.thresholds.known ? watchDocument(timeline, {}) : null,
    incidents: incidentsOf(timeline, settings, answers),
  };
  shell.out(
    options.format === "json"
      ? `${JSON.stringify(document, null, 2)}\n`
      : whatIfText(document, shell.paintOut, shell.width),
  );
};
